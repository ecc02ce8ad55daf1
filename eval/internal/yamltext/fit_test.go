package yamltext

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// TestPlaces fits the tokens of the corpus and of random documents, and checks what they say about
// every node: places lie in each other as the nodes do, begin where the tree says, indicators stand
// where they should, and the text of a scalar means its value. Documents of usual shape all fit,
// nasty ones mostly.
func TestPlaces(t *testing.T) {
	for _, s := range corpus(t) {
		if err := checkPlaces(s.text, checkText); err != nil && !s.misfit {
			t.Errorf("%s: %v in %q", s.name, err, s.text)
		}
	}
	for _, nasty := range []bool{false, true} {
		fit, misfit := 0, 0
		forRandom(t, 100_000, nasty, func(text string) error {
			err := checkPlaces(text, checkText)
			if _, ok := err.(*misfitError); ok {
				misfit++
				return nil
			}
			fit++
			return err
		})
		t.Logf("nasty %v: %d fit, %d do not", nasty, fit, misfit)
		switch {
		case fit == 0, nasty && misfit == 0, !nasty && misfit > 0, misfit > fit/4:
			t.Errorf("nasty %v: %d documents fit, %d do not", nasty, fit, misfit)
		}
	}
}

// checkPlaces asserts that the tokens of a document fit, that every place is within its parent's and begins where the
// tree says, and what check asserts of each.
func checkPlaces(text string, check func(*Document, *Node, place) error) error {
	d, issues := Parse([]byte(text), Limits{})
	if d.Root == nil || len(issues) > 0 {
		return nil
	}
	l, err := d.layout()
	if err != nil {
		return err
	}
	for i := range d.nodes {
		n := &d.nodes[i]
		err := checkPlace(d, l, n)
		if err == nil && !n.absent() {
			err = check(d, n, l.places[n.index])
		}
		if err != nil {
			return fmt.Errorf("node %d at %d:%d: %w", i, n.Line, n.Column, err)
		}
	}
	return nil
}

func checkPlace(d *Document, l *layout, n *Node) error {
	p := l.places[n.index]
	if p.begin < 0 || p.begin > p.inner || p.inner > p.end || p.end > len(d.text) {
		return fmt.Errorf("place %+v is out of order", p)
	}
	if parent := d.parents[n.index]; parent >= 0 {
		if outer := l.places[parent]; p.begin < outer.begin || p.end > outer.end {
			return fmt.Errorf("place %+v is not within %+v", p, outer)
		}
	}
	lead := map[role]string{itemRole: "-", keyRole: "?", valueRole: ":"}[n.role]
	if p.lead >= 0 && (p.lead >= p.begin+1 || d.text[p.lead:p.lead+1] != lead) {
		return fmt.Errorf("%q leads at %d to %+v", lead, p.lead, p)
	}
	if n.absent() && n.Anchor == "" && n.Tag == "" {
		if p.begin != p.end {
			return fmt.Errorf("absent value has place %+v", p)
		}
		return nil
	}
	begin := d.index().pos(p.begin)
	if p.begin == len(d.text) {
		return fmt.Errorf("place %+v is behind the text %q", p, d.text)
	}
	if n.Kind == Mapping && strings.IndexByte("?:", d.text[p.begin]) >= 0 {
		begin.Line, begin.Column = n.Line, n.Column // the tree does not know
	}
	if begin.Line != n.Line || begin.Column != n.Column {
		return fmt.Errorf("place begins at %+v", begin)
	}
	if span := d.Span(n); span.Begin.Byte != p.begin || span.End.Byte != p.end {
		return fmt.Errorf("span %+v is not the place %+v", span, p)
	}
	return nil
}

// continuation is what lies between two lines of a scalar.
var continuation = regexp.MustCompile(`(\r\n|\r|\n)[ \t]*`)

// checkText reads the text at a scalar's place by itself.
func checkText(d *Document, n *Node, p place) error {
	if n.Kind != Scalar || n.absent() {
		return nil
	}
	text := d.text[p.begin:p.end]
	if n.Style == Plain && (strings.HasSuffix(text, n.Value) || inFlow(d, n)) {
		return nil // what ends plain text of several lines in a flow collection depends on what follows
	}
	if n.Style == Literal || n.Style == Folded {
		if p.header <= p.begin || p.header > p.end {
			return fmt.Errorf("header ends at %d", p.header)
		}
		if strings.ContainsAny(d.text[p.inner:p.header], "123456789") && strings.TrimSpace(n.Value) == "" {
			return nil // nothing tells how far the lines are indented
		}
		text = blockText(d.text[p.begin:p.header], d.text[p.header:p.end], n.Value)
		text += d.text[p.end:nextLine(d.text, p.end)]
	} else {
		text = " " + continuation.ReplaceAllString(text, "\n  ") // at column 1, "---" would be a marker
	}
	if n.role != rootRole {
		text = "k: " + text
	}
	if before, _, ok := strings.Cut(d.text, "\n---"); ok && strings.Contains(before, "%TAG") {
		text = before + "\n---\n" + text
	}
	alone, issues := Parse([]byte(text), Limits{})
	if alone.Root == nil {
		return fmt.Errorf("text %q: %v", text, issues)
	}
	got := alone.Root
	if n.role != rootRole {
		got = got.Content[1]
	}
	if got.Value != n.Value {
		return fmt.Errorf("text %q means %q, not %q", text, got.Value, n.Value)
	}
	return nil
}

// inFlow reports whether a node is part of a flow collection.
func inFlow(d *Document, n *Node) bool {
	for n.role != rootRole {
		n = &d.nodes[d.parents[n.index]]
		if n.Style == Flow {
			return true
		}
	}
	return false
}

// blockText returns a block scalar as it must be written below a key at column 1: an indentation
// that its header states counts from there.
func blockText(header, content, value string) string {
	content = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(content)
	digit := strings.LastIndexAny(header, "123456789")
	if digit < 0 || digit < len(header)-2 { // nowhere, or in an anchor or tag
		return header + content
	}
	rest, lines, _ := strings.Cut(content, "\n")
	surplus := leading(lines) - leading(value) - int(header[digit]-'0')
	dedent := regexp.MustCompile(fmt.Sprintf(`(?m)^ {0,%d}`, max(surplus, 0)))
	return header + rest + "\n" + dedent.ReplaceAllString(lines, "")
}

// leading counts the blanks that begin the first line of s that has text.
func leading(s string) int {
	for line := range strings.Lines(s) {
		if text := strings.TrimLeft(line, " "); strings.TrimSpace(text) != "" {
			return len(line) - len(text)
		}
	}
	return 0
}
