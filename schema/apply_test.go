package schema_test

import (
	"encoding/json"
	"testing"

	"github.com/escapement-go/escapement/schema"
)

// show is the JSON of data in the sense of decode, but for the schemas of unknowns.
func show(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(marked(v))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func marked(v any) any {
	switch v := v.(type) {
	case schema.Secret:
		return map[string]any{"$secret": marked(v.Data())}
	case schema.Unknown:
		return map[string]any{"$unknown": v.Of}
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = marked(v[i])
		}
		return items
	case map[string]any:
		members := map[string]any{}
		for name := range v {
			members[name] = marked(v[name])
		}
		return members
	}
	return v
}

func TestApplyDefaults(t *testing.T) {
	tests := []struct{ schema, value, want string }{
		{`true`, `{"a":1}`, `{"a":1}`},
		{`{"properties": {"n": {"default": 7}}}`, `{}`, `{"n":7}`},
		{`{"properties": {"n": {"default": 7}}}`, `{"n":null}`, `{"n":null}`},
		{`{"properties": {"n": {"default": null}}}`, `{}`, `{"n":null}`},
		{`{"properties": {"n": {"default": 7}}}`, `[1]`, `[1]`},
		{`{"default": {"a": 1}}`, `null`, `null`},
		{`{"properties": {"o": {"properties": {"n": {"default": 7}}}}}`, `{}`, `{}`},
		{`{"properties": {"o": {"properties": {"n": {"default": 7}}}}}`, `{"o":{}}`, `{"o":{"n":7}}`},
		{`{"properties": {"o": {"default": {"k": 1}, "properties": {"n": {"default": 7}}}}}`, `{}`, `{"o":{"k":1,"n":7}}`},
		{`{"items": {"properties": {"n": {"default": 7}}}}`, `[{},{"n":1}]`, `[{"n":7},{"n":1}]`},
		{`{"prefixItems": [{"properties": {"n": {"default": 7}}}]}`, `[{},{}]`, `[{"n":7},{}]`},
		{`{"additionalProperties": {"properties": {"n": {"default": 7}}}}`, `{"x":{}}`, `{"x":{"n":7}}`},
		{`{"$ref": "#/$defs/o", "$defs": {"o": {"properties": {"n": {"$ref": "#/$defs/n"}}}, "n": {"default": 7}}}`, `{}`, `{"n":7}`},
		{`{"allOf": [{"properties": {"a": {"default": 1}}}, {"properties": {"b": {"default": 2}}}]}`, `{}`, `{"a":1,"b":2}`},
		{`{"properties": {"a": {"allOf": [{"default": 1}, {"default": 2}]}}}`, `{}`, `{"a":1}`},
		{`{"properties": {"a": {"default": 3, "allOf": [{"default": 1}]}}}`, `{}`, `{"a":3}`},
		{`{"anyOf": [{"properties": {"a": {"default": 1}}}], "not": {"properties": {"b": {"default": 1}}}}`, `{}`, `{}`},
		{`{"properties": {"a": {"default": 1}}}`, `{"$secret":{}}`, `{"$secret":{}}`},
		{`{"properties": {"a": {"default": 1}}}`, `{"$unknown":true}`, `{"$unknown":true}`},
		{`{"properties": {"a": {"default": 1}, "b": {"properties": {"a": {"default": 1}}}}}`, `{"b":{"$unknown":true}}`, `{"a":1,"b":{"$unknown":true}}`},
		{`{"$ref": "#/$defs/x", "$defs": {"x": {"properties": {"n": {"$ref": "#/$defs/y"}}}, "y": {"default": {}, "$ref": "#/$defs/x"}}}`,
			`{}`, `{"n":{}}`},
	}
	for _, test := range tests {
		value := decode(t, test.value)
		got := parseText(t, test.schema).ApplyDefaults(value)
		diff(t, test.schema+" of "+test.value, show(t, got), test.want)
		diff(t, "input", show(t, value), test.value)
	}
	s := &schema.Schema{Properties: map[string]*schema.Schema{"password": {Default: schema.NewSecret(canary)}}}
	diff(t, "secret default", show(t, s.ApplyDefaults(map[string]any(nil))), `{"password":{"$secret":"hunter2"}}`)
}

// A default is the schema's own, however the result is used.
func TestApplyDefaultsTwice(t *testing.T) {
	s := parseText(t, `{"properties": {"o": {"default": {"l": [{}]}, "properties": {"l": {"items": {"properties": {"n": {"default": 1}}}}}}}}`)
	before := s.String()
	first := s.ApplyDefaults(map[string]any{})
	diff(t, "again", show(t, s.ApplyDefaults(first)), show(t, first))
	diff(t, "schema", s.String(), before)
}

// Defaults that multiply end somewhere.
func TestApplyDefaultsHostile(t *testing.T) {
	names := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}
	node := &schema.Schema{Properties: map[string]*schema.Schema{}}
	for _, name := range names {
		node.Properties[name] = &schema.Schema{Default: map[string]any{}, Ref: "#/$defs/node"}
	}
	s := &schema.Schema{Ref: "#/$defs/node", Defs: map[string]*schema.Schema{"node": node}}
	got, ok := s.ApplyDefaults(map[string]any{}).(map[string]any)
	if !ok || len(got) == 0 {
		t.Errorf("got %v", got)
	}
	cyclic := map[string]any{}
	cyclic["a"], cyclic["b"] = cyclic, cyclic
	if got, ok := s.ApplyDefaults(cyclic).(map[string]any); !ok || len(got) != 2 {
		t.Error("cyclic data got defaults")
	}
}

