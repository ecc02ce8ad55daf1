package awslogin_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
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

func TestTrustPolicy(t *testing.T) {
	const exact, pattern = "pulumi:environments:org:acme:env:aws/login", "pulumi:environments:org:acme:env:app/*"
	head := func(partition string) string {
		return `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {
        "Federated": "arn:` + partition + `:iam::123456789012:oidc-provider/oidc.example.com/acme"
      },
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringEquals": {
          "oidc.example.com/acme:aud": "aws:acme"`
	}
	const tail = "\n        }\n      }\n    }\n  ]\n}\n"
	tests := []struct {
		partition string
		subjects  []string
		want      string
	}{
		{"aws", []string{exact}, `,
          "oidc.example.com/acme:sub": "` + exact + `"` + tail},
		{"aws-cn", []string{exact, "pulumi:environments:org:acme:env:<yaml>"}, `,
          "oidc.example.com/acme:sub": [
            "` + exact + `",
            "pulumi:environments:org:acme:env:<yaml>"
          ]` + tail},
		{"aws-us-gov", []string{pattern}, `
        },
        "StringLike": {
          "oidc.example.com/acme:sub": "` + pattern + `"` + tail},
	}
	for _, test := range tests {
		got, err := issuer(ecKey()).TrustPolicy(test.partition, "123456789012", test.subjects...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(head(test.partition)+test.want, string(got)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	refused := []struct {
		partition, account string
		subjects           []string
		want               string
	}{
		{"mars", "123456789012", []string{exact}, `there is no partition "mars"`},
		{"aws", "1234", []string{exact}, "is no account"},
		{"aws", "123456789012", nil, "name at least one subject"},
		{"aws", "123456789012", []string{""}, "cannot be a subject"},
		{"aws", "123456789012", []string{exact, "${aws:username}"}, "cannot be a subject"},
		{"aws", "123456789012", []string{"a b"}, "cannot be a subject"},
		{"aws", "123456789012", []string{"ü"}, "cannot be a subject"},
		{"aws", "123456789012", []string{strings.Repeat("s", 256)}, "cannot be a subject"},
	}
	for _, test := range refused {
		_, err := issuer(ecKey()).TrustPolicy(test.partition, test.account, test.subjects...)
		checkError(t, err, "bad-input", test.want)
	}
	broken := issuer(nil)
	broken.URL = "http://example.com"
	_, err := broken.TrustPolicy("aws", "123456789012", exact)
	checkError(t, err, "bad-issuer", "has the URL")
	t.Logf("trust policies: %d cells", len(tests)+len(refused)+1)
}

func TestParseKey(t *testing.T) {
	encode := func(kind string, der []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	}
	pkcs8 := func(key any) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		return encode("PRIVATE KEY", der, err)
	}
	sec1, err := x509.MarshalECPrivateKey(ecKey())
	good := map[string]struct {
		text []byte
		key  crypto.Signer
	}{
		"PKCS #8, RSA": {pkcs8(rsaKey()), rsaKey()},
		"PKCS #8, EC":  {pkcs8(ecKey()), ecKey()},
		"PKCS #1":      {encode("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey()), nil), rsaKey()},
		"SEC 1":        {encode("EC PRIVATE KEY", sec1, err), ecKey()},
	}
	for name, test := range good {
		key, err := awslogin.ParseKey(test.text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !key.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(test.key.Public()) {
			t.Errorf("%s: another key", name)
		}
	}
	curve, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	const canary = "canary"
	bad := map[string]struct {
		text []byte
		want string
	}{
		"nothing":        {nil, "is not in PEM"},
		"text":           {[]byte(canary), "is not in PEM"},
		"certificate":    {encode("CERTIFICATE", []byte(canary), nil), "is no private key"},
		"public key":     {encode("PUBLIC KEY", []byte(canary), nil), "is no private key"},
		"garbage":        {encode("PRIVATE KEY", []byte(canary), nil), "cannot be read"},
		"garbage, RSA":   {encode("RSA PRIVATE KEY", []byte(canary), nil), "cannot be read"},
		"garbage, EC":    {encode("EC PRIVATE KEY", []byte(canary), nil), "cannot be read"},
		"another curve":  {pkcs8(curve), "on the curve P-384"},
		"encrypted":      {encode("ENCRYPTED PRIVATE KEY", []byte(canary), nil), "not encrypted"},
		"PKCS #8 as RSA": {encode("RSA PRIVATE KEY", sec1, nil), "cannot be read"},
	}
	for name, test := range bad {
		key, err := awslogin.ParseKey(test.text)
		if key != nil {
			t.Errorf("%s: got a key", name)
		}
		checkError(t, err, "bad-issuer", test.want)
		silent(t, printed(err), canary)
	}
	t.Logf("keys: %d cells", len(good)+len(bad))
}

func TestNewKey(t *testing.T) {
	key, err := awslogin.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	if bits := key.Public().(*rsa.PublicKey).N.BitLen(); bits != 3072 {
		t.Errorf("%d bits", bits)
	}
}
