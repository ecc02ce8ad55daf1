package syntax

import "github.com/escapement-go/escapement/eval/internal/yamltext"

// A Spot is the innermost thing that is written at a place of a document.
type Spot struct {
	Node     *yamltext.Node // the key or the value
	Key      bool           // Node is a key: that of Expr, or the name of the function that it calls
	Expr     *Expr          // nil outside "values"
	Part     int            // of Expr.Parts; -1 for none
	Accessor int            // of that part's path; -1 for none
	Import   *Import        // an item of "imports"; nil if it is none
}

// Spot finds what is written at a byte of the document. It is false if there is nothing but the document itself.
func (d *Document) Spot(offset int) (s Spot, ok bool) {
	f := finder{source: d.Source, offset: offset, spot: Spot{Part: -1, Accessor: -1}, seen: map[*Expr]bool{}}
	if d.Source.Root == nil || !f.node(d.Source.Root) {
		return f.spot, false
	}
	for i := range d.Imports {
		if n := d.Imports[i].Mark.Node; f.at(n) {
			f.spot.Node, f.spot.Import = n, &d.Imports[i]
			return f.spot, true
		}
	}
	if d.Values != nil {
		f.expr(d.Values)
	}
	return f.spot, true
}

// A finder looks for a place.
type finder struct {
	source *yamltext.Document
	offset int
	spot   Spot
	seen   map[*Expr]bool // aliases lead to an expression again
}

// at reports whether a node is where the place is.
func (f *finder) at(n *yamltext.Node) bool { return n != nil && f.source.Span(n).Contains(f.offset) }

// node goes down to the innermost node at the place.
func (f *finder) node(n *yamltext.Node) bool {
	if !f.at(n) {
		return false
	}
	f.spot.Node, f.spot.Key = n, false
	for i, part := range n.Content {
		if f.node(part) {
			f.spot.Key = f.spot.Key || n.Kind == yamltext.Mapping && i%2 == 0 && f.spot.Node == part
			break
		}
	}
	return true
}

// expr goes down to the innermost expression at the place.
func (f *finder) expr(e *Expr) bool {
	if f.seen[e] || !f.at(e.Node) {
		return false
	}
	f.seen[e] = true
	f.spot.Expr = e
	for i := range e.Members {
		m := &e.Members[i]
		if m.KeyNode == f.spot.Node {
			f.spot.Expr = m.Value
			return true
		}
		if f.expr(m.Value) {
			return true
		}
	}
	for _, item := range e.Items {
		if f.expr(item) {
			return true
		}
	}
	if e.Call != nil && e.Call.Arg != nil && e.Call.KeyNode != f.spot.Node {
		f.expr(e.Call.Arg)
		return true
	}
	f.part(e)
	return true
}

// part finds the accessor of an interpolation.
func (f *finder) part(e *Expr) {
	for i, part := range e.Parts {
		for j, a := range part.Path {
			if e.PartMark(int(a.From), int(a.To)).Span().Contains(f.offset) {
				f.spot.Part, f.spot.Accessor = i, j
				return
			}
		}
	}
}
