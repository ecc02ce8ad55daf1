package eval

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// detailedOf returns the detailed JSON of a value, with every range as LINE:COLUMN-LINE:COLUMN.
func detailedOf(t *testing.T, v Value, reveal bool) string {
	t.Helper()
	w := detailedWriter{jsonWriter: jsonWriter{reveal: reveal}}
	w.detail(v)
	return shortRanges(t, w.buf)
}

// shortRanges returns JSON, compact, with ranges in a form that one can read.
func shortRanges(t *testing.T, text []byte) string {
	t.Helper()
	var v any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	short, err := json.Marshal(shortened(v))
	if err != nil {
		t.Fatal(err)
	}
	return string(short)
}

func shortened(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = shortened(v[i])
		}
	case map[string]any:
		if begin, ok := v["begin"].(map[string]any); ok {
			place := func(pos map[string]any) string {
				return string(pos["line"].(json.Number) + ":" + pos["column"].(json.Number))
			}
			text := place(begin) + "-" + place(v["end"].(map[string]any))
			if name, ok := v["environment"].(string); ok {
				text = name + " " + text
			}
			return text
		}
		for key := range v {
			v[key] = shortened(v[key])
		}
	}
	return v
}

func TestDetailed(t *testing.T) {
	doc := parseValues(t, "r", "values:\n  n: null\n  s: {fn::secret: hunter2}\n  l: [1.50, <x>]\n  o: {k: true}\n  u: ${x}\n")
	env := environmentOf(doc)
	tests := []struct{ path, redacted, revealed string }{
		{"n", `{"trace":{"def":"r 2:6-2:10"}}`, ""},
		{
			"s", `{"secret":true,"trace":{"def":"r 3:19-3:26"},"value":"[secret]"}`,
			`{"secret":true,"trace":{"def":"r 3:19-3:26"},"value":"hunter2"}`,
		},
		{
			"l", `{"trace":{"def":"r 4:6-4:17"},"value":[` +
				`{"trace":{"def":"r 4:7-4:11"},"value":1.50},{"trace":{"def":"r 4:13-4:16"},"value":"\u003cx\u003e"}]}`, "",
		},
		{"o", `{"trace":{"def":"r 5:6-5:15"},"value":{"k":{"trace":{"def":"r 5:10-5:14"},"value":true}}}`, ""},
		{"u", `{"trace":{"def":"r 6:6-6:10"},"unknown":true}`, ""},
	}
	for _, test := range tests {
		v, _ := env.Values.Lookup(test.path)
		if got := detailedOf(t, v, false); got != test.redacted {
			t.Errorf("redacted %s:\n%s\nwant:\n%s", test.path, got, test.redacted)
		}
		if got, want := detailedOf(t, v, true), cmpOr(test.revealed, test.redacted); got != want {
			t.Errorf("revealed %s:\n%s\nwant:\n%s", test.path, got, want)
		}
	}
}

func TestDetailedFlags(t *testing.T) {
	const trace = `"trace":{"def":"0:0-0:0"}`
	tests := []struct {
		value              Value
		redacted, revealed string
	}{
		{unknownSecret(), `{"secret":true,` + trace + `,"unknown":true}`, ""},
		{Value{d: nullDatum(true)}, `{"secret":true,` + trace + `,"value":"[secret]"}`, `{"secret":true,` + trace + `}`},
		{
			members{"a": secretOf("x"), "b": numberOf("1")}.value(true), `{"secret":true,` + trace + `,"value":"[secret]"}`,
			`{"secret":true,` + trace + `,"value":{"a":{"secret":true,` + trace + `,"value":"x"},"b":{` + trace + `,"value":1}}}`,
		},
		{arrayOf(), `{` + trace + `,"value":[]}`, ""},
	}
	for _, test := range tests {
		if got := detailedOf(t, test.value, false); got != test.redacted {
			t.Errorf("redacted:\n%s\nwant:\n%s", got, test.redacted)
		}
		if got, want := detailedOf(t, test.value, true), cmpOr(test.revealed, test.redacted); got != want {
			t.Errorf("revealed:\n%s\nwant:\n%s", got, want)
		}
	}
}

