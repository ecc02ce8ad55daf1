package schema_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/schema"
)

func TestValidate(t *testing.T) {
	tests := []struct {
		schema, value string
		want          []string
	}{
		// any data
		{`true`, `[1, {"a": null}]`, nil},
		{`{}`, `null`, nil},
		{`{"title": "t", "description": "d", "default": 1, "deprecated": true, "examples": [1], "$comment": "c", "$schema": "x"}`, `"s"`, nil},
		{`false`, `1`, []string{`no value is allowed here [not-allowed]`}},
		{`{"properties": {"a": false}}`, `{"a": 1}`, []string{`at "a": no value is allowed here [not-allowed]`}},
		{`{"prefixItems": [true, false]}`, `[1, 2]`, []string{`at "[1]": no value is allowed here [not-allowed]`}},

		// type
		{`{"type": "string"}`, `"s"`, nil},
		{`{"type": "string"}`, `3`, []string{`must be string, is number [wrong-type]`}},
		{`{"type": ["string", "number"]}`, `{}`, []string{`must be number or string, is object [wrong-type]`}},
		{`{"type": ["string", "number", "array"]}`, `null`, []string{`must be array, number or string, is null [wrong-type]`}},
		{`{"type": "object"}`, `[]`, []string{`must be object, is array [wrong-type]`}},
		{`{"type": "null"}`, `false`, []string{`must be null, is boolean [wrong-type]`}},
		{`{"type": "array"}`, `"x"`, []string{`must be array, is string [wrong-type]`}},
		{`{"type": []}`, `"x"`, nil},
		{`{"type": "integer"}`, `1.0`, nil},
		{`{"type": "integer"}`, `10e-1`, nil},
		{`{"type": "integer"}`, `1e400`, nil},
		{`{"type": "integer"}`, `1.5`, []string{`must be integer, is number [wrong-type]`}},
		{`{"type": "integer"}`, `"1"`, []string{`must be integer, is string [wrong-type]`}},
		{`{"type": ["integer", "number"]}`, `1.5`, nil},
		{`{"type": ["string", "null"]}`, `null`, nil},

		// const and enum
		{`{"const": null}`, `null`, nil},
		{`{"const": null}`, `1`, []string{`must be null [wrong-value]`}},
		{`{"const": {"b": [1.0], "a": "x"}}`, `{"a": "x", "b": [1e0]}`, nil},
		{`{"const": {"b": [1.0], "a": "x"}}`, `{"a": "x"}`, []string{`must be {"a":"x","b":[1.0]} [wrong-value]`}},
		{`{"const": "<é>\n"}`, `"x"`, []string{`must be "<é>\n" [wrong-value]`}},
		{`{"const": 0}`, `-0.0e5`, nil},
		{`{"const": false}`, `0`, []string{`must be false [wrong-value]`}},
		{`{"type": "integer", "enum": [1]}`, `1.0`, nil},
		{`{"enum": ["b", "a", 10, 9, null, [1], true]}`, `2`,
			[]string{`must be one of "a", "b", 9, 10, [1], null, true [wrong-value]`}},
		{`{"enum": ["a"]}`, `"b"`, []string{`must be "a" [wrong-value]`}},
		{`{"enum": []}`, `"b"`, []string{`must be one of no values [wrong-value]`}},
		{`{"enum": [1, 2, 3, 4, 5, 6, 7, 8, 9, {"a": [1]}]}`, `{"a": [1.0]}`, nil},
		{`{"enum": [1, 2, 3, 4, 5, 6, 7, 8, 9]}`, `"1"`,
			[]string{`must be one of 1, 2, 3, 4, 5, 6, 7, 8, 9 [wrong-value]`}},
		{`{"type": "string", "const": "a"}`, `1`,
			[]string{`must be string, is number [wrong-type]`, `must be "a" [wrong-value]`}},

		// numbers
		{`{"minimum": 5, "maximum": 5.0}`, `5`, nil},
		{`{"minimum": 5}`, `4.999`, []string{`must be at least 5 [out-of-range]`}},
		{`{"maximum": -1.50}`, `-1.4`, []string{`must be at most -1.50 [out-of-range]`}},
		{`{"exclusiveMinimum": 5}`, `5.0`, []string{`must be more than 5 [out-of-range]`}},
		{`{"exclusiveMaximum": 0}`, `-0`, []string{`must be less than 0 [out-of-range]`}},
		{`{"minimum": 123456789012345678901234567890}`, `123456789012345678901234567889`,
			[]string{`must be at least 123456789012345678901234567890 [out-of-range]`}},
		{`{"minimum": 0, "maximum": 0}`, `1e-9999`, []string{`must be at most 0 [out-of-range]`}},
		{`{"minimum": 5, "multipleOf": 2}`, `"x"`, nil},
		{`{"multipleOf": 2}`, `5`, []string{`must be 2 times an integer [not-a-multiple]`}},
		{`{"multipleOf": 0.01}`, `19.99`, nil},
		{`{"multipleOf": 0.1}`, `1.25`, []string{`must be 0.1 times an integer [not-a-multiple]`}},
		{`{"multipleOf": 7}`, `1e9999`, []string{`must be 7 times an integer [not-a-multiple]`}},
		{`{"multipleOf": 3e-9999}`, `6e9999`, nil},
		{`{"multipleOf": 3}`, `0e7`, nil},
		{`{"multipleOf": 100}`, `-2e2`, nil},

		// strings
		{`{"minLength": 2}`, `"é"`, []string{`must have at least 2 characters, has 1 [wrong-length]`}},
		{`{"maxLength": 1}`, `"é"`, nil},
		{`{"maxLength": 1}`, `"ab"`, []string{`must have at most 1 character, has 2 [wrong-length]`}},
		{`{"minLength": 1e0}`, `""`, []string{`must have at least 1 character, has 0 [wrong-length]`}},
		{`{"minLength": 2}`, `5`, nil},
		{`{"pattern": "^a\\d"}`, `"x"`, []string{`does not match "^a\d" [pattern-mismatch]`}},
		{`{"pattern": "b"}`, `"abc"`, nil},
		{`{"pattern": "b"}`, `1`, nil},

		// arrays
		{`{"items": {"type": "number"}}`, `[1, "x", 2, null]`,
			[]string{`at "[1]": must be number, is string [wrong-type]`, `at "[3]": must be number, is null [wrong-type]`}},
		{`{"prefixItems": [{"type": "string"}], "items": {"type": "number"}}`, `["a", 1]`, nil},
		{`{"prefixItems": [{"type": "string"}], "items": {"type": "number"}}`, `[1, "a"]`,
			[]string{`at "[0]": must be string, is number [wrong-type]`, `at "[1]": must be number, is string [wrong-type]`}},
		{`{"prefixItems": [true], "items": false}`, `[1, 2, 3]`,
			[]string{`at "[1]": item 1 is not allowed; the list ends before it [unexpected-item]`}},
		{`{"items": false}`, `[]`, nil},
		{`{"minItems": 2, "maxItems": 2}`, `[1]`, []string{`must have at least 2 items, has 1 [wrong-length]`}},
		{`{"minItems": 2, "maxItems": 2}`, `[1, 2, 3]`, []string{`must have at most 2 items, has 3 [wrong-length]`}},
		{`{"uniqueItems": true}`, `[1, "1", [1], {"a": 1}, true, null, [], {}]`, nil},
		{`{"uniqueItems": true}`, `[1, 2, 1.0, {"a": [1]}, {"a": [1e0]}, 10e-1]`, []string{
			`items 0 and 2 are equal; items must be unique [duplicate-item]`,
			`items 3 and 4 are equal; items must be unique [duplicate-item]`,
			`items 0 and 5 are equal; items must be unique [duplicate-item]`}},
		{`{"uniqueItems": false}`, `[1, 1]`, nil},
		{`{"items": {"type": "number"}, "minItems": 1}`, `{}`, nil},

		// objects
		{`{"required": ["b", "a", "c"]}`, `{"a": 1}`,
			[]string{`property "b" is missing [missing-property]`, `property "c" is missing [missing-property]`}},
		{`{"required": ["b"], "dependentRequired": {"a": ["b", "c"], "x": ["y"]}}`, `{"a": 1}`,
			[]string{`property "b" is missing [missing-property]`, `property "c" is missing [missing-property]`}},
		{`{"properties": {"region": {}, "name": {}, "no": false}, "additionalProperties": false}`, `{"regoin": 1, "name": 2}`,
			[]string{`at "regoin": property "regoin" is not allowed; allowed are "name", "region"; did you mean "region"? [unexpected-property]`}},
		{`{"properties": {"a": {}}, "additionalProperties": false}`, `{"x y": 1, "zzzz": 2}`, []string{
			`at "[\"x y\"]": property "x y" is not allowed; allowed is "a" [unexpected-property]`,
			`at "zzzz": property "zzzz" is not allowed; allowed is "a" [unexpected-property]`}},
		{`{"additionalProperties": false}`, `{"x": 1}`,
			[]string{`at "x": property "x" is not allowed; no property is allowed [unexpected-property]`}},
		{`{"properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "number"}}`, `{"a": 1, "b": "x"}`,
			[]string{`at "a": must be string, is number [wrong-type]`, `at "b": must be number, is string [wrong-type]`}},
		{`{"minProperties": 1}`, `{}`, []string{`must have at least 1 property, has 0 [wrong-length]`}},
		{`{"maxProperties": 0}`, `{"a": 1}`, []string{`must have at most 0 properties, has 1 [wrong-length]`}},
		{`{"required": ["a"], "additionalProperties": false}`, `[]`, nil},
		{`{"properties": {"a": {"properties": {"b": {"items": {"type": "number"}}}}}}`, `{"a": {"b": [1, "x"]}}`,
			[]string{`at "a.b[1]": must be number, is string [wrong-type]`}},

		// combinations
		{`{"allOf": [{"minimum": 6}, true, {"multipleOf": 2}]}`, `5`,
			[]string{`must be at least 6 [out-of-range]`, `must be 2 times an integer [not-a-multiple]`}},
		{`{"allOf": [{"type": "string"}, {"type": "string"}]}`, `5`, []string{`must be string, is number [wrong-type]`}},
		{`{"anyOf": [{"type": "string"}, {"type": "null"}]}`, `1`, []string{
			`must be string, is number [wrong-type]`, `value matches none of 2 alternatives [no-match]`}},
		{`{"anyOf": [false]}`, `1`, []string{
			`no value is allowed here [not-allowed]`, `value matches none of 1 alternative [no-match]`}},
		{`{"anyOf": [{"required": ["x", "y"]}, {"properties": {"k": {"type": "string"}}}, {"required": ["z"]}], "properties": {"j": false}}`,
			`{"k": 1, "j": 1}`, []string{
				`at "k": must be string, is number [wrong-type]`, `value matches none of 3 alternatives [no-match]`,
				`at "j": no value is allowed here [not-allowed]`}},
		{`{"anyOf": [{"type": "string"}, {"type": "number"}]}`, `1`, nil},
		{`{"oneOf": [true, {"type": "number"}]}`, `1`,
			[]string{`value matches alternatives 1 and 2; exactly one may match [ambiguous-match]`}},
		{`{"oneOf": [true, {"type": "string"}, {"type": "number"}, {"minimum": 1}]}`, `1`,
			[]string{`value matches alternatives 1, 3 and 4; exactly one may match [ambiguous-match]`}},
		{`{"oneOf": [{"type": "number"}, {"type": "string"}]}`, `1`, nil},
		{`{"oneOf": [{"type": "number", "minimum": 3}, {"minimum": 2}]}`, `1`, []string{
			`must be at least 3 [out-of-range]`, `value matches none of 2 alternatives [no-match]`}},
		{`{"not": {"type": "number"}}`, `5`, []string{`value matches a schema that it must not match [forbidden-match]`}},
		{`{"not": {"type": "number"}}`, `"5"`, nil},

		// references
		{`{"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}}`, `1`, []string{`must be string, is number [wrong-type]`}},
		{`{"$ref": "#/$defs/a~1b%20~0c", "$defs": {"a/b ~c": {"type": "string"}}}`, `1`, []string{`must be string, is number [wrong-type]`}},
		{`{"$ref": "#/$defs/a", "minimum": 2, "$defs": {"a": {"type": "number"}}}`, `1`, []string{`must be at least 2 [out-of-range]`}},
		{`{"$ref": "#/$defs/tree", "$defs": {"tree": {"properties": {"next": {"$ref": "#/$defs/tree"}}, "required": ["v"]}}}`,
			`{"v": 1, "next": {"next": {"v": 2}}}`, []string{`at "next": property "v" is missing [missing-property]`}},

		// secrets
		{`{"type": "string"}`, `{"$secret": "hunter2"}`, nil},
		{`{"type": "number"}`, `{"$secret": "hunter2"}`, []string{`must be number, is string [wrong-type]`}},
		{`{"minLength": 10}`, `{"$secret": "hunter2"}`, []string{`must have at least 10 characters, has 7 [wrong-length]`}},
		{`{"uniqueItems": true}`, `[1, {"$secret": 1.0}]`, []string{`items 0 and 1 are equal; items must be unique [duplicate-item]`}},
		{`{"properties": {"hunter2": {"type": "string"}, "huntre2": {}}, "additionalProperties": false}`,
			`{"$secret": {"hunter2": 1, "hunter3": [2]}}`, []string{
				`at "[secret]": must be string, is number [wrong-type]`,
				`at "[secret]": property [secret] is not allowed; allowed are "hunter2", "huntre2" [unexpected-property]`}},
		{`{"items": {"type": "string"}}`, `{"$secret": ["a", 1]}`, []string{`at "[1]": must be string, is number [wrong-type]`}},
		{`{"secret": true, "const": "hunter2", "enum": ["hunter2"], "pattern": "hunter2"}`, `"x"`, []string{
			`must be [secret] [wrong-value]`, `does not match [secret] [pattern-mismatch]`}},
		{`{"secret": true, "properties": {"a": {"minimum": 5}}, "required": ["b"], "additionalProperties": false}`, `{"a": 1, "c": 2}`,
			[]string{`property [secret] is missing [missing-property]`,
				`at "a": must be at least [secret] [out-of-range]`,
				`at "c": property [secret] is not allowed [unexpected-property]`}},
		{`{"enum": ["a", {"$secret": "hunter2"}]}`, `"hunter2"`, nil},
		{`{"properties": {"a": {"const": {"x": {"$secret": "hunter2"}}}}}`, `{"a": 1}`, []string{`at "a": must be [secret] [wrong-value]`}},
	}
	for _, test := range tests {
		got := lines(parseText(t, test.schema).Validate(decode(t, test.value)))
		diff(t, test.schema+" of "+test.value, got, test.want)
	}
}

