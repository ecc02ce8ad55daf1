package eval_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/schema"
)

// cursorMark is where the editor asks.
const cursorMark = "▮"

// editorFiles are the environments beside the one that is edited.
var editorFiles = fstest.MapFS{
	"base.yaml":        {Data: []byte("values:\n  db: {host: h, port: 5432, \"a b\": 1}\n  token: {fn::secret: hunter2}\n")},
	"shared/net.yaml":  {Data: []byte("values: {vpc: v, zones: [a, b]}\n")},
	"shared/keys.yaml": {Data: []byte("values: {k: {fn::open::typed: {a: x}}}\n")},
}

func editorEvaluator() *eval.Evaluator {
	e := (&evaltest.Host{}).Evaluator()
	e.Loader = eval.FS(editorFiles)
	e.Context = map[string]any{"team": "t", "token": schema.NewSecret("hunter2"), "vault": schema.SecretData(map[string]any{"hunter2": "x"})}
	return e
}

// cutCursor takes the cursor out of a text, and returns its line and column.
func cutCursor(t testing.TB, text string) (src string, line, column int) {
	t.Helper()
	before, after, ok := strings.Cut(text, cursorMark)
	if !ok {
		t.Fatalf("no cursor in %q", text)
	}
	return before + after, strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:]) + 1
}

func TestComplete(t *testing.T) {
	for _, test := range []struct {
		text string
		want string // what is offered, if it begins with "+" among others
	}{
		// The document.
		{"▮", "description imports values"},
		{"values: {a: 1}\nim▮", "imports"},
		{"va▮lues: {a: 1}", "values"},
		{"# text\nimports: []\n▮\nvalues: {}", "description"},

		// Imports.
		{"imports:\n  - ▮", "base shared/keys shared/net"},
		{"imports:\n  - sh▮", "shared/keys shared/net"},
		{"imports: [base, sh▮]", "shared/keys shared/net"},
		{"imports: [base, sh▮\nvalues: {}", "shared/keys shared/net"},
		{"imports:\n  - shared/net: {▮}", "merge"},
		{"imports:\n  - shared/net:\n      me▮", "merge"},

		// Functions.
		{"values:\n  ▮", "environmentVariables files"},
		{"values:\n  a:\n    ▮", "+fn::join fn::open fn::open::typed fn::rotate::pw fn::secret fn::toYAML"},
		{"values:\n  a:\n    fn::▮", "+fn::join fn::open::typed"},
		{"values:\n  a:\n    fn::to▮", "fn::toBase64 fn::toJSON fn::toString fn::toYAML"},
		{"values:\n  a: {fn::open::ty▮", "fn::open::typed"},
		{"values:\n  a: {fn::open::ty▮: {a: 1}}", "fn::open::typed"},
		{"values:\n  a: [1, {fn::ro▮}]", "+fn::rotate::pw fn::rotate"},
		{"values:\n  a:\n    b: 1\n    ▮", ""},
		{"values:\n  a:\n    fn::final:\n      fn::jo▮", "fn::join"},

		// What functions take.
		{"values:\n  a:\n    fn::open::typed:\n      ▮", "+a fn::join"},
		{"values:\n  a:\n    fn::open::typed: {▮}", "+a fn::join"},
		{"values:\n  a: {fn::open::typed: {▮", "+a fn::join"},
		{"values:\n  a:\n    fn::open:\n      ▮", "inputs provider"},
		{"values:\n  a:\n    fn::open:\n      provider: ▮", "+echo typed"},
		{"values:\n  a:\n    fn::open:\n      provider: ty▮\n      inputs: {}", "typed"},
		{"values:\n  a:\n    fn::open:\n      provider: typed\n      inputs:\n        ▮", "+a fn::join"},
		{"values:\n  a:\n    fn::rotate::pw:\n      ▮", "inputs state"},
		{"values:\n  a:\n    fn::rotate::pw:\n      inputs: {}\n      ▮", "state"},
		{"values:\n  a:\n    fn::rotate::pw:\n      inputs:\n        ▮", "+login user"},
		{"values:\n  a:\n    fn::rotate::pw:\n      inputs: {}\n      state:\n        ▮", "current n note previous"},
		{"values:\n  a:\n    fn::rotate:\n      prov▮", "provider"},
		{"values:\n  a:\n    fn::secret:\n      ▮", "ciphertext"},
		{"values:\n  a:\n    fn::validate:\n      ▮", "schema value"},
		{"values:\n  a:\n    fn::validate:\n      schema:\n        max▮", "maxItems maxLength maxProperties maximum"},
		{"values:\n  a:\n    fn::validate:\n      schema: {properties: {x: {un▮}}}", "uniqueItems"},
		{"values:\n  a:\n    fn::validate:\n      schema:\n        uniqueItems: ▮", "false true"},

		// References.
		{"imports: [base]\nvalues:\n  app: {n: 1}\n  x: ${▮}", "app context db environments imports token x"},
		{"imports: [base]\nvalues:\n  app: {n: 1}\n  x: ${▮", "app context db environments imports token x"},
		{"values:\n  app: {name: n, size: 1, url: 'http://${app.▮}/'}", "name size url"},
		{"values:\n  app: {name: n, size: 1, url: 'http://${app.▮", "name size url"},
		{"values:\n  app:\n    name: n\n    url: http://${app.na▮}/x\n  after: 1", "name"},
		{"values:\n  app:\n    name: n\n    url: http://$<app.na▮\n  after: 1", "name"},
		{"imports: [base]\nvalues:\n  x: ${db.▮}", `["a b"] host port`},
		{"imports: [base]\nvalues:\n  db: {user: u}\n  x: ${db.▮}", `["a b"] host port user`},
		{"imports: [base]\nvalues:\n  x: ${db[▮]}", `["a b"] ["host"] ["port"]`},
		{"imports: [base, shared/net]\nvalues:\n  x: ${imports.▮}", `["shared/net"] base`},
		{"imports: [base, shared/net]\nvalues:\n  x: '${imports[\"shared/net\"].▮}'", "vpc zones"},
		{"values:\n  x: ${environments.▮}", "shared"},
		{"values:\n  x: ${environments.shared.▮}", "keys net"},
		{"values:\n  x: ${environments.shared.net.▮}", "vpc zones"},
		{"values:\n  x: ${context.▮}", "currentEnvironment rootEnvironment team token vault"},
		{"values:\n  x: ${context.currentEnvironment.▮}", "name"},
		{"values:\n  k: {fn::open::typed: {a: x}}\n  x: ${k.▮}", "key n x"},
		{"values:\n  x: ${environments.shared.keys.k.▮}", "key n x"},
		{"values:\n  k: [1]\n  x: ${k.▮}", ""},
		{"values:\n  k: text\n  x: ${k.▮}", ""},
		{"values:\n  x: ${nothing.▮}", ""},
		{"values:\n  x: $${▮}", ""},
		{"values:\n  a: 1\n  x: [\"${a}-${▮", "a context environments imports x"},
		{"values:\n  a: {b: 1}\n  x: ${a.▮}\n  broken: [\n", "b"},

		// Secrets.
		{"values:\n  x: ${context.vault.▮}", ""},
		{"values:\n  s: {fn::fromJSON: {fn::secret: '{\"hunter2\": 1}'}}\n  x: ${s.▮}", ""},

		// Where nothing is known.
		{"values:\n  a: x▮", ""},
		{"values: [▮]", ""},
		{"]▮", ""},
		{"description: ▮", ""},
	} {
		src, line, column := cutCursor(t, test.text)
		all, err := editorEvaluator().Complete(t.Context(), "r", []byte(src), line, column)
		if err != nil {
			t.Errorf("%v at\n%s", err, test.text)
			continue
		}
		texts := []string{}
		for _, c := range all {
			texts = append(texts, c.Text)
			at := positionOf(src, c.Range.End.Byte)
			if at.Line != line || at.Column < column || at.Column > column+2 || c.Range.Begin.Line != line || c.Range.Environment != "r" {
				t.Errorf("%q replaces %+v at\n%s", c.Text, c.Range, test.text)
			}
		}
		want, among := strings.CutPrefix(test.want, "+")
		names := fields(want)
		if among {
			texts = slices.DeleteFunc(texts, func(s string) bool { return !slices.Contains(names, s) })
		}
		slices.Sort(names)
		slices.Sort(texts)
		if diff := cmp.Diff(names, texts); diff != "" {
			t.Errorf("-want +offered\n%s at\n%s", diff, test.text)
		}
	}
}

