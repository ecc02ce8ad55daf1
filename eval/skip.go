package eval

import (
	"fmt"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// skipRotation reports a rotation that cannot begin, and where the cause is.
func (o *operation) skipRotation(run *rotationRun) {
	run.settled = true
	hint := ""
	if cause := o.causeIn(o.root, run.expr.Call.Arg); cause != nil {
		d := cause.diagnostic()
		hint = fmt.Sprintf("see %s at %s:%d:%d", d.Code, d.Range.Environment, d.Range.Begin.Line, d.Range.Begin.Column)
	}
	not := "rotated"
	if o.request.inquiry != nil {
		not = o.request.inquiry.skipped
	}
	before := len(o.found)
	o.reportExpr(run.expr, "rotation-skipped", "not "+not+" because its inputs or state are not known", hint)
	o.tellFailed(run, before)
}

// causeIn returns why an expression is not known: what was found of it or of what it needs, at the nearest place; nil for
// nothing.
func (o *operation) causeIn(env *env, e *syntax.Expr) *finding {
	queue, seen := []place{{env: env, expr: e}}, map[*syntax.Expr]bool{}
	for len(queue) > 0 {
		p := queue[0].top()
		queue = queue[1:]
		if def := p.val.def; p.isValue() && def != nil && def.Doc != nil {
			p = place{env: o.envOf(def.Doc), expr: def}
		}
		if p.expr == nil || seen[p.expr] {
			continue
		}
		nodes := map[*yamltext.Node]bool{}
		p.expr.Walk(func(e *syntax.Expr) { seen[e], nodes[e.Node] = true, true })
		for _, m := range mentions(p.expr) {
			if to, ok := o.resolve(nil, p.env, m.expr, m.part.Path); ok {
				queue = append(queue, to)
			}
		}
		if cause := o.firstAt(nodes); cause != nil {
			return cause
		}
	}
	return nil
}

// firstAt returns the first finding at any of the nodes that explains why something is not known.
func (o *operation) firstAt(nodes map[*yamltext.Node]bool) (first *finding) {
	for i := range o.found {
		f := &o.found[i]
		explains := !f.Warning || f.Code == "not-rotated"
		if explains && nodes[f.mark.Node] && (first == nil || o.compareMarks(f.mark, first.mark) < 0) {
			first = f
		}
	}
	return first
}
