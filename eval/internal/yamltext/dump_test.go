package yamltext

import (
	"fmt"
	"slices"
	"strings"

	third "go.yaml.in/yaml/v3"
)

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

// dumpScalar writes what a scalar means. A string that the third reader takes for something else is no
// string.
func dumpScalar(v *third.Node) string {
	n := &Node{Value: v.Value, Style: thirdStyle(v)}
	if v.Style&third.TaggedStyle != 0 {
		n.Tag = v.Tag
	}
	r, _ := Resolve(n, 0, 0)
	switch {
	case r.Kind != String:
		return fmt.Sprint(r)
	case v.Style == 0 && v.ShortTag() != "!!str":
		return v.ShortTag() + v.Value
	default:
		return fmt.Sprintf("%q", v.Value)
	}
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
