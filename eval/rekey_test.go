package eval_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

var ciphertext = regexp.MustCompile(`ZXNjeAAAAAE[A-Za-z0-9+/=]*`)

// TestRekey takes random documents to another key: each ciphertext becomes another one, and nothing else changes.
func TestRekey(t *testing.T) {
	before, after := newKey(t, "before"), newKey(t, "after")
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		b.WriteString("values:\n")
		n := rapid.IntRange(1, 8).Draw(t, "n")
		for i := range n {
			fmt.Fprintf(&b, rapid.SampledFrom([]string{
				"  k%d: {fn::secret: %s} # c\n", "  k%d: [x, {fn::secret: %s}, y]\n", "  k%d:\n    - fn::secret: %s # c\n    # c\n",
			}).Draw(t, "form"), i, rapid.SampledFrom([]string{"one", `"two $$x"`, `'é'`, "''"}).Draw(t, "text"))
		}
		plain, err := eval.Parse("dev", []byte(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		old := change(t, plain.Encrypt, eval.KeyRing{before})
		renewed := change(t, old.Rekey, eval.KeyRing{after, before})
		blank := func(d *eval.Document) string { return ciphertext.ReplaceAllString(string(d.Bytes()), "") }
		if blank(renewed) != blank(old) {
			t.Fatalf("%s\nbecame\n%s", old.Bytes(), renewed.Bytes())
		}
		for _, text := range ciphertext.FindAllString(string(old.Bytes()), -1) {
			if strings.Contains(string(renewed.Bytes()), text) {
				t.Errorf("%s stayed in\n%s", text, renewed.Bytes())
			}
		}
		want := change(t, old.Decrypt, eval.KeyRing{before})
		if got := change(t, renewed.Decrypt, eval.KeyRing{after}); !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%s\nis\n%s", want.Bytes(), got.Bytes())
		}
		// What stands there as plain text is encrypted, too.
		if d := change(t, plain.Rekey, eval.KeyRing{after}); len(ciphertext.FindAll(d.Bytes(), -1)) != n {
			t.Errorf("%s\nbecame\n%s", plain.Bytes(), d.Bytes())
		}
	})
}

// A secret that cannot be decrypted stays, and with it all others.
func TestRekeyRefuses(t *testing.T) {
	before, other := newKey(t, "before"), newKey(t, "other")
	text := "values:\n  a: {fn::secret: canary}\n  b: {fn::secret: {ciphertext: " + evaltest.Envelope("dev", "old") + "}}\n"
	d, err := parsed(t, text).Encrypt(t.Context(), eval.KeyRing{before})
	if err != nil {
		t.Fatal(err)
	}
	for _, ring := range []eval.Crypter{nil, eval.KeyRing{other}, eval.KeyRing{before}} { // which has not made that of b
		next, err := d.Rekey(t.Context(), ring)
		if next != nil || err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%v, %v", next, err)
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := d.Rekey(ended, eval.KeyRing{before}); err != context.Canceled {
		t.Error(err)
	}
}

func newKey(t *testing.T, id string) eval.Key {
	t.Helper()
	key, err := eval.NewKey(id)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// change encrypts or decrypts a document.
func change(t *rapid.T, do func(context.Context, eval.Crypter) (*eval.Document, error), ring eval.KeyRing) *eval.Document {
	d, err := do(context.Background(), ring)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// To encrypt anew while a rotator is at work is a conflict for it, as any other change of its state: what it has saved stays,
// and what it has not comes back.
func TestRekeyWhileRotating(t *testing.T) {
	s, serial := newSavingStore(documentX), 0
	var again error
	e := evaluatorOf(s, func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
		if err := save(ctx, map[string]any{"a": schema.NewSecret("one")}); err != nil {
			return err
		}
		other := eval.Evaluator{Loader: s}
		d, err := other.Document(ctx, "r")
		if err == nil {
			d, err = d.Rekey(ctx, countingCrypter{&serial})
		}
		if err == nil {
			_, err = other.Save(ctx, d)
		}
		if err != nil {
			t.Error(err)
		}
		again = save(ctx, map[string]any{"a": schema.NewSecret("two")})
		return again
	})
	e.Crypter = countingCrypter{&serial}
	rotation, err := e.Rotate(t.Context(), "r", eval.RotateOptions{})
	if err == nil || !errors.Is(again, rotators.ErrConflict) || errors.Is(again, rotators.ErrUncertain) {
		t.Fatalf("the second save: %v; the rotation: %v", again, err)
	}
	if r := rotation.Results[0]; r.Status != eval.Failed || !r.Saved || !r.Unsaved["a"].Equal(schema.NewSecret("two")) {
		t.Errorf("%+v", r)
	}
	d, err := parsed(t, s.text("r")).Decrypt(t.Context(), e.Crypter)
	if err != nil || !strings.Contains(string(d.Bytes()), "one") || strings.Contains(string(d.Bytes()), "two") {
		t.Errorf("%s, %v", d.Bytes(), err)
	}
	if len(s.saved) != 2 || s.saved[0] == s.saved[1] {
		t.Errorf("saved were %q", s.saved)
	}
}
