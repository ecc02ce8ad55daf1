package eval

import "github.com/escapement-go/escapement/eval/internal/syntax"

// checkExposed warns about properties of the root that feed an input which only a rotation needs: since they are values
// themselves, every open evaluates them.
func (o *operation) checkExposed() {
	acting := map[*syntax.Expr]bool{}
	for _, e := range o.root.doc.Rotates {
		rotator := o.Rotators[e.Call.Plugin]
		if rotator == nil || e.Call.Inputs.Kind != syntax.Mapping {
			continue
		}
		_, c := o.rotatorContract(e)
		for _, m := range e.Call.Inputs.Members {
			if c.inputs.RotateOnlyProperty(m.Key) {
				o.warnExposed(m.Key, m.Value, acting)
			}
		}
	}
}

// warnExposed warns of the properties that an input reads. It keeps in acting which of them act.
func (o *operation) warnExposed(input string, e *syntax.Expr, acting map[*syntax.Expr]bool) {
	e.Walk(func(e *syntax.Expr) {
		for _, part := range e.Parts {
			property := o.root.doc.Lookup(part.Path)
			if property == nil {
				continue
			}
			if _, known := acting[property]; !known {
				acting[property] = acts(property)
			}
			if acting[property] {
				o.warn(property.Mark(), "rotate-only-exposed",
					quoted(property.Path())+" feeds the rotate-only input "+quoted(input)+
						" and is itself a value, so every open evaluates it",
					"move it to another environment").Path = exprPath(property)
			}
		}
	})
}

// acts reports whether evaluating an expression calls a provider or reaches into another environment.
func acts(e *syntax.Expr) (found bool) {
	e.Walk(func(e *syntax.Expr) {
		found = found || e.Kind == syntax.Open
		for _, part := range e.Parts {
			found = found || len(part.Path) > 0 && part.Path[0].Name == "environments"
		}
	})
	return found
}
