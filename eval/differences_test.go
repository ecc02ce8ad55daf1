package eval_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
)

// TestD32 encrypts texts with dollars: the value stays, and what would be read as an interpolation is refused.
func TestD32(t *testing.T) {
	crypter := (&evaltest.Host{}).Evaluator().Crypter
	doc, err := eval.Parse("r", []byte("values: {a: {fn::secret: 'pa$$word'}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if doc, err = doc.Encrypt(t.Context(), crypter); err != nil {
		t.Fatal(err)
	}
	host := &evaltest.Host{Files: map[string]string{"r": string(doc.Bytes())}}
	env, err := host.Evaluator().Open(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	a, _ := env.Values.Lookup("a")
	if text, err := a.Reveal(); text != "pa$word" || !a.Secret() || strings.Contains(string(doc.Bytes()), "pa$") {
		t.Errorf("the value is %q (%v), in\n%s", text, err, doc.Bytes())
	}
	if doc, err = eval.Parse("r", []byte("values: {a: {fn::secret: 'pa${word}'}}\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := doc.Encrypt(t.Context(), crypter); !onlyCode(err, "secret-not-literal") {
		t.Errorf("an interpolation: %v", err)
	}
}

// TestD52 shows that a malformed secret stops encryption, and a bad ciphertext does not stop decryption.
func TestD52(t *testing.T) {
	crypter := (&evaltest.Host{}).Evaluator().Crypter
	doc, err := eval.Parse("r", []byte("values: {a: {fn::secret: text}, b: {fn::secret: 42}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if next, err := doc.Encrypt(t.Context(), crypter); next != nil || !onlyCode(err, "secret-not-literal") {
		t.Errorf("a malformed secret: %v", err)
	}
	sealed := evaltest.Envelope("r", "text")
	if doc, err = eval.Parse("r", []byte("values: {a: {fn::secret: {ciphertext: AAAA}}, b: {fn::secret: {ciphertext: "+sealed+"}}}\n")); err != nil {
		t.Fatal(err)
	}
	next, err := doc.Decrypt(t.Context(), crypter)
	const want = "values: {a: {fn::secret: {ciphertext: AAAA}}, b: {fn::secret: \"text\"}}\n"
	if !onlyCode(err, "invalid-envelope") || string(next.Bytes()) != want {
		t.Errorf("a bad ciphertext: %v\n%s", err, next.Bytes())
	}
}

func onlyCode(err error, code string) bool {
	var ds eval.Diagnostics
	return errors.As(err, &ds) && len(ds) == 1 && ds[0].Code == code
}
