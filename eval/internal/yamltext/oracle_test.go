package yamltext

import (
	"errors"
	"fmt"
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

// newSubject returns the document of a text, nil if it cannot be read.
func newSubject(text string) *subject {
	d, issues := Parse([]byte(text), Limits{})
	if len(issues) > 0 {
		return nil
	}
	s := &subject{Document: d}
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

// spots returns every place that a path leads to, new members of every collection among them.
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
			for i := 0; i < len(n.Content); i += 2 {
				if key, ok := keyText(n.Content[i]); ok {
					walk(n.Content[i+1], n, append(path, key))
				}
			}
			all = append(all, spot{append(path, "new"), nil, n}, spot{append(path, "new", "fn::inner"), nil, n})
		}
	}
	walk(s.Root, nil, nil)
	return all
}

// tally counts edits and why they were refused.
type tally struct {
	done, same, confirmed, refused int
	reasons                        map[string]int
}

// knownReasons are the reasons for which edits may be refused in these tests.
var knownReasons = map[string]bool{
	ambiguousText.text: true, otherMeaning.text: true, aliasOnPath.text: true, scalarOnPath.text: true,
	repeatedKey.text: true, anchorInUse.text: true, tagFirst.text: true, noColon.text: true,
	singlePair.text: true, commentBetween.text: true, noLineOfItsOwn.text: true, noDocument.text: true,
}

func (c *tally) String() string {
	return fmt.Sprintf("%d done %d (no change %d, confirmed by the third reader %d) refused %d wrong 0 %v",
		c.done+c.same+c.refused, c.done+c.same, c.same, c.confirmed, c.refused, c.reasons)
}

// report logs the figures and asserts that refusals are at most a share of the edits, one in n.
func (c *tally) report(t *testing.T, name string, oneIn float64) {
	t.Helper()
	t.Logf("%s: %v", name, c)
	all := c.done + c.same + c.refused
	if c.done == 0 || float64(c.refused) > float64(all)*oneIn {
		t.Errorf("%s: refused %d of %d, more than %v", name, c.refused, all, oneIn)
	}
}

