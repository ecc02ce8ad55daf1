package eval

import (
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// allFinals returns what is final in the effective values of an environment. Of two declarations of one path the
// lower counts, since the upper is ignored.
func (e *env) allFinals() *syntax.Finals {
	if e.combined {
		return e.finals
	}
	e.combined = true
	for _, edge := range e.imports {
		if edge.merges() {
			e.finals = mergeFinals(e.finals, edge.env.allFinals())
		}
	}
	if e.usable() {
		e.finals = mergeFinals(e.finals, e.doc.Finals)
	}
	return e.finals
}

// mergeFinals returns what is final in a lower or an upper layer.
func mergeFinals(lower, upper *syntax.Finals) *syntax.Finals {
	switch {
	case lower == nil || lower == upper:
		return upper
	case upper == nil:
		return lower
	}
	both := &syntax.Finals{Final: lower.Final, Members: make(map[string]*syntax.Finals, len(lower.Members))}
	if both.Final == nil {
		both.Final = upper.Final
	}
	for key, below := range lower.Members {
		both.Members[key] = below
	}
	for key, below := range upper.Members {
		both.Members[key] = mergeFinals(both.Members[key], below)
	}
	return both
}

// applyFinals drops the layers of a slot that are above one that is final, with a warning each, and the layers that
// would replace an object in which something is final. It is false if the shape of a layer has to be waited for.
func (o *operation) applyFinals(t *task, s *slot) bool {
	var kept []layer
	var final, within *syntax.Expr // what is final at the path, what is below it
	for _, l := range slices.Backward(s.layers) {
		if final != nil {
			if l.finals == nil || l.finals.Final != final {
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
		if l.finals != nil {
			final = l.finals.Final
			if below := anyFinal(l.finals); within == nil {
				within = below
			}
		}
	}
	slices.Reverse(kept)
	s.layers = kept
	s.settled = true
	return true
}

// anyFinal returns the first declaration below a path, in the order of names.
func anyFinal(f *syntax.Finals) *syntax.Expr {
	keys := make([]string, 0, len(f.Members))
	for key := range f.Members {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		below := f.Members[key]
		if below.Final != nil {
			return below.Final
		}
		if e := anyFinal(below); e != nil {
			return e
		}
	}
	return nil
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
