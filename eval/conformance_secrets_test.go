package eval_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// TestShell is case 169: a POSIX shell reads back exactly the values that the format shell writes.
func TestShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	values := map[string]string{
		"X": "$(id) 'q' \n", "A": "", "B": "`touch x`", "C": "\\'\"$HOME!", "D": "é\t#;&|<>*?[a]{b,c}~", "E": "\n\n", "F": "-n",
	}
	context := map[string]any{}
	text := "values:\n  environmentVariables:\n"
	for name, value := range values {
		context[name] = value
		text += fmt.Sprintf("    %s: '${context.%s}'\n", name, name)
	}
	env, err := (&eval.Evaluator{Context: context}).OpenText(t.Context(), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	if err := env.Write(&script, eval.FormatOptions{Format: "shell"}); err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, name := range []string{"A", "B", "C", "D", "E", "F", "X"} {
		script.WriteString("printf '%s.' \"$" + name + "\"\n")
		want.WriteString(values[name] + ".")
	}
	cmd := exec.CommandContext(t.Context(), sh, "-c", script.String())
	cmd.Dir = t.TempDir()
	got, err := cmd.CombinedOutput()
	if err != nil || string(got) != want.String() {
		t.Errorf("the shell reads %q, %v; want %q", got, err, want.String())
	}
}

