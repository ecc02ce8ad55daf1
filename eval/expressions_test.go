package eval

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// expressionOf returns the exported expression of property p, ranges shortened.
func expressionOf(t *testing.T, env *Environment) string {
	t.Helper()
	w := &detailedWriter{}
	v := member(&env.Values, "p")
	expressionWriter{w, env, inferrer{}}.expr(env.document.Values.Member("p"), v, baseOf(v))
	return shortRanges(t, w.buf)
}

func TestExpressions(t *testing.T) {
	tests := []struct{ text, want string }{
		{`null`, `{"range":"r 2:6-2:10","schema":{"type":"null"}}`},
		{`true`, `{"literal":true,"range":"r 2:6-2:10","schema":{"const":true,"type":"boolean"}}`},
		{`a$$b`, `{"literal":"a$b","range":"r 2:6-2:10","schema":{"const":"a$b","type":"string"}}`},
		{
			`${o.l[0]}`,
			`{"range":"r 2:6-2:15","schema":true,"symbol":[{"key":"o","range":"r 2:8-2:9","value":"r 3:6-3:14"},` +
				`{"key":"l","range":"r 2:10-2:11","value":"r 3:10-3:13"},{"index":0,"range":"r 2:11-2:14","value":"r 3:11-3:12"}]}`,
		},
		{
			`a ${gone} b $<context.n>`,
			`{"interpolate":[{"text":"a ","value":[{"key":"gone","range":"r 2:10-2:14","value":"0:0-0:0"}]},` +
				`{"text":" b ","value":[{"key":"context","range":"r 2:20-2:27","value":"0:0-0:0"},` +
				`{"key":"n","range":"r 2:28-2:29","value":"0:0-0:0"}]}],"range":"r 2:6-2:30","schema":true}`,
		},
		{
			`${imports.o}`,
			`{"range":"r 2:6-2:18","schema":true,"symbol":[{"key":"imports","range":"r 2:8-2:15","value":"0:0-0:0"},` +
				`{"key":"o","range":"r 2:16-2:17","value":"0:0-0:0"}]}`,
		},
		{
			`[x]`,
			`{"list":[{"literal":"x","range":"r 2:7-2:8","schema":{"const":"x","type":"string"}}],"range":"r 2:6-2:9",` +
				`"schema":{"items":false,"prefixItems":[{"const":"x","type":"string"}],"type":"array"}}`,
		},
		{
			`{k: x}`,
			`{"keyRanges":{"k":"r 2:7-2:8"},"object":{"k":{"literal":"x","range":"r 2:10-2:11",` +
				`"schema":{"const":"x","type":"string"}}},"range":"r 2:6-2:12",` +
				`"schema":{"properties":{"k":{"const":"x","type":"string"}},"required":["k"],"type":"object"}}`,
		},
		{
			`{fn::toJSON: {fn::secret: canary}}`,
			`{"builtin":{"arg":{"builtin":{"arg":{"literal":"[secret]","range":"r 2:32-2:38",` +
				`"schema":{"secret":true,"type":"string"}},"argSchema":{"type":"string"},"name":"fn::secret",` +
				`"nameRange":"r 2:20-2:30"},"range":"r 2:19-2:39","schema":{"secret":true,"type":"string"}},` +
				`"name":"fn::toJSON","nameRange":"r 2:7-2:17"},"range":"r 2:6-2:40","schema":true}`,
		},
		{
			`{fn::open::aws: {k: 1}}`,
			`{"builtin":{"arg":{"keyRanges":{"k":"r 2:23-2:24"},"object":{"k":{"literal":1,"range":"r 2:26-2:27",` +
				`"schema":{"const":1,"type":"number"}}},"range":"r 2:22-2:28"},"name":"fn::open::aws",` +
				`"nameRange":"r 2:7-2:20"},"range":"r 2:6-2:29","schema":true}`,
		},
		{`{FN::secret: canary}`, `{"range":"r 2:6-2:26","schema":true}`},
		{`{fn::secret: canary, b: 1}`, `{"range":"r 2:6-2:32","schema":true}`},
		{`{fn::secret: [canary]}`, `{"range":"r 2:6-2:28","schema":true}`},
		{`{fn::secret: "${canary}"}`, `{"range":"r 2:6-2:31","schema":true}`},
	}
	for _, test := range tests {
		env := environmentOf(parseValues(t, "r", "values:\n  p: "+test.text+"\n  o: {l: [1]}\n"))
		env.context = objectOf(members{"n": numberOf("1")})
		if diff := cmp.Diff(test.want, expressionOf(t, env)); diff != "" {
			t.Errorf("%s: %s", test.text, diff)
		}
	}
}

func TestExpressionBases(t *testing.T) {
	v := overriding(t, "values: {p: {k: 1}}", "values: {p: {fn::secret: canary}}", "values: {p: 2}")
	env := &Environment{Values: objectOf(members{"p": v}), document: v.def.Doc}
	got := expressionOf(t, env)
	want := `"base":{"base":{"literal":2,"range":"c 1:13-1:14","schema":{"const":2,"type":"number"}},` +
		`"builtin":{"arg":{"literal":"[secret]","range":"b 1:26-1:32",`
	if !strings.Contains(got, want) || strings.Contains(got, canary) {
		t.Errorf("%s\nwant in it:\n%s", got, want)
	}
}

func TestExpressionsHoldNoSecret(t *testing.T) {
	doc := parseValues(t, "r", `values:
  a: {fn::secret: canary1}
  b: {fn::secret: {ciphertext: canary2}}
  c:
    - fn::toJSON:
        fn::secret: |
          canary3
          canary4
  d: {fn::rotate::pw: {inputs: {}, state: {k: {fn::secret: canary5}}}}
`)
	env := &Environment{Name: "r", document: doc}
	for _, reveal := range []bool{false, true} {
		got := written(t, env, FormatOptions{Format: "detailed", Expressions: true, Reveal: reveal})
		if strings.Contains(got, canary) || strings.Count(got, secretText) != 4 {
			t.Errorf("reveal %v:\n%s", reveal, got)
		}
	}
}
