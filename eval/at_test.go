package eval_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
)

func TestAt(t *testing.T) {
	for _, test := range []struct {
		text string
		want string // kind, the text at its range, path, reference, value and definition
		says string // part of what it is for
	}{
		{"desc▮ription: x", "key `description` description", "no effect"},
		{"imp▮orts: []", "key `imports` imports", "later ones over earlier ones"},
		{"valu▮es: {}", "key `values` values", "merged over its imports"},
		{"imports:\n  - ba▮se", "import `base` imports = {\"db\":{\"a b\":1,\"host\":\"h\",\"port\":5432},\"token\":\"[secret]\"} at base:2", ""},
		{"imports:\n  - ba▮se: {merge: false}\n", "import `base` imports = {\"db\":{\"a b\":1,\"host\":\"h\",\"port\":5432},\"token\":\"[secret]\"} at base:2", ""},

		{"values:\n  a▮b: 1", "property `ab` values.ab = 1", ""},
		{"values:\n  ab: te▮xt", "value `text` values.ab = \"text\"", ""},
		{"imports: [base]\nvalues:\n  d▮b: {host: x}", "property `db` values.db = {\"a b\":1,\"host\":\"x\",\"port\":5432}", ""},
		{"values:\n  a: [1, {b: tw▮o}]", "value `two` values.a[1].b = \"two\"", ""},
		{"values:\n  environment▮Variables: {A: b}", "key `environmentVariables` values.environmentVariables = {\"A\":\"b\"}", "programs are run with"},

		{"imports: [base]\nvalues:\n  x: ${d▮b.port}", "reference `db` values.x ${db} = {\"a b\":1,\"host\":\"h\",\"port\":5432} at base:2", ""},
		{"imports: [base]\nvalues:\n  x: ${db.po▮rt}", "reference `port` values.x ${db.port} = 5432 at base:2", ""},
		{"values:\n  y: {z: 1}\n  x: a ${y} b ${y.z▮} c", "reference `z` values.x ${y.z} = 1 at r:2", ""},
		{"values:\n  y: [5]\n  x: $<y[0▮]>", "reference `[0]` values.x ${y[0]} = 5 at r:2", ""},
		{"values:\n  x: ${environments.sha▮red.net.vpc}", "reference `shared` values.x ${environments.shared} = \"[unknown]\"", ""},
		{"values:\n  x: ${environments.shared.net.vp▮c}", "reference `vpc` values.x ${environments.shared.net.vpc} = \"v\" at shared/net:1", ""},
		{"values:\n  x: ${context.currentEnvironment.na▮me}", "reference `name` values.x ${context.currentEnvironment.name} = \"r\"", ""},
		{"values:\n  x: ${context.tok▮en}", "reference `token` values.x ${context.token} = \"[secret]\"", ""},
		{"imports: [base]\nvalues:\n  x: ${tok▮en}", "reference `token` values.x ${token} = \"[secret]\" at base:3", ""},
		{"values:\n  k: {fn::open::typed: {a: x}}\n  x: ${k.ke▮y}", "reference `key` values.x ${k.key} = \"[secret]\" at r:2", ""},
		{"values:\n  x: ${no▮thing}", "reference `nothing` values.x ${nothing} = \"[unknown]\"", ""},
		{"values:\n  x: ${y▮}\n  y: ${x}", "reference `y` values.x ${y} = \"[unknown]\" at r:3", ""},

		{"values:\n  a: {fn::jo▮in: ['-', [a, b]]}", "function `fn::join` values.a = \"a-b\"", "Joins the elements"},
		{"values:\n  a: {fn::open::ty▮ped: {a: x}}", "function `fn::open::typed` values.a = \"[unknown]\"", "The provider is typed"},
		{"values:\n  a: {fn::rotate::p▮w: {inputs: {user: u}}}", "function `fn::rotate::pw` values.a = \"[unknown]\"", "The rotator is pw"},
		{"values:\n  a: {fn::secret: hun▮ter2}", "value `hunter2` values.a[\"fn::secret\"] = \"hunter2\"", ""},
		{"values:\n  a:\n    fn::validate:\n      schema: {maxi▮mum: 3}\n      value: 1", "key `maximum` values.a[\"fn::validate\"].schema.maximum = 3", "greatest number"},
		{"values:\n  a: {fn::jo▮yn: [a]}\n", "function `fn::joyn` values.a = \"[unknown]\"", ""},

		{"▮", " ``", ""},
		{"values: {}\n▮", " ``", ""},
		{"values: [\n▮", " ``", ""},
		{"]▮", " ``", ""},
	} {
		src, line, column := cutCursor(t, test.text)
		p, err := editorEvaluator().At(t.Context(), "r", []byte(src), line, column)
		if err != nil {
			t.Errorf("%v at\n%s", err, test.text)
			continue
		}
		if got := describePlace(src, p); got != test.want || !strings.Contains(p.About, test.says) {
			t.Errorf("%s\n  is not\n%s\n  or %q lacks %q at\n%s", got, test.want, p.About, test.says, test.text)
		}
	}
}

// describePlace writes what there is to know about a place.
func describePlace(src string, p *eval.Place) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s `%s`", p.Kind, src[p.Range.Begin.Byte:p.Range.End.Byte])
	if p.Path != "" {
		b.WriteString(" " + p.Path)
	}
	if p.Reference != "" {
		b.WriteString(" ${" + p.Reference + "}")
	}
	if strings.HasPrefix(p.Path, "values.") || p.Kind == eval.PlaceImport {
		fmt.Fprintf(&b, " = %v", p.Value)
	}
	if !p.Definition.IsZero() {
		fmt.Fprintf(&b, " at %s:%d", p.Definition.Environment, p.Definition.Begin.Line)
	}
	return b.String()
}

// TestEditorErrors makes sure that nothing but what is no matter of the text is an error.
func TestEditorErrors(t *testing.T) {
	e := editorEvaluator()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		ctx  context.Context
		name string
		ok   bool
	}{
		{t.Context(), "", true}, {t.Context(), "default/a", true}, {t.Context(), "a b", false}, {ctx, "a", false},
	} {
		src := []byte("values: {a: 1, b: '${a}'}")
		p, err := e.At(test.ctx, test.name, src, 1, 22)
		if p == nil || (err == nil) != test.ok {
			t.Errorf("At of %q: %v, %v", test.name, p, err)
		}
		if _, err := e.Complete(test.ctx, test.name, src, 1, 22); (err == nil) != test.ok {
			t.Errorf("Complete of %q: %v", test.name, err)
		}
	}
}

// TestEditorDecryptsNothing makes sure that not even CheckSecrets lets an editor decrypt.
func TestEditorDecryptsNothing(t *testing.T) {
	src := "values:\n  a: {fn::secret: {ciphertext: " + evaltest.Envelope("r", "hunter2") + "}}\n  b: ${a}\n"
	host := &evaltest.Host{Files: map[string]string{"r": src}}
	e := host.Evaluator()
	e.CheckSecrets = true
	p, err := e.At(t.Context(), "r", []byte(src), 3, 8)
	if err != nil || p.Reference != "a" || p.Value.Known() || !p.Value.Secret() {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := e.Complete(t.Context(), "r", []byte(src), 3, 8); err != nil {
		t.Error(err)
	}
	if calls := host.Calls(); len(calls) > 0 {
		t.Errorf("the editor calls %v", calls)
	}
}
