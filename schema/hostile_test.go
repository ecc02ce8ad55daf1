package schema_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/schema"
)

// Whatever schema and value, Validate returns before long.
func TestHostile(t *testing.T) {
	branching := func(keyword string) string {
		var defs []string
		for i := range 200 {
			defs = append(defs, fmt.Sprintf(`"d%d": {%q: [{"$ref": "#/$defs/d%d"}, {"$ref": "#/$defs/d%[3]d"}]}`, i, keyword, i+1))
		}
		return `{"$ref": "#/$defs/d0", "$defs": {"d200": {"type": "string"}, ` + strings.Join(defs, ", ") + `}}`
	}
	long := strings.Repeat("a", 4<<20)
	names := make([]string, 30_000)
	for i := range names {
		names[i] = fmt.Sprintf("%q: true", fmt.Sprintf("name%d", i))
	}
	wide := `{"additionalProperties": false, "properties": {` + strings.Join(names, ", ") + `}}`
	tests := []struct {
		name   string
		schema string
		value  any
		want   string // the last code
	}{
		{"allOf of references", branching("allOf"), 1, "wrong-type"},
		{"anyOf of references", branching("anyOf"), 1, "no-match"},
		{"oneOf of references", branching("oneOf"), "x", "no-match"},
		{"unknown", branching("allOf"), schema.Unknown{Of: parseText(t, branching("anyOf"))}, ""},
		{"tree", `{"$ref": "#/$defs/t", "$defs": {"t": {"anyOf": [
			{"type": "array", "items": {"$ref": "#/$defs/t"}}, {"type": "array", "items": {"$ref": "#/$defs/t"}}]}}}`, deep(90), "no-match"},
		{"heavy pattern", `{"items": {"pattern": "(x{1,300}y?){3}z"}}`, slices.Repeat([]any{long[:60]}, 100_000), "too-many-steps"},
		{"heavy text", `{"pattern": "(a?){500}b"}`, long, "too-many-steps"},
		{"many suggestions", wide, manyNames("nmae", 20_000), "unexpected-property"},
		{"many enums", `{"items": {"enum": [` + strings.Repeat("1, ", 50_000) + `2]}}`, slices.Repeat([]any{"x"}, 50_000), "wrong-value"},
		{"many of many", `{"items": {"anyOf": [` + strings.Repeat(`{"type": "null"}, `, 2_000) + `true]}}`, slices.Repeat([]any{"x"}, 50_000), "too-many-steps"},
		{"many required", `{"required": ` + strings.ReplaceAll(fmt.Sprintf("%q", numbered(50_000)), `" "`, `", "`) + `}`, map[string]any{}, "missing-property"},
		{"unique texts", `{"items": {"uniqueItems": true}}`, slices.Repeat([]any{slices.Repeat([]any{long[:1000]}, 100)}, 100), "duplicate-item"},
	}
	for _, test := range tests {
		s := parseText(t, test.schema)
		start := time.Now()
		got := s.Validate(test.value)
		if d := time.Since(start); d > 20*time.Second {
			t.Errorf("%s: takes %v", test.name, d)
		} else if testing.Verbose() {
			t.Logf("%s: %v, %d violations", test.name, d, len(got))
		}
		code := ""
		if len(got) > 0 {
			code = got[len(got)-1].Code
		}
		if code != test.want {
			t.Errorf("%s: code %q, want %q", test.name, code, test.want)
		}
	}
}

// deep is an array in an array in an array, and a number in the innermost.
func deep(n int) any {
	var v any = json.Number("1")
	for range n {
		v = []any{v}
	}
	return v
}

func numbered(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("n%d", i)
	}
	return list
}

func manyNames(name string, n int) map[string]any {
	members := make(map[string]any, n)
	for i := range n {
		members[fmt.Sprintf("%s%d", name, i)] = nil
	}
	return members
}

// Numbers cost as much as their text, whatever their exponent.
func TestHostileNumbers(t *testing.T) {
	digits := strings.Repeat("7", 1000)
	texts := []string{"1e9999", "1e-9999", digits + "e9999", "-0." + digits + "e-9999", "1e999999999", "1e-999999999",
		"1e99999999999999999999999999", strings.Repeat("9", 1_000_000), "0." + strings.Repeat("0", 1_000_000) + "1"}
	for _, bound := range []json.Number{"3", "1e9999", json.Number(digits + "e-9999"), "1e999999999", json.Number(texts[7])} {
		s := &schema.Schema{
			Type: []string{"integer"}, MultipleOf: bound, Minimum: bound, ExclusiveMaximum: bound, Const: bound, Enum: []any{bound}, UniqueItems: true,
		}
		for _, text := range texts {
			start := time.Now()
			s.Validate(json.Number(text))
			s.Validate([]any{json.Number(text), json.Number(text)})
			if d := time.Since(start); d > time.Second {
				t.Errorf("%.20s with %.20s takes %v", text, bound, d)
			}
		}
	}
	for text, want := range map[json.Number]bool{"1e999999999": true, "1e-999999999": false, "3e-1": false, "-12e1": true} {
		if valid := len((&schema.Schema{Type: []string{"integer"}}).Validate(text)) == 0; valid != want {
			t.Errorf("%s is an integer: want %v", text, want)
		}
	}
}

// Patterns that take long to compile are refused, one by one and together.
func TestHostilePatterns(t *testing.T) {
	start := time.Now()
	for _, pattern := range []string{strings.Repeat("x{1000}", 20_000), strings.Repeat("x{1000}", 50)} {
		if s, problems := schema.Parse(map[string]any{"pattern": pattern}); s != nil || len(problems) != 1 {
			t.Errorf("pattern of %d bytes: %v", len(pattern), problems)
		}
	}
	items := make([]any, 5000)
	for i := range items {
		items[i] = map[string]any{"pattern": fmt.Sprintf("x{900}%d", i)}
	}
	if s, problems := schema.Parse(map[string]any{"anyOf": items}); s != nil || len(problems) == 0 {
		t.Error("many large patterns are accepted")
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("takes %v", d)
	}
}
