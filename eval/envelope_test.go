package eval

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Written by another implementation of the format.
var knownEnvelopes = []struct{ body, text string }{
	{"", "ZXNjeAAAAAEQbF1s"},
	{"x", "ZXNjeAAAAAF4yMhXrQ=="},
}

func TestEnvelopeKnownAnswers(t *testing.T) {
	for _, known := range knownEnvelopes {
		if got := encodeEnvelope([]byte(known.body)); got != known.text {
			t.Errorf("encodeEnvelope(%q) = %q, want %q", known.body, got, known.text)
		}
		got, err := decodeEnvelope(known.text)
		if err != nil || string(got) != known.body {
			t.Errorf("decodeEnvelope(%q) = %q, %v, want %q", known.text, got, err, known.body)
		}
	}
}

func TestDecodeEnvelopeReasons(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "it holds 0 bytes where at least 12 are needed"},
		{"not base64", "ZXNjeAAAAAE!", "it is not padded standard base64 at byte 11 of 12"},
		{"not base64, long ago", "!" + strings.Repeat("A", 100), "it is not padded standard base64 at byte 0 of 101"},
		{"space", "ZXNjeAAAAAEQ bF1s", "it is not padded standard base64 at byte 12 of 17"},
		{"no padding", "ZXNjeAAAAAF4yMhXrQ", "it is not padded standard base64 at byte 16 of 18"},
		{"too much padding", "ZXNjeAAAAAEQbF1s=", "it is not padded standard base64 at byte 16 of 17"},
		{"text behind", "ZXNjeAAAAAF4yMhXrQ==ZXNj", "it is not padded standard base64 at byte 20 of 24"},
		{"URL alphabet", "ZXNjeAAAAAF4yM-_rQ==", "it is not padded standard base64 at byte 14 of 20"},
		{"bits in the padding", "ZXNjeAAAAAF4yMhXrR==", "it is not padded standard base64 at byte 18 of 20"},
		{"11 bytes", "ZXNjeAAAAAEQbF0=", "it holds 11 bytes where at least 12 are needed"},
		{"other magic", "ZXNjeQAAAAFib2R5DbjeZg==", `it does not begin with "escx"`},
		{"other magic, before the rest", "ZXNjeQAAAAlib2R5AAAAAA==", `it does not begin with "escx"`},
		{"other checksum, before the version", "ZXNjeAAAAAlib2R5AAAAAA==", "its checksum does not match, so a part was changed or lost"},
		{"other version", "ZXNjeAAAAAlib2R5KrOB5A==", "its version is 9 where 1 is needed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			body, err := decodeEnvelope(test.text)
			if err == nil {
				t.Fatalf("decodeEnvelope = %q, want error %q", body, test.want)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("reason (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeEnvelopeIgnoresLineBreaks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		var text strings.Builder
		for _, c := range encodeEnvelope(body) {
			text.WriteString(rapid.SampledFrom([]string{"", "", "\n", "\r\n", "\n\n"}).Draw(t, "break"))
			text.WriteRune(c)
		}
		got, err := decodeEnvelope(text.String() + "\n")
		if err != nil || !bytes.Equal(got, body) {
			t.Fatalf("decodeEnvelope(%q) = %x, %v, want %x", text.String(), got, err, body)
		}
	})
}

func TestDecodeEnvelopeRefusesAnyChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(encodeEnvelope(rapid.SliceOf(rapid.Byte()).Draw(t, "body")))
		at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		old := text[at]
		text[at] = rapid.Byte().Filter(func(b byte) bool { return b != old }).Draw(t, "byte")
		if body, err := decodeEnvelope(string(text)); err == nil {
			t.Fatalf("decodeEnvelope(%q) = %x, want an error", text, body)
		}
	})
}

func FuzzEnvelope(f *testing.F) {
	for _, known := range knownEnvelopes {
		f.Add(known.text)
	}
	f.Add("")
	f.Add("ZXNjeAAAAAlib2R5KrOB5A==")
	f.Add("ZXNjeAAA\r\nAAF4yMhXrQ==\n")
	f.Add(base64.StdEncoding.EncodeToString(make([]byte, 12)))
	f.Fuzz(func(t *testing.T, text string) {
		body, err := decodeEnvelope(text)
		if err != nil {
			if strings.Contains(err.Error(), ";") || strings.Contains(err.Error(), "\n") {
				t.Errorf("reason %q is not one phrase", err)
			}
		} else if got := encodeEnvelope(body); got != strings.NewReplacer("\r", "", "\n", "").Replace(text) {
			t.Errorf("decoded %q, but the body %x is encoded as %q", text, body, got)
		}
		// Any text is a body, too.
		got, err := decodeEnvelope(encodeEnvelope([]byte(text)))
		if err != nil || string(got) != text {
			t.Errorf("body %q comes back as %q, %v", text, got, err)
		}
	})
}

// Conformance case 157: what stands in a document, made by the crypter of the library.
func TestEnvelopeOfKeyRing(t *testing.T) {
	key, err := NewKey("k1")
	if err != nil {
		t.Fatal(err)
	}
	ring := KeyRing{key}
	body, err := ring.Encrypt(t.Context(), "e", []byte("s"))
	if err != nil {
		t.Fatal(err)
	}
	text := encodeEnvelope(body)
	if !strings.HasPrefix(text, "ZXNjeAAAAAE") {
		t.Errorf("envelope %q does not begin with ZXNjeAAAAAE", text)
	}
	opened, err := decodeEnvelope(text)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(opened, []byte("\x02k1")) {
		t.Errorf("body %q does not begin with the key id", opened)
	}
	plaintext, err := ring.Decrypt(t.Context(), "e", opened)
	if err != nil || string(plaintext) != "s" {
		t.Errorf("decrypted %q, %v", plaintext, err)
	}
}
