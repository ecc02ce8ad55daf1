package schema_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/schema"
)

const supported = `supported are "$comment", "$defs", "$ref", "$schema", "additionalProperties", "allOf", "anyOf", "const", ` +
	`"default", "dependentRequired", "deprecated", "description", "enum", "examples", "exclusiveMaximum", "exclusiveMinimum", ` +
	`"items", "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minProperties", "minimum", ` +
	`"multipleOf", "not", "oneOf", "pattern", "prefixItems", "properties", "required", "rotateOnly", "secret", "title", ` +
	`"type", "uniqueItems"`

func TestParseProblems(t *testing.T) {
	tests := []struct {
		schema string
		want   []string
	}{
		{`true`, nil},
		{`{"type": "string", "format": "uri"}`, []string{
			`at "format": schema keyword "format" is not supported and not applied; ` + supported + ` [unsupported-keyword]`}},
		{`{"properties": {"a": {"minlenght": 1}}}`, []string{
			`at "properties.a.minlenght": schema keyword "minlenght" is not supported and not applied; ` + supported +
				`; did you mean "minLength"? [unsupported-keyword]`}},
		{`{"$secret": {"hunter2": 1}}`, []string{
			`at "[secret]": schema keyword [secret] is not supported and not applied; ` + supported + ` [unsupported-keyword]`}},

		{`null`, []string{`invalid schema: a schema must be true, false or an object, is null [invalid-schema]`}},
		{`{"items": [true]}`, []string{`at "items": invalid schema: a schema must be true, false or an object, is array [invalid-schema]`}},
		{`{"type": "strng"}`, []string{`at "type": invalid schema: "type" must name array, boolean, integer, null, number, object or string [invalid-schema]`}},
		{`{"type": ["string", "strng"]}`, []string{`at "type": invalid schema: "type" must name array, boolean, integer, null, number, object or string [invalid-schema]`}},
		{`{"type": ["string", "string"]}`, []string{`at "type": invalid schema: "type" must be a list of different strings [invalid-schema]`}},
		{`{"type": 1}`, []string{`at "type": invalid schema: "type" must be a list of different strings [invalid-schema]`}},
		{`{"enum": 1}`, []string{`at "enum": invalid schema: "enum" must be a list [invalid-schema]`}},
		{`{"examples": {}}`, []string{`at "examples": invalid schema: "examples" must be a list [invalid-schema]`}},
		{`{"title": 1}`, []string{`at "title": invalid schema: "title" must be a string [invalid-schema]`}},
		{`{"$schema": 1}`, []string{`at "[\"$schema\"]": invalid schema: "$schema" must be a string [invalid-schema]`}},
		{`{"deprecated": "yes"}`, []string{`at "deprecated": invalid schema: "deprecated" must be true or false [invalid-schema]`}},
		{`{"secret": 1}`, []string{`at "secret": invalid schema: "secret" must be true or false [invalid-schema]`}},
		{`{"allOf": []}`, []string{`at "allOf": invalid schema: "allOf" must be a list of at least one schema [invalid-schema]`}},
		{`{"anyOf": {"a": true}}`, []string{`at "anyOf": invalid schema: "anyOf" must be a list of at least one schema [invalid-schema]`}},
		{`{"oneOf": [1]}`, []string{`at "oneOf[0]": invalid schema: a schema must be true, false or an object, is number [invalid-schema]`}},
		{`{"multipleOf": 0}`, []string{`at "multipleOf": invalid schema: "multipleOf" must be more than 0 [invalid-schema]`}},
		{`{"multipleOf": "1"}`, []string{`at "multipleOf": invalid schema: "multipleOf" must be a number [invalid-schema]`}},
		{`{"minimum": null}`, []string{`at "minimum": invalid schema: "minimum" must be a number [invalid-schema]`}},
		{`{"minLength": 1.5}`, []string{`at "minLength": invalid schema: "minLength" must be an integer of at least 0 [invalid-schema]`}},
		{`{"maxItems": -1}`, []string{`at "maxItems": invalid schema: "maxItems" must be an integer of at least 0 [invalid-schema]`}},
		{`{"maxItems": "1"}`, []string{`at "maxItems": invalid schema: "maxItems" must be an integer of at least 0 [invalid-schema]`}},
		{`{"pattern": "("}`, []string{`at "pattern": invalid schema: "pattern" is not a regular expression [invalid-schema]`}},
		{`{"pattern": "(?=a)"}`, []string{`at "pattern": invalid schema: "pattern" is not a regular expression [invalid-schema]`}},
		{`{"properties": []}`, []string{`at "properties": invalid schema: "properties" must be an object of schemas [invalid-schema]`}},
		{`{"required": ["a", 1]}`, []string{`at "required": invalid schema: "required" must be a list of different strings [invalid-schema]`}},
		{`{"rotateOnly": "a"}`, []string{`at "rotateOnly": invalid schema: "rotateOnly" must be a list of different strings [invalid-schema]`}},
		{`{"dependentRequired": {"x y": [1]}}`, []string{`at "dependentRequired[\"x y\"]": invalid schema: "dependentRequired" must be a list of different strings [invalid-schema]`}},
		{`{"dependentRequired": []}`, []string{`at "dependentRequired": invalid schema: "dependentRequired" must be an object of lists of strings [invalid-schema]`}},
		{`{"items": {"$defs": {}}}`, []string{`at "items[\"$defs\"]": invalid schema: "$defs" belongs at the top of the schema [invalid-schema]`}},
		{`{"$defs": 1}`, []string{`at "[\"$defs\"]": invalid schema: "$defs" must be an object of schemas [invalid-schema]`}},
		{`{"const": {"a": {"$unknown": true}}}`, []string{`at "const": invalid schema: a part of it is not known yet [invalid-schema]`}},
		{`{"not": {"$unknown": true}}`, []string{`at "not": invalid schema: a part of it is not known yet [invalid-schema]`}},

		{`{"$ref": 1}`, []string{`at "[\"$ref\"]": invalid schema: "$ref" must be a string [invalid-schema]`}},
		{`{"$ref": "#/$defs/x"}`, []string{`at "[\"$ref\"]": invalid schema: "$ref" names nothing in "$defs" [invalid-schema]`}},
		{`{"$ref": "#"}`, []string{`at "[\"$ref\"]": invalid schema: "$ref" must have the form "#/$defs/NAME" [invalid-schema]`}},
		{`{"$ref": "#/$defs/x/items"}`, []string{`at "[\"$ref\"]": invalid schema: "$ref" must have the form "#/$defs/NAME" [invalid-schema]`}},
		{`{"$ref": "#/$defs/x~2"}`, []string{`at "[\"$ref\"]": invalid schema: "$ref" must have the form "#/$defs/NAME" [invalid-schema]`}},
		{`{"$ref": "#/$defs/%zz"}`, []string{`at "[\"$ref\"]": invalid schema: "$ref" must have the form "#/$defs/NAME" [invalid-schema]`}},
		{`{"$defs": {"x": {"$ref": "#/$defs/x"}}}`, []string{`at "[\"$defs\"].x[\"$ref\"]": invalid schema: "$ref" leads back to itself [invalid-schema]`}},
		{`{"$defs": {"x": {"anyOf": [true, {"not": {"$ref": "#/$defs/y"}}]}, "y": {"oneOf": [{"$ref": "#/$defs/x"}]}}}`,
			[]string{`at "[\"$defs\"].y.oneOf[0][\"$ref\"]": invalid schema: "$ref" leads back to itself [invalid-schema]`}},
		{`{"$defs": {"x": {"allOf": [{"items": {"$ref": "#/$defs/x"}}, {"$ref": "#/$defs/y"}]}, "y": {}}}`, nil},

		{`{"required": 1, "minimum": "x", "zzzzzzzzzzzzzzzz": 1}`, []string{
			`at "minimum": invalid schema: "minimum" must be a number [invalid-schema]`,
			`at "required": invalid schema: "required" must be a list of different strings [invalid-schema]`,
			`at "zzzzzzzzzzzzzzzz": schema keyword "zzzzzzzzzzzzzzzz" is not supported and not applied; ` + supported + ` [unsupported-keyword]`}},
	}
	for _, test := range tests {
		s, problems := schema.Parse(decode(t, test.schema))
		diff(t, test.schema, lines(problems), test.want)
		valid := true
		for _, p := range problems {
			if p.Warning != (p.Code == "unsupported-keyword") {
				t.Errorf("%s: %v has warning %v", test.schema, p, p.Warning)
			}
			valid = valid && p.Warning
		}
		if valid != (s != nil) {
			t.Errorf("%s: schema is %v", test.schema, s)
		}
	}
}