func TestMarkSecrets(t *testing.T) {
	tests := []struct{ schema, value, want string }{
		{`true`, `{"a":["x"]}`, `{"a":["x"]}`},
		{`{"secret": true}`, `"x"`, `{"$secret":"x"}`},
		{`{"secret": true}`, `{"a":[1]}`, `{"$secret":{"a":[1]}}`},
		{`{"secret": true}`, `null`, `{"$secret":null}`},
		{`{"properties": {"a": {"secret": true}}}`, `{"a":"x","b":"y"}`, `{"a":{"$secret":"x"},"b":"y"}`},
		{`{"properties": {"a": {"properties": {"b": {"secret": true}}}}}`, `{"a":{"b":1}}`, `{"a":{"b":{"$secret":1}}}`},
		{`{"properties": {"a": {}}, "additionalProperties": {"secret": true}}`, `{"a":"x","b":"y"}`, `{"a":"x","b":{"$secret":"y"}}`},
		{`{"items": {"secret": true}}`, `["x",1]`, `[{"$secret":"x"},{"$secret":1}]`},
		{`{"prefixItems": [true, {"secret": true}], "items": {"properties": {"s": {"secret": true}}}}`, `["x","y",{"s":1},{"s":2}]`,
			`["x",{"$secret":"y"},{"s":{"$secret":1}},{"s":{"$secret":2}}]`},
		{`{"properties": {"a": {"$ref": "#/$defs/s"}}, "$defs": {"s": {"secret": true}}}`, `{"a":"x"}`, `{"a":{"$secret":"x"}}`},
		{`{"allOf": [true, {"properties": {"a": {"secret": true}}}], "properties": {"a": {}}}`, `{"a":"x"}`, `{"a":{"$secret":"x"}}`},
		{`{"anyOf": [{"type": "null"}, {"properties": {"a": {"secret": true}}}]}`, `{"a":"x"}`, `{"a":{"$secret":"x"}}`},
		{`{"oneOf": [{"properties": {"a": true}}, {"properties": {"a": {"secret": true}}}]}`, `{"a":"x"}`, `{"a":{"$secret":"x"}}`},
		{`{"not": {"secret": true}}`, `"x"`, `"x"`},
		{`{"secret": true}`, `{"$secret":"x"}`, `{"$secret":"x"}`},
		{`{"properties": {"a": {"secret": true}}}`, `{"$secret":{"a":1}}`, `{"$secret":{"a":1}}`},
		{`{"secret": true}`, `{"$unknown":{"type":"string"}}`, `{"$unknown":{"secret":true,"type":"string"}}`},
		{`{"items": {"secret": true}}`, `[{"$unknown":true}]`, `[{"$unknown":{"secret":true}}]`},
	}
	for _, test := range tests {
		value := decode(t, test.value)
		got := parseText(t, test.schema).MarkSecrets(value)
		diff(t, test.schema+" of "+test.value, show(t, got), test.want)
		diff(t, "input", show(t, value), test.value)
		diff(t, "again", show(t, parseText(t, test.schema).MarkSecrets(got)), test.want)
	}
	items := []any{"x"}
	marked, _ := (*schema.Schema)(nil).MarkSecrets(items).([]any)
	if marked[0] = "y"; items[0] != "x" {
		t.Error("the result is not a copy")
	}
	cyclic := map[string]any{}
	cyclic["a"] = []any{cyclic, cyclic}
	for _, v := range []any{cyclic, []any{func() {}}} {
		if _, ok := (&schema.Schema{}).MarkSecrets(v).(schema.Secret); !ok {
			t.Errorf("%T is not secret", v)
		}
	}
}

func TestIsSecret(t *testing.T) {
	for text, want := range map[string]bool{
		`true`:                              false,
		`{"secret": true}`:                  true,
		`{"items": {"secret": true}}`:       false,
		`{"anyOf": [{"secret": true}, {}]}`: true,
		`{"$ref": "#/$defs/x", "$defs": {"x": {"allOf": [{"secret": true}]}}}`: true,
	} {
		if parseText(t, text).IsSecret() != want {
			t.Errorf("%s: want %v", text, want)
		}
	}
}

func TestRotateOnly(t *testing.T) {
	tests := []struct {
		schema string
		name   string
		marked bool
		all    bool
	}{
		{`true`, "a", false, false},
		{`{"properties": {"a": {}}, "rotateOnly": ["a"]}`, "a", true, true},
		{`{"properties": {"a": {}, "b": {}}, "rotateOnly": ["a"]}`, "a", true, false},
		{`{"properties": {"a": {}, "b": {}}, "rotateOnly": ["a"]}`, "b", false, false},
		{`{"$ref": "#/$defs/x", "rotateOnly": ["b"], "$defs": {"x": {"properties": {"a": {}, "b": {}}, "rotateOnly": ["a"]}}}`, "a", true, true},
		{`{"allOf": [{"properties": {"a": {}}}, {"rotateOnly": ["a"]}]}`, "a", true, true},
		{`{"anyOf": [{"properties": {"a": {}}, "rotateOnly": ["a"]}]}`, "a", false, false},
	}
	for _, test := range tests {
		s := parseText(t, test.schema)
		if s.RotateOnlyProperty(test.name) != test.marked || s.AllRotateOnly() != test.all {
			t.Errorf("%s: %v, %v", test.schema, s.RotateOnlyProperty(test.name), s.AllRotateOnly())
		}
	}
}
