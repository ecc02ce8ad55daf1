package schema_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/schema"
)

var (
	oracleNames   = []string{"a", "b", "c"}
	oracleNumbers = []json.Number{"0", "1", "1.0", "2", "-1", "0.5", "1e1", "10", "3"}
)

// drawValue draws plain data from few names, numbers and strings, so that schemas meet what they speak of.
func drawValue(t *rapid.T, depth int) any {
	kinds := 6
	if depth <= 0 {
		kinds = 4
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(t, "bool")
	case 2:
		return rapid.SampledFrom(oracleNumbers).Draw(t, "number")
	case 3:
		return rapid.SampledFrom([]string{"", "a", "b", "é", "ab"}).Draw(t, "string")
	case 4:
		items := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			items = append(items, drawValue(t, depth-1))
		}
		return items
	}
	members := map[string]any{}
	for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(oracleNames), rapid.ID[string]).Draw(t, "members") {
		members[name] = drawValue(t, depth-1)
	}
	return members
}

// drawSchema draws a schema as data, with any keyword that restricts.
func drawSchema(t *rapid.T, depth int) any {
	if rapid.IntRange(0, 9).Draw(t, "boolean schema") == 0 {
		return rapid.Bool().Draw(t, "schema")
	}
	s := map[string]any{}
	for range rapid.IntRange(1, 3).Draw(t, "keywords") {
		keyword, value := drawKeyword(t, depth)
		s[keyword] = value
	}
	return s
}

func drawKeyword(t *rapid.T, depth int) (string, any) {
	number := func() any { return rapid.SampledFrom(oracleNumbers).Draw(t, "bound") }
	length := func() any { return json.Number(fmt.Sprint(rapid.IntRange(0, 3).Draw(t, "length"))) }
	names := func() any {
		list := []any{}
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(oracleNames), rapid.ID[string]).Draw(t, "names") {
			list = append(list, name)
		}
		return list
	}
	types := []any{"array", "boolean", "integer", "null", "number", "object", "string"}
	leaves := []string{"type", "types", "const", "enum", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
		"minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "required", "dependentRequired",
		"minProperties", "maxProperties", "$ref"}
	branches := []string{"allOf", "anyOf", "oneOf", "not", "prefixItems", "items", "properties", "additionalProperties"}
	all := leaves
	if depth > 0 {
		all = append(append(all, branches...), branches...)
	}
	keyword := rapid.SampledFrom(all).Draw(t, "keyword")
	switch keyword {
	case "type":
		return keyword, rapid.SampledFrom(types).Draw(t, "type")
	case "types":
		return "type", rapid.SliceOfNDistinct(rapid.SampledFrom(types), 1, 3, func(v any) string { return v.(string) }).Draw(t, "types")
	case "const":
		return keyword, drawValue(t, 1)
	case "enum":
		return keyword, []any{drawValue(t, 1), drawValue(t, 1), drawValue(t, 0)}
	case "multipleOf":
		return keyword, rapid.SampledFrom([]json.Number{"1", "2", "0.5", "2.0", "3e-1"}).Draw(t, "factor")
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
		return keyword, number()
	case "pattern":
		return keyword, rapid.SampledFrom([]string{"^a", "b$", "é", ".", "^$"}).Draw(t, "pattern")
	case "uniqueItems":
		return keyword, rapid.Bool().Draw(t, "unique")
	case "required":
		return keyword, names()
	case "dependentRequired":
		return keyword, map[string]any{"a": names(), "b": names()}
	case "$ref":
		return keyword, rapid.SampledFrom([]any{"#/$defs/x", "#/$defs/y~1z"}).Draw(t, "ref")
	case "allOf", "anyOf", "oneOf", "prefixItems":
		list := []any{}
		for range rapid.IntRange(1, 3).Draw(t, "schemas") {
			list = append(list, drawSchema(t, depth-1))
		}
		return keyword, list
	case "not", "items", "additionalProperties":
		return keyword, drawSchema(t, depth-1)
	case "properties":
		return keyword, map[string]any{"a": drawSchema(t, depth-1), "b": drawSchema(t, depth-1)}
	}
	return keyword, length()
}

