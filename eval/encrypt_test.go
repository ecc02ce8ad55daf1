package eval_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/schema"
)

// salted is a crypter that encrypts nothing twice into the same text.
type salted struct{ n atomic.Uint32 }

func (s *salted) Encrypt(_ context.Context, env string, plaintext []byte) ([]byte, error) {
	return append([]byte{byte(s.n.Add(1))}, env+"\x00"+string(plaintext)...), nil
}

func (s *salted) Decrypt(_ context.Context, env string, ciphertext []byte) ([]byte, error) {
	plaintext, ok := bytes.CutPrefix(ciphertext[1:], []byte(env+"\x00"))
	if !ok {
		return nil, errors.New("for another environment")
	}
	return plaintext, nil
}

const withSecrets = `# c
values:
  a: {fn::secret: "pa$$word"}  # d
  list:
    - fn::secret: 'it''s'
    - fn::secret: |
        two
        lines
  call: {fn::join: [",", [{fn::secret: x}]]} # x
  done:
    fn::secret:
      ciphertext: ENVELOPE
never: {evaluated: {fn::secret: y}}
`

// TestEncrypt is case 158, and more: only the arguments change, and no value does.
func TestEncrypt(t *testing.T) {
	env := func(text string) string { return "{ciphertext: " + evaltest.Envelope("dev", text) + "}" }
	plain := strings.Replace(withSecrets, "ENVELOPE", evaltest.Envelope("dev", "old"), 1)
	encrypted := strings.NewReplacer(
		`"pa$$word"`, env("pa$word"), "'it''s'", env("it's"), "|\n        two\n        lines\n", env("two\nlines\n")+"\n",
		"secret: x", "secret: "+env("x"), "secret: y", "secret: "+env("y"),
	).Replace(plain)
	decrypted := strings.NewReplacer(
		"'it''s'", `"it's"`, "|\n        two\n        lines\n", `"two\nlines\n"`+"\n", "secret: x", `secret: "x"`, "secret: y", `secret: "y"`,
		"\n      ciphertext: "+evaltest.Envelope("dev", "old"), ` "old"`,
	).Replace(plain)

	d, err := parsed(t, plain).Encrypt(t.Context(), evaltest.Crypter{})
	wantBytes(t, d, err, encrypted)
	again, err := d.Encrypt(t.Context(), nil) // nothing is left
	wantBytes(t, again, err, encrypted)
	back, err := parsed(t, encrypted).Decrypt(t.Context(), evaltest.Crypter{})
	wantBytes(t, back, err, decrypted)
	again, err = back.Encrypt(t.Context(), nil) // nothing is new
	wantBytes(t, again, err, encrypted)

	const want = `{"a":"pa$word","call":"x","done":"old","list":["it's","two\nlines\n"]}`
	for _, text := range []string{plain, encrypted, decrypted} {
		host := &evaltest.Host{Files: map[string]string{"dev": text}}
		opened, err := host.Evaluator().Open(t.Context(), "dev")
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := opened.Write(&out, eval.FormatOptions{Format: "json", Reveal: true}); err != nil {
			t.Fatal(err)
		}
		if got := strings.NewReplacer("\n", "", "  ", "", `": `, `":`).Replace(out.String()); got != want {
			t.Errorf("the values are %s, want %s", got, want)
		}
	}
}