func TestParseGoData(t *testing.T) {
	s, problems := schema.Parse(map[string]any{"minLength": 3, "maximum": 1.5, "items": false})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	diff(t, "schema", s, &schema.Schema{MinLength: ptr(3), Maximum: "1.5", Items: &schema.Schema{Never: true}})

	_, problems = schema.Parse(map[string]any{"const": func() {}})
	diff(t, "function", lines(problems), []string{`at "const": invalid schema: must be plain data, is func() [invalid-schema]`})
	cyclic := map[string]any{}
	cyclic["allOf"] = []any{cyclic, cyclic}
	_, problems = schema.Parse(cyclic)
	if len(problems) != 1 || problems[0].Message != "invalid schema: nesting is deeper than 1000" {
		t.Errorf("cyclic schema: %v", problems)
	}
}

// A length beyond an int is as good as the largest one.
func TestParseLengths(t *testing.T) {
	for text, want := range map[string]int{
		"0": 0, "-0": 0, "7": 7, "7.0": 7, "12e2": 1200, "1e18": 1e18, "999999999999999999": 999999999999999999,
		"9223372036854775807": 9223372036854775807, "1e400": 9223372036854775807,
	} {
		s := parse(t, map[string]any{"maxItems": json.Number(text)})
		if s.MaxItems == nil || *s.MaxItems != want {
			t.Errorf("%s is read as %v", text, s)
		}
	}
}