func TestValidateUnknown(t *testing.T) {
	tests := []struct {
		schema, value string
		want          []string
	}{
		{`true`, `{"$unknown": true}`, nil},
		{`false`, `{"$unknown": true}`, []string{`no value is allowed here [not-allowed]`}},
		{`true`, `{"$unknown": false}`, []string{`no value is allowed here [not-allowed]`}},
		{`{"type": "string"}`, `{"$unknown": true}`, nil},
		{`{"type": "string"}`, `{"$unknown": {"type": "number"}}`, []string{`must be string, is number [wrong-type]`}},
		{`{"type": "string"}`, `{"$unknown": {"type": ["null", "number"]}}`, []string{`must be string, is null or number [wrong-type]`}},
		{`{"type": "string"}`, `{"$unknown": {"type": ["string", "number"]}}`, nil},
		{`{"type": "number"}`, `{"$unknown": {"type": "integer"}}`, nil},
		{`{"type": "integer"}`, `{"$unknown": {"type": "number"}}`, nil},
		{`{"type": "integer"}`, `{"$unknown": {"type": "number", "const": 1.5}}`, []string{`must be integer, is number [wrong-type]`}},
		{`{"const": "a"}`, `{"$unknown": {"enum": ["b", "c"]}}`, []string{`must be "a" [wrong-value]`}},
		{`{"enum": ["a", 1]}`, `{"$unknown": {"enum": ["b", 1.0]}}`, nil},
		{`{"enum": ["a", 1]}`, `{"$unknown": {"type": "null"}}`, []string{`must be one of "a", 1 [wrong-value]`}},

		// not compared
		{`{"minimum": 5}`, `{"$unknown": {"maximum": 4}}`, nil},
		{`{"not": {"type": "string"}}`, `{"$unknown": {"type": "string"}}`, nil},
		{`{"pattern": "^a", "maxLength": 1}`, `{"$unknown": {"pattern": "^b", "minLength": 2}}`, nil},

		// combinations and references, on both sides
		{`{"anyOf": [{"type": "string"}, {"type": "null"}]}`, `{"$unknown": {"type": "number"}}`, []string{
			`must be string, is number [wrong-type]`, `value matches none of 2 alternatives [no-match]`}},
		{`{"oneOf": [{"type": "string"}, {"type": "number"}]}`, `{"$unknown": {"type": "number"}}`, nil},
		{`{"oneOf": [true, {"type": "number"}]}`, `{"$unknown": {"type": "number"}}`, nil},
		{`{"allOf": [{"type": "string"}, {"type": "number"}]}`, `{"$unknown": {"type": "number"}}`, []string{`must be string, is number [wrong-type]`}},
		{`{"type": "string"}`, `{"$unknown": {"anyOf": [{"type": "number"}, {"type": "null"}]}}`, []string{`must be string, is number [wrong-type]`}},
		{`{"type": "string"}`, `{"$unknown": {"anyOf": [{"type": "number"}, {"type": "string"}]}}`, nil},
		{`{"type": "string"}`, `{"$unknown": {"oneOf": [{"type": "number"}]}}`, []string{`must be string, is number [wrong-type]`}},
		{`{"type": "string"}`, `{"$unknown": {"allOf": [{}, {"type": "number"}]}}`, []string{`must be string, is number [wrong-type]`}},
		{`{"type": "string"}`, `{"$unknown": {"$ref": "#/$defs/n", "$defs": {"n": {"type": "number"}}}}`, []string{`must be string, is number [wrong-type]`}},
		{`{"$ref": "#/$defs/n", "$defs": {"n": {"type": "string"}}}`, `{"$unknown": {"$ref": "#/$defs/n", "$defs": {"n": {"type": "number"}}}}`,
			[]string{`must be string, is number [wrong-type]`}},
		{`{"$ref": "#/$defs/l", "$defs": {"l": {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/$defs/l"}}}}}`,
			`{"$unknown": {"$ref": "#/$defs/k", "$defs": {"k": {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/$defs/k"}}}}}}`, nil},

		// objects
		{`{"type": "object", "properties": {"a": {}}, "additionalProperties": false}`, `{"$unknown": {"type": "object", "required": ["a", "b"]}}`,
			[]string{`at "b": property "b" is not allowed; allowed is "a" [unexpected-property]`}},
		{`{"type": "object", "required": ["b"]}`, `{"$unknown": {"type": "object", "properties": {"a": {}}, "additionalProperties": false}}`,
			[]string{`property "b" is missing [missing-property]`}},
		{`{"type": "object", "properties": {"a": {"type": "string"}}}`, `{"$unknown": {"type": "object", "properties": {"a": {"type": "number"}}}}`, nil},
		{`{"type": "object", "properties": {"a": {"type": "string"}}}`,
			`{"x": {"$unknown": {"type": "object", "properties": {"a": {"type": "number"}}, "required": ["a"]}}}`, nil},
		{`{"properties": {"x": {"type": "object", "properties": {"a": {"type": "string"}}}}}`,
			`{"x": {"$unknown": {"type": "object", "properties": {"a": {"type": "number"}}, "required": ["a"]}}}`,
			[]string{`at "x.a": must be string, is number [wrong-type]`}},
		{`{"properties": {"a": {"type": "string"}}}`, `{"$unknown": {"properties": {"a": {"type": "number"}}, "required": ["a"]}}`, nil},
		{`{"type": "object", "properties": {"a": {"type": "string"}}}`,
			`{"$unknown": {"type": "object", "secret": true, "properties": {"a": {"type": "number"}}, "required": ["a"]}}`,
			[]string{`at "[secret]": must be string, is number [wrong-type]`}},
		{`{"type": "object", "properties": {"a": false}}`, `{"$unknown": {"type": "object", "required": ["a"]}}`,
			[]string{`at "a": no value is allowed here [not-allowed]`}},

		// arrays
		{`{"type": "array", "minItems": 3}`, `{"$unknown": {"type": "array", "maxItems": 2}}`, []string{`must have at least 3 items, has at most 2 [wrong-length]`}},
		{`{"type": "array", "maxItems": 2}`, `{"$unknown": {"type": "array", "minItems": 3}}`, []string{`must have at most 2 items, has at least 3 [wrong-length]`}},
		{`{"type": "array", "prefixItems": [true], "items": false}`, `{"$unknown": {"type": "array", "minItems": 2}}`,
			[]string{`at "[1]": item 1 is not allowed; the list ends before it [unexpected-item]`}},
		{`{"type": "array", "minItems": 2}`, `{"$unknown": {"type": "array", "prefixItems": [true], "items": false}}`,
			[]string{`must have at least 2 items, has at most 1 [wrong-length]`}},
		{`{"type": "array", "items": {"type": "string"}}`, `{"$unknown": {"type": "array", "minItems": 1000000000, "prefixItems": [{"type": "string"}], "items": {"type": "null"}}}`,
			[]string{`at "[1]": must be string, is null [wrong-type]`}},
		{`{"type": "array", "items": {"type": "string"}}`, `{"$unknown": {"type": "array", "items": {"type": "null"}}}`, nil},

		// partly unknown
		{`{"properties": {"a": {"type": "string"}, "b": {"type": "string"}}}`, `{"a": {"$unknown": true}, "b": 1}`,
			[]string{`at "b": must be string, is number [wrong-type]`}},
		{`{"const": {"a": 1, "b": 2}}`, `{"a": {"$unknown": true}, "b": 2}`, nil},
		{`{"const": {"a": 1, "b": 2}}`, `{"a": {"$unknown": true}, "b": 3}`, []string{`must be {"a":1,"b":2} [wrong-value]`}},
		{`{"uniqueItems": true}`, `[1, {"$unknown": true}, {"$unknown": true}]`, nil},
		{`{"not": {"properties": {"a": {"type": "string"}}}}`, `{"a": {"$unknown": true}}`, nil},
		{`{"not": {"type": "object"}}`, `{"a": {"$unknown": true}}`, []string{`value matches a schema that it must not match [forbidden-match]`}},
		{`{"not": {"const": [1]}}`, `[{"$unknown": true}]`, nil},
		{`{"not": {"uniqueItems": true}}`, `[{"$unknown": true}, 1]`, nil},
		{`{"not": {"not": {"properties": {"a": {"type": "string"}}}}}`, `{"a": {"$unknown": true}}`, nil},
		{`{"not": {"anyOf": [{"properties": {"a": {"type": "string"}}}]}}`, `{"a": {"$unknown": true}}`, nil},
		{`{"oneOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"type": "number"}}}]}`, `{"a": {"$unknown": true}}`, nil},
		{`{"oneOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"type": "number"}}}]}`, `{"a": {"$unknown": {"type": "null"}}}`, []string{
			`at "a": must be string, is null [wrong-type]`, `value matches none of 2 alternatives [no-match]`}},
		{`{"not": {"oneOf": [true, {"properties": {"a": {"type": "string"}}}]}}`, `{"a": {"$unknown": true}}`, nil},
		{`{"minItems": 2}`, `[{"$unknown": true}]`, []string{`must have at least 2 items, has 1 [wrong-length]`}},
		{`{"type": "number"}`, `{"$secret": {"$unknown": {"type": "string"}}}`, []string{`must be number, is string [wrong-type]`}},
	}
	for _, test := range tests {
		got := lines(parseText(t, test.schema).Validate(decode(t, test.value)))
		diff(t, test.schema+" of "+test.value, got, test.want)
	}
}