// TestEncryptRefuses is case 159, and more: where nobody can tell what is secret, nothing is changed.
func TestEncryptRefuses(t *testing.T) {
	for value, want := range map[string]string{
		"{fn::secret: 42}":                  "secret-not-literal",
		"{fn::secret: }":                    "secret-not-literal",
		"{fn::secret: [x]}":                 "secret-not-literal",
		"{fn::secret: '${a}'}":              "secret-not-literal",
		"{fn::secret: '$<a'}":               "secret-not-literal",
		"{fn::secret: {cipher: x}}":         "secret-not-literal",
		"{fn::secret: {ciphertext: 5}}":     "secret-not-literal",
		"{fn::secret: *x}":                  "secret-not-literal",
		"{fn::secret: x, b: y}":             "call-not-alone",
		"{Fn::Secret: x}":                   "unknown-function",
		"[{b: [{fn::secret: {a: b}}]}]":     "secret-not-literal",
		"{? {fn::secret: 1} : x}":           "secret-not-literal",
		"{fn::join: [{fn::secret: 1}, []]}": "secret-not-literal",
	} {
		t.Run(value, func(t *testing.T) {
			for _, key := range []string{"values:\n  a: {fn::secret: fine}\n  b", "values: {a: &x x, s: {fn::secret: fine}}\nunknown"} {
				text := strings.Replace(key, "a: {fn", "x: &x x\n  a: {fn", 1) + ": " + value + "\n"
				asked := evaltest.Crypter{Before: func(context.Context, string) error {
					t.Error("the crypter is asked")
					return nil
				}}
				d, err := parsed(t, text).Encrypt(t.Context(), asked)
				if d != nil {
					t.Errorf("wrote %s", d.Bytes())
				}
				wantCodes(t, err, want)
				wantPlaces(t, err)
			}
		})
	}
}

// wantPlaces makes sure that every diagnostic says where it is.
func wantPlaces(t *testing.T, err error) {
	t.Helper()
	var ds eval.Diagnostics
	errors.As(err, &ds)
	for _, d := range ds {
		if d.Range.IsZero() || d.Range.Environment != "dev" || d.Message == "" {
			t.Errorf("%s has no place", d)
		}
	}
}

// TestDecryptInPart decrypts what can be decrypted and reports the rest, one by one.
func TestDecryptInPart(t *testing.T) {
	text := "values:\n  a: {fn::secret: {ciphertext: " + evaltest.Envelope("dev", "A") + "}}\n" +
		"  b: {fn::secret: {ciphertext: " + evaltest.Envelope("other", "B") + "}}\n" +
		"  c: {fn::secret: {ciphertext: damaged}}\n" +
		"  d: {fn::secret: {ciphertext: " + evaltest.Envelope("dev", "\xff") + "}}\n" +
		"  e: {fn::secret: 42}\n" +
		"  f: {fn::secret: {ciphertext: " + evaltest.Envelope("dev", "F") + "}}\n"
	d, err := parsed(t, text).Decrypt(t.Context(), evaltest.Crypter{})
	wantDiagnostics(t, err,
		`dev:3:32: error: cannot decrypt: encrypted for another environment than "dev" [decrypt-failed] at values.b["fn::secret"]`,
		`dev:4:32: error: ciphertext is damaged: it is not padded standard base64 at byte 4 of 7; take it from a copy of the document, or write the secret again [invalid-envelope] at values.c["fn::secret"]`,
		`dev:5:32: error: the text is not valid UTF-8 and stays encrypted [not-writable] at values.d["fn::secret"]`,
		`dev:6:19: error: "fn::secret" takes plain text; use quotes for other kinds and "$$" for a literal "$" [secret-not-literal] at `)
	wantBytes(t, d, nil, strings.NewReplacer(
		"{ciphertext: "+evaltest.Envelope("dev", "A")+"}", `"A"`, "{ciphertext: "+evaltest.Envelope("dev", "F")+"}", `"F"`).Replace(text))
}

