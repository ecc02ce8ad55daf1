package yamltext

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	third "go.yaml.in/yaml/v3"
)

// subject is a document to be edited, with what the third reader makes of it.
type subject struct {
	*Document
	third *third.Node // nil if it reads another tree
}

// tabbed is a line of blanks with a tab. Whether the third reader takes one depends on what is before it.
var tabbed = regexp.MustCompile(`(?m)^ *\t[ \t]*\r?$`)

// newSubject returns the document of a text, nil if it cannot be read.
func newSubject(text string) *subject {
	d, issues := Parse([]byte(text), Limits{})
	if len(issues) > 0 {
		return nil
	}
	s := &subject{Document: d}
	if tabbed.MatchString(text) {
		return s
	}
	if v, err := readThird(d); err == nil && v != nil && d.Root != nil && sameTree(d.Root, v) == nil {
		s.third = v
	}
	return s
}

// spot is a place that a path leads to: a node, or one that is to be added to a collection.
type spot struct {
	path   []any
	node   *Node // what is there; nil for something new
	parent *Node // nil for the root
}

// spots returns every place that a path leads to, new members of every collection among them. What is
// refused whatever the value is, is not: keys that stand there twice, second members of single pairs.
func (s *subject) spots() []spot {
	if s.Root == nil {
		return []spot{{}, {path: []any{"new"}}, {path: []any{"new", "a b"}}}
	}
	var all []spot
	var walk func(n, parent *Node, path []any)
	walk = func(n, parent *Node, path []any) {
		path = slices.Clip(path)
		all = append(all, spot{path, n, parent})
		switch n.Kind {
		case List:
			for i, item := range n.Content {
				walk(item, n, append(path, i))
			}
			all = append(all, spot{append(path, len(n.Content)), nil, n})
		case Mapping:
			values := map[string]int{}
			for i := 0; i < len(n.Content); i += 2 {
				if key, ok := keyText(n.Content[i]); ok {
					values[key]++
				}
			}
			for i := 0; i < len(n.Content); i += 2 {
				if key, ok := keyText(n.Content[i]); ok && values[key] == 1 {
					walk(n.Content[i+1], n, append(path, key))
				}
			}
			if s.isPair(n) {
				return
			}
			fresh := "new"
			for values[fresh] > 0 {
				fresh += "r"
			}
			all = append(all, spot{append(path, fresh), nil, n}, spot{append(path, fresh, "fn::inner"), nil, n})
		}
	}
	walk(s.Root, nil, nil)
	return all
}

// isPair reports whether a mapping is the single pair of "[a: b]".
func (s *subject) isPair(n *Node) bool {
	l, err := s.layout()
	return n.Style == Flow && err == nil && s.text[l.places[n.index].end-1] != '}' ||
		n.Style == Flow && n.role == itemRole && len(n.Content) == 2 && strings.HasPrefix(s.text[s.Span(n).Begin.Byte:], "{") &&
			n.Content[0].Style == Flow && s.Span(n.Content[0]).Begin == s.Span(n).Begin
}

// tally counts edits and why they were refused.
type tally struct {
	done, same, confirmed, refused int
	reasons                        map[string]int
}

// ruledOut are the reasons that hold whatever is written. They lie in the document.
var ruledOut = map[string]bool{
	ambiguousText.text: true, aliasOnPath.text: true, repeatedKey.text: true, anchorInUse.text: true,
	tagFirst.text: true, noColon.text: true, singlePair.text: true, longKey.text: true, noSuchItem.text: true,
}

// foundOut are the reasons that only an attempt shows.
var foundOut = map[string]bool{
	otherMeaning.text: true, commentBetween.text: true, scalarOnPath.text: true,
}

func (c *tally) String() string {
	return fmt.Sprintf("%d done %d (no change %d, confirmed by the third reader %d) refused %d wrong 0 %v",
		c.done+c.same+c.refused, c.done+c.same, c.same, c.confirmed, c.refused, c.reasons)
}

// report logs the figures and asserts that at most a share of the edits is refused, and at most another
// share after an attempt.
func (c *tally) report(t *testing.T, name string, share, found float64) {
	t.Helper()
	t.Logf("%s: %v", name, c)
	all, after := float64(c.done+c.same+c.refused), 0
	for r, n := range c.reasons {
		if foundOut[r] {
			after += n
		}
	}
	if c.done == 0 || float64(c.refused) > all*share || float64(after) > all*found {
		t.Errorf("%s: %d of %v edits are refused, %d after an attempt", name, c.refused, all, after)
	}
}

// refuse counts a refusal, and returns an error if the reason is not one that is known.
func (c *tally) refuse(err error) error {
	var r *Refusal
	if !errors.As(err, &r) || !ruledOut[r.Reason] && !foundOut[r.Reason] || r.Hint == "" {
		return fmt.Errorf("refused because of %q", err)
	}
	if c.reasons == nil {
		c.reasons = map[string]int{}
	}
	c.refused++
	c.reasons[r.Reason]++
	return nil
}

