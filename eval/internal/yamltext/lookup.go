package yamltext

import "slices"

// Lookup returns the node at a path of string keys, as YAML reads them, and int indices. It follows aliases. It is nil if
// the path leads nowhere; of a key that stands there twice it is the first.
func (d *Document) Lookup(path []any) *Node {
	n := d.Root
	for _, step := range path {
		for n != nil && n.Kind == Alias {
			n = n.Target
		}
		if n == nil {
			return nil
		}
		n = n.child(step)
	}
	return n
}

// Same reports whether two nodes are written alike but for style, place and comments: the same kinds, texts, tags and
// anchors in the same order. Nil is the same as nil only.
func Same(a, b *Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind || a.Value != b.Value || a.Tag != b.Tag || a.Anchor != b.Anchor ||
		(a.Style == Plain) != (b.Style == Plain) && a.Kind == Scalar || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !Same(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// PathOf returns the path by which Lookup finds a node of the document, as it is written there.
func (d *Document) PathOf(n *Node) []any {
	var path []any
	for i := n.index; d.parents[i] >= 0; i = d.parents[i] {
		path = append(path, d.stepTo(&d.nodes[d.parents[i]], &d.nodes[i]))
	}
	slices.Reverse(path)
	return path
}

// stepTo returns the step from a collection to a value in it.
func (d *Document) stepTo(parent, n *Node) any {
	i := slices.Index(parent.Content, n)
	if parent.Kind == List {
		return i
	}
	key, _ := keyText(parent.Content[i-i%2])
	return key
}
