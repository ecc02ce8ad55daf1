package eval

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// A builtin is a pure function of the language. Unknowns, secrets, schemas and budgets are handled for all of them in
// one place, [operation.evalFunc]; a new one needs a row in the table and a function on data.
type builtin struct {
	about    string // what it does, in a sentence for editors
	form     syntax.Form
	argument *schema.Schema // nil: anything
	result   *schema.Schema // of the result, as long as it is unknown; nil: anything
	parts    bool           // elements keep their own flags: only those of the arrays themselves count
	apply    func(arg *datum, limits Limits) (*datum, error)
}

var (
	arraySchema  = &schema.Schema{Type: []string{"array"}}
	scalarSchema = &schema.Schema{Type: []string{"boolean", "null", "number", "string"}}
	twoItems     = 2
	builtins     = map[string]*builtin{
		"fn::concat": {
			about: "Puts lists together: a list of lists becomes one list.",
			form:  syntax.FormList, argument: &schema.Schema{Type: []string{"array"}, Items: arraySchema},
			result: arraySchema, parts: true, apply: concat,
		},
		"fn::fromBase64": {
			about:    "Decodes standard base64.",
			argument: stringSchema, result: stringSchema, apply: fromBase64,
		},
		"fn::fromJSON": {
			about:    "Reads JSON, and is the value that it holds.",
			argument: stringSchema, apply: fromJSON,
		},
		"fn::join": {
			about: "Joins the elements of a list to a text: takes a list of a delimiter and that list.",
			form:  syntax.FormPair, argument: pairOf(stringSchema, &schema.Schema{Type: []string{"array"}, Items: scalarSchema}),
			result: stringSchema, apply: join,
		},
		"fn::split": {
			about: "Splits a text into a list: takes a list of a delimiter and that text.",
			form:  syntax.FormPair, argument: pairOf(stringSchema, stringSchema),
			result: &schema.Schema{Type: []string{"array"}, Items: stringSchema}, apply: split,
		},
		"fn::toBase64": {
			about:    "Encodes a text as standard base64.",
			argument: stringSchema, result: stringSchema, apply: toBase64,
		},
		"fn::toJSON": {
			about:  "Writes a value as JSON.",
			result: stringSchema, apply: toJSON,
		},
		"fn::toString": {
			about:  "Writes a value as text, as an interpolation does.",
			result: stringSchema, apply: toString,
		},
		"fn::toYAML": {
			about:  "Writes a value as YAML.",
			result: stringSchema, apply: toYAML,
		},
	}
	functionForms = formsOf(builtins)
)

func pairOf(first, second *schema.Schema) *schema.Schema {
	return &schema.Schema{
		Type: []string{"array"}, PrefixItems: []*schema.Schema{first, second},
		MinItems: &twoItems, MaxItems: &twoItems,
	}
}

// formsOf are the functions that a document may call.
func formsOf(table map[string]*builtin) syntax.Functions {
	forms := make(syntax.Functions, len(table))
	for name, f := range table {
		forms[name] = f.form
	}
	return forms
}

// fixed reports whether the result is always a string or always an array.
func (f *builtin) fixed() bool { return f.result != nil }

// A dataError says what is wrong with the argument of a function. It quotes no value.
type dataError struct{ code, message, hint string }

func (e *dataError) Error() string { return e.message }

var (
	errTooLarge = errors.New("string is too large")
	errSpent    = errors.New("the budget of steps is used up")
)

// evalFunc computes the call of a builtin.
func (o *operation) evalFunc(t *task) (*datum, bool) {
	e := t.expr
	f := builtins[e.Call.Name]
	arg, ok := o.eval(t, place{env: t.env, expr: e.Call.Arg})
	if !ok {
		return nil, false
	}
	d := arg.data()
	o.countBytes(d.size)
	secret, unknown := d.secretBelow, d.unknownBelow
	if f.parts {
		secret, unknown = shallowFlags(d)
	}
	switch {
	case !o.validArgument(e, arg, f.argument):
		return unknownDatum(f.result, secret), true
	case unknown:
		return unknownBecause(d, f.result, secret), true
	}
	limits := o.limits
	limits.Steps -= o.steps
	result, err := f.apply(d, limits)
	if err != nil {
		o.reportData(e, err)
		return unknownDatum(f.result, secret), true
	}
	o.countResult(result, f.parts)
	if !f.parts {
		adopt(result, e)
	}
	if secret {
		result = o.allSecret(result, map[*datum]*datum{})
	}
	return result, true
}

// shallowFlags are the flags of an array and of the arrays in it, without those of their elements.
func shallowFlags(d *datum) (secret, unknown bool) {
	secret, unknown = d.secret, d.unknown
	for _, item := range d.items {
		secret = secret || item.Secret()
		unknown = unknown || !item.Known()
	}
	return secret, unknown
}

