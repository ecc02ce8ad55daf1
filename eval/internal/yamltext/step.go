package yamltext

import "slices"

// step is one change of the text, of which an edit needs none, one, or several.
type step struct {
	kind  stepKind
	node  *Node // what is replaced or removed, or what gets a member
	key   string
	keys  Writing // how the key is written
	value *Value
}

type stepKind uint8

const (
	writeStep   stepKind = iota // into a document in which there is nothing
	replaceStep                 // the node
	addStep                     // a member or an item to the node
	removeStep                  // the node, and its key
	emptyStep                   // the node's only member or item
)

// apply makes an edit of the tree that is wanted, and returns what that means for the old one.
func (w *wanted) apply(e Edit) ([]step, error) {
	if w.keys && w.root.touched {
		return nil, errApart // a key may have another text now
	}
	at := w.root
	for i, part := range e.Path {
		if at == nil || at.isNull() {
			return w.fill(at, e, i)
		}
		next, err := w.child(at, part)
		if err != nil {
			return nil, err
		}
		if next == nil {
			return w.add(at, part, e, i)
		}
		at = next
	}
	switch {
	case at == nil:
		return w.fill(at, e, len(e.Path))
	case at.touched || at.old == nil:
		return nil, errApart
	case e.Value == nil:
		return at.remove()
	case e.Value.equals(at.old):
		return nil, nil
	}
	if leaves := e.leaves(at.old); leaves != nil {
		var steps []step
		for _, leaf := range leaves {
			more, err := w.apply(leaf)
			if err != nil {
				return nil, err
			}
			steps = append(steps, more...)
		}
		return steps, nil
	}
	return at.replace(e.Value), nil
}

// isNull reports whether a node is a null, which a mapping may take the place of.
func (w *wantedNode) isNull() bool {
	if w.old == nil || w.touched || w.old.Kind != Scalar {
		return false
	}
	r, ok := meaning(w.old)
	return ok && r.Kind == Null
}

// child returns a member or an item of a node; nil if there is none.
func (w *wanted) child(at *wantedNode, part any) (*wantedNode, error) {
	if at.old == nil || at.value != nil {
		return nil, errApart
	}
	name, isName := part.(string)
	switch {
	case at.old.Kind == Alias:
		return nil, refuse(aliasOnPath, w.doc.Span(at.old))
	case at.old.Kind == Mapping && isName:
		at.index()
		if at.twice[name] {
			return nil, refuse(repeatedKey, w.doc.Span(at.names[name].key.old))
		}
		return at.names[name], nil
	case at.old.Kind == List && !isName:
		return w.item(at, part.(int))
	default:
		return nil, refuse(scalarOnPath, w.doc.Span(at.old))
	}
}

// item returns item i of a list; nil if there are i items.
func (w *wanted) item(at *wantedNode, i int) (*wantedNode, error) {
	for _, c := range at.content {
		switch {
		case c.gone:
		case i == 0:
			return c, nil
		default:
			i--
		}
	}
	if i > 0 {
		return nil, refuse(noSuchItem, w.doc.Span(at.old))
	}
	return nil, nil
}

// index makes the members of a mapping known by key.
func (w *wantedNode) index() {
	if w.names != nil {
		return
	}
	w.names, w.twice = map[string]*wantedNode{}, map[string]bool{}
	for _, c := range w.content {
		if text, ok := keyText(c.key.old); ok {
			w.twice[text] = w.names[text] != nil
			w.names[text] = c
		}
	}
}

// touch notes that something in a node changes.
func (w *wantedNode) touch() {
	for ; w != nil; w = w.parent {
		w.touched = true
	}
}

func (w *wantedNode) replace(v *Value) []step {
	w.value = v
	w.touch()
	return []step{{kind: replaceStep, node: w.old, value: v}}
}

func (w *wantedNode) remove() ([]step, error) {
	s := step{kind: removeStep, node: w.old}
	if w.parent.old.length() == 1 {
		if len(w.parent.content) > 1 { // the others are new
			return nil, errApart
		}
		s.kind, s.node = emptyStep, w.parent.old
	}
	w.gone = true
	w.touch()
	w.parent.reshaped = true
	if w.key != nil {
		w.key.gone = true
		text, _ := keyText(w.key.old)
		delete(w.parent.names, text)
	}
	return []step{s}, nil
}

// add adds what the path leads to from its part i on, if it is not to be removed.
func (w *wanted) add(to *wantedNode, part any, e Edit, i int) ([]step, error) {
	v, err := e.from(i + 1)
	if v == nil {
		return nil, err
	}
	c := &wantedNode{value: v, parent: to}
	s := step{kind: addStep, node: to.old, value: v}
	if name, ok := part.(string); ok {
		c.key = &wantedNode{value: &Value{Text: name}, parent: to}
		to.names[name] = c
		s.key = name
		if i == len(e.Path)-1 {
			s.keys = e.keys
		}
	}
	if w.first && to.old.Kind == Mapping && to.old.Style == Block {
		to.content = slices.Insert(to.content, 0, c)
	} else {
		to.content = append(to.content, c)
	}
	to.reshaped = true
	c.touch()
	return []step{s}, nil
}

// fill puts what the path leads to from its part i on in place of a null or of nothing.
func (w *wanted) fill(at *wantedNode, e Edit, i int) ([]step, error) {
	v, err := e.from(i)
	if v == nil {
		return nil, err
	}
	if at != nil {
		return at.replace(v), nil
	}
	w.root = &wantedNode{value: v, touched: true}
	return []step{{kind: writeStep, value: v}}, nil
}

// from returns the value of an edit in the mappings that its path has from part i on; nil if there is
// none.
func (e *Edit) from(i int) (*Value, error) {
	v := e.Value
	for j := len(e.Path) - 1; j >= i && v != nil; j-- {
		switch part := e.Path[j].(type) {
		case string:
			v = &Value{Kind: Mapping, Keys: []string{part}, Items: []*Value{v}}
		case int:
			if part > 0 {
				return nil, refuse(noSuchItem, Span{})
			}
			v = &Value{Kind: List, Items: []*Value{v}}
		}
	}
	return v, nil
}
