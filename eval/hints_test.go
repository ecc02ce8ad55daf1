package eval_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// TestHints checks what is said to those who begin about their mistakes: the hints, a line each.
func TestHints(t *testing.T) {
	age := &schema.Schema{Type: []string{"string"}, Pattern: "^[0-9]+d$", Examples: []any{"90d", "1d"}}
	key := providers.New(providers.Schema{Inputs: &schema.Schema{
		Type: []string{"object"}, Properties: map[string]*schema.Schema{"age": age}, Required: []string{"age"},
	}}, func(context.Context, *providers.Request) (any, error) { return nil, nil })
	e := &eval.Evaluator{
		Loader: eval.FS(fstest.MapFS{
			"shop/base.yaml": {Data: []byte("values: {x: 1}")}, "shared/names.yaml": {Data: []byte("values: {team: a}")},
		}),
		Providers: map[string]providers.Provider{"key": key, "vault": key},
	}
	const imports = "imports: [shop/base, shared/names]\n"
	for document, want := range map[string]string{
		"a: 1":                             `allowed are "description", "imports", "values"; what is to be a value goes below "values"`,
		"value: {a: 1}":                    `allowed are "description", "imports", "values"; did you mean "values"?`,
		"values:\n  a:1\n  b:2":            "write a mapping of names to values, with a blank behind each colon",
		"values: text":                     "write a mapping of names to values",
		"values: {a: 1, b: '${values.a}'}": `paths begin below "values"; leave that out`,
		"values: {values: {a: 1}, b: '${values.a}'}":            "",
		imports + "values: {a: '${imports.base.x}'}":            `write imports["shop/base"]`,
		imports + "values: {a: '${imports.shop.base.x}'}":       `write imports["shop/base"]`,
		imports + "values: {a: '${shared.names.team}'}":         `write imports["shared/names"]`,
		imports + "values: {a: '${imports[\"shop/bsae\"].x}'}":  `did you mean "shop/base"?`,
		imports + "values: {a: '${imports.nothing.x}', b: 1}":   `imports are "shared/names", "shop/base"`,
		"values: {a: '${imports.base.x}'}":                      `the document has no "imports"`,
		"values: {a: {fn::rotate::key: {a: x, inputs: {}}}}":    `allowed are "inputs", "state"; all else goes below "inputs"`,
		"values: {a: '${environments.shop}'}":                   "as in environments.PROJECT.NAME",
		"values: {a: '${ b }', b: 1}":                           `remove the white space in it, or write "$${" for literal text`,
		"values: {a: {fn::open::ssm: {}}}":                      `there are "key", "vault"`,
		"values: {a: {fn::open::kee: {}}}":                      `did you mean "key"?`,
		"values: {a: {fn::secret: {ciphertext: ZXNjeAAAAAEK}}}": "take it from a copy of the document, or write the secret again",
		"values: {a: {fn::open::key: }}":                        `write a mapping of inputs, which are "age"`,
		"values: {a: {fn::open::key: {age: 90 days}}}":          `such as "90d" or "1d"`,
	} {
		env, _ := e.CheckText(t.Context(), []byte(document))
		var hints []string
		for _, d := range env.Diagnostics {
			hints = append(hints, d.Hint)
		}
		if diff := cmp.Diff(want, strings.Join(hints, "\n")); diff != "" {
			t.Errorf("%s: -want +got\n%s", document, diff)
		}
	}
}