// TestSeals decrypts, changes something and encrypts: what did not change keeps its ciphertext.
func TestSeals(t *testing.T) {
	crypter := &salted{}
	begin, err := parsed(t, "imports: [x]\nvalues:\n  a: {fn::secret: one} # 1\n  b:\n    fn::secret: two\n  l: [{fn::secret: one}, {fn::secret: three}]\n").
		Encrypt(t.Context(), crypter)
	if err != nil {
		t.Fatal(err)
	}
	// As Pulumi ESC writes it.
	block := strings.Replace(string(begin.Bytes()), "fn::secret: {ciphertext: ", "fn::secret:\n      ciphertext: ", 2)
	block = strings.Replace(block, "  a: {fn::secret:\n      ciphertext: ", "  a: {fn::secret: {ciphertext: ", 1)
	block = strings.Replace(block, "}\n  l:", "\n  l:", 1)
	for _, text := range []string{string(begin.Bytes()), block} {
		for _, tt := range []struct{ old, new, wantOld, wantNew string }{
			{"", "", "", ""},
			{"# 1", "# changed", "# 1", "# changed"},
			{"values:\n", "values:\n  z: new\n\n", "values:\n", "values:\n  z: new\n\n"},
			{"imports: [x]\n", "# gone\n", "imports: [x]\n", "# gone\n"},
			{"  b:\n", "  renamed:\n", "  b:\n", "  renamed:\n"},
			{"l: [", "l: [0, ", "l: [", "l: [0, "},
		} {
			plain, err := parsed(t, text).Decrypt(t.Context(), crypter)
			if err != nil {
				t.Fatal(err)
			}
			edited, err := plain.Replace([]byte(strings.Replace(string(plain.Bytes()), tt.old, tt.new, 1)))
			if err != nil {
				t.Fatal(err)
			}
			d, err := edited.Encrypt(t.Context(), nil)
			wantBytes(t, d, err, strings.Replace(text, tt.wantOld, tt.wantNew, 1))
		}
	}
}

