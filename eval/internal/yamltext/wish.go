package yamltext

// wish is the tree that an edited document must have.
type wish struct {
	root    *wished           // nil: nothing in the document
	first   bool              // members that are added go first
	aliases []*wished         // of the old tree
	copies  map[*Node]*wished // of the nodes that aliases name
}

// wished is a node of that tree: one of the old tree, with what changes.
type wished struct {
	old     *Node  // nil if it is new
	value   *Value // what is to be written here; nil if the old node stays
	parent  *wished
	key     *wished   // of a member of a mapping
	content []*wished // items; of a mapping the values of its members
	target  *wished   // of an alias; nil if the alias stands in what it names

	gone     bool // removed; of a member, its key too
	touched  bool // something in it changes
	reshaped bool // members are added or removed

	names map[string]*wished // members that are there, by key; made when it is first needed
	twice map[string]bool    // keys that stand there twice
}

// newWish copies the tree of a document.
func newWish(d *Document, first bool) *wish {
	w := &wish{first: first, copies: map[*Node]*wished{}}
	if d.Root != nil {
		w.root = w.copy(d.Root, nil)
	}
	return w
}

func (w *wish) copy(n *Node, parent *wished) *wished {
	c := &wished{old: n, parent: parent}
	if n.Anchor != "" {
		w.copies[n] = c
	}
	if n.Target != nil {
		c.target = w.copies[n.Target]
		w.aliases = append(w.aliases, c)
	}
	for i := 0; i < len(n.Content); i++ {
		var key *wished
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
func (w *wish) orphan() *Node {
	for _, a := range w.aliases {
		if a.there() && !a.target.there() {
			return a.target.old
		}
	}
	return nil
}

// there reports whether a node of the old tree stays, with or without another value.
func (w *wished) there() bool {
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

// granted reports whether a document has the tree that is wished for: kinds, texts, tags, anchors and
// what every alias names. The style of what stays is the same too.
func (w *wish) granted(d *Document) bool {
	if w.root == nil || d.Root == nil {
		return w.root == nil && d.Root == nil
	}
	return w.root.matches(d.Root, map[*wished]*Node{})
}

// matches compares a node with one of the new document. What came before is in seen.
func (w *wished) matches(n *Node, seen map[*wished]*Node) bool {
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
		for _, part := range []*wished{c.key, c} {
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
		r, issue := Resolve(n, 0, 0)
		return issue == nil && r == stringOf(v.Text)
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
