package eval

import (
	"encoding/json"
	"fmt"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// A detailedWriter writes values with their flags and with where they come from.
type detailedWriter struct {
	jsonWriter
	ranges map[*syntax.Expr]Range // of the expressions written so far
}

// environment writes everything there is to say about an environment.
func (w *detailedWriter) environment(env *Environment) {
	w.open('{')
	w.key("properties")
	w.properties(env.Values)
	w.key("schema")
	w.schema(env.Schema())
	if env.document != nil && env.document.Values != nil {
		w.key("exprs")
		w.expressions(env)
	}
	w.key("executionContext")
	w.open('{')
	w.key("properties")
	w.properties(env.context)
	w.key("schema")
	w.schema(inferSchema(env.context.data()))
	w.close('}')
	w.close('}')
}

func (w *detailedWriter) properties(object Value) {
	d := object.data()
	w.open('{')
	for i, key := range d.keys {
		w.key(key)
		w.detail(object.part(i))
	}
	w.close('}')
}

// detail writes a value and, unless it is redacted as a whole, its parts.
func (w *detailedWriter) detail(v Value) {
	d := v.data()
	w.open('{')
	switch {
	case d.secret && !d.unknown && !w.reveal:
		w.key("value")
		w.string(secretText)
	case d.unknown:
	case d.kind == Array:
		w.key("value")
		w.open('[')
		for i := range d.items {
			w.next()
			w.detail(v.part(i))
		}
		w.close(']')
	case d.kind == Object:
		w.key("value")
		w.properties(v)
	case d.kind != Null:
		w.key("value")
		w.datum(d)
	}
	w.flag("secret", d.secret)
	w.flag("unknown", d.unknown)
	w.trace(v.def, baseOf(&v))
	w.close('}')
}

// part returns an element or the value of a member. What a call made as a whole is defined by the call in every part.
func (v Value) part(i int) Value {
	item := v.Index(i)
	if item.def == nil {
		item.def = v.def
	}
	return item
}

// baseOf returns what a value overrides, nil for nothing.
func baseOf(v *Value) *overridden {
	if v == nil || v.over == nil {
		return nil
	}
	return v.over.overridden()
}

func (w *detailedWriter) flag(name string, set bool) {
	if set {
		w.key(name)
		w.raw("true")
	}
}

func (w *detailedWriter) trace(def *syntax.Expr, base *overridden) {
	w.key("trace")
	w.open('{')
	w.key("def")
	w.rangeOf(w.definition(def))
	if base != nil {
		w.key("base")
		w.overridden(base)
	}
	w.close('}')
}

func (w *detailedWriter) overridden(o *overridden) {
	w.open('{')
	literal := isLiteral(o.def) && !o.secret
	if literal && o.def.Kind != syntax.Null {
		w.key("value")
		w.datum(literalDatum(o.def))
	}
	w.flag("secret", o.secret)
	w.flag("unknown", !o.secret && !literal)
	w.trace(o.def, o.below)
	w.close('}')
}

// definition returns the range of the expression that made a value.
func (w *detailedWriter) definition(def *syntax.Expr) Range {
	r, ok := w.ranges[def]
	if !ok {
		if w.ranges == nil {
			w.ranges = map[*syntax.Expr]Range{}
		}
		r = definition(def)
		w.ranges[def] = r
	}
	return r
}

// definition returns the range of the expression that made a value: of a secret, the text inside fn::secret. What the
// host made has none.
func definition(def *syntax.Expr) Range {
	if def == nil || def.Doc == nil {
		return Range{}
	}
	if isSecret(def) && def.Call.Arg != nil {
		def = def.Call.Arg
	}
	return markRange(def.Mark())
}

func (w *detailedWriter) rangeOf(r Range) {
	w.open('{')
	if r.Environment != "" {
		w.key("environment")
		w.string(r.Environment)
	}
	w.key("begin")
	w.pos(r.Begin)
	w.key("end")
	w.pos(r.End)
	w.close('}')
}

func (w *detailedWriter) pos(p Pos) {
	w.buf = fmt.Appendf(w.buf, `{"line":%d,"column":%d,"byte":%d}`, p.Line, p.Column, p.Byte)
}

// schema writes a schema, or "anything" if it is nested too deep to be written.
func (w *detailedWriter) schema(s *schema.Schema) {
	b, err := json.Marshal(s)
	if err != nil {
		b = []byte("true")
	}
	w.buf = append(w.buf, b...)
}
