package schema_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/schema"
)

// decode reads JSON as plain data. In it {"$secret": x} is a Secret of x and {"$unknown": s} an Unknown of the schema s.
func decode(t testing.TB, text string) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return withMarks(t, v)
}

func withMarks(t testing.TB, v any) any {
	t.Helper()
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = withMarks(t, v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = withMarks(t, v[name])
		}
		if data, ok := v["$secret"]; ok {
			return schema.SecretData(data)
		}
		if data, ok := v["$unknown"]; ok {
			return schema.Unknown{Of: parse(t, data)}
		}
	}
	return v
}

// parse makes a schema of data.
func parse(t testing.TB, v any) *schema.Schema {
	t.Helper()
	s, problems := schema.Parse(v)
	for _, p := range problems {
		t.Fatalf("schema %v: %v", v, p)
	}
	return s
}

// parseText makes a schema of JSON in the sense of decode.
func parseText(t testing.TB, text string) *schema.Schema {
	t.Helper()
	return parse(t, decode(t, text))
}

// lines prints each of a list of things.
func lines[T interface{ String() string }](list []T) []string {
	var lines []string
	for _, v := range list {
		lines = append(lines, v.String())
	}
	return lines
}

func diff(t testing.TB, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func ptr[T any](v T) *T { return &v }

func TestHoldsRotateOnly(t *testing.T) {
	marked := &schema.Schema{RotateOnly: []string{"login"}}
	loop := &schema.Schema{Ref: "#/$defs/a", Defs: map[string]*schema.Schema{
		"a": {Properties: map[string]*schema.Schema{"again": {Ref: "#/$defs/a"}}},
	}}
	for name, c := range map[string]struct {
		of   *schema.Schema
		want bool
	}{
		"nil":      {nil, false},
		"here":     {marked, true},
		"property": {&schema.Schema{Properties: map[string]*schema.Schema{"aws": marked}}, true},
		"allOf":    {&schema.Schema{AllOf: []*schema.Schema{{}, marked}}, true},
		"item":     {&schema.Schema{Items: marked}, true},
		"loop":     {loop, false},
	} {
		if got := c.of.HoldsRotateOnly(); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