// Whatever part of a schema is secret, nothing shows it.
func TestParseSecret(t *testing.T) {
	tests := []struct{ schema, want string }{
		{`{"const": {"$secret": "hunter2"}}`, `{"secret":true}`},
		{`{"type": "string", "const": {"a": [{"$secret": "hunter2"}]}}`, `{"secret":true,"type":"string"}`},
		{`{"enum": ["a", {"$secret": "hunter2"}]}`, `{"secret":true}`},
		{`{"items": {"pattern": {"$secret": "hunter2"}}}`, `{"items":{"secret":true}}`},
		{`{"properties": {"a": {"default": {"$secret": "hunter2"}, "type": "number"}}}`, `{"properties":{"a":{"secret":true,"type":"number"}}}`},
		{`{"required": [{"$secret": "hunter2"}]}`, `{"secret":true}`},
		{`{"properties": {"$secret": {"hunter2": true}}}`, `{"secret":true}`},
		{`{"dependentRequired": {"a": {"$secret": ["hunter2"]}}}`, `{"secret":true}`},
		{`{"$secret": {"properties": {"hunter2": {"const": "hunter2"}}, "$defs": {"hunter2": {"const": "hunter2"}}}}`, `{"secret":true}`},
		{`{"not": {"$secret": {"title": "hunter2"}}}`, `{"secret":true}`},
		{`{"secret": false, "description": {"$secret": "hunter2"}}`, `{"secret":true}`},
	}
	values := []string{`"x"`, `1`, `["x"]`, `{"hunter2": {}, "a": 1, "b": 2}`, `{"$unknown": {"type": "null"}}`}
	for _, test := range tests {
		s := parseText(t, test.schema)
		diff(t, test.schema, s.String(), test.want)
		if text := fmt.Sprintf("%v %+v", s, *s); strings.Contains(text, canary) {
			t.Errorf("%s prints as %s", test.schema, text)
		}
		for _, value := range values {
			for _, v := range s.Validate(decode(t, value)) {
				if strings.Contains(v.Message+v.Hint, canary) && !strings.Contains(value, canary) {
					t.Errorf("%s of %s: %v", test.schema, value, v)
				}
			}
		}
	}
}

