package yamltext

import (
	"fmt"
	"testing"
)

// TestEveryEdit writes every sample value at every place of every document of the corpus, and removes
// what is there.
func TestEveryEdit(t *testing.T) {
	t.Parallel()
	var splices, removals tally
	n := 0
	for _, s := range corpus(t) {
		sub := newSubject(s.text)
		if sub == nil || s.misfit {
			continue
		}
		for _, at := range sub.spots() {
			for i, v := range sampleValues {
				if n++; !*full && n%10 != 0 {
					continue
				}
				e := Edit{Path: at.path, Value: v, Whole: n%3 == 0}
				if err := splices.try(sub, at, e); err != nil {
					t.Errorf("%s: value %d: %v", s.name, i, err)
				}
			}
			if at.node != nil && len(at.path) > 0 {
				if err := removals.try(sub, at, Edit{Path: at.path}); err != nil {
					t.Errorf("%s: removal: %v", s.name, err)
				}
			}
		}
	}
	splices.report(t, "splices", 0.01, 0.001)
	removals.report(t, "removals", 0.05, 0.005)
}

// failure is an edit that went wrong.
func failure(s *subject, next *Document, e Edit, err error) error {
	text := ""
	if next != nil {
		text = next.text
	}
	return fmt.Errorf("%v: at %v in\n%s\n%q becomes\n%s\n%q", err, e.Path, s.text, s.text, text, text)
}