func TestDetailedPartsOfACallAreDefinedByTheCall(t *testing.T) {
	doc := parseValues(t, "r", "values:\n  a: {fn::toJSON: 1}\n")
	v := Value{d: arrayOf(stringOf("x"), objectOf(members{"k": stringOf("y")})).d, def: doc.Values.Member("a")}
	const trace = `"trace":{"def":"r 2:6-2:21"}`
	want := `{` + trace + `,"value":[{` + trace + `,"value":"x"},{` + trace + `,"value":{"k":{` + trace + `,"value":"y"}}}]}`
	if got := detailedOf(t, v, false); got != want {
		t.Errorf("%s\nwant:\n%s", got, want)
	}
}

// overriding returns the value of property p of the first document, which overrides those of the others.
func overriding(t *testing.T, texts ...string) Value {
	t.Helper()
	s := &slot{}
	for i, text := range texts {
		doc := parseValues(t, string(rune('a'+i)), text)
		s.layers = append(s.layers, layer{place: place{expr: doc.Values.Member("p")}})
	}
	v := evaluated(s.layers[0].expr)
	v.over = s
	return v
}

func TestDetailedBases(t *testing.T) {
	tests := []struct {
		layers []string
		want   string
	}{
		{
			[]string{"values: {p: new}", "values: {p: 1.50}", "values: {p: null}"},
			`{"trace":{"base":{"trace":{"base":{"trace":{"def":"c 1:13-1:17"}},"def":"b 1:13-1:17"},"value":1.50},` +
				`"def":"a 1:13-1:16"},"value":"new"}`,
		},
		{
			[]string{"values: {p: new}", "values: {p: {fn::secret: canary}}"},
			`{"trace":{"base":{"secret":true,"trace":{"def":"b 1:26-1:32"}},"def":"a 1:13-1:16"},"value":"new"}`,
		},
		{
			[]string{"values: {p: new}", "values: {p: [{fn::secret: canary}]}", `values: {p: "${x}"}`},
			`{"trace":{"base":{"secret":true,"trace":{"base":{"trace":{"def":"c 1:13-1:19"},"unknown":true},"def":"b 1:13-1:35"}},` +
				`"def":"a 1:13-1:16"},"value":"new"}`,
		},
	}
	for _, test := range tests {
		if got := detailedOf(t, overriding(t, test.layers...), true); got != test.want {
			t.Errorf("%s\nwant:\n%s", got, test.want)
		}
	}
}

func TestDetailedEnvironment(t *testing.T) {
	env := environmentOf(parseValues(t, "r", "values: {s: {fn::secret: canary}, a: 1}"))
	env.context = objectOf(members{"token": secretOf("canary"), "n": numberOf("2")})
	want := `{"executionContext":{"properties":{"n":{"trace":{"def":"0:0-0:0"},"value":2},` +
		`"token":{"secret":true,"trace":{"def":"0:0-0:0"},"value":"[secret]"}},` +
		`"schema":{"properties":{"n":{"const":2,"type":"number"},"token":{"secret":true,"type":"string"}},` +
		`"required":["n","token"],"type":"object"}},` +
		`"exprs":{"a":{"literal":1,"range":"r 1:38-1:39","schema":{"const":1,"type":"number"}},` +
		`"s":{"builtin":{"arg":{"literal":"[secret]","range":"r 1:26-1:32","schema":{"secret":true,"type":"string"}},` +
		`"argSchema":{"type":"string"},"name":"fn::secret","nameRange":"r 1:14-1:24"},"range":"r 1:13-1:33",` +
		`"schema":{"secret":true,"type":"string"}}},` +
		`"properties":{"a":{"trace":{"def":"r 1:38-1:39"},"value":1},` +
		`"s":{"secret":true,"trace":{"def":"r 1:26-1:32"},"value":"[secret]"}},` +
		`"schema":{"properties":{"a":{"const":1,"type":"number"},"s":{"secret":true,"type":"string"}},` +
		`"required":["a","s"],"type":"object"}}`
	got := written(t, env, FormatOptions{Format: "detailed", Expressions: true})
	if diff := cmp.Diff(want, shortRanges(t, []byte(got))); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(got, "{\n  \"properties\": {\n    \"a\": {\n      \"value\": 1,") {
		t.Errorf("not indented by two:\n%s", got)
	}
	env.document = nil
	if got := written(t, env, FormatOptions{Format: "detailed", Expressions: true}); strings.Contains(got, "exprs") {
		t.Errorf("expressions without a document:\n%s", got)
	}
}
