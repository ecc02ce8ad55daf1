package yamltext

// wanted is the tree that an edited document must have.
type wanted struct {
	doc     *Document
	root    *wantedNode           // nil: nothing in the document
	first   bool                  // members that are added go first
	aliases []*wantedNode         // of the old tree
	copies  map[*Node]*wantedNode // of the nodes that aliases name
	keys    bool                  // an alias is a key
}

// wantedNode is a node of that tree: one of the old tree, with what changes.
type wantedNode struct {
	old     *Node  // nil if it is new
	value   *Value // what is to be written here; nil if the old node stays
	parent  *wantedNode
	key     *wantedNode   // of a member of a mapping
	content []*wantedNode // items; of a mapping the values of its members
	target  *wantedNode   // of an alias; nil if the alias stands in what it names

	gone     bool // removed; of a member, its key too
	touched  bool // something in it changes
	reshaped bool // members are added or removed

	names map[string]*wantedNode // members that are there, by key; made when it is first needed
	twice map[string]bool        // keys that stand there twice
}

// newWanted copies the tree of a document.
func newWanted(d *Document, first bool) *wanted {
	w := &wanted{doc: d, first: first, copies: map[*Node]*wantedNode{}}
	if d.Root != nil {
		w.root = w.copy(d.Root, nil)
	}
	return w
}

func (w *wanted) copy(n *Node, parent *wantedNode) *wantedNode {
	c := &wantedNode{old: n, parent: parent}
	if n.Anchor != "" {
		w.copies[n] = c
	}
	if n.Target != nil {
		c.target = w.copies[n.Target]
		w.aliases = append(w.aliases, c)
		w.keys = w.keys || n.role == keyRole
	}
	for i := 0; i < len(n.Content); i++ {
		var key *wantedNode
		if n.Kind == Mapping {
			key = w.copy(n.Content[i], c)
			i++
		}
		value := w.copy(n.Content[i], c)
		value.key = key
		c.content = append(c.content, value)
	}
	return c
}

// orphan returns a node that is no longer there and that an alias names; nil if there is none.
func (w *wanted) orphan() *Node {
	for _, a := range w.aliases {
		if a.value == nil && a.there() && !a.target.there() {
			return a.target.old
		}
	}
	return nil
}

// there reports whether a node of the old tree stays, with or without another value.
func (w *wantedNode) there() bool {
	if w.gone {
		return false
	}
	for at := w.parent; at != nil; at = at.parent {
		if at.value != nil || at.gone {
			return false
		}
	}
	return true
}

// isIn reports whether a document has the tree that is wanted: kinds, texts, tags, anchors and
// what every alias names. The style of what stays is the same too.
func (w *wanted) isIn(d *Document) bool {
	if w.root == nil || d.Root == nil {
		return w.root == nil && d.Root == nil
	}
	return w.root.matches(d.Root, map[*wantedNode]*Node{})
}

// matches compares a node with one of the new document. What came before is in seen.
func (w *wantedNode) matches(n *Node, seen map[*wantedNode]*Node) bool {
	seen[w] = n
	if w.value != nil {
		anchor := ""
		if w.old != nil {
			anchor = w.old.Anchor
		}
		return n.Anchor == anchor && n.Tag == "" && w.value.matches(n)
	}
	old := w.old
	if n.Kind != old.Kind || n.Value != old.Value || n.Tag != old.Tag || n.Anchor != old.Anchor ||
		n.Style != old.Style && !w.reshaped {
		return false
	}
	if n.Kind == Alias {
		return n.Target == nil && w.target == nil ||
			n.Target != nil && w.target != nil && n.Target == seen[w.target]
	}
	left := n.Content
	for _, c := range w.content {
		if c.gone {
			continue
		}
		for _, part := range []*wantedNode{c.key, c} {
			if part == nil {
				continue
			}
			if len(left) == 0 || !part.matches(left[0], seen) {
				return false
			}
			left = left[1:]
		}
	}
	return len(left) == 0
}

// matches reports whether a node, its own anchor and tag apart, is what the value says.
func (v *Value) matches(n *Node) bool {
	if n.Kind != v.Kind || len(n.Content) != len(v.Keys)+len(v.Items) {
		return false
	}
	switch {
	case v.Kind == Scalar && v.Writing == Verbatim:
		return n.Style == Plain && n.Value == v.Text
	case v.Kind == Scalar:
		r, ok := meaning(n)
		return ok && r == stringOf(v.Text)
	}
	for i, c := range n.Content {
		want := &Value{}
		switch {
		case v.Kind == List:
			want = v.Items[i]
		case i%2 == 0:
			want.Text = v.Keys[i/2]
		default:
			want = v.Items[i/2]
		}
		if c.Anchor != "" || c.Tag != "" || !want.matches(c) {
			return false
		}
	}
	return true
}
