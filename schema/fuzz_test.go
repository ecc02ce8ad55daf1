package schema_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/escapement-go/escapement/schema"
)

func FuzzValidate(f *testing.F) {
	for _, seed := range [][2]string{
		{`true`, `1`},
		{`{"type": "string", "format": "uri"}`, `{"$secret": "x"}`},
		{`{"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"properties": {"a": {"$ref": "#/$defs/a~1b"}}, "additionalProperties": false}}}`, `{"a": {"b": 1}}`},
		{`{"oneOf": [{"const": null}, {"enum": [1.0, "a"]}, {"not": {"minimum": 1e999}}]}`, `1e-999999999999`},
		{`{"multipleOf": 1e-400, "exclusiveMaximum": 12345678901234567890}`, `1e99999999999999999999`},
		{`{"prefixItems": [true, {"pattern": "^a{2,5}"}], "items": false, "uniqueItems": true, "minItems": 3}`, `["a", "b", {"$unknown": {"anyOf": [{"type": "null"}]}}]`},
		{`{"type": "object", "required": ["a"], "dependentRequired": {"a": ["b"]}, "rotateOnly": ["a"], "secret": true}`, `{"$unknown": {"type": "object", "required": ["c"]}}`},
		{`{"properties": {"a": {"default": {"b": 1}, "properties": {"c": {"default": null}}}}}`, `{}`},
		{`{"const": {"$secret": "hunter2"}}`, `"x"`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, schemaText, valueText string) {
		s := tryParse(schemaText)
		value, ok := tryDecode(valueText)
		if s == nil || !ok {
			return
		}
		for _, v := range s.Validate(value) {
			if v.Code == "" || v.Message == "" || v.String() == "" {
				t.Errorf("incomplete violation %#v", v)
			}
		}
		checkStable(t, s)
		s.Validate(s.ApplyDefaults(value))
		s.MarkSecrets(value)
		for _, name := range append(s.Names(), "a") {
			if part, step := s.Property(name); (part == nil) != (step >= schema.Missing) {
				t.Errorf("step %d with schema %v", step, part)
			} else if part != nil {
				checkStable(t, part)
				part.Validate(value)
			}
		}
		if part, _ := s.Element(1); part != nil {
			checkStable(t, part)
		}
	})
}

// checkStable reads what s is written as, and expects it to be written the same.
func checkStable(t *testing.T, s *schema.Schema) {
	t.Helper()
	text, err := s.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var read schema.Schema
	if err := read.UnmarshalJSON(text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if again := read.String(); again != string(text) {
		t.Errorf("%s is written as %s", text, again)
	}
}

func tryDecode(text string) (any, bool) {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	var v any
	err := decoder.Decode(&v)
	return tryMarks(v), err == nil
}

// tryMarks is withMarks for data that may hold anything.
func tryMarks(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = tryMarks(v[i])
		}
	case map[string]any:
		if data, ok := v["$secret"]; ok {
			return schema.SecretData(tryMarks(data))
		}
		if data, ok := v["$unknown"]; ok {
			s, _ := schema.Parse(data)
			return schema.Unknown{Of: s}
		}
		for name := range v {
			v[name] = tryMarks(v[name])
		}
	}
	return v
}

func tryParse(text string) *schema.Schema {
	v, ok := tryDecode(text)
	if !ok {
		return nil
	}
	s, _ := schema.Parse(v)
	return s
}
