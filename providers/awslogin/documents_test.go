package awslogin_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awslogin"
)

const wantConfiguration = `{
  "issuer": "https://oidc.example.com/acme",
  "jwks_uri": "https://oidc.example.com/acme/.well-known/jwks.json",
  "response_types_supported": [
    "id_token"
  ],
  "subject_types_supported": [
    "public"
  ],
  "id_token_signing_alg_values_supported": [
    "ES256",
    "RS256"
  ],
  "claims_supported": [
    "aud",
    "exp",
    "iat",
    "iss",
    "jti",
    "nbf",
    "sub"
  ]
}
`

func TestDocuments(t *testing.T) {
	first, err := issuer(rsaKey()).Documents(ecKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	paths := slices.Sorted(maps.Keys(first))
	if diff := cmp.Diff([]string{".well-known/jwks.json", ".well-known/openid-configuration"}, paths); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(wantConfiguration, string(first[".well-known/openid-configuration"])); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for range 10 {
		again, err := issuer(rsaKey()).Documents(ecKey().Public(), rsaKey().Public(), ecKey().Public())
		if err != nil || !maps.EqualFunc(first, again, bytes.Equal) {
			t.Fatalf("equal issuers have other documents; %v", err)
		}
	}
	keys := keysOf(t, issuer(rsaKey()), ecKey().Public())
	if len(keys) != 2 {
		t.Errorf("%d keys", len(keys))
	}
	if text := string(first[".well-known/jwks.json"]); strings.Contains(text, `"d"`) || strings.Contains(text, `"p"`) {
		t.Errorf("private parts in %s", text)
	}
	if _, err := issuer(rsaKey()).Documents("key"); err == nil {
		t.Error("a string was published")
	}
}

// Keys whose coordinates begin with a zero are written in full, which keysOf checks.
func TestDocumentsPadCoordinates(t *testing.T) {
	var found *ecdsa.PrivateKey
	for range 5000 {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		point, err := key.PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if point[1] == 0 || point[33] == 0 {
			found = key
			break
		}
	}
	if found == nil {
		t.Fatal("no such key among 5000")
	}
	i := issuer(found)
	token, err := i.Token(t.Context(), awslogin.TokenRequest{Environment: "e"})
	if err != nil {
		t.Fatal(err)
	}
	verify(t, token.Text.Reveal(), keysOf(t, i))
}

func TestPublish(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	i := issuer(ecKey())
	want, err := i.Documents()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := i.Publish(dir); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(filepath.Join(dir, ".well-known"))
		if err != nil || len(entries) != 2 {
			t.Errorf("%v, %v", entries, err)
		}
		for path, content := range want {
			got, err := os.ReadFile(filepath.Join(dir, path))
			if err != nil || !bytes.Equal(got, content) {
				t.Errorf("%s: %v\n%s", path, err, got)
			}
		}
	}
	if err := i.Publish(filepath.Join(dir, ".well-known/jwks.json")); err == nil || !strings.HasPrefix(err.Error(), "cannot publish: ") {
		t.Errorf("got %v", err)
	}
}
