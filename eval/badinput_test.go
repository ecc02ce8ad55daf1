package eval_test

import (
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// TestBadInput opens what cannot be opened. Each is a diagnostic with its code and its place.
func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "secret.yaml")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := func(to, name string) {
		t.Helper()
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.yaml"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(outside, []byte("values: {a: 1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	link(outside, "out.yaml")
	link("loop.yaml", "loop.yaml")
	envelope := evaltest.Envelope("r", "s")
	for name, c := range map[string]struct{ text, want string }{
		"folder":    {"imports: [folder]", "r:1:11: load-failed"},
		"missing":   {"imports:\n  - gone", "r:2:5: load-failed"},
		"link out":  {"imports: [out]", "r:1:11: load-failed"},
		"link loop": {"imports: [loop]", "r:1:11: load-failed"},
		"climbing":  {"imports: [../x]", "r:1:11: invalid-environment-name"},
		"absolute":  {"imports: [/etc/passwd]", "r:1:11: invalid-environment-name"},
		"binary":    {"\x7fELF\x02\x01\x00\x00", "r:1:1: yaml-syntax"},
		"not UTF-8": {"values: {a: \xff}", "r:1:13: invalid-utf8"},
		"truncated": {"values: {a: {fn::secret: {ciphertext: " + envelope[:len(envelope)-8] + "}}}", "r:1:39: invalid-envelope"},
		"damaged":   {"values: {a: {fn::secret: {ciphertext: " + damaged(t, envelope) + "}}}", "r:1:39: invalid-envelope"},
		"wrong key": {"values: {a: {fn::secret: {ciphertext: " + evaltest.Seal(1, []byte("\x02k9body")) + "}}}", "r:1:39: unknown-key-id"},
		"CR":        {"values:\r  a: ${b}\r", "r:2:8: unknown-property"},
		"CRLF":      {"\ufeffvalues:\r\n  a: ${b}\r\n", "r:2:8: unknown-property"},
	} {
		t.Run(name, func(t *testing.T) {
			write("r.yaml", c.text)
			key, err := eval.NewKey("k1")
			if err != nil {
				t.Fatal(err)
			}
			e := &eval.Evaluator{Loader: eval.Dir(dir), Crypter: eval.KeyRing{key}}
			env, err := e.Open(t.Context(), "r")
			if err == nil || len(env.Diagnostics) != 1 {
				t.Fatalf("got %v", err)
			}
			if d := env.Diagnostics[0]; !strings.HasPrefix(d.String(), strings.SplitAfter(c.want, ": ")[0]) ||
				d.Code != strings.SplitAfter(c.want, ": ")[1] {
				t.Errorf("got %v, want %s", d, c.want)
			}
		})
	}
	for _, name := range []string{"../secret", "/secret", "folder", "gone", "out", "a b", ""} {
		env, err := (&eval.Evaluator{Loader: eval.Dir(dir)}).Open(t.Context(), name)
		if err == nil || len(env.Diagnostics) != 1 || !env.Diagnostics[0].Range.IsZero() {
			t.Errorf("root %q: %v", name, err)
		}
	}
}

// damaged is an envelope with one byte changed.
func damaged(t *testing.T, envelope string) string {
	raw, err := base64.StdEncoding.DecodeString(envelope)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	return base64.StdEncoding.EncodeToString(raw)
}

// panicky is a provider that panics where it is told to.
type panicky string

func (p panicky) Schema() providers.Schema {
	if p == "schema" {
		panic("hidden")
	}
	return providers.Schema{Outputs: &schema.Schema{Type: []string{"string"}}}
}

func (p panicky) Open(context.Context, *providers.Request) (any, error) {
	if p == "open" {
		panic("hidden")
	}
	return 5, nil
}

// TestBadProviders opens documents whose providers break their contract: that is the failure of the call.
func TestBadProviders(t *testing.T) {
	for name, p := range map[string]panicky{"schema": "schema", "open": "open", "answer": ""} {
		e := &eval.Evaluator{Providers: map[string]providers.Provider{"bad": p}}
		env, err := e.OpenText(t.Context(), []byte("values:\n  a: 1\n  b: {fn::open::bad: {}}\n"))
		if err == nil || len(env.Diagnostics) != 1 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		d := env.Diagnostics[0]
		if d.Code != "provider-failed" || d.Range.Begin.Line != 3 || strings.Contains(d.String(), "hidden") {
			t.Errorf("%s: %v", name, d)
		}
		if a, ok := env.Values.Lookup("a"); !ok || a.String() != "1" {
			t.Errorf("%s: the rest is lost: %v", name, env.Values)
		}
	}
}

// TestFarElements asks for elements, of an array that is not known yet, which no array has room for.
func TestFarElements(t *testing.T) {
	host := &evaltest.Host{Files: map[string]string{"r": "values: {a: {fn::open::echo: {b: [7]}}}\n"}}
	for _, path := range []string{"a[100000000]", "a[9223372036854775807]", "a.b[9223372036854775807].c"} {
		env, err := host.Evaluator().Open(t.Context(), "r", path)
		if ds, ok := errors.AsType[eval.Diagnostics](err); !ok || len(ds) != 1 || ds[0].Code != "no-value-at-path" {
			t.Errorf("%s: %v", path, err)
		}
		if got := env.Values.String(); got != "{}" {
			t.Errorf("%s: the values are %.100s", path, got)
		}
		if explained, err := host.Evaluator().Explain(t.Context(), "r", path); err != nil || explained.Value.Known() {
			t.Errorf("%s: explained as %v, %v", path, explained.Value, err)
		}
	}
}

// TestCancelledBefore opens with a context that has ended.
func TestCancelledBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	host := &evaltest.Host{Files: map[string]string{"r": "values: {a: {fn::open::echo: {}}}\n"}}
	env, err := host.Evaluator().Open(ctx, "r")
	if !errors.Is(err, context.Canceled) || env == nil || len(host.Calls()) > 0 {
		t.Errorf("error %v, calls %v", err, host.Calls())
	}
}
