package eval

import (
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// finals are what is final in a layer, at one path and below it: a tree of each document that says so, lowest first.
// Of two declarations of one path the lower counts, since the upper is ignored.
type finals []*syntax.Finals

// allFinals returns what is final in the effective values of an environment.
func (e *env) allFinals() finals {
	if e.combined {
		return e.finals
	}
	e.combined = true
	seen := map[*syntax.Finals]bool{nil: true}
	add := func(all finals) {
		for _, f := range all {
			if !seen[f] {
				seen[f] = true
				e.finals = append(e.finals, f)
			}
		}
	}
	for _, edge := range e.imports {
		if edge.merges() {
			add(edge.env.allFinals())
		}
	}
	if e.usable() {
		add(finals{e.doc.Finals})
	}
	return e.finals
}

// at returns what is final at a member and below it.
func (fs finals) at(key string) (below finals) {
	for _, f := range fs {
		if m := f.Members[key]; m != nil {
			below = append(below, m)
		}
	}
	return below
}

// here returns the call that makes the path itself final; nil if none does.
func (fs finals) here() *syntax.Expr {
	for _, f := range fs {
		if f.Final != nil {
			return f.Final
		}
	}
	return nil
}

// below returns the first declaration below the path, in the order of names; nil if there is none.
func (fs finals) below() *syntax.Expr {
	var first []string
	for _, f := range fs {
		if f.Members != nil {
			first = append(first, f.First)
		}
	}
	if first == nil {
		return nil
	}
	member := fs.at(slices.Min(first))
	if final := member.here(); final != nil {
		return final
	}
	return member.below()
}

// applyFinals drops the layers of a slot that are above one that is final, with a warning each, and the layers that
// would replace an object in which something is final. It is false if the shape of a layer has to be waited for.
func (o *operation) applyFinals(t *task, s *slot) bool {
	var kept []layer
	var final, within *syntax.Expr // what is final at the path, what is below it
	for _, l := range slices.Backward(s.layers) {
		if final != nil {
			if l.finals.here() != final {
				o.warnFinal(s, l, final)
			}
			continue
		}
		if within != nil {
			shape, ok := o.shape(t, l.place)
			if !ok {
				return false
			}
			if o.class(shape) == notObject {
				o.warnFinal(s, l, within)
				continue
			}
			s.uncertain = s.uncertain || o.class(shape) == maybeObject
		}
		kept = append(kept, l)
		final = l.finals.here()
		if within == nil {
			within = l.finals.below()
		}
	}
	slices.Reverse(kept)
	s.layers = kept
	s.settled = true
	return true
}

// warnFinal reports a contribution that is ignored because something below it is final.
func (o *operation) warnFinal(s *slot, ignored layer, final *syntax.Expr) {
	e := ignored.within
	if e == nil {
		e = s.definition(ignored.place)
	}
	if e == nil || e.Doc == nil {
		return
	}
	found := o.warn(e.Mark(), "final-override", quoted(final.Path())+" is final", "this value is ignored")
	found.Path = exprPath(e)
	found.relate("it is final here", final.Mark())
}
