package schema_test

import (
	"strings"
	"testing"

	"github.com/escapement-go/escapement/schema"
)

var stepNames = map[schema.Step]string{
	schema.Defined: "defined", schema.Undeclared: "undeclared", schema.Missing: "missing",
	schema.NameOnArray: "name on array", schema.IndexOnObject: "index on object", schema.NotContainer: "not a container",
}

func TestProperty(t *testing.T) {
	const closed = `{"type": "object", "properties": {"x": {"type": "string"}}, "additionalProperties": false}`
	tests := []struct {
		schema, name string
		want         string // step and schema
	}{
		{`true`, "a", `defined true`},
		{`{"type": "object"}`, "a", `defined true`},
		{`{"type": ["object", "null"], "properties": {"a": {"type": "string"}}}`, "a", `defined {"type":"string"}`},
		{`{"properties": {"a": true}}`, "b", `undeclared true`},
		{`{"properties": {"a": true}, "additionalProperties": {"type": "null"}}`, "b", `defined {"type":"null"}`},
		{closed, "x", `defined {"type":"string"}`},
		{closed, "nope", `missing`},
		{`{"properties": {"a": false}}`, "a", `missing`},
		{`false`, "a", `missing`},
		{`{"type": "string"}`, "a", `not a container`},
		{`{"enum": ["a", 1]}`, "a", `not a container`},
		{`{"type": ["array", "string"]}`, "a", `name on array`},
		{`{"type": "array"}`, "a", `name on array`},

		// references
		{`{"$ref": "#/$defs/o", "$defs": {"o": {"properties": {"a": {"$ref": "#/$defs/s"}}}, "s": {"type": "string"}}}`, "a",
			`defined {"$ref":"#/$defs/s","$defs":{"o":{"properties":{"a":{"$ref":"#/$defs/s"}}},"s":{"type":"string"}}}`},
		{`{"$ref": "#/$defs/o", "$defs": {"o": {"type": "null"}}}`, "a", `not a container`},

		// combinations
		{`{"allOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {}}}]}`, "a", `defined {"type":"string"}`},
		{`{"allOf": [{"properties": {"a": {"minLength": 1}}}, {"properties": {"a": {"type": "string"}}}]}`, "a",
			`defined {"allOf":[{"minLength":1},{"type":"string"}]}`},
		{`{"allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]}`, "c", `undeclared true`},
		{`{"allOf": [{"properties": {"a": {}}}, true]}`, "c", `undeclared true`},
		{`{"allOf": [true, {"type": "string"}]}`, "c", `not a container`},
		{`{"anyOf": [{"type": "string"}, {"type": "null"}]}`, "a", `not a container`},
		{`{"anyOf": [{"type": "string"}, {"type": "array"}]}`, "a", `name on array`},
		{`{"anyOf": [` + closed + `, {"type": "null"}]}`, "x", `defined {"type":"string"}`},
		{`{"anyOf": [` + closed + `, {"type": "null"}]}`, "y", `missing`},
		{`{"oneOf": [{"type": "null"}, {"properties": {"x": {"type": "number"}}}, {"properties": {"x": {"type": "null"}}}, ` + closed + `]}`, "x",
			`defined {"anyOf":[{"type":"number"},{"type":"null"},{"type":"string"}]}`},
		{`{"anyOf": [{"properties": {"x": {"type": "number"}}}, {"properties": {"y": true}}]}`, "x", `defined true`},
		{`{"anyOf": [{"properties": {"x": {}}}, {"properties": {"y": {}}}]}`, "z", `undeclared true`},
		{`{"anyOf": [{"properties": {"x": {}}}, {}]}`, "z", `defined true`},
		{`{"anyOf": [{"properties": {"x": {"type": "null"}}}], "properties": {"y": {}}}`, "x", `defined {"type":"null"}`},

		// secrets
		{`{"secret": true}`, "a", `defined {"secret":true}`},
		{`{"secret": true, "properties": {"a": {"type": "string"}}}`, "a", `defined {"secret":true,"type":"string"}`},
		{`{"$ref": "#/$defs/o", "$defs": {"o": {"secret": true}}}`, "a", `defined {"secret":true}`},
		{`{"properties": {"a": {"$ref": "#/$defs/s"}}, "$defs": {"s": {"secret": true}}}`, "a", `defined {"secret":true}`},
		{`{"anyOf": [{"properties": {"x": {"type": "number", "secret": true}}}, {"properties": {"x": {"type": "null"}}}]}`, "x",
			`defined {"secret":true}`},
	}
	for _, test := range tests {
		part, step := parseText(t, test.schema).Property(test.name)
		diff(t, test.schema+" at "+test.name, printStep(part, step), test.want)
	}
	part, step := (*schema.Schema)(nil).Property("a")
	diff(t, "nil", printStep(part, step), "defined true")
}

