package eval

import (
	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// validate reports violations, blaming the expression that is written for the offending part.
func (o *operation) validate(e *syntax.Expr, v Value, violations []schema.Violation) bool {
	for _, violation := range violations {
		o.reportViolation(e, v, violation)
	}
	return len(violations) == 0
}

func (o *operation) reportViolation(e *syntax.Expr, v Value, violation schema.Violation) {
	at, rest := locate(e, violation.Path)
	mark := at.Mark()
	if violation.Code == "unexpected-property" && len(rest) == 0 {
		mark = keyMark(e, violation.Path)
	}
	found := o.report(mark, violation.Code, violation.Message+atPath(rest), violation.Hint)
	found.Path = exprPath(at)
	if def := o.origin(definitionAt(v, violation.Path)); def != nil && def != at && !def.Within(e) {
		found.relate("the value is defined here", def.Mark())
	}
}

// keyMark is the key of the member that a path leads to.
func keyMark(e *syntax.Expr, path []any) syntax.Mark {
	parent, _ := locate(e, path[:len(path)-1])
	name, _ := path[len(path)-1].(string)
	return parent.KeyMark(name)
}

// locate follows a path through what is written out and returns where that ends, and the rest of the path.
func locate(e *syntax.Expr, path []any) (*syntax.Expr, []any) {
	for i, step := range path {
		var next *syntax.Expr
		switch step := step.(type) {
		case string:
			if e.Kind == syntax.Mapping {
				next = e.Member(step)
			}
		case int:
			if e.Kind == syntax.List && step < len(e.Items) {
				next = e.Items[step]
			}
		}
		if next == nil {
			return e, path[i:]
		}
		e = next
	}
	return e, nil
}

// origin follows references from the expression that made a value to the one that defines it.
func (o *operation) origin(e *syntax.Expr) *syntax.Expr {
	for range o.limits.Depth {
		if e == nil || e.Doc == nil || e.Kind != syntax.Ref {
			break
		}
		p, ok := o.resolve(nil, o.envOf(e.Doc), e, e.Parts[0].Path)
		if !ok {
			break
		}
		p = p.top()
		switch {
		case p.expr != nil:
			e = p.expr
		case p.val.def != nil && p.val.def != e:
			e = p.val.def
		default:
			return e
		}
	}
	return e
}

// envOf returns the environment of a document.
func (o *operation) envOf(doc *syntax.Document) *env {
	if doc == o.root.doc {
		return o.root
	}
	return o.envs[doc.Name]
}

// definitionAt is the expression that made a part of a value.
func definitionAt(v Value, path []any) *syntax.Expr {
	for _, step := range path {
		var next Value
		ok := false
		switch step := step.(type) {
		case string:
			next, ok = v.Member(step)
		case int:
			if ok = v.Kind() == Array && step < v.Len(); ok {
				next = v.Index(step)
			}
		}
		if !ok {
			break
		}
		v = next
	}
	return v.def
}

// atPath names a path inside a value.
func atPath(path []any) string {
	if len(path) == 0 {
		return ""
	}
	var p []byte
	for _, step := range path {
		switch step := step.(type) {
		case string:
			if step == secretText { // a member of a secret object
				p = append(p, step...)
			} else {
				p = syntax.AppendName(p, syntax.Shorten(step))
			}
		case int:
			p = syntax.AppendIndex(p, step)
		}
	}
	return " at " + quoted(string(p))
}
