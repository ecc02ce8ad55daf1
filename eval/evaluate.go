package eval

import (
	"fmt"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

func unknownValue(s *schema.Schema, secret bool) Value { return Value{d: unknownDatum(s, secret)} }

var stringSchema = &schema.Schema{Type: []string{"string"}}

// isLiteral reports whether an expression is a scalar that needs no evaluation.
func isLiteral(e *syntax.Expr) bool {
	switch e.Kind {
	case syntax.Null, syntax.Bool, syntax.Number, syntax.String:
		return true
	}
	return false
}

// exprKind is the kind of a literal or text.
func exprKind(e *syntax.Expr) Kind {
	switch e.Kind {
	case syntax.Bool:
		return Bool
	case syntax.Number:
		return Number
	case syntax.List:
		return Array
	case syntax.Mapping:
		return Object
	case syntax.Null:
		return Null
	case syntax.Func:
		return schemaKind(builtins[e.Call.Name].result)
	}
	return String
}

// eval returns the value of a place. It is false if t has to wait for it.
func (o *operation) eval(t *task, p place) (Value, bool) {
	var need *task
	switch {
	case p.slot != nil:
		need = p.slot.valueTask()
	case p.expr == nil:
		return p.val, true
	case isLiteral(p.expr):
		return o.literal(p.env, p.expr), true
	default:
		need = p.env.task(p.expr)
	}
	if !o.need(t, need) {
		return Value{}, false
	}
	return need.value, true
}

// valueTask returns the task that computes the value of a slot.
func (s *slot) valueTask() *task {
	if s.task == nil {
		s.task = &task{kind: taskSlot, env: s.env, slot: s}
	}
	return s.task
}

// task returns the task that computes the value of an expression.
func (e *env) task(expr *syntax.Expr) *task {
	cell := &e.cells[expr.ID]
	if cell.task == nil {
		if len(e.tasks) == cap(e.tasks) {
			e.tasks = make([]task, 0, min(256, max(8, 2*cap(e.tasks))))
		}
		e.tasks = append(e.tasks, task{kind: taskValue, env: e, expr: expr})
		cell.task = &e.tasks[len(e.tasks)-1]
	}
	return cell.task
}

// literalDatum makes what a scalar stands for.
func literalDatum(e *syntax.Expr) *datum {
	switch e.Kind {
	case syntax.Bool:
		return boolDatum(e.Bool, false)
	case syntax.Number:
		return scalarDatum(Number, &e.Text, false)
	case syntax.String:
		return scalarDatum(String, &e.Text, false)
	}
	return null
}

// literal returns the value of a scalar.
func (o *operation) literal(env *env, e *syntax.Expr) Value {
	cell := &env.cells[e.ID]
	if cell.literal == nil {
		cell.literal = literalDatum(e)
	}
	return Value{d: cell.literal, def: e}
}

// evalExpr computes the value of an expression.
func (o *operation) evalExpr(t *task) (Value, bool) {
	var d *datum
	e := t.expr
	switch e.Kind {
	case syntax.Template:
		var ok bool
		if d, ok = o.evalTemplate(t); !ok {
			return Value{}, false
		}
	case syntax.Ref:
		return o.evalRef(t)
	case syntax.List:
		items := make([]Value, len(e.Items))
		if !o.evalAll(t, len(items), func(i int) *syntax.Expr { return e.Items[i] }, items) {
			return Value{}, false
		}
		d = arrayDatum(items, false)
	case syntax.Mapping:
		items := make([]Value, len(e.Members))
		if !o.evalAll(t, len(items), func(i int) *syntax.Expr { return e.Members[i].Value }, items) {
			return Value{}, false
		}
		keys := make([]string, len(items))
		for i := range keys {
			keys[i] = e.Members[i].Key
		}
		d = objectDatum(keys, items, false)
	case syntax.Secret:
		d = o.secretString(e.Call.Arg.Text)
	case syntax.Final:
		return o.eval(t, place{env: t.env, expr: e.Call.Arg})
	case syntax.Cipher, syntax.Open, syntax.Rotate, syntax.Validate, syntax.Func:
		return o.evalCall(t)
	default:
		d = unknownDatum(nil, false)
	}
	return o.bounded(Value{d: d, def: e}), true
}

// evalAll evaluates the parts of a container, all of them even if one has to be waited for.
func (o *operation) evalAll(t *task, n int, part func(int) *syntax.Expr, items []Value) bool {
	complete := true
	for i := range n {
		var ok bool
		items[i], ok = o.eval(t, place{env: t.env, expr: part(i)})
		complete = complete && ok
	}
	return complete
}

// evalRef computes a reference: the very value that it names.
func (o *operation) evalRef(t *task) (Value, bool) {
	v, ok := o.follow(t, t.expr.Parts[0])
	v.def, v.over = t.expr, nil
	return v, ok
}

// follow returns the value that an interpolation names.
func (o *operation) follow(t *task, part syntax.Part) (Value, bool) {
	p, ok := o.resolve(t, t.env, t.expr, part.Path)
	if !ok {
		return Value{}, false
	}
	return o.eval(t, p)
}

// evalTemplate computes text with interpolations.
func (o *operation) evalTemplate(t *task) (*datum, bool) {
	var few [4]Value // most strings have no more parts
	values := few[:0]
	complete, unknown, failed, secret := true, false, false, false
	for _, part := range t.expr.Parts {
		if part.Path == nil {
			continue
		}
		v, ok := o.follow(t, part)
		values = append(values, v)
		complete = complete && ok
		unknown = unknown || v.data().unknownBelow
		failed = failed || v.data().failed
		secret = secret || v.data().secretBelow
	}
	if !complete {
		return nil, false
	}
	if unknown {
		d := unknownDatum(stringSchema, secret)
		d.failed = failed
		return d, true
	}
	text := o.text[:0]
	for i, part := range t.expr.Parts {
		text = append(text, part.Text...)
		if part.Path == nil {
			continue
		}
		s, ok := stringify(values[i].data(), o.limits.StringBytes)
		if !ok || len(text)+len(s) > o.limits.StringBytes {
			return o.stringTooLarge(t.expr, secret), true
		}
		text = append(text, s...)
	}
	o.text = text
	o.countBytes(len(text))
	if secret {
		return o.secretString(string(text)), true
	}
	return stringDatum(string(text), false), true
}

func (o *operation) stringTooLarge(e *syntax.Expr, secret bool) *datum {
	o.countBytes(o.limits.StringBytes)
	o.reportExpr(e, "string-too-large", fmt.Sprintf("string has more than %d bytes", o.limits.StringBytes), "")
	return unknownDatum(stringSchema, secret)
}

// secretString makes a secret string and remembers its text for scrubbing.
func (o *operation) secretString(text string) *datum {
	o.secrets = append(o.secrets, text)
	return stringDatum(text, true)
}

// bounded replaces a value that is larger or deeper than allowed by an unknown one.
func (o *operation) bounded(v Value) Value {
	d := v.data()
	code, message := "", ""
	switch {
	case d.kind == String && len(*d.text) > o.limits.StringBytes:
		code, message = "string-too-large", fmt.Sprintf("string has more than %d bytes", o.limits.StringBytes)
	case d.size > o.limits.ValueBytes:
		o.oversized = true
		code, message = "result-too-large", fmt.Sprintf("value has more than %d bytes", o.limits.ValueBytes)
	case int(d.depth) > o.limits.Depth:
		code, message = "too-deep", fmt.Sprintf("nesting is deeper than %d", o.limits.Depth)
	default:
		return v
	}
	if v.def != nil && v.def.Doc != nil {
		o.reportExpr(v.def, code, message, "")
	} else {
		o.report(o.rootMark(), code, message, "")
	}
	v.d = unknownDatum(nil, d.secretBelow)
	return v
}