func TestElement(t *testing.T) {
	tests := []struct {
		schema string
		i      int
		want   string
	}{
		{`true`, 3, `defined true`},
		{`{"type": "array"}`, 3, `defined true`},
		{`{"prefixItems": [{"type": "null"}], "items": {"type": "string"}}`, 0, `defined {"type":"null"}`},
		{`{"prefixItems": [{"type": "null"}], "items": {"type": "string"}}`, 1, `defined {"type":"string"}`},
		{`{"prefixItems": [{"type": "null"}]}`, 1, `defined true`},
		{`{"prefixItems": [{"type": "null"}], "items": false}`, 1, `missing`},
		{`{"prefixItems": [{"type": "null"}], "items": false}`, 0, `defined {"type":"null"}`},
		{`{"items": {}}`, -1, `missing`},
		{`{"type": "object"}`, 0, `index on object`},
		{`{"type": "string"}`, 0, `not a container`},
		{`false`, 0, `missing`},
		{`{"anyOf": [{"type": "object"}, {"items": {"type": "null"}, "type": "array"}]}`, 0, `defined {"type":"null"}`},
		{`{"secret": true, "items": {"type": "null"}}`, 0, `defined {"secret":true,"type":"null"}`},
	}
	for _, test := range tests {
		part, step := parseText(t, test.schema).Element(test.i)
		diff(t, test.schema, printStep(part, step), test.want)
	}
}

func printStep(part *schema.Schema, step schema.Step) string {
	if part == nil {
		return stepNames[step]
	}
	return stepNames[step] + " " + part.String()
}

// References stay good however far one steps.
func TestStepsThroughReferences(t *testing.T) {
	s := parseText(t, `{"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object", "additionalProperties": false, "properties": {
		"next": {"$ref": "#/$defs/tree"}, "list": {"items": {"$ref": "#/$defs/tree"}}, "v": {"type": "number"}}}}}`)
	step := schema.Defined
	for _, name := range []string{"next", "next", "list"} {
		if s, step = s.Property(name); step != schema.Defined {
			t.Fatal(name, stepNames[step])
		}
	}
	if s, step = s.Element(7); step != schema.Defined {
		t.Fatal(stepNames[step])
	}
	if part, step := s.Property("v"); step != schema.Defined || !part.Admits("number") || part.Admits("string") {
		t.Error(printStep(part, step))
	}
	if part, step := s.Property("w"); step != schema.Missing {
		t.Error(printStep(part, step))
	}
	// Schemas that were made apart can be put together again.
	diff(t, "violations", lines((&schema.Schema{Items: s}).Validate(decode(t, `[{"next": {"v": "x"}}]`))),
		[]string{`at "[0].next.v": must be number, is string [wrong-type]`})
}

func TestKinds(t *testing.T) {
	tests := []struct{ schema, want string }{
		{`true`, "array boolean null number object string"},
		{`false`, ""},
		{`{"type": ["string", "integer"]}`, "number string"},
		{`{"enum": [1, null]}`, "null number"},
		{`{"type": "string", "const": 1}`, ""},
		{`{"anyOf": [{"type": "string"}, {"type": "null"}], "type": ["string", "number"]}`, "string"},
		{`{"$ref": "#/$defs/a", "$defs": {"a": {"type": "array"}}}`, "array"},
		{`{"$ref": "#/$defs/x", "$defs": {"x": {"anyOf": [{"type": "array"}, {"items": {"$ref": "#/$defs/x"}}]}}}`,
			"array boolean null number object string"},
	}
	for _, test := range tests {
		diff(t, test.schema, strings.Join(parseText(t, test.schema).Kinds(), " "), test.want)
	}
	s := parseText(t, `{"type": "integer"}`)
	if !s.Admits("integer") || !s.Admits("number") || s.Admits("string") || s.Admits("strng") {
		t.Error("wrong types are admitted")
	}
	if !(*schema.Schema)(nil).Admits("null") {
		t.Error("the nil schema admits nothing")
	}
}

func TestNames(t *testing.T) {
	s := parseText(t, `{"properties": {"b": {}, "no": false}, "$ref": "#/$defs/x", "allOf": [{"properties": {"a": {}, "b": {}}}],
		"anyOf": [{"properties": {"c": {}}}, {"secret": true, "properties": {"hunter2": {}}}], "$defs": {"x": {"properties": {"d": {}}}}}`)
	diff(t, "names", s.Names(), []string{"a", "b", "c", "d"})
	diff(t, "names of a secret", len(parseText(t, `{"secret": true, "properties": {"a": {}}}`).Names()), 0)
}

func TestMaxElements(t *testing.T) {
	tests := []struct {
		schema string
		want   int
		ok     bool
	}{
		{`true`, 0, false},
		{`{"items": false}`, 0, true},
		{`{"prefixItems": [true, true], "items": false}`, 2, true},
		{`{"allOf": [{"prefixItems": [true, true], "items": false}, {"prefixItems": [true], "items": false}, {}]}`, 1, true},
		{`{"anyOf": [{"prefixItems": [true, true], "items": false}, {"prefixItems": [true], "items": false}]}`, 2, true},
		{`{"anyOf": [{"prefixItems": [true, true], "items": false}, {}]}`, 0, false},
	}
	for _, test := range tests {
		if n, ok := parseText(t, test.schema).MaxElements(); n != test.want || ok != test.ok {
			t.Errorf("%s: %d, %v", test.schema, n, ok)
		}
	}
}