// try makes one edit at a place. An error is a wrong edit.
func (c *tally) try(s *subject, at spot, e Edit) error {
	next, err := s.Edit(e)
	if err != nil {
		return c.refuse(err)
	}
	if next.text == s.text {
		c.same++
		if e.Value == nil || at.node == nil || !e.Value.equals(at.node) {
			return failure(s, next, e, errors.New("nothing changes"))
		}
		return nil
	}
	c.done++
	if err := c.compare(s, newSubject(next.text), at, e); err != nil {
		return failure(s, next, e, err)
	}
	if again, err := next.Edit(e); e.Value != nil && !at.appends() && (err != nil || again.text != next.text) {
		return failure(s, again, e, fmt.Errorf("made again, it changes something: %v", err))
	}
	return nil
}

// appends reports whether something is added to a list.
func (at spot) appends() bool {
	return at.node == nil && at.parent != nil && at.parent.Kind == List
}

// compare compares a document before and after an edit: bytes and comments outside it, and the tree that
// the third reader reads.
func (c *tally) compare(s, after *subject, at spot, e Edit) error {
	if after == nil {
		return errors.New("the result cannot be read")
	}
	if err := outside(s.Document, after.Document, at, e); err != nil {
		return err
	}
	if s.third == nil {
		return nil
	}
	if after.third == nil {
		return errors.New("the third reader reads another tree")
	}
	c.confirmed++
	want, got := expect(s, at, e), &dumper{}
	if want.free != nil {
		got.free = map[*third.Node]bool{}
		want.inAlias, got.inAlias = true, true // what is named may be one of the leaves
		got.release(after.theirs(after.find(e.Path)))
	}
	if w, g := want.dump(s.third), got.dump(after.third); w != g {
		return fmt.Errorf("the third reader reads\n%s, not\n%s", g, w)
	}
	return nil
}

// outside asserts that no byte before and behind what is edited has changed, and that no comment there is
// lost.
func outside(old, next *Document, at spot, e Edit) error {
	l, err := old.layout()
	if err != nil {
		return err
	}
	begin, end := window(old, l, at, e)
	if old.Root == nil { // all of it stays
		begin = len(old.text) - suffix(old.text, next.text)
	}
	if !strings.HasPrefix(next.text, old.text[:begin]) {
		return fmt.Errorf("bytes before %d have changed", begin)
	}
	tail := old.text[nextLine(old.text, end):]
	if e.Value == nil && at.node.role != rootRole { // the next one may move up
		tail = strings.TrimLeft(tail, " \r\n")
	}
	if !strings.HasSuffix(next.text, tail) {
		return fmt.Errorf("bytes behind %d have changed", end)
	}
	if e.Value == nil || at.node != nil && e.leaves(at.node) != nil {
		begin, end = max(begin-1, 0), lineEnd(old.text, end) // what is removed takes the comment behind it along
	}
	return keptComments(l, next, begin, end)
}

// window returns the bytes that an edit may touch, and the rest of the line behind them.
func window(d *Document, l *layout, at spot, e Edit) (begin, end int) {
	n := at.node
	if n == nil {
		n = at.parent
	}
	if n == nil {
		return len(d.text), len(d.text)
	}
	removal := e.Value == nil && at.parent != nil
	if removal && at.parent.length() == 1 {
		n = at.parent
	}
	p := l.places[n.index]
	if removal && n == at.node && n.role == valueRole {
		p.lead = l.memberBegin(at.parent, slices.Index(at.parent.Content, n)/2)
	}
	begin, end = p.begin, p.end
	if p.lead >= 0 {
		begin = p.lead
	}
	switch {
	case n.role == rootRole: // the white space before it may go
		begin = len(strings.TrimRight(d.text[:begin], " \t"))
	case e.Value == nil && inFlow(d, at.node): // from the one before it or to the next one
		return 0, l.places[at.parent.index].end
	case e.Value == nil:
		begin = max(begin-len("\r\n")-d.indent(begin), 0)
	}
	return begin, end
}

// suffix returns how many bytes two texts end in alike.
func suffix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// keptComments asserts that no comment outside a range is lost.
func keptComments(l *layout, next *Document, begin, end int) error {
	now, err := next.layout()
	if err != nil {
		return err
	}
	left := now.comments
	for _, c := range l.comments {
		if c.begin >= begin && c.begin < end {
			continue
		}
		for len(left) > 0 && left[0].text != c.text {
			left = left[1:]
		}
		if len(left) == 0 {
			return fmt.Errorf("the comment at %d is lost", c.begin)
		}
		left = left[1:]
	}
	return nil
}
