package schema_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/schema"
)

const canary = "hunter2"

// What holds secrets the way programs do.
type holder struct {
	Exported schema.Secret
	hidden   schema.Secret
	Pointer  *schema.Secret
	Any      any
	Map      map[string]schema.Secret
	Keyed    map[schema.Secret]int
	List     []schema.Secret
}

func holders() []any {
	var all []any
	for _, s := range []schema.Secret{
		schema.NewSecret(canary),
		schema.SecretData(map[string]any{canary: []any{canary, schema.NewSecret(canary)}}),
		schema.SecretData([]any{json.Number("1"), canary}),
	} {
		h := holder{s, s, &s, s, map[string]schema.Secret{"k": s}, map[schema.Secret]int{s: 1}, []schema.Secret{s}}
		all = append(all, s, &s, h, &h, []any{s}, map[string]any{"k": s}, error(fmt.Errorf("secret %v %w", s, errors.New(fmt.Sprint(s)))))
	}
	return all
}

func TestSecretFormats(t *testing.T) {
	for _, v := range holders() {
		for _, flags := range []string{"", "+", "#", " ", "0", "-20", "20.3", "+#"} {
			for verb := 'A'; verb <= 'z'; verb++ {
				if got := fmt.Sprintf("%"+flags+string(verb), v); strings.Contains(got, canary) {
					t.Errorf("%%%s%c of %T shows the secret: %s", flags, verb, v, got)
				}
			}
		}
		if hex := fmt.Sprintf("%x %X", v, v); strings.Contains(strings.ToLower(hex), fmt.Sprintf("%x", canary)) {
			t.Errorf("%%x of %T shows the secret: %s", v, hex)
		}
	}
	s := schema.NewSecret(canary)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%10v"} {
		if got := fmt.Sprintf(verb, s); got != "[secret]" {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}

func TestSecretEncodings(t *testing.T) {
	for _, v := range holders() {
		encodings := map[string]string{}
		text, _ := json.Marshal(v)
		encodings["json"] = string(text)
		text, _ = xml.Marshal(v)
		encodings["xml"] = string(text)
		encodings["cmp"] = cmp.Diff(v, nil) + cmp.Diff([]any{v}, []any{1}, cmp.Exporter(func(reflect.Type) bool { return true }))
		var log bytes.Buffer
		for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
			slog.New(handler).Info("message", "key", v, slog.Group("g", "v", v))
		}
		encodings["slog"] = log.String()
		for name, text := range encodings {
			if strings.Contains(text, canary) {
				t.Errorf("%s of %T shows the secret: %s", name, v, text)
			}
		}
	}
}

func TestSecretForms(t *testing.T) {
	s := schema.NewSecret(canary)
	text, err := json.Marshal(map[string]any{"a": s, "b": map[schema.Secret]int{s: 1}, "u": schema.Unknown{}})
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "json", string(text), `{"a":"[secret]","b":{"[secret]":1},"u":"[unknown]"}`)
	// The usual YAML libraries ask for this method.
	var yaml interface{ MarshalYAML() (any, error) } = s
	if v, err := yaml.MarshalYAML(); v != "[secret]" || err != nil {
		t.Errorf("yaml: %v, %v", v, err)
	}
	diff(t, "unknown", fmt.Sprintf("%v %s", schema.Unknown{}, schema.Unknown{Of: &schema.Schema{}}), "[unknown] [unknown]")
}

func TestSecretReveal(t *testing.T) {
	tests := []struct {
		secret schema.Secret
		want   string
	}{
		{schema.Secret{}, ""},
		{schema.NewSecret(""), ""},
		{schema.NewSecret("a\n<b>"), "a\n<b>"},
		{schema.SecretData("text"), "text"},
		{schema.SecretData(schema.NewSecret("text")), "text"},
		{schema.SecretData(nil), "null"},
		{schema.SecretData(json.Number("3.10")), "3.10"},
		{schema.SecretData(1.5e300), "1.5e+300"},
		{schema.SecretData(map[string]any{"b": []any{true, nil, "<é\u2028\n\"\xff"}, "a": schema.NewSecret("x"), "c": map[string]any{}}),
			`{"a":"x","b":[true,null,"<é\u2028\n\"\ufffd"],"c":{}}`},
		{schema.SecretData([]any{schema.Unknown{}, 7, schema.Null{}}), `["[unknown]",7,null]`},
		{schema.SecretData(struct{}{}), `"[struct {}]"`},
	}
	for _, test := range tests {
		diff(t, "revealed", test.secret.Reveal(), test.want)
	}
	cyclic := map[string]any{}
	cyclic["a"], cyclic["b"] = cyclic, cyclic
	if got := schema.SecretData(cyclic).Reveal(); !strings.HasPrefix(got, `{"a":{"a":`) {
		t.Errorf("cyclic data is revealed as %.20s", got)
	}
}

func TestSecretEqual(t *testing.T) {
	a, b := schema.NewSecret("a"), schema.NewSecret("a")
	copied := a
	switch {
	case a == b, a != copied, !a.Equal(b), a.Equal(schema.NewSecret("b")), !schema.NewSecret("").Equal(schema.Secret{}):
		t.Error("wrong comparison of secrets")
	}
	if got := a.Data(); got != "a" {
		t.Errorf("data is %v", got)
	}
}

func TestEqual(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{`1`, `1.0`, true},
		{`100`, `1e2`, true},
		{`0`, `-0.00`, true},
		{`1`, `-1`, false},
		{`0.1`, `0.10000000000000000001`, false},
		{`1e9999`, `1e9998`, false},
		{`10000000000000000000000000000000000000000`, `1e40`, true},
		{`1`, `"1"`, false},
		{`0`, `false`, false},
		{`null`, `null`, true},
		{`[]`, `{}`, false},
		{`[1, {"a": 2}]`, `[1.0, {"a": 2e0}]`, true},
		{`[1, 2]`, `[2, 1]`, false},
		{`{"a": 1}`, `{"b": 1}`, false},
		{`{"a": 1}`, `{"a": 1, "b": 1}`, false},
		{`{"$secret": [1]}`, `[{"$secret": 1}]`, true},
		{`{"$unknown": true}`, `{"$unknown": true}`, false},
	}
	for _, test := range tests {
		a, b := decode(t, test.a), decode(t, test.b)
		if schema.Equal(a, b) != test.want || schema.Equal(b, a) != test.want {
			t.Errorf("%s equals %s: want %v", test.a, test.b, test.want)
		}
	}
	if !schema.Equal(1, json.Number("1")) || schema.Equal(func() {}, func() {}) {
		t.Error("wrong comparison of data of Go")
	}
}