// fields splits at white space that is not in brackets.
func fields(text string) (all []string) {
	inside := false
	split := func(r rune) bool {
		inside = r == '[' || inside && r != ']'
		return r == ' ' && !inside
	}
	return strings.FieldsFunc(text, split)
}

// TestCompleted types what is offered and asks whether it is right.
func TestCompleted(t *testing.T) {
	for _, test := range []struct{ text, choice, want string }{
		{"imports: [base]\nvalues:\n  x: ${db.▮}\n", `["a b"]`, "imports: [base]\nvalues:\n  x: ${db[\"a b\"]}\n"},
		{"imports: [base]\nvalues:\n  x: ${db[▮]}\n", `["port"]`, "imports: [base]\nvalues:\n  x: ${db[\"port\"]}\n"},
		{"imports: [base]\nvalues:\n  x: \"${db.▮}\"\n", `[\"a b\"]`, "imports: [base]\nvalues:\n  x: \"${db[\\\"a b\\\"]}\"\n"},
		{"imports: [base]\nvalues:\n  x: \"${db[\\\"po▮\\\"]}\"\n", `[\"port\"]`, "imports: [base]\nvalues:\n  x: \"${db[\\\"port\\\"]}\"\n"},
		{"values:\n  a: {fn::open::ty▮: {a: x}}\n", "fn::open::typed", "values:\n  a: {fn::open::typed: {a: x}}\n"},
	} {
		src, line, column := cutCursor(t, test.text)
		all, err := editorEvaluator().Complete(t.Context(), "r", []byte(src), line, column)
		i := slices.IndexFunc(all, func(c eval.Completion) bool { return c.Text == test.choice })
		if err != nil || i < 0 {
			t.Errorf("%v, %v at\n%s", all, err, test.text)
			continue
		}
		r := all[i].Range
		if got := src[:r.Begin.Byte] + test.choice + src[r.End.Byte:]; got != test.want {
			t.Errorf("typing gives\n%s", got)
		} else if _, err := editorEvaluator().CheckText(t.Context(), []byte(got)); err != nil {
			t.Error(err)
		}
	}
}