// TestSealsOfChanged makes sure that a new text, and a copy, gets a new ciphertext.
func TestSealsOfChanged(t *testing.T) {
	crypter := &salted{}
	begin, err := parsed(t, "values:\n  a: {fn::secret: one}\n").Encrypt(t.Context(), crypter)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := begin.Decrypt(t.Context(), crypter)
	if err != nil {
		t.Fatal(err)
	}
	for text, kept := range map[string]int{
		"values:\n  a: {fn::secret: two}\n":                         0,
		"values:\n  a: {fn::secret: one}\n  b: {fn::secret: one}\n": 1,
		"values:\n  b: {fn::secret: one}\n  a: {fn::secret: one}\n": 1,
	} {
		edited, err := plain.Replace([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		d, err := edited.Encrypt(t.Context(), crypter)
		if err != nil {
			t.Fatal(err)
		}
		_, envelope, _ := strings.Cut(string(begin.Bytes()), "ciphertext: ")
		envelope, _, _ = strings.Cut(envelope, "}")
		if got := strings.Count(string(d.Bytes()), envelope); got != kept {
			t.Errorf("%s has the old ciphertext %d times, want %d", d.Bytes(), got, kept)
		}
	}
}

// TestDecryptThenEncrypt takes random documents there and back.
func TestDecryptThenEncrypt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		b.WriteString("values:\n")
		for i := range rapid.IntRange(1, 8).Draw(t, "n") {
			text := evaltest.Envelope("dev", rapid.StringOf(rapid.SampledFrom([]rune("ab$\"'\\\n\t {}<é\u2028"))).Draw(t, "text"))
			form := rapid.SampledFrom([]string{
				"  k%d: {fn::secret: {ciphertext: %s}} # c\n", "  k%d:\n    fn::secret:\n      ciphertext: %s\n\n",
				"  k%d: [x, {fn::secret: {ciphertext: %s}}, y]\n", "  k%d:\n    - fn::secret: {ciphertext: %s} # c\n    # c\n",
				"  k%d:\n    - fn::secret:\n        ciphertext: %s\n    - 5\n",
			}).Draw(t, "form")
			fmt.Fprintf(&b, form, i, text)
		}
		d, err := eval.Parse("dev", []byte(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		plain, err := d.Decrypt(context.Background(), evaltest.Crypter{})
		if err != nil {
			t.Fatal(err)
		}
		back, err := plain.Encrypt(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(back.Bytes()); got != b.String() {
			t.Fatalf("%s\nbecame\n%s\nand then\n%s", &b, plain.Bytes(), got)
		}
	})
}

// TestBadCrypter looks for plaintexts in what is said of crypters that fail.
func TestBadCrypter(t *testing.T) {
	one, two := evaltest.NewCanary(), evaltest.NewCanary()
	plain := "values:\n  a: {fn::secret: '" + one.Text() + "'}\n  b: {fn::secret: '" + two.Text() + "'}\n"
	sealed, err := parsed(t, plain).Encrypt(t.Context(), evaltest.Crypter{})
	if err != nil {
		t.Fatal(err)
	}
	said := errors.New(one.Text() + " and " + two.Text())
	for name, do := range map[string]func() error{
		"fails":  func() error { return said },
		"panics": func() error { panic(said) },
		"ends":   func() error { runtime.Goexit(); return nil },
		"quotes": func() error { return fmt.Errorf("%q: %w", two.Text(), said) },
	} {
		t.Run(name, func(t *testing.T) {
			crypter := evaltest.Crypter{Before: func(context.Context, string) error { return do() }}
			d, err := parsed(t, plain).Encrypt(t.Context(), crypter)
			if d != nil {
				t.Errorf("wrote %s", d.Bytes())
			}
			wantCodes(t, err, "encrypt-failed", "encrypt-failed")
			wantPlaces(t, err)
			wantClean(t, err, one, two)
			d, err = sealed.Decrypt(t.Context(), crypter)
			wantBytes(t, d, nil, string(sealed.Bytes()))
			wantCodes(t, err, "decrypt-failed", "decrypt-failed")
			wantPlaces(t, err)
			if name == "ends" {
				return // and with it the test, which has called Set
			}
			d, err = parsed(t, plain).Set(t.Context(), "c", map[string]any{"x": schema.NewSecret(one.Text()), "y": schema.NewSecret(one.Text())}, crypter)
			if d != nil {
				t.Errorf("wrote %s", d.Bytes())
			}
			wantCodes(t, err, "encrypt-failed")
			wantClean(t, err, one)
		})
	}
}

// wantClean looks for secrets in everything that can be printed of an error.
func wantClean(t *testing.T, err error, canaries ...evaltest.Canary) {
	t.Helper()
	var out strings.Builder
	fmt.Fprintf(&out, "%v %+v %#v %s %q\n", err, err, err, err, err)
	var ds eval.Diagnostics
	if errors.As(err, &ds) {
		if err := ds.Print(&out, eval.PrintOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range canaries {
		if forms := c.Leaks(out.String()); forms != nil {
			t.Errorf("secret %d leaks as %v:\n%s", i, forms, &out)
		}
	}
}

// TestCryptersThatWait ends the context while the crypter is at work.
func TestCryptersThatWait(t *testing.T) {
	text := "values:\n"
	for i := range 100 {
		text += fmt.Sprintf("  k%d: {fn::secret: x}\n", i)
	}
	plain := parsed(t, text)
	sealed, err := plain.Encrypt(t.Context(), evaltest.Crypter{})
	if err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func(context.Context, eval.Crypter) (*eval.Document, error){
		"encrypt": plain.Encrypt,
		"decrypt": sealed.Decrypt,
		"set": func(ctx context.Context, c eval.Crypter) (*eval.Document, error) {
			return plain.Set(ctx, "x", schema.NewSecret("x"), c)
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		waits := evaltest.Crypter{Before: func(ctx context.Context, _ string) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		}}
		if d, err := do(ctx, waits); d != nil || !errors.Is(err, context.Canceled) || err.Error() != "context canceled" {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
}

// TestNamesForCrypters makes sure that a crypter gets the name that the evaluator gives it.
func TestNamesForCrypters(t *testing.T) {
	d, err := eval.Parse("default/dev@3", []byte("values: {a: {fn::secret: x}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if d, err = d.Encrypt(t.Context(), evaltest.Crypter{}); err != nil {
		t.Fatal(err)
	}
	host := &evaltest.Host{Files: map[string]string{"dev@3": string(d.Bytes())}}
	env, err := host.Evaluator().Open(t.Context(), "dev@3")
	wantText(t, env, err, "x")
}

// TestEncryptManyAtOnce is about time: crypters may be far away.
func TestEncryptManyAtOnce(t *testing.T) {
	text := "values:\n"
	for i := range 16 {
		text += fmt.Sprintf("  k%d: {fn::secret: x}\n", i)
	}
	all := evaltest.Barrier(16)
	if _, err := parsed(t, text).Encrypt(t.Context(), evaltest.Crypter{Before: all}); err != nil {
		t.Fatal(err)
	}
}
