package schema_test

import (
	"fmt"
	"testing"

	"github.com/escapement-go/escapement/schema"
)

const loginSchema = `{"type": "object", "additionalProperties": false, "properties": {
	"static": {"type": "object", "required": ["accessKeyId", "secretAccessKey"], "additionalProperties": false, "properties": {
		"accessKeyId": {"type": "string"}, "secretAccessKey": {"type": "string", "secret": true}, "sessionToken": {"type": "string", "secret": true}}},
	"oidc": {"type": "object", "required": ["roleArn"], "additionalProperties": false, "properties": {
		"roleArn": {"type": "string", "pattern": "^arn:"}, "sessionName": {"type": "string"}, "duration": {"type": "string", "default": "1h"},
		"policyArns": {"type": "array", "items": {"type": "string"}}}}}}`

func BenchmarkValidate(b *testing.B) {
	b.Run("login", func(b *testing.B) {
		s := parseText(b, loginSchema)
		v := decode(b, `{"oidc": {"roleArn": "arn:aws:iam::123456789012:role/x", "sessionName": "s", "policyArns": ["a", "b", "c"]}}`)
		benchmark(b, s, v)
	})
	for _, n := range []int{1000, 4000, 16000} {
		s := parseText(b, `{"items": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "minimum": 0},
			"kind": {"enum": ["a", "b", "c"]}, "v": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}}`)
		items := make([]any, n)
		for i := range items {
			items[i] = decode(b, fmt.Sprintf(`{"id": %d, "kind": "b", "v": null}`, i))
		}
		b.Run(fmt.Sprintf("items-%d", n), func(b *testing.B) { benchmark(b, s, items) })
	}
}

func benchmark(b *testing.B, s *schema.Schema, v any) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		if got := s.Validate(v); len(got) > 0 {
			b.Fatal(got)
		}
	}
}

func BenchmarkNearest(b *testing.B) {
	names := numbered(1000)
	b.ReportAllocs()
	for b.Loop() {
		schema.Nearest("n9999", names)
	}
}
