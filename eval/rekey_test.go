package eval_test

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
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