func TestValidateGoData(t *testing.T) {
	number := &schema.Schema{Type: []string{"integer"}, Minimum: "1", Maximum: "300"}
	type text string
	cyclic := map[string]any{}
	cyclic["a"], cyclic["b"] = cyclic, []any{cyclic}
	tests := []struct {
		name   string
		schema *schema.Schema
		value  any
		want   []string
	}{
		{"nil schema", nil, "x", nil},
		{"int", number, 300, nil},
		{"int8", number, int8(1), nil},
		{"uint64", number, uint64(math.MaxUint64), []string{"must be at most 300 [out-of-range]"}},
		{"duration", number, time.Duration(7), nil},
		{"float64", number, 2.0, nil},
		{"float32", &schema.Schema{Const: json.Number("0.1")}, float32(0.1), nil},
		{"large float", &schema.Schema{Const: json.Number("1e21")}, 1e21, nil},
		{"null", &schema.Schema{Const: schema.Null{}}, schema.Null{}, nil},
		{"nil map", &schema.Schema{Type: []string{"object"}}, map[string]any(nil), nil},
		{"nil slice", &schema.Schema{Type: []string{"array"}}, []any(nil), nil},
		{"infinite", nil, math.Inf(1), []string{"must be plain data, is float64 [wrong-type]"}},
		{"not a number", nil, []any{math.NaN()}, []string{`at "[0]": must be plain data, is float64 [wrong-type]`}},
		{"number text", nil, json.Number("0x1"),
			[]string{"must be plain data, is a number that is not written as one in JSON [wrong-type]"}},
		{"function", nil, map[string]any{"b": 1, "a": []any{nil, func() {}}},
			[]string{`at "a[1]": must be plain data, is func() [wrong-type]`}},
		{"named string", nil, text("x"), []string{"must be plain data, is schema_test.text [wrong-type]"}},
		{"map of strings", nil, map[string]string{}, []string{"must be plain data, is map[string]string [wrong-type]"}},
		{"in a secret", nil, schema.SecretData(map[string]any{"hunter2": true, "x": struct{}{}}),
			[]string{`at "[secret]": must be plain data, is struct {} [wrong-type]`}},
		{"missing definition", &schema.Schema{AnyOf: []*schema.Schema{{Ref: "#/$defs/x"}, {}}}, 1,
			[]string{`invalid schema: "$ref" names nothing in "$defs" [invalid-schema]`}},
		{"foreign reference", &schema.Schema{Ref: "https://example.com/", Defs: map[string]*schema.Schema{}}, 1,
			[]string{`invalid schema: "$ref" names nothing in "$defs" [invalid-schema]`}},
		{"nil definition", &schema.Schema{Ref: "#/$defs/x", Defs: map[string]*schema.Schema{"x": nil}}, 1, nil},
		{"reference to itself", &schema.Schema{Ref: "#/$defs/x", Defs: map[string]*schema.Schema{
			"x": {AllOf: []*schema.Schema{{Ref: "#/$defs/y"}}}, "y": {Ref: "#/$defs/x"}}}, 1,
			[]string{`invalid schema: "$ref" leads back to itself [invalid-schema]`}},
		{"bad pattern", &schema.Schema{Items: &schema.Schema{Pattern: "("}}, []any{"a"},
			[]string{`at "[0]": invalid schema: "pattern" is not a regular expression [invalid-schema]`}},
		{"bad bound", &schema.Schema{Minimum: "one"}, 1, []string{`invalid schema: a bound is not a number [invalid-schema]`}},
		{"bad type", &schema.Schema{Type: []string{"strng"}}, 1, []string{`invalid schema: "type" names an unknown type [invalid-schema]`}},
		{"missing definition and unknown", &schema.Schema{Ref: "#/$defs/x"}, schema.Unknown{},
			[]string{`invalid schema: "$ref" names nothing in "$defs" [invalid-schema]`}},
		{"missing definition of an unknown", number, schema.Unknown{Of: &schema.Schema{Ref: "#/$defs/x"}}, nil},
	}
	for _, test := range tests {
		diff(t, test.name, lines(test.schema.Validate(test.value)), test.want)
	}
	got := parseText(t, `{"properties": {"a": {"$ref": "#/$defs/t"}}, "$defs": {"t": {"type": "object"}}}`).Validate(cyclic)
	if len(got) != 1 || got[0].Code != "too-deep" {
		t.Errorf("cyclic data: got %d violations", len(got))
	}
}

