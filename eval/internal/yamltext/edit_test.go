package yamltext

import (
	"fmt"
	"testing"
)

func TestEditSmoke(t *testing.T) {
	c := &tally{}
	fails := 0
	for _, s := range corpus(t) {
		if s.code != "" || s.misfit {
			continue
		}
		sub := newSubject(s.text)
		if sub == nil {
			continue
		}
		for _, at := range sub.spots() {
			for i, v := range sampleValues {
				after, err := c.try(sub, at, Edit{Path: at.path, Value: v})
				if _, e2 := sub.Edit(Edit{Path: at.path, Value: v}); e2 != nil && e2.(*Refusal).Reason == otherMeaning.text {
					fmt.Printf("REFUSED %s %d %v %q\n", s.name, i, at.path, s.text)
				}
				if err != nil && fails < 30 {
					fails++
					text := ""
					if after != nil {
						text = after.text
					}
					t.Errorf("%s: value %d at %v: %v in\n%s\n->\n%s", s.name, i, at.path, err, sub.text, text)
				}
			}
			if at.node != nil {
				if after, err := c.try(sub, at, Edit{Path: at.path}); err != nil {
					text := ""
					if after != nil {
						text = after.text
					}
					t.Errorf("%s: removal at %v: %v in\n%s\n->\n%s", s.name, at.path, err, sub.text, text)
				}
			}
		}
	}
	c.report(t, "splices", 0.01)
	fmt.Println(c)
}