func TestJSON(t *testing.T) {
	tests := []string{
		`true`,
		`false`,
		`{"title":"t","description":"d","$comment":"c","deprecated":true,"type":["string","null"],"const":null,` +
			`"enum":[1.50,null,{"a":[]}],"default":null,"examples":["x"]}`,
		`{"secret":true,"type":"object"}`,
		`{"enum":[]}`,
		`{"$ref":"#/$defs/a~1b%20~0c","$defs":{"a/b ~c":{"type":"string"}}}`,
		`{"allOf":[true,false],"anyOf":[{"type":"null"}],"oneOf":[true],"not":false}`,
		`{"multipleOf":0.10,"minimum":-1e3,"maximum":123456789012345678901234567890,"exclusiveMinimum":0,"exclusiveMaximum":1}`,
		`{"minLength":0,"maxLength":2,"pattern":"^\\d\u2028$"}`,
		`{"prefixItems":[{"type":"null"}],"items":false,"minItems":1,"maxItems":2,"uniqueItems":true}`,
		`{"properties":{"a":true,"b":{"type":"null"}},"additionalProperties":false,"required":["b","a"],` +
			`"dependentRequired":{"a":["b"],"c":[]},"minProperties":1,"maxProperties":2,"rotateOnly":["a"]}`,
	}
	for _, text := range tests {
		var s schema.Schema
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			t.Fatal(err)
		}
		got, err := s.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "round trip", string(got), text)
		pointer, err := json.Marshal(map[string]any{"p": &s, "v": s})
		if err != nil {
			t.Fatal(err)
		}
		var both map[string]*schema.Schema
		if err := json.Unmarshal(pointer, &both); err != nil {
			t.Fatal(err)
		}
		diff(t, "pointer and value", both, map[string]*schema.Schema{"p": &s, "v": &s})
	}
}

func TestUnmarshalErrors(t *testing.T) {
	for text, want := range map[string]string{
		`1`:                          `invalid schema: a schema must be true, false or an object, is number`,
		`{"items":{"minItems":"x"}}`: `at "items.minItems": invalid schema: "minItems" must be an integer of at least 0`,
	} {
		var s schema.Schema
		if err := json.Unmarshal([]byte(text), &s); err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	var s schema.Schema
	if err := json.Unmarshal([]byte(`{"type":"string","format":"uri"}`), &s); err != nil || s.Type[0] != "string" {
		t.Errorf("%v, %v", s, err)
	}
	if err := s.UnmarshalJSON([]byte("{")); err == nil {
		t.Error("half a schema is read")
	}
}

// Definitions of schemas that were put together go to the top, and mean what they meant.
func TestMarshalNestedDefs(t *testing.T) {
	one := parseText(t, `{"items": {"$ref": "#/$defs/x"}, "$defs": {"x": {"type": "string"}, "unused": true}}`)
	two := parseText(t, `{"items": {"$ref": "#/$defs/x"}, "$defs": {"x": {"items": {"$ref": "#/$defs/x"}}}}`)
	item, _ := one.Element(0)
	s := schema.Schema{
		Properties: map[string]*schema.Schema{"again": item, "broken": {Ref: "#/$defs/y"}, "one": one, "two": two},
		Defs:       map[string]*schema.Schema{"x": {Type: []string{"null"}}},
		Items:      &schema.Schema{Ref: "#/$defs/x"},
	}
	diff(t, "JSON", s.String(), `{"items":{"$ref":"#/$defs/x"},"properties":{"again":{"$ref":"#/$defs/x-2"},`+
		`"broken":{"$ref":"#/$defs/y"},"one":{"items":{"$ref":"#/$defs/x-2"}},"two":{"items":{"$ref":"#/$defs/x-3"}}},`+
		`"$defs":{"x":{"type":"null"},"x-2":{"type":"string"},"x-3":{"items":{"$ref":"#/$defs/x-3"}}}}`)
}

func TestMarshalCyclic(t *testing.T) {
	s := &schema.Schema{}
	s.AllOf = []*schema.Schema{s, s}
	if _, err := s.MarshalJSON(); err == nil || err.Error() != "schema is nested too deep" {
		t.Errorf("error is %v", err)
	}
	diff(t, "text", s.String(), "schema is nested too deep")
	diff(t, "violations", lines(s.Validate(1)), []string{`invalid schema: "$ref" leads back to itself [invalid-schema]`})
	s.Const = map[string]any{}
	s.Const.(map[string]any)["a"] = s.Const
	diff(t, "text", s.String(), `{"secret":true}`)
}