// refuse counts a refusal, and returns an error if the reason is not one that is known.
func (c *tally) refuse(err error) error {
	var r *Refusal
	if !errors.As(err, &r) || !knownReasons[r.Reason] || r.Hint == "" {
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
func (c *tally) try(s *subject, at spot, e Edit) (*subject, error) {
	next, err := s.Edit(e)
	if err != nil {
		return nil, c.refuse(err)
	}
	if next.text == s.text {
		c.same++
		if e.Value == nil || at.node == nil || !e.Value.equals(at.node) {
			return nil, errors.New("nothing changes")
		}
		return s, nil
	}
	c.done++
	after := newSubject(next.text)
	if after == nil {
		return nil, errors.New("the result cannot be read")
	}
	if err := outside(s.Document, after.Document, at, e); err != nil {
		return after, err
	}
	if again, err := after.Edit(e); e.Value != nil && (err != nil || again.text != after.text) {
		if at.parent == nil || at.node != nil || at.parent.Kind != List {
			return after, fmt.Errorf("made again, it changes something: %v", err)
		}
	}
	if s.third == nil {
		return after, nil
	}
	if after.third == nil {
		return after, errors.New("the third reader reads another tree")
	}
	c.confirmed++
	want, got := expect(s, at, e), &dumper{}
	if want.free != nil {
		got.free = map[*third.Node]bool{}
		got.release(after.theirs(after.find(e.Path)))
	}
	if w, g := want.dump(s.third), got.dump(after.third); w != g {
		return after, fmt.Errorf("the third reader reads\n%s, not\n%s", g, w)
	}
	return after, nil
}

// outside asserts that no byte before and behind what is edited has changed, and that no comment there is
// lost.
func outside(old, next *Document, at spot, e Edit) error {
	l, err := old.layout()
	if err != nil {
		return err
	}
	begin, end := old.bodyStart(), len(old.text)
	n := at.node
	switch {
	case old.Root == nil:
		begin = end
	case n == nil:
		n = at.parent
		fallthrough
	default:
		p := l.places[n.index]
		if e.Value == nil && at.parent != nil {
			if len(at.parent.Content) <= 2 {
				p = l.places[at.parent.index]
			}
			if n.role == valueRole {
				p.lead = l.memberBegin(at.parent, slices.Index(at.parent.Content, n)/2)
			}
		}
		begin, end = p.begin, p.end
		if p.lead >= 0 {
			begin = p.lead
		}
	}
	prefix := 0
	for prefix < min(len(old.text), len(next.text)) && old.text[prefix] == next.text[prefix] {
		prefix++
	}
	if e.Value == nil {
		begin = max(begin-len("\r\n")-old.indent(begin), 0)
		if inFlow(old, at.node) {
			begin = 0
		}
	}
	if prefix < begin && !strings.HasPrefix(strings.TrimRight(old.text[prefix:begin], " \t"), "") {
		return fmt.Errorf("byte %d before %d has changed", prefix, begin)
	}
	tail := old.text[nextLine(old.text, end):]
	if e.Value == nil && at.node.role != rootRole { // the next one may move up
		tail = strings.TrimLeft(tail, " ")
	}
	if !strings.HasSuffix(next.text, tail) {
		return fmt.Errorf("bytes behind %d have changed", end)
	}
	if e.Value == nil || n != nil && e.leaves(n) != nil {
		begin, end = max(begin-1, 0), lineEnd(old.text, end) // what is removed takes the comment behind it along
	}
	return keptComments(l, next, begin, end)
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

// dumper writes trees of the third reader in a form that can be compared: what scalars mean, tags,
// anchors, what aliases name. Members are in the order of their keys.
type dumper struct {
	replaced map[*third.Node]*Value
	removed  map[*third.Node]bool // keys and items
	added    map[*third.Node]dumped
	free     map[*third.Node]bool // whose anchors and tags do not matter
	inAlias  bool
}

// dumped is a member or an item in that form.
type dumped struct{ key, value string }

// expect returns a dumper of a tree after an edit.
func expect(s *subject, at spot, e Edit) *dumper {
	d := &dumper{}
	switch {
	case at.node == nil:
		v, _ := e.from(len(e.Path))
		if i := len(s.pathOf(at.parent)) + 1; i < len(e.Path) {
			v, _ = e.from(i)
		}
		new := dumped{value: dumpValue(v)}
		if key, ok := e.Path[len(s.pathOf(at.parent))].(string); ok {
			new.key = dumpValue(&Value{Text: key})
		}
		d.added = map[*third.Node]dumped{s.theirs(at.parent): new}
	case e.Value == nil:
		n := at.node
		if n.role == valueRole {
			n = s.keyOf(n)
		}
		d.removed = map[*third.Node]bool{s.theirs(n): true}
	default:
		d.replaced = map[*third.Node]*Value{s.theirs(at.node): e.Value}
		if e.leaves(at.node) != nil {
			d.free = map[*third.Node]bool{s.theirs(at.node): true}
		}
	}
	return d
}

// pathOf returns the path of a node: as long as it is deep.
func (s *subject) pathOf(n *Node) []*Node {
	var path []*Node
	for ; n.role != rootRole; n = &s.nodes[s.parents[n.index]] {
		path = append(path, n)
	}
	slices.Reverse(path)
	return path
}

// theirs returns the third reader's node for one of ours.
func (s *subject) theirs(n *Node) *third.Node {
	v, parent := s.third, s.Root
	for _, n := range s.pathOf(n) {
		v = v.Content[slices.Index(parent.Content, n)]
		parent = n
	}
	return v
}

// release frees a node and everything in it.
func (d *dumper) release(v *third.Node) {
	d.free[v] = true
	for _, c := range v.Content {
		d.release(c)
	}
}

func (d *dumper) dump(v *third.Node) string {
	properties := ""
	if v.Anchor != "" && !d.free[v] {
		properties = "&" + v.Anchor + " "
	}
	if value, ok := d.replaced[v]; ok {
		return properties + dumpValue(value)
	}
	if v.Style&third.TaggedStyle != 0 && !d.free[v] {
		properties += v.Tag + " "
	}
	switch v.Kind {
	case third.AliasNode:
		if d.free[v] {
			inner := &dumper{free: map[*third.Node]bool{}}
			inner.release(v.Alias)
			return inner.dump(v.Alias)
		}
		if d.inAlias {
			return "*" + v.Value
		}
		inner := *d
		inner.inAlias = true
		return "*" + v.Value + "=" + inner.dump(v.Alias)
	case third.ScalarNode:
		return properties + dumpScalar(v)
	}
	var parts []dumped
	step := 1
	if v.Kind == third.MappingNode {
		step = 2
	}
	for i := 0; i < len(v.Content); i += step {
		if d.removed[v.Content[i]] {
			continue
		}
		part := dumped{value: d.dump(v.Content[i+step-1])}
		if step == 2 {
			part.key = d.dump(v.Content[i])
		}
		parts = append(parts, part)
	}
	if part, ok := d.added[v]; ok {
		parts = append(parts, part)
	}
	return properties + dumpParts(step == 2, parts)
}

func dumpParts(mapping bool, parts []dumped) string {
	if !mapping {
		return fmt.Sprintf("[%v]", parts)
	}
	slices.SortStableFunc(parts, func(a, b dumped) int { return strings.Compare(a.key, b.key) })
	return fmt.Sprintf("{%v}", parts)
}

// dumpScalar writes what a scalar means to the third reader: a string, or text of another kind.
func dumpScalar(v *third.Node) string {
	if v.Style&^third.TaggedStyle == 0 && v.ShortTag() != "!!str" {
		return "plain " + v.Value
	}
	return fmt.Sprintf("%q", v.Value)
}

func dumpValue(v *Value) string {
	switch {
	case v.Kind == Scalar && v.Writing == Verbatim:
		return dumpScalar(&third.Node{Kind: third.ScalarNode, Value: v.Text})
	case v.Kind == Scalar:
		return fmt.Sprintf("%q", v.Text)
	}
	var parts []dumped
	for i, item := range v.Items {
		part := dumped{value: dumpValue(item)}
		if v.Kind == Mapping {
			part.key = dumpValue(&Value{Text: v.Keys[i]})
		}
		parts = append(parts, part)
	}
	return dumpParts(v.Kind == Mapping, parts)
}
