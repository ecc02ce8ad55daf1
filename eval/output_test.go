package eval

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"pgregory.net/rapid"
)

func stringOf(text string) Value   { return Value{d: stringDatum(text, false)} }
func secretOf(text string) Value   { return Value{d: stringDatum(text, true)} }
func numberOf(text string) Value   { return Value{d: numberDatum(text, false)} }
func boolOf(b bool) Value          { return Value{d: boolDatum(b, false)} }
func arrayOf(items ...Value) Value { return Value{d: arrayDatum(items, false)} }

type members map[string]Value

func (m members) value(secret bool) Value {
	keys := slices.Sorted(maps.Keys(m))
	items := make([]Value, len(keys))
	for i, key := range keys {
		items[i] = m[key]
	}
	return Value{d: objectDatum(keys, items, secret)}
}

func objectOf(m members) Value { return m.value(false) }

func unknown() Value { return Value{d: unknownDatum(nil, false)} }

func unknownSecret() Value { return Value{d: unknownDatum(nil, true)} }

// troublesome are characters and words that some format must treat in some way.
var troublesome = []string{
	`"`, `'`, `\`, "\n", "\r", "\t", "\x00", "\x1b", "\x7f", "\u0085", "\u00a0", "\u2028", "\u2029", "\u202e", "\u200b",
	"\ufeff", "\ufffd", "\ufffe", "\ue000", "\U000e0001", "<", ">", "&", "$", "`", "$(id)", "${x}", "#", " #", ": ", "- ",
	"yes", "No", "null", "~", "true", "y", ".inf", "NaN", "0x1F", "0777", "1e3", "1_000", "12:30", "2024-01-02", "=", "<<",
	"é", "日本", "e\u0301", "😀", " ", "a", "Z", "0", "-", "_", "/", ".", "@", "%", "!", "*", "{", "}", "[", "]", ",", "?",
}

// textGen makes texts that are troublesome in some format, of valid UTF-8 or not.
func textGen(valid bool) *rapid.Generator[string] {
	parts := rapid.OneOf(rapid.SampledFrom(troublesome), rapid.StringN(0, 4, -1))
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(parts, 0, 5).Draw(t, "parts"), "")
	})
	if valid {
		return text
	}
	bytes := rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOfN(rapid.Byte(), 0, 12).Draw(t, "bytes")) })
	return rapid.OneOf(text, bytes)
}

// canary is in every secret text that valueGen makes, and in no other text of it.
const canary = "canary"

// A valueGen makes random values.
type valueGen struct {
	text    *rapid.Generator[string]
	secrets bool // some are secret, some unknown
}

func (g valueGen) draw(t *rapid.T, depth int) Value {
	secret := g.secrets && rapid.IntRange(0, 5).Draw(t, "secret") == 0
	if g.secrets && rapid.IntRange(0, 9).Draw(t, "unknown") == 0 {
		return Value{d: unknownDatum(nil, secret)}
	}
	kinds := 6
	if depth == 0 {
		kinds = 4
	}
	switch Kind(rapid.IntRange(0, kinds-1).Draw(t, "kind")) {
	case Null:
		return Value{d: nullDatum(secret)}
	case Bool:
		return Value{d: boolDatum(rapid.Bool().Draw(t, "bool"), secret)}
	case Number:
		text := rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,4})?([eE][+-]?[0-9]{1,2})?`).Draw(t, "number")
		return Value{d: numberDatum(text, secret)}
	case String:
		text := g.text.Draw(t, "text")
		if secret {
			text = canary + text
		}
		return Value{d: stringDatum(text, secret)}
	case Array:
		items := make([]Value, rapid.IntRange(0, 4).Draw(t, "length"))
		for i := range items {
			items[i] = g.draw(t, depth-1)
		}
		return Value{d: arrayDatum(items, secret)}
	}
	m := members{}
	for range rapid.IntRange(0, 4).Draw(t, "length") {
		key := g.text.Draw(t, "key")
		if secret {
			key = canary + key
		}
		m[key] = g.draw(t, depth-1)
	}
	return m.value(secret)
}

// parseValues reads a document whose values are made without references and functions of its own.
func parseValues(t *testing.T, name, text string) *syntax.Document {
	t.Helper()
	functions := syntax.Functions{"fn::toJSON": syntax.FormAny, "fn::join": syntax.FormPair}
	doc := syntax.Parse(name, []byte(text), functions, syntax.Limits{})
	if doc.Values == nil {
		t.Fatalf("document has no values: %v", doc.Issues)
	}
	return doc
}

// evaluated returns the value of an expression, unknown where it is neither a literal nor a secret.
func evaluated(e *syntax.Expr) Value {
	v := Value{def: e}
	switch e.Kind {
	case syntax.Secret:
		v.d = stringDatum(e.Call.Arg.Text, true)
	case syntax.List:
		items := make([]Value, len(e.Items))
		for i, item := range e.Items {
			items[i] = evaluated(item)
		}
		v.d = arrayDatum(items, false)
	case syntax.Mapping:
		m := members{}
		for _, member := range e.Members {
			m[member.Key] = evaluated(member.Value)
		}
		v.d = objectOf(m).d
	case syntax.Null, syntax.Bool, syntax.Number, syntax.String:
		v.d = literalDatum(e)
	default:
		v.d = unknownDatum(nil, false)
	}
	return v
}

// environmentOf returns the environment of a document, its values as in evaluated.
func environmentOf(doc *syntax.Document) *Environment {
	env := &Environment{Name: doc.Name, Values: evaluated(doc.Values), document: doc, context: objectOf(nil)}
	env.variables = stringsOf(env.Values, "environmentVariables")
	env.files = stringsOf(env.Values, "files")
	return env
}

func stringsOf(values Value, property string) []variable {
	object, _ := values.Member(property)
	var variables []variable
	for name, v := range object.All() {
		variables = append(variables, variable{name.(string), v})
	}
	return variables
}

// codeOf returns the code of a diagnostic, "" of nil, and the text of any other error.
func codeOf(err error) string {
	switch err := err.(type) {
	case nil:
		return ""
	case *Diagnostic:
		return err.Code
	default:
		return fmt.Sprint(err)
	}
}
