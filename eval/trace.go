package eval

import "github.com/escapement-go/escapement/eval/internal/syntax"

// An overridden is a contribution below the one that made a value, as a trace shows it: nothing is kept of it but
// where it stands, and its text if that is a literal.
type overridden struct {
	def    *syntax.Expr
	secret bool
	below  *overridden
}

// overridden returns what a value overrides, as far as the documents alone show it: nothing is evaluated for it.
func (s *slot) overridden() *overridden {
	var top *overridden
	layers := s.written()
	for i := len(layers) - 1; i >= 1; i-- {
		def := s.definition(layers[i])
		if def == nil || def.Doc == nil {
			continue
		}
		top = &overridden{def: def, secret: def.HoldsSecret(), below: top}
	}
	return top
}

// written returns the layers of a slot that the documents show, highest first.
func (s *slot) written() []place {
	if s.parent == nil {
		return s.documents(map[*slot]bool{})
	}
	var layers []place
	for _, above := range s.parent.written() {
		if above.expr.Kind != syntax.Mapping {
			break
		}
		if e := above.expr.Member(s.key); e != nil {
			layers = append(layers, place{env: above.env, expr: e})
		}
	}
	return layers
}

// documents returns what an environment and those that it imports write under "values", each once.
func (s *slot) documents(seen map[*slot]bool) []place {
	var layers []place
	seen[s] = true
	for _, l := range s.layers {
		switch {
		case l.expr != nil:
			layers = append(layers, l.place)
		case l.slot != nil && !seen[l.slot]:
			layers = append(layers, l.slot.documents(seen)...)
		}
	}
	return layers
}
