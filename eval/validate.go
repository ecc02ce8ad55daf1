package eval

import (
	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// evalValidate computes fn::validate: the value as it is, once it has been compared with the schema.
func (o *operation) evalValidate(t *task) (Value, bool) {
	call := t.expr.Call
	described, ok := o.eval(t, place{env: t.env, expr: call.Schema})
	v, done := o.eval(t, place{env: t.env, expr: call.Value})
	if !ok || !done {
		return Value{}, false
	}
	if described.data().unknownBelow {
		if !t.again && !o.performing {
			t.again = true
			o.again = append(o.again, t)
		}
		return v, true
	}
	o.count((described.data().size + v.data().size) / nodeSize)
	s, problems := schema.Parse(described.Plain())
	for _, problem := range problems {
		o.reportProblem(call.Schema, described, problem)
	}
	if s != nil {
		o.validate(call.Value, v, s.Validate(v.Plain()))
	}
	return v, true
}

// reportProblem reports what is wrong with a schema, at the part of it that is written out.
func (o *operation) reportProblem(e *syntax.Expr, v Value, p schema.Problem) {
	at, rest := locate(e, p.Path)
	mark := at.Mark()
	if p.Code == "unsupported-keyword" && len(p.Path) > 0 && len(rest) == 0 {
		mark = keyMark(e, p.Path)
	}
	found := o.add(finding{mark: mark, Diagnostic: Diagnostic{
		Code: p.Code, Message: p.Message + atPath(rest), Hint: p.Hint, Warning: p.Warning, Path: exprPath(at),
	}})
	if def := o.origin(definitionAt(v, p.Path)); len(rest) > 0 && def != nil && !def.Within(e) {
		found.relate("the schema is defined here", def.Mark())
	}
}
