package yamltext

import (
	"math"

	"go.yaml.in/yaml/v4"
)

// build makes the document's own nodes of the library's tree, and checks what a tree can violate:
// depth, the number of nodes with aliases expanded, and aliases inside their own anchors.
func (d *Document) build(tree *yaml.Node, limits Limits) []Issue {
	if tree == nil {
		return nil
	}
	total := count(tree)
	b := &builder{
		doc:     d,
		limits:  limits,
		links:   make([]*Node, total-1),
		anchors: map[*yaml.Node]*anchored{},
	}
	d.nodes = make([]Node, 0, total)
	d.parents = make([]int32, 0, total)
	root, _ := b.node(tree, rootRole, -1, 0)
	if b.failure != nil {
		d.nodes, d.parents = nil, nil
		return append(b.issues, *b.failure)
	}
	d.Root = root
	return b.issues
}

func count(tree *yaml.Node) int {
	n := 1
	for _, c := range tree.Content {
		n += count(c)
	}
	return n
}

// builder is the state of one walk over the library's tree, in the order of the text.
type builder struct {
	doc     *Document
	limits  Limits
	links   []*Node // what is left of the memory for the nodes' contents
	used    int     // nodes so far, aliases expanded
	anchors map[*yaml.Node]*anchored
	issues  []Issue
	failure *Issue // ends the walk
}

// anchored is what is known of a node that aliases may name.
type anchored struct {
	node   *Node
	size   int  // nodes in it, aliases expanded
	height int  // levels of collections in it
	open   bool // the walk is still inside
}

// node builds one node and what is in it, and returns it with its height.
func (b *builder) node(v *yaml.Node, r role, parent int32, depth int) (*Node, int) {
	d := b.doc
	d.nodes = append(d.nodes, Node{
		role:   r,
		index:  int32(len(d.nodes)),
		Style:  styleOf(v),
		Tag:    explicitTag(v),
		Value:  v.Value,
		Anchor: v.Anchor,
		Line:   v.Line,
		Column: v.Column,
	})
	d.parents = append(d.parents, parent)
	n := &d.nodes[len(d.nodes)-1]
	b.spend(n, 1)

	var a *anchored
	before := b.used - 1
	if v.Anchor != "" {
		a = &anchored{node: n, open: true}
		b.anchors[v] = a
	}
	height := 0
	switch v.Kind {
	case yaml.AliasNode:
		n.Kind = Alias
		height = b.alias(n, b.anchors[v.Alias], depth)
	case yaml.SequenceNode, yaml.MappingNode:
		n.Kind = List
		if v.Kind == yaml.MappingNode {
			n.Kind = Mapping
		}
		height = b.content(n, v.Content, depth+1) + 1
	}
	if a != nil {
		a.size, a.height, a.open = b.used-before, height, false
	}
	return n, height
}

// content builds what is in a collection at the given depth, and returns its height.
func (b *builder) content(n *Node, content []*yaml.Node, depth int) int {
	if depth > b.limits.Depth {
		b.tooDeep(n)
		return 0
	}
	n.Content, b.links = b.links[:0:len(content)], b.links[len(content):]
	height := 0
	for i, v := range content {
		r := itemRole
		if n.Kind == Mapping {
			r = keyRole + role(i%2)
		}
		child, h := b.node(v, r, n.index, depth)
		if b.failure != nil {
			return 0
		}
		n.Content = append(n.Content, child)
		height = max(height, h)
	}
	return height
}

// alias sets the target of an alias, unless the alias stands in it, and returns the target's height.
func (b *builder) alias(n *Node, target *anchored, depth int) int {
	if target == nil || target.open {
		issue := newIssue("alias-cycle", "alias %q contains itself", n.Value)
		b.issues = append(b.issues, *issue.at(b.doc.Span(n)))
		return 0
	}
	if depth+target.height > b.limits.Depth {
		b.tooDeep(n)
		return 0
	}
	n.Target = target.node
	b.spend(n, target.size-1)
	return target.height
}

// spend counts nodes and ends the walk when there are too many.
func (b *builder) spend(n *Node, nodes int) {
	b.used = min(b.used+nodes, math.MaxInt/2)
	if b.limits.Nodes > 0 && b.used > b.limits.Nodes && b.failure == nil {
		begin := b.doc.index().offset(n.Line, n.Column)
		issue := newIssue("too-many-nodes", "document has more than %d nodes", b.limits.Nodes)
		b.failure = issue.at(b.doc.index().span(begin, b.doc.lineTail(begin)))
	}
}

func (b *builder) tooDeep(n *Node) {
	if b.failure == nil {
		b.failure = b.doc.tooDeep(b.doc.index().offset(n.Line, n.Column), b.limits.Depth)
	}
}

// explicitTag returns the tag that is written. The library fills in those that are not.
func explicitTag(v *yaml.Node) string {
	if v.Style&yaml.TaggedStyle != 0 || v.Tag == "!" {
		return v.Tag
	}
	return ""
}

func styleOf(v *yaml.Node) Style {
	switch {
	case v.Kind == yaml.SequenceNode, v.Kind == yaml.MappingNode:
		if v.Style&yaml.FlowStyle != 0 {
			return Flow
		}
		return Block
	case v.Style&yaml.DoubleQuotedStyle != 0:
		return DoubleQuoted
	case v.Style&yaml.SingleQuotedStyle != 0:
		return SingleQuoted
	case v.Style&yaml.LiteralStyle != 0:
		return Literal
	case v.Style&yaml.FoldedStyle != 0:
		return Folded
	default:
		return Plain
	}
}