// drawTop adds definitions. They do not refer to each other in place, which we refuse and others loop on.
func drawTop(t *rapid.T) any {
	s, ok := drawSchema(t, 3).(map[string]any)
	if !ok {
		s = map[string]any{"not": true}
	}
	tree := map[string]any{"type": []any{"object", "number"}, "properties": map[string]any{"a": map[string]any{"$ref": "#/$defs/x"}}}
	s["$defs"] = map[string]any{"x": tree, "y/z": map[string]any{"type": rapid.SampledFrom([]any{"string", "number", "array"}).Draw(t, "type of y")}}
	return s
}

// On known values Validate agrees with another implementation of JSON Schema.
func TestAgreesWithOracle(t *testing.T) {
	verdicts, differ := map[bool]int{}, 0
	defer func() {
		t.Logf("two validators: %d values valid, %d invalid, %d differences", verdicts[true], verdicts[false], differ)
	}()
	rapid.Check(t, func(t *rapid.T) {
		text := drawTop(t)
		s, problems := schema.Parse(text)
		if len(problems) > 0 {
			t.Fatalf("%v: %v", text, problems)
		}
		compiler := jsonschema.NewCompiler()
		if err := compiler.AddResource("s.json", text); err != nil {
			t.Fatal(err)
		}
		oracle, err := compiler.Compile("s.json")
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			value := drawValue(t, 3)
			want := oracle.Validate(value)
			got := s.Validate(value)
			if (len(got) == 0) != (want == nil) {
				differ++
				t.Fatalf("schema %v\nvalue %v\ngot %v\nwant %v", s, value, got, want)
			}
			verdicts[want == nil]++
		}
	})
	if verdicts[true] < 20 || verdicts[false] < 20 {
		t.Errorf("too few cases: %v", verdicts)
	}
}

// Whatever becomes of the unknown parts of a value, a violation found before stands afterwards: what is valid when it is
// known was not refused when it was not.
func TestUnknownIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, problems := schema.Parse(drawTop(t))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		known := drawValue(t, 3)
		unknown := forget(t, known)
		if len(s.Validate(known)) == 0 {
			if got := s.Validate(unknown); len(got) > 0 {
				t.Fatalf("schema %v\nvalue %v\nunknown %v\ngot %v", s, known, printed(unknown), got)
			}
		}
		if got := (&schema.Schema{}).Validate(unknown); len(got) > 0 {
			t.Fatal(got)
		}
	})
}

// forget replaces parts of a value by unknowns whose schemas the parts fit.
func forget(t *rapid.T, v any) any {
	if rapid.IntRange(0, 2).Draw(t, "forget") == 0 {
		return schema.Unknown{Of: drawFitting(t, v)}
	}
	switch v := v.(type) {
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = forget(t, v[i])
		}
		return items
	case map[string]any:
		members := map[string]any{}
		for _, name := range oracleNames {
			if member, ok := v[name]; ok {
				members[name] = forget(t, member)
			}
		}
		return members
	}
	return v
}

// drawFitting draws a schema that v fits: any one that does, or the exact one.
func drawFitting(t *rapid.T, v any) *schema.Schema {
	for range 5 {
		if s, problems := schema.Parse(drawTop(t)); len(problems) == 0 && len(s.Validate(v)) == 0 {
			return s
		}
	}
	return exact(v)
}

func exact(v any) *schema.Schema {
	switch v := v.(type) {
	case nil:
		return &schema.Schema{Type: []string{"null"}}
	case []any:
		s := &schema.Schema{Type: []string{"array"}, Items: &schema.Schema{Never: true}, MinItems: ptr(len(v))}
		for _, item := range v {
			s.PrefixItems = append(s.PrefixItems, exact(item))
		}
		return s
	case map[string]any:
		s := &schema.Schema{Type: []string{"object"}, AdditionalProperties: &schema.Schema{Never: true}, Properties: map[string]*schema.Schema{}}
		for name, member := range v {
			s.Properties[name] = exact(member)
			s.Required = append(s.Required, name)
		}
		return s
	}
	return &schema.Schema{Const: v}
}

func printed(v any) string {
	text, err := json.Marshal(marked(v))
	if err != nil {
		return err.Error()
	}
	return string(text)
}
