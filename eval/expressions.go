package eval

import (
	"strconv"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// expressions writes what the document says for each of its properties. The argument of fn::secret
// is never written, revealed or not.
func (w *detailedWriter) expressions(env *Environment) {
	x := expressionWriter{w, env, inferrer{}}
	w.open('{')
	for _, m := range env.document.Values.Members {
		w.key(m.Key)
		v := member(&env.Values, m.Key)
		x.expr(m.Value, v, baseOf(v))
	}
	w.close('}')
}

// An expressionWriter writes the expressions of the root of env, and those that they override.
type expressionWriter struct {
	*detailedWriter
	env      *Environment
	inferred inferrer
}

// member returns the member of an object, nil if there is none.
func member(v *Value, key string) *Value {
	if v == nil {
		return nil
	}
	if m, ok := v.Member(key); ok {
		return &m
	}
	return nil
}

// element returns the element of an array, nil if there is none.
func element(v *Value, i int) *Value {
	if v == nil || v.Kind() != Array || i >= v.Len() {
		return nil
	}
	item := v.Index(i)
	return &item
}

// expr writes an expression. v is the value that it made, nil if that is not to be had; base is what it overrides.
func (x expressionWriter) expr(e *syntax.Expr, v *Value, base *overridden) {
	x.open('{')
	x.place("range", e.Mark())
	if s := x.schemaOf(e, v); s != nil {
		x.key("schema")
		x.schema(s)
	}
	if base != nil {
		x.key("base")
		x.expr(base.def, nil, base.below)
	}
	switch e.Kind {
	case syntax.Bool, syntax.Number, syntax.String:
		x.key("literal")
		x.datum(literalDatum(e))
	case syntax.Template:
		x.interpolations(e)
	case syntax.Ref:
		x.key("symbol")
		x.accessors(e, e.Parts[0])
	case syntax.List:
		x.list(e, v)
	case syntax.Mapping:
		x.mapping(e, v)
	case syntax.Secret, syntax.Cipher, syntax.Open, syntax.Rotate, syntax.Final, syntax.Validate, syntax.Func:
		x.call(e)
	}
	x.close('}')
}

func (x expressionWriter) place(name string, m syntax.Mark) {
	x.key(name)
	x.rangeOf(markRange(m))
}

var secretString = &schema.Schema{Type: []string{"string"}, Secret: true}

// schemaOf describes the value of an expression: the one that it made, or else the literal that it is.
func (x expressionWriter) schemaOf(e *syntax.Expr, v *Value) *schema.Schema {
	switch {
	case isSecret(e):
		return secretString
	case v != nil && (v.def == nil || v.def.Doc == e.Doc):
		return x.inferred.infer(v.data())
	case isLiteral(e):
		return literalSchema(literalDatum(e))
	}
	return nil
}

func (x expressionWriter) interpolations(e *syntax.Expr) {
	x.key("interpolate")
	x.open('[')
	for _, part := range e.Parts {
		x.next()
		x.open('{')
		x.key("text")
		x.string(part.Text)
		if part.Path != nil {
			x.key("value")
			x.accessors(e, part)
		}
		x.close('}')
	}
	x.close(']')
}

// accessors writes the path of an interpolation, and where what each step leads to is defined.
func (x expressionWriter) accessors(e *syntax.Expr, part syntax.Part) {
	at := x.scope(e, part.Path[0])
	x.open('[')
	for i, a := range part.Path {
		if a.IsIndex() {
			at = element(at, a.Index)
		} else if i > 0 {
			at = member(at, a.Name)
		}
		x.next()
		x.open('{')
		x.accessor(a)
		x.place("range", e.PartMark(int(a.From), int(a.To)))
		x.key("value")
		if at != nil {
			x.rangeOf(x.definition(at.def))
		} else {
			x.rangeOf(Range{})
		}
		x.close('}')
	}
	x.close(']')
}

func (x expressionWriter) accessor(a syntax.Accessor) {
	if a.IsIndex() {
		x.key("index")
		x.raw(strconv.Itoa(a.Index))
		return
	}
	x.key("key")
	x.string(a.Name)
}

// scope returns what the first name of a path in e means, nil if the values of the root do not tell.
func (x expressionWriter) scope(e *syntax.Expr, first syntax.Accessor) *Value {
	switch {
	case e.Doc != x.env.document || first.Name == "imports" || first.Name == "environments":
		return nil
	case first.Name == "context":
		return &x.env.context
	}
	return member(&x.env.Values, first.Name)
}

func (x expressionWriter) list(e *syntax.Expr, v *Value) {
	x.key("list")
	x.open('[')
	for i, item := range e.Items {
		x.next()
		part := element(v, i)
		x.expr(item, part, baseOf(part))
	}
	x.close(']')
}

func (x expressionWriter) mapping(e *syntax.Expr, v *Value) {
	x.key("keyRanges")
	x.open('{')
	for _, m := range e.Members {
		x.place(m.Key, syntax.Mark{Doc: e.Doc, Node: m.KeyNode})
	}
	x.close('}')
	x.key("object")
	x.open('{')
	for _, m := range e.Members {
		x.key(m.Key)
		part := member(v, m.Key)
		x.expr(m.Value, part, baseOf(part))
	}
	x.close('}')
}

func (x expressionWriter) call(e *syntax.Expr) {
	x.key("builtin")
	x.open('{')
	x.key("name")
	x.string(e.Call.Key)
	x.place("nameRange", syntax.Mark{Doc: e.Doc, Node: e.Call.KeyNode})
	if s := argumentSchema(e); s != nil {
		x.key("argSchema")
		x.schema(s)
	}
	x.key("arg")
	if isSecret(e) {
		x.redacted(e.Call.Arg)
	} else {
		x.expr(e.Call.Arg, nil, nil)
	}
	x.close('}')
}

// argumentSchema is what a function takes, nil if that is anything or up to a provider.
func argumentSchema(e *syntax.Expr) *schema.Schema {
	if isSecret(e) {
		return stringSchema
	}
	if f := builtins[e.Call.Name]; f != nil {
		return f.argument
	}
	return nil
}

// isSecret reports whether an expression is a call of fn::secret.
func isSecret(e *syntax.Expr) bool { return e.Kind == syntax.Secret || e.Kind == syntax.Cipher }

// redacted writes the argument of fn::secret without its text.
func (x expressionWriter) redacted(arg *syntax.Expr) {
	x.open('{')
	x.place("range", arg.Mark())
	x.key("schema")
	x.schema(secretString)
	x.key("literal")
	x.string(secretText)
	x.close('}')
}