// TestShippedCrypter is case 157: envelopes of the crypter that the library ships, and what damages them.
func TestShippedCrypter(t *testing.T) {
	const id = "key-of-this-test" // too long to stand in base64 by chance
	key, err := eval.NewKey(id)
	if err != nil {
		t.Fatal(err)
	}
	ring := eval.KeyRing{key}
	body, err := ring.Encrypt(t.Context(), "r", []byte("s"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), id) || strings.Contains(evaltest.Seal(1, body), id) {
		t.Error("the body does not name its key, or is not encoded")
	}
	if text := evaltest.Seal(1, body); !strings.HasPrefix(text, "ZXNjeAAAAAE") {
		t.Errorf("the envelope begins with %.11s", text)
	}
	foreign, err := eval.NewKey("k9")
	if err != nil {
		t.Fatal(err)
	}
	lost, err := eval.KeyRing{foreign}.Encrypt(t.Context(), "r", []byte("s"))
	if err != nil {
		t.Fatal(err)
	}
	damaged := []byte(evaltest.Seal(1, body))
	damaged[20] ^= 1
	for _, tt := range []struct{ name, envelope, code string }{
		{"fine", evaltest.Seal(1, body), ""},
		{"damaged", string(damaged), "invalid-envelope"},
		{"version 9", evaltest.Seal(9, body), "invalid-envelope"},
		{"unknown key", evaltest.Seal(1, lost), "unknown-key-id"},
		{"not its own", evaltest.Seal(1, []byte("x")), "decrypt-failed"},
		{"empty", evaltest.Seal(1, nil), "decrypt-failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := "values: {a: {fn::secret: {ciphertext: \"" + tt.envelope + "\"}}}\n"
			env, err := (&eval.Evaluator{Crypter: ring}).OpenText(t.Context(), []byte(text))
			if tt.code == "" {
				wantText(t, env, err, "s")
				return
			}
			if err == nil || len(env.Diagnostics) != 1 || env.Diagnostics[0].Code != tt.code {
				t.Errorf("diagnostics are %v, want %s", env.Diagnostics, tt.code)
			}
		})
	}
}

// fixed is a crypter of a host that encrypts everything to one body.
type fixed struct{ body string }

func (f fixed) Encrypt(context.Context, string, []byte) ([]byte, error) { return []byte(f.body), nil }

func (f fixed) Decrypt(_ context.Context, _ string, body []byte) ([]byte, error) {
	if string(body) != f.body {
		return nil, fmt.Errorf("body is %q", body)
	}
	return []byte("plain"), nil
}

// TestShortBodies is the rest of case 157: bodies of 0 and 1 byte with a crypter of the host's.
func TestShortBodies(t *testing.T) {
	for _, body := range []string{"", "x"} {
		text := "values: {a: {fn::secret: {ciphertext: \"" + evaltest.Seal(1, []byte(body)) + "\"}}}\n"
		env, err := (&eval.Evaluator{Crypter: fixed{body}}).OpenText(t.Context(), []byte(text))
		wantText(t, env, err, "plain")
	}
}

func wantText(t *testing.T, env *eval.Environment, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	a, ok := env.Values.Lookup("a")
	if got, err := a.Reveal(); !ok || err != nil || got != want || !a.Secret() {
		t.Errorf("a is %v, secret %t, %v; want the secret %q", got, a.Secret(), err, want)
	}
}

// TestNoLeak opens a document full of random secrets with errors of every kind, and looks for them in all that is
// printed.
func TestNoLeak(t *testing.T) {
	canaries := []evaltest.Canary{evaltest.NewCanary(), evaltest.NewCanary(), evaltest.NewCanary()}
	context := map[string]any{}
	for i, c := range canaries {
		context[fmt.Sprintf("c%d", i)] = schema.NewSecret(c.Text())
	}
	const text = `
values:
  a: "${context.c0}"
  b: {fn::toJSON: {k: "${context.c1}"}}
  c: {fn::open::boom: {a: "x ${context.c2} ${b}"}}
  d: {fn::validate: {schema: {const: "${a}", maxLength: 3, pattern: z}, value: "${context.c1}"}}
  e: {fn::fromJSON: "${a}"}
  f: {fn::fromBase64: "${b}"}
  g: "${a.nothing}${b[0]}"
  environmentVariables: {A: "${a}", "x=": "${a}"}
  files: {B: "${b}"}
`
	for _, name := range []string{"check", "open"} {
		host := &evaltest.Host{}
		var log strings.Builder
		e := host.Evaluator()
		e.Context, e.Logger = context, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		evaluate := func(src string) (*eval.Environment, error) { return e.CheckText(t.Context(), []byte(src)) }
		if name == "open" {
			evaluate = func(src string) (*eval.Environment, error) { return e.OpenText(t.Context(), []byte(src)) }
		}
		for _, src := range []string{text, "values:\n  a: \"${context.c0}\"\n  c: {fn::open::boom: {a: \"${context.c2}${a}\"}}\n"} {
			env, err := evaluate(src)
			out := log.String() + fmt.Sprintf("%v %+v %#v %v", env.Values, env, env, err)
			for _, format := range []string{"json", "yaml", "detailed", "string", "dotenv", "shell"} {
				var b strings.Builder
				err := env.Write(&b, eval.FormatOptions{Format: format, Expressions: format == "detailed"})
				out += b.String() + fmt.Sprint(err)
			}
			for i, c := range canaries {
				if forms := c.Leaks(out); forms != nil {
					t.Errorf("%s: canary %d leaks as %v:\n%s", name, i, forms, out)
				}
			}
		}
	}
}

// textError is an error that prints like a string, whatever the verb.
type textError string

func (e textError) Error() string { return string(e) }

// TestHiddenCause checks that the cause of a diagnostic can be inspected but is not printed by accident.
func TestHiddenCause(t *testing.T) {
	canary := evaltest.NewCanary()
	fails := providers.New(providers.Schema{}, func(context.Context, *providers.Request) (any, error) {
		return nil, textError("refused: " + canary.Text())
	})
	e := &eval.Evaluator{
		Providers: map[string]providers.Provider{"fails": fails},
		Context:   map[string]any{"c": schema.NewSecret(canary.Text())},
	}
	env, err := e.OpenText(t.Context(), []byte("values: {a: {fn::open::fails: {a: '${context.c}'}}}\n"))
	var cause textError
	if !errors.As(err, &cause) || len(env.Diagnostics) != 1 {
		t.Fatalf("the cause of %v cannot be had", err)
	}
	d := env.Diagnostics[0]
	var out strings.Builder
	fmt.Fprintf(&out, "%v %+v %#v %s %q ", err, err, err, err, err)
	fmt.Fprintf(&out, "%v %+v %#v %v %+v %#v %v %+v %#v", d, d, d, *d, *d, *d, env.Diagnostics, env.Diagnostics, *env)
	slog.New(slog.NewTextHandler(&out, nil)).Info("text", "d", d, "value", *d, "err", err, "env", *env)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("JSON", "d", d, "value", *d, "err", err, "env", *env)
	for _, v := range []any{d, *d, env.Diagnostics, env} {
		text, err := json.Marshal(v)
		fmt.Fprintf(&out, "%s %v", text, err)
	}
	if forms := canary.Leaks(out.String()); forms != nil {
		t.Errorf("the secret leaks as %v:\n%s", forms, out.String())
	}
}