func (o *operation) validArgument(e *syntax.Expr, arg Value, s *schema.Schema) bool {
	if s == nil || s == stringSchema && arg.Known() && arg.Kind() == String {
		return true
	}
	return o.validate(e.Call.Arg, arg, s.Validate(arg.Plain()))
}

// countResult counts what a function has produced, which shares its elements with the argument or is all new.
func (o *operation) countResult(d *datum, shared bool) {
	if shared {
		o.count(len(d.items))
		return
	}
	o.count(elements(d))
	o.countBytes(d.size)
}

// elements is the number of elements and members in a value that shares none of its parts.
func elements(d *datum) int {
	n := len(d.items)
	for _, item := range d.items {
		n += elements(item.data())
	}
	return n
}

// reportData reports why there is no result.
func (o *operation) reportData(e *syntax.Expr, err error) {
	var data *dataError
	switch {
	case errors.Is(err, errSpent):
		o.spent = true
	case errors.Is(err, errTooLarge):
		o.stringTooLarge(e, false)
	case errors.As(err, &data):
		at := e.Call.Arg
		if data.code == "too-deep" || data.code == "number-too-large" || data.code == "result-too-large" {
			at = e
		}
		o.reportExpr(at, data.code, data.message, data.hint)
	}
}

// adopt makes an expression the one that made the parts of a value which have none yet.
func adopt(d *datum, e *syntax.Expr) {
	for i := range d.items {
		if item := &d.items[i]; item.def == nil {
			item.def = e
			adopt(item.data(), e)
		}
	}
}

// allSecret returns a value with everything in it marked as secret. Parts that are shared stay shared.
func (o *operation) allSecret(d *datum, done map[*datum]*datum) *datum {
	marked := done[d]
	switch {
	case marked != nil:
	case d.kind == String:
		marked = o.secretString(*d.text)
	default:
		c := *d
		marked = &c
		marked.secret, marked.secretBelow = true, true
		marked.parts = &parts{items: make([]Value, len(d.items)), keys: d.keys, schema: d.schema}
		for i, item := range d.items {
			marked.items[i] = Value{d: o.allSecret(item.data(), done), def: item.def}
		}
	}
	done[d] = marked
	return marked
}

func concat(arg *datum, limits Limits) (*datum, error) {
	n := 0
	for _, list := range arg.items {
		if n += list.Len(); n > limits.Steps {
			return nil, errSpent
		}
	}
	items := make([]Value, 0, n)
	for _, list := range arg.items {
		items = append(items, list.data().items...)
	}
	return arrayDatum(items, false), nil
}

func fromBase64(arg *datum, _ Limits) (*datum, error) {
	text, err := base64.StdEncoding.DecodeString(*arg.text)
	if err != nil {
		var at base64.CorruptInputError
		errors.As(err, &at)
		return nil, &dataError{code: "bad-base64", message: fmt.Sprintf("text is not valid base64 at byte %d", int(at))}
	}
	return stringDatum(string(text), false), nil
}

func toBase64(arg *datum, limits Limits) (*datum, error) {
	if base64.StdEncoding.EncodedLen(len(*arg.text)) > limits.StringBytes {
		return nil, errTooLarge
	}
	return stringDatum(base64.StdEncoding.EncodeToString([]byte(*arg.text)), false), nil
}

func join(arg *datum, limits Limits) (*datum, error) {
	delimiter := *arg.items[0].data().text
	var b strings.Builder
	for i, item := range arg.items[1].data().items {
		if i > 0 {
			b.WriteString(delimiter)
		}
		text, ok := stringify(item.data(), limits.StringBytes)
		if !ok || b.Len()+len(text) > limits.StringBytes {
			return nil, errTooLarge
		}
		b.WriteString(text)
	}
	return stringDatum(b.String(), false), nil
}

func split(arg *datum, limits Limits) (*datum, error) {
	delimiter, text := *arg.items[0].data().text, *arg.items[1].data().text
	if strings.Count(text, delimiter) > limits.Steps {
		return nil, errSpent
	}
	var items []Value
	for part := range strings.SplitSeq(text, delimiter) {
		items = append(items, Value{d: stringDatum(part, false)})
	}
	return arrayDatum(items, false), nil
}

func toString(arg *datum, limits Limits) (*datum, error) {
	return textDatum(stringify(arg, limits.StringBytes))
}

func textDatum(text string, ok bool) (*datum, error) {
	if !ok {
		return nil, errTooLarge
	}
	return stringDatum(text, false), nil
}

// notUTF8 is the failure of a text form that cannot hold arbitrary bytes.
func notUTF8() error {
	return &dataError{code: "not-utf8", message: "string is not valid UTF-8 and has no JSON or YAML form"}
}