// Definitions further down are those of the schemas around them, so that schemas of different origin can be put together.
func TestValidateNestedDefs(t *testing.T) {
	one := parseText(t, `{"items": {"$ref": "#/$defs/x"}, "$defs": {"x": {"type": "string"}}}`)
	two := parseText(t, `{"items": {"$ref": "#/$defs/x"}, "$defs": {"x": {"type": "number"}}}`)
	s := &schema.Schema{Properties: map[string]*schema.Schema{"one": one, "two": two}}
	got := lines(s.Validate(decode(t, `{"one": ["a", 1], "two": ["a", 1]}`)))
	diff(t, "violations", got, []string{
		`at "one[1]": must be string, is number [wrong-type]`,
		`at "two[0]": must be number, is string [wrong-type]`,
	})
}

func TestValidateLongTexts(t *testing.T) {
	long := strings.Repeat("é", 200)
	short := strings.Repeat("é", 100) + "…"
	properties := map[string]*schema.Schema{}
	for i := range 60 {
		properties[string(rune('A'+i))] = &schema.Schema{}
	}
	s := &schema.Schema{Properties: properties, Required: []string{long}, AdditionalProperties: &schema.Schema{Never: true}}
	got := s.Validate(map[string]any{long: 1})
	if len(got) != 1 || got[0].Message != `property "`+short+`" is not allowed` {
		t.Fatal(lines(got))
	}
	if hint := got[0].Hint; !strings.HasSuffix(hint, `"q", "r" and 10 more`) {
		t.Errorf("hint: %s", hint)
	}
	diff(t, "const", lines((&schema.Schema{Const: long}).Validate("x")), []string{`must be "` + short[:len(short)-len("é…")] + `… [wrong-value]`})
}
