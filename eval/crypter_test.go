package eval_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var _ eval.Crypter = eval.KeyRing(nil)

func mustKey(t testing.TB, id string) eval.Key {
	t.Helper()
	key, err := eval.NewKey(id)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func mustEncrypt(t testing.TB, ring eval.KeyRing, plaintext string) []byte {
	t.Helper()
	ciphertext, err := ring.Encrypt(t.Context(), "e", []byte(plaintext))
	if err != nil {
		t.Fatal(err)
	}
	return ciphertext
}

// The ciphertext was made by another implementation, from the description of the format alone.
func TestKeyRingKnownAnswer(t *testing.T) {
	ring, err := eval.ParseKeys([]byte("escapement-key-1 k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"))
	if err != nil {
		t.Fatal(err)
	}
	ciphertext, err := base64.StdEncoding.DecodeString("AmsxAWRlZmdoaWprbG1ub3BxcnPIycrLzM3Oz9DR0tPAEF1yur2SVDCs1Lbgyw+bMQ==")
	if err != nil {
		t.Fatal(err)
	}
	plaintext, err := ring.Decrypt(t.Context(), "e", ciphertext)
	if err != nil || string(plaintext) != "s" {
		t.Errorf("Decrypt = %q, %v, want %q", plaintext, err, "s")
	}
}

func TestKeyRingRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Za-z0-9._-]{1,64}`), 1, 4, rapid.ID).Draw(t, "ids")
		var ring eval.KeyRing
		for _, id := range ids {
			key, err := eval.NewKey(id)
			if err != nil {
				t.Fatal(err)
			}
			ring = append(ring, key)
		}
		env := rapid.String().Draw(t, "env")
		plaintext := rapid.SliceOf(rapid.Byte()).Draw(t, "plaintext")
		before := slices.Clone(plaintext)

		one, err := ring.Encrypt(t.Context(), env, plaintext)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(one, append([]byte{byte(len(ids[0]))}, ids[0]...)) {
			t.Fatalf("ciphertext %x does not begin with the id of the first key", one)
		}
		// Any ring that has the key decrypts, wherever it stands, under any name, and leaves its input alone.
		sealed := slices.Clone(one)
		got, err := append(ring[1:len(ring):len(ring)], ring[0]).Decrypt(t.Context(), env+"x", one)
		if err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("decrypted %x, %v, want %x", got, err, plaintext)
		}
		if !bytes.Equal(plaintext, before) || !bytes.Equal(one, sealed) {
			t.Fatal("the input was changed")
		}
		if _, err := ring[1:].Decrypt(t.Context(), env, one); err == nil {
			t.Fatal("decrypted without the key")
		}
	})
}

func TestKeyRingRefusesAnyChange(t *testing.T) {
	ring := eval.KeyRing{mustKey(t, "k1"), mustKey(t, "k2"), mustKey(t, "k")}
	rapid.Check(t, func(t *rapid.T) {
		ciphertext, err := ring.Encrypt(t.Context(), "e", rapid.SliceOf(rapid.Byte()).Draw(t, "plaintext"))
		if err != nil {
			t.Fatal(err)
		}
		at := rapid.IntRange(0, len(ciphertext)-1).Draw(t, "at")
		if rapid.Bool().Draw(t, "cut") {
			ciphertext = ciphertext[:at]
		} else {
			ciphertext[at] ^= rapid.ByteRange(1, 255).Draw(t, "flip")
		}
		if plaintext, err := ring.Decrypt(t.Context(), "e", ciphertext); err == nil {
			t.Fatalf("Decrypt = %x, want an error", plaintext)
		}
	})
}

func TestKeyRingTakesAnyText(t *testing.T) {
	ring := eval.KeyRing{mustKey(t, "a")}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOf(rapid.Byte()).Draw(t, "text")
		if rapid.Bool().Draw(t, "head") {
			text = append([]byte("\x01a\x01"), text...)
		}
		if plaintext, err := ring.Decrypt(t.Context(), "e", text); err == nil {
			t.Fatalf("Decrypt = %x, want an error", plaintext)
		}
	})
}

// Two ciphertexts of one text share their length and the head that names the key, and nothing else.
func TestKeyRingCiphertextsAreUnlinkable(t *testing.T) {
	const head = "\x02k1\x01"
	ring := eval.KeyRing{mustKey(t, "k1")}
	plaintext := strings.Repeat("the same text ", 20)
	seen := map[string]bool{}
	for range 50 {
		ciphertext := string(mustEncrypt(t, ring, plaintext))
		if want := len(head) + 16 + 12 + len(plaintext) + 16; len(ciphertext) != want {
			t.Fatalf("ciphertext has %d bytes, want %d", len(ciphertext), want)
		}
		rest, ok := strings.CutPrefix(ciphertext, head)
		if !ok {
			t.Fatalf("ciphertext begins with %q", ciphertext[:4])
		}
		for i := range len(rest) - 7 {
			if part := rest[i : i+8]; seen[part] {
				t.Fatalf("the 8 bytes at %d occur twice", i)
			} else {
				seen[part] = true
			}
		}
	}
}

func TestKeyRingSameID(t *testing.T) {
	one, two := mustKey(t, "k"), mustKey(t, "k")
	if _, err := (eval.KeyRing{two}).Decrypt(t.Context(), "e", mustEncrypt(t, eval.KeyRing{one}, "s")); err == nil {
		t.Error("another key of the same id decrypts")
	}
	both := eval.KeyRing{one, two}
	for _, ring := range []eval.KeyRing{{one}, {two}} {
		if got, err := both.Decrypt(t.Context(), "e", mustEncrypt(t, ring, "s")); err != nil || string(got) != "s" {
			t.Errorf("Decrypt = %q, %v", got, err)
		}
	}
}

func TestKeyRingErrors(t *testing.T) {
	ring := eval.KeyRing{mustKey(t, "k1")}
	good := mustEncrypt(t, ring, "canary-plaintext")
	newer := slices.Clone(good)
	newer[3] = 2
	damaged := slices.Clone(good)
	damaged[len(damaged)-1]++

	const (
		foreign = "the text was not encrypted with a key ring; encrypt the secret again here"
		cut     = "the text is cut short; restore it, or encrypt the secret again here"
	)
	for _, test := range []struct {
		name string
		text []byte
		want string
	}{
		{"nothing", nil, foreign},
		{"no id", []byte("\x00"), foreign},
		{"id of no characters", append([]byte{0}, good[1:]...), foreign},
		{"id is cut", []byte("\x05k1"), foreign},
		{"id is cut by one", slices.Clip([]byte("\x03k1")), foreign},
		{"id too long", append([]byte{65}, bytes.Repeat([]byte("a"), 200)...), foreign},
		{"id of other characters", append([]byte("\x02k!"), good[3:]...), foreign},
		{"id of other bytes", append([]byte("\x02\xc3\xa9"), good[3:]...), foreign},
		{"Pulumi ESC", bytes.Repeat([]byte{0xd7}, 64), foreign},
		{"id alone", []byte("\x02k1"), cut},
		{"no tag", good[:4+16+12+15], cut},
		{"newer", newer, "the text has format 2 where 1 is needed; use a release that knows it, or encrypt the secret again here"},
		{"damaged", damaged, "the text was changed, or encrypted with another key of the same id; restore it, or encrypt the secret again here"},
		{"one byte less", good[:len(good)-1], "the text was changed, or encrypted with another key of the same id; restore it, or encrypt the secret again here"},
		{"unknown key", append([]byte("\x02k9"), good[3:]...), `no key "k9"; add that key to the key file, or encrypt the secret again here`},
	} {
		t.Run(test.name, func(t *testing.T) {
			plaintext, err := ring.Decrypt(t.Context(), "e", test.text)
			if err == nil {
				t.Fatalf("Decrypt = %q, want error %q", plaintext, test.want)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			unknown, ok := errors.AsType[*eval.UnknownKeyError](err)
			if ok != (test.name == "unknown key") || ok && unknown.ID != "k9" {
				t.Errorf("error %#v: UnknownKeyError %v, %v", err, unknown, ok)
			}
		})
	}
}

func TestKeyRingWithoutKeys(t *testing.T) {
	ciphertext := mustEncrypt(t, eval.KeyRing{mustKey(t, "k1")}, "s")
	for _, ring := range []eval.KeyRing{nil, {}, {eval.Key{}}} {
		if _, err := ring.Encrypt(t.Context(), "e", []byte("s")); err == nil {
			t.Errorf("%v encrypts", ring)
		}
		_, err := ring.Decrypt(t.Context(), "e", ciphertext)
		if unknown, ok := errors.AsType[*eval.UnknownKeyError](err); !ok || unknown.ID != "k1" {
			t.Errorf("%v: error %v, want an UnknownKeyError", ring, err)
		}
	}
}

func TestKeyRingConcurrently(t *testing.T) {
	ring := eval.KeyRing{mustKey(t, "k1"), mustKey(t, "k2")}
	shared := mustEncrypt(t, ring[1:], "shared")
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 50 {
				want := fmt.Sprint(i, j)
				own, err := ring.Encrypt(t.Context(), "e", []byte(want))
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := ring.Decrypt(t.Context(), "e", own); err != nil || string(got) != want {
					t.Errorf("Decrypt = %q, %v, want %q", got, err, want)
				}
				if got, err := ring.Decrypt(t.Context(), "e", shared); err != nil || string(got) != "shared" {
					t.Errorf("Decrypt = %q, %v", got, err)
				}
			}
		})
	}
	group.Wait()
}
