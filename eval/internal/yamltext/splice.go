package yamltext

import (
	"cmp"
	"slices"
	"strings"
)

// splice puts text in place of some bytes of a document.
type splice struct {
	begin, end int
	text       string
}

// join applies splices to a text. It sorts them, and fails if two overlap. Of those at the same
// place, the first one stays first.
func join(text string, splices []splice) (string, bool) {
	slices.SortStableFunc(splices, func(a, b splice) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	var b strings.Builder
	at := 0
	for _, s := range splices {
		if s.begin < at {
			return "", false
		}
		b.WriteString(text[at:s.begin])
		b.WriteString(s.text)
		at = s.end
	}
	b.WriteString(text[at:])
	return b.String(), true
}

// commentsOutside returns the comments that no splice touches. The splices are sorted.
func (d *Document) commentsOutside(splices []splice) []string {
	l, err := d.layout()
	if err != nil {
		return nil
	}
	var outside []string
	for _, c := range l.comments {
		for len(splices) > 0 && splices[0].end <= c.begin {
			splices = splices[1:]
		}
		if len(splices) == 0 || splices[0].begin >= c.end {
			outside = append(outside, c.text)
		}
	}
	return outside
}
