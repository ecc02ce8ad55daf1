package eval

import (
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// These bound what one explanation tells of.
const (
	maxExplained  = 200
	maxReferences = 1000
)

// An explainer explains values on behalf of a task, which is run again if anything has to be waited for.
type explainer struct {
	*operation
	task       *task
	seen       map[string]bool // what has been explained, by environment and path
	references int             // followed so far
	upToCalls  bool            // what calls of providers and rotators need is left out
	waits      bool
}

// explain explains the value at a path of an environment. The empty path is all of its values.
func (x *explainer) explain(e *env, path syntax.Path) *Explanation {
	to := &Explanation{Environment: e.name, Path: path.String()}
	if e.slot == nil || !x.evaluate(to, place{slot: e.slot}, e, path) {
		return to
	}
	key := to.Environment + " " + to.Path
	switch {
	case x.seen[key]:
		to.Repeated = true
		return to
	case len(x.seen) == maxExplained:
		to.Truncated = true
		return to
	}
	x.seen[key] = true
	contributions := x.contributions(e, path)
	x.assignRoles(contributions)
	for i := range contributions {
		to.Layers = append(to.Layers, x.describe(&contributions[i]))
	}
	return to
}

// evaluate finds the value at a path from a place. It is false if there is none, or not yet.
func (x *explainer) evaluate(to *Explanation, from place, e *env, path syntax.Path) bool {
	p, ok := walker{operation: x.operation, task: x.task, env: e, path: path}.from(from, 0)
	if ok && p.failed() {
		return false
	}
	if ok {
		to.Value, ok = x.eval(x.task, p)
	}
	to.Secret = to.Value.data().secretBelow
	x.waits = x.waits || !ok
	return ok
}

// describe turns a contribution into a layer.
func (x *explainer) describe(w *statement) Layer {
	l := Layer{Role: w.role, Part: w.part.String(), Kind: LayerUnread, Final: w.final}
	if w.expr == nil {
		l.Range.Environment = w.env.name
		return l
	}
	l.Range, l.Path, l.Secret = markRange(w.expr.Mark()), exprPath(w.expr), w.expr.HoldsSecret()
	l.Kind, l.Name = layerKind(w.expr)
	if isLiteral(w.expr) {
		l.Literal = Value{d: literalDatum(w.expr)}
	}
	for _, m := range x.referencesIn(w) {
		if x.references++; x.references > maxReferences {
			l.Truncated = true
			break
		}
		l.References = append(l.References, x.reference(w, m))
	}
	return l
}

// reference tells of an interpolation in a contribution, and explains what it refers to if the contribution counts.
func (x *explainer) reference(w *statement, m mention) Reference {
	switch {
	case w.role == RoleOverridden || w.role == RoleIgnored:
		return m.reference()
	case m.expr != w.expr: // an argument, which is needed as a whole
		return x.refer(w.env, m, nil)
	}
	return x.refer(w.env, m, w.part)
}

// layerKind says what an expression is, and which function it calls.
func layerKind(e *syntax.Expr) (kind LayerKind, name string) {
	switch e.Kind {
	case syntax.Null, syntax.Bool, syntax.Number, syntax.String:
		return LayerLiteral, ""
	case syntax.Template:
		return LayerText, ""
	case syntax.Ref:
		return LayerReference, ""
	case syntax.List:
		return LayerList, ""
	case syntax.Mapping:
		return LayerObject, ""
	case syntax.Secret, syntax.Cipher:
		return LayerSecret, ""
	case syntax.Open:
		return LayerProvider, e.Call.Plugin
	case syntax.Rotate:
		return LayerRotator, e.Call.Plugin
	case syntax.Validate, syntax.Func:
		return LayerFunction, e.Call.Name
	}
	return LayerUnread, ""
}

// A mention is an interpolation in an expression.
type mention struct {
	expr *syntax.Expr
	part syntax.Part
}

// mentions returns the interpolations that are written in an expression.
func mentions(e *syntax.Expr) (all []mention) {
	e.Walk(func(e *syntax.Expr) {
		for _, part := range e.Parts {
			if part.Path != nil {
				all = append(all, mention{e, part})
			}
		}
	})
	return all
}

// reference is what is written, without what it leads to.
func (m mention) reference() Reference {
	path := m.part.Path
	mark := m.expr.PartMark(int(path[0].From), int(path[len(path)-1].To))
	return Reference{Path: path.String(), Range: markRange(mark)}
}

// referencesIn returns what a contribution refers to. The members of objects and arrays are values of their own, and what
// a rotator needs is evaluated only where it stands in the root.
func (x *explainer) referencesIn(w *statement) []mention {
	switch w.expr.Kind {
	case syntax.Mapping, syntax.List:
		return nil
	case syntax.Open, syntax.Rotate:
		if x.upToCalls || w.expr.Kind == syntax.Rotate && w.env != x.root {
			return nil
		}
	}
	return mentions(w.expr)
}

// refer explains what an interpolation refers to, or the part of it that only a part of a value comes from.
func (x *explainer) refer(e *env, m mention, rest syntax.Path) Reference {
	path, to := m.part.Path, m.reference()
	p, ok := x.resolve(x.task, e, m.expr, path)
	if !ok || p.failed() {
		x.waits = x.waits || !ok
		return to
	}
	if m.expr.Kind == syntax.Ref {
		path = slices.Concat(path, rest)
	}
	switch path[0].Name {
	case "context":
		to.To = &Explanation{Path: path.String()}
		x.evaluate(to.To, place{val: x.contextValue(e)}, e, path[1:])
	case "imports":
		if len(path) > 1 {
			name, _ := syntax.CanonicalName(path[1].Name)
			to.To = x.explain(x.env(name), path[2:])
		}
	case "environments":
		name, _ := syntax.EnvironmentOf(path)
		to.To = x.explain(x.env(name), path[3:])
	default:
		to.To = x.explain(e, path)
	}
	return to
}
