package eval

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/schema"
	"pgregory.net/rapid"
)

func TestInferSchema(t *testing.T) {
	text := []string{"string"}
	declared := &schema.Schema{
		Type:       []string{"object"},
		Properties: map[string]*schema.Schema{"k": {Type: text, Secret: true, Const: canary}, "d": {Ref: "#/$defs/d"}},
		Defs:       map[string]*schema.Schema{"d": {Type: text}},
	}
	tests := []struct {
		value Value
		want  string
	}{
		{Value{}, `{"type":"null"}`},
		{boolOf(false), `{"type":"boolean","const":false}`},
		{numberOf("1.50"), `{"type":"number","const":1.50}`},
		{stringOf("x"), `{"type":"string","const":"x"}`},
		{arrayOf(), `{"type":"array","items":false}`},
		{arrayOf(stringOf("x"), unknown()), `{"type":"array","prefixItems":[{"type":"string","const":"x"},true],"items":false}`},
		{objectOf(nil), `{"type":"object"}`},
		{objectOf(members{"b": Value{}, "a": arrayOf()}), `{"type":"object",` +
			`"properties":{"a":{"type":"array","items":false},"b":{"type":"null"}},"required":["a","b"]}`},
		{secretOf("x"), `{"type":"string","secret":true}`},
		{members{canary: secretOf("x")}.value(true), `{"type":"object","secret":true}`},
		{Value{d: nullDatum(true)}, `{"type":"null","secret":true}`},
		{unknownSecret(), `{"secret":true}`},
		{Value{d: unknownDatum(&schema.Schema{Type: text, Secret: true, Const: canary}, false)}, `{"type":"string","secret":true}`},
		{arrayOf(Value{d: unknownDatum(declared, false)}), `{"$defs":{"d":{"type":"string"}},"type":"array","prefixItems":[` +
			`{"type":"object","properties":{"d":{"$ref":"#/$defs/d"},"k":{"type":"string","secret":true}}}],"items":false}`},
	}
	for _, test := range tests {
		got, err := json.Marshal(inferSchema(test.value.data()))
		if err != nil {
			t.Fatal(err)
		}
		if !sameJSON(t, string(got), test.want) {
			t.Errorf("%s: %s, want %s", test.value, got, test.want)
		}
	}
}

// sameJSON compares without regard to the order of members.
func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	return shortRanges(t, []byte(a)) == shortRanges(t, []byte(b))
}

func TestInferredSchemasFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := valueGen{text: textGen(true), secrets: true}.draw(t, 4)
		s := inferSchema(v.data())
		if violations := s.Validate(v.Plain()); len(violations) > 0 {
			t.Fatalf("%v of %v", violations, v)
		}
		if text, err := json.Marshal(s); err != nil || strings.Contains(string(text), canary) {
			t.Fatalf("%s, %v", text, err)
		}
	})
}

func TestInferSchemaSharesWhatValuesShare(t *testing.T) {
	v := stringOf("x")
	for range 60 {
		v = arrayOf(v, v)
	}
	s := inferSchema(v.data())
	if s.PrefixItems[0] != s.PrefixItems[1] {
		t.Error("the schema of a shared part is made twice")
	}
}
