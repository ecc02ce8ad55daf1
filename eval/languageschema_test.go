package eval_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// compile returns a validator of documents that are written as JSON.
func compile(t *testing.T, e *eval.Evaluator) *jsonschema.Schema {
	t.Helper()
	text, err := e.LanguageSchema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("language.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("language.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// odd has names and schemas that a JSON Schema has to write in another way.
func odd() *schema.Schema {
	text := &schema.Schema{Type: []string{"string"}}
	return &schema.Schema{
		Properties: map[string]*schema.Schema{
			"$x":     {Enum: []any{"$1", "b"}, Default: "b"},
			"tree":   {Ref: "#/$defs/a~1b"},
			"one":    {OneOf: []*schema.Schema{{Type: []string{"integer"}}, {Type: []string{"number"}}}},
			"pair":   {PrefixItems: []*schema.Schema{text, {Type: []string{"integer"}}}, Items: &schema.Schema{Never: true}},
			"not":    {Not: text},
			"posix":  {Type: []string{"string"}, Pattern: "^[[:alpha:]]+$"},
			"short":  {Type: []string{"string"}, MaxLength: new(3), Pattern: "^a"},
			"secret": {Type: []string{"string"}, Secret: true, Enum: []any{"hunter2"}},
		},
		Required:             []string{"$x", "tree"},
		DependentRequired:    map[string][]string{"one": {"pair"}},
		AdditionalProperties: &schema.Schema{Never: true},
		Defs: map[string]*schema.Schema{"a/b": {
			Type: []string{"object"}, Properties: map[string]*schema.Schema{"left": {Ref: "#/$defs/a~1b"}}, AdditionalProperties: text,
		}},
	}
}

func oddEvaluator() *eval.Evaluator {
	s := providers.Schema{Inputs: odd()}
	open := func(context.Context, *providers.Request) (any, error) { return nil, nil }
	return &eval.Evaluator{
		Providers: map[string]providers.Provider{"o/d d$": providers.New(s, open), "o_d d$": providers.New(s, open), "plain": providers.New(providers.Schema{}, open)},
		Rotators:  (&evaltest.Host{}).Rotators(),
	}
}

// unknowns are properties that calls may refer to.
const unknowns = `, "_r": {"fn::open::plain": {}}, "l": {"fn::open::plain": {}}, "n": {"fn::open::plain": {}}, "r": {"fn::open::plain": {}}, "s": {"fn::open::plain": {}}, "t": {"fn::open::plain": {}}`

// onlyCheck are calls with mistakes that the schema does not see.
var onlyCheck = []string{
	`{"fn::open::o/d d$$": {"tree": {}, "posix": "é"}}`, // the pattern is none in an editor
	`{"fn::secret": {"ciphertext": "AAAA"}}`,
}

// TestLanguageSchema judges calls, written as JSON, with a validator of others, and with Check.
func TestLanguageSchema(t *testing.T) {
	e := oddEvaluator()
	s := compile(t, e)
	for _, test := range []struct {
		call string
		ok   bool
	}{
		{`{"fn::open::o/d d$$": {"tree": {}}}`, true},
		{`{"fn::open::o_d d$$": {"tree": {}}}`, true},
		{`{"fn::open::o/d d": {"tree": {}}}`, false},
		{`{"fn::open::o/d d$$": {}}`, false},
		{`{"fn::open::o/d d$$": null}`, false},
		{`{"fn::open::o/d d$$": "${r}"}`, true},
		{`{"fn::open::o/d d$$": "x ${n}"}`, false},
		{`{"fn::open::o/d d$$": {"fn::final": {"tree": {}}}}`, true},
		{`{"fn::open::o/d d$$": {"tree": {}, "$$x": "$$1"}}`, true},
		{`{"fn::open::o/d d$$": {"tree": {}, "$$x": "c"}}`, false},
		{`{"fn::open::o/d d$$": {"tree": {}, "x": 1}}`, false},
		{`{"fn::open::o/d d$$": {"tree": {"left": {"left": {"right": "x"}}}}}`, true},
		{`{"fn::open::o/d d$$": {"tree": {"left": {"left": {"right": 1}}}}}`, false},
		{`{"fn::open::o/d d$$": {"tree": {"left": {"left": {"right": "${t}"}}}}}`, true},
		{`{"fn::open::o/d d$$": {"tree": {}, "one": 1.5, "pair": ["a", 1]}}`, true},
		{`{"fn::open::o/d d$$": {"tree": {}, "one": 1.5}}`, false},
		{`{"fn::open::o/d d$$": {"tree": {}, "one": "${n}", "pair": ["a", "${n}"]}}`, true},
		{`{"fn::open::o/d d$$": {"tree": {}, "pair": ["a", "b"]}}`, false},
		{`{"fn::open::o/d d$$": {"tree": {}, "pair": ["a", 1, 2]}}`, false},
		{`{"fn::open::o/d d$$": {"tree": {}, "not": 5}}`, true},
		{`{"fn::open::o/d d$$": {"tree": {}, "posix": "é"}}`, true},
		{`{"fn::open::o/d d$$": {"tree": {}, "short": "abc"}}`, true},
		{`{"fn::open::o/d d$$": {"tree": {}, "short": "abcd"}}`, false},
		{`{"fn::open::o/d d$$": {"tree": {}, "short": "b"}}`, false},
		{`{"fn::open::o/d d$$": {"tree": {}, "short": "a${t}${t}${t}"}}`, true},
		{`{"fn::open::o/d d$$": {"tree": {}, "secret": {"fn::secret": "hunter2"}}}`, true},
		{`{"fn::open": {"provider": "o/d d$$", "inputs": {"tree": {}}}}`, true},
		{`{"fn::open": {"provider": "o/d d$$", "inputs": {}}}`, false},
		{`{"fn::open": {"provider": "plain", "inputs": {"any": ["thing"]}}}`, true},
		{`{"fn::open": {"provider": "other", "inputs": {}}}`, false},
		{`{"fn::open": "${r}"}`, false},
		{`{"fn::open::plain": {"a": "${b"}}`, false},
		{`{"fn::open::plain": []}`, false},
		{`{"fn::rotate::pw": {"inputs": {"user": "u"}}}`, true},
		{`{"fn::rotate::pw": {"inputs": {"user": "u"}, "state": null}}`, true},
		{`{"fn::rotate::pw": {"inputs": {"user": "u"}, "state": {"fn::final": {}}}}`, false},
		{`{"fn::rotate::pw": {"inputs": {"user": "u"}, "state": {"current": "${t}"}}}`, true},
		{`{"fn::rotate::pw": {"inputs": {"user": "u"}, "state": {"current": {"fn::secret": "x"}, "n": "x"}}}`, false},
		{`{"fn::validate": {"schema": {"properties": {"a": {"type": ["string", "null"]}}}, "value": {"a": null}}}`, true},
		{`{"fn::validate": {"schema": {"properties": {"a": {"minimum": "x"}}}, "value": 1}}`, false},
		{`{"fn::validate": {"schema": "${s}", "value": 1}}`, true},
		{`{"fn::secret": {"ciphertext": "AAAA"}}`, true},
		{`{"fn::concat": [[1], "${l}", {"fn::split": [",", "a"]}]}`, true},
		{`{"fn::join": ["${t}", [1, null, true, "x"]]}`, true},
		{`["$$", "$", "x$", "$<", "$< a", "cost $5", "$${a", "a $<7>", "$<$${", "$<$<$"]`, true},
		{`"$<r>"`, true}, {`"$<r"`, false}, {`"$<$<r"`, false}, {`"$<[r"`, false}, {`"$<_r>"`, true}, {`"$$$$${"`, false}, {`"$$$${"`, true},
		{`"${r[\"a.b\"]}"`, true}, {`"${r[\"a\\\"b\"]}"`, true}, {`"${r[\"a\\\"]}"`, false}, {`"${r[0]x}"`, false}, {`"${r.$a}"`, true},
	} {
		text := `{"values": {"x": ` + test.call + unknowns + `}}`
		env, err := e.CheckText(t.Context(), []byte(text))
		if (err == nil) != (test.ok && !slices.Contains(onlyCheck, test.call)) {
			t.Errorf("%s: Check says %v", test.call, env.Diagnostics)
		}
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(document); (err == nil) != test.ok {
			t.Errorf("%s: %v", test.call, err)
		}
	}
}

// TestLanguageSchemaText makes sure of what the text of the schema promises.
func TestLanguageSchemaText(t *testing.T) {
	first, err := oddEvaluator().LanguageSchema()
	if err != nil {
		t.Fatal(err)
	}
	again, err := oddEvaluator().LanguageSchema()
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("the schema is\n%s\nand then\n%s\n%v", first, again, err)
	}
	if bytes.Contains(first, []byte("hunter2")) {
		t.Errorf("the schema shows a secret:\n%s", first)
	}
	bare, err := new(eval.Evaluator).LanguageSchema()
	if err != nil || bytes.Contains(bare, []byte("fn::open")) {
		t.Errorf("without providers the schema is %s, %v", bare, err)
	}
	t.Logf("the schema has %d bytes without providers, %d with three and a rotator", len(bare), len(first))
}

// panicking is a provider and a rotator that cannot say what it takes.
type panicking struct{ providers.Provider }

func (panicking) Schema() providers.Schema { panic("hunter2") }

type panickingRotator struct{ rotators.Rotator }

func (panickingRotator) Schema() rotators.Schema { panic("hunter2") }

func TestLanguageSchemaPanics(t *testing.T) {
	for _, e := range []*eval.Evaluator{
		{Providers: map[string]providers.Provider{"p": panicking{}}},
		{Rotators: map[string]rotators.Rotator{"p": panickingRotator{}}},
	} {
		if text, err := e.LanguageSchema(); err == nil || !strings.Contains(err.Error(), `"p"`) {
			t.Errorf("%s, %v", text, err)
		}
		src := "values:\n  a: {fn::open::p: {x: 1}}\n  b: {fn::rotate::p: {inputs: {y: 1}}}\n"
		for line := 1; line <= 4; line++ {
			if _, err := e.At(t.Context(), "", []byte(src), line, 18); err != nil {
				t.Error(err)
			}
			if _, err := e.Complete(t.Context(), "", []byte(src), line, 18); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestLanguageSchemaCorpus makes sure that a validator of others takes what Check takes, in documents that are JSON, too.
func TestLanguageSchemaCorpus(t *testing.T) {
	e := (&evaltest.Host{}).Evaluator()
	s := compile(t, e)
	judged := 0
	for _, text := range documents(t) {
		env, err := e.OpenText(t.Context(), []byte(text))
		if err != nil || len(env.Diagnostics) > 0 {
			continue
		}
		plain, err := env.Values.Reveal()
		if err != nil {
			t.Fatal(err)
		}
		written, err := json.Marshal(map[string]any{"values": escaped(plain)})
		if err != nil {
			t.Fatal(err)
		}
		if env, err := e.OpenText(t.Context(), written); err != nil || len(env.Diagnostics) > 0 {
			continue
		}
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(written))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(document); err != nil {
			t.Errorf("%v in\n%s", err, written)
		}
		judged++
	}
	if judged < 100 {
		t.Errorf("only %d documents", judged)
	}
	t.Logf("%d documents of values", judged)
}

// escaped writes data as a document has to.
func escaped(v any) any {
	switch v := v.(type) {
	case string:
		return strings.ReplaceAll(v, "$", "$$")
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = escaped(item)
		}
		return items
	case map[string]any:
		members := map[string]any{}
		for name, member := range v {
			members[strings.ReplaceAll(name, "$", "$$")] = escaped(member)
		}
		return members
	}
	return v
}
