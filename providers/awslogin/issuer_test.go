package awslogin_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	gojwt "github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awslogin"
)

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

var ecKey = sync.OnceValue(func() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
})

// issuer returns one that goes by the virtual clock.
func issuer(key crypto.Signer) awslogin.Issuer {
	return awslogin.Issuer{URL: "https://oidc.example.com/acme", Organization: "acme", Key: key, Clock: newClock()}
}

// keysOf reads the published keys with nothing but the standard library.
func keysOf(t *testing.T, i awslogin.Issuer, previous ...crypto.PublicKey) map[string]crypto.PublicKey {
	t.Helper()
	documents, err := i.Documents(previous...)
	if err != nil {
		t.Fatal(err)
	}
	var set struct {
		Keys []map[string]string `json:"keys"`
	}
	if err := json.Unmarshal(documents[".well-known/jwks.json"], &set); err != nil {
		t.Fatal(err)
	}
	bytesOf := func(text string, size int) []byte {
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil || size > 0 && len(raw) != size {
			t.Fatalf("%q has %d bytes, %v", text, len(raw), err)
		}
		return raw
	}
	keys := map[string]crypto.PublicKey{}
	for _, k := range set.Keys {
		if k["use"] != "sig" || k["kid"] == "" {
			t.Errorf("key %v", k)
		}
		switch k["kty"] + k["alg"] {
		case "RSARS256":
			keys[k["kid"]] = &rsa.PublicKey{
				N: new(big.Int).SetBytes(bytesOf(k["n"], 0)), E: int(new(big.Int).SetBytes(bytesOf(k["e"], 0)).Int64()),
			}
		case "ECES256":
			point := append([]byte{4}, append(bytesOf(k["x"], 32), bytesOf(k["y"], 32)...)...)
			key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
			if err != nil {
				t.Fatal(err)
			}
			keys[k["kid"]] = key
		default:
			t.Errorf("key %v", k)
		}
		if len(k) != map[string]int{"RSA": 6, "EC": 7}[k["kty"]] {
			t.Errorf("key %v has other members", k)
		}
	}
	return keys
}

// verify checks a token with the standard library and returns its header and claims.
func verify(t *testing.T, text string, keys map[string]crypto.PublicKey) (header, claims map[string]any) {
	t.Helper()
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	for i, into := range []*map[string]any{&header, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err == nil {
			err = json.Unmarshal(raw, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	switch key := keys[header["kid"].(string)].(type) {
	case *rsa.PublicKey:
		if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature); err != nil || header["alg"] != "RS256" {
			t.Errorf("%v with %v", err, header)
		}
	case *ecdsa.PublicKey:
		if len(signature) != 64 || header["alg"] != "ES256" ||
			!ecdsa.Verify(key, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
			t.Errorf("%d bytes with %v do not verify", len(signature), header)
		}
	default:
		t.Errorf("no key for %v", header)
	}
	return header, claims
}

// What the issuer signs is verified by the standard library and by another library, with the published keys.
func TestIssuerTokens(t *testing.T) {
	for _, key := range []crypto.Signer{rsaKey(), ecKey()} {
		i := issuer(key)
		keys := keysOf(t, i)
		for range 20 { // coordinates and signatures of ES256 begin with zeros now and then
			token, err := i.Token(t.Context(), awslogin.TokenRequest{Environment: "aws/login", Root: "myapp/dev"})
			if err != nil {
				t.Fatal(err)
			}
			text := token.Text.Reveal()
			header, claims := verify(t, text, keys)
			if len(header) != 3 || header["typ"] != "JWT" {
				t.Errorf("header %v", header)
			}
			id, err := base64.RawURLEncoding.DecodeString(claims["jti"].(string))
			if err != nil || len(id) != 16 {
				t.Errorf("jti %v", claims["jti"])
			}
			delete(claims, "jti")
			want := map[string]any{
				"iss": "https://oidc.example.com/acme", "aud": "aws:acme", "sub": "pulumi:environments:org:acme:env:aws/login",
				"iat": float64(start.Unix() - 30), "nbf": float64(start.Unix() - 30), "exp": float64(start.Unix() + 600),
			}
			if diff := cmp.Diff(want, claims); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if !token.Expires.Equal(start.Add(10 * time.Minute)) {
				t.Errorf("expires %v", token.Expires)
			}
			_, err = gojwt.Parse(text, func(parsed *gojwt.Token) (any, error) { return keys[parsed.Header["kid"].(string)], nil },
				gojwt.WithValidMethods([]string{"RS256", "ES256"}), gojwt.WithIssuer(i.URL), gojwt.WithAudience("aws:acme"),
				gojwt.WithExpirationRequired(), gojwt.WithIssuedAt(), gojwt.WithTimeFunc(func() time.Time { return start }))
			if err != nil {
				t.Error(err)
			}
		}
	}
}

func TestIssuerFields(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	url := func(text string) func(*awslogin.Issuer) { return func(i *awslogin.Issuer) { i.URL = text } }
	life := func(d time.Duration) func(*awslogin.Issuer) { return func(i *awslogin.Issuer) { i.Lifetime = d } }
	long := "https://oidc.example.com/" + strings.Repeat("p", 255-len("https://oidc.example.com/"))
	tests := []struct {
		name   string
		change func(*awslogin.Issuer)
		want   string // empty: it is right
	}{
		{"as it is", func(*awslogin.Issuer) {}, ""},
		{"host alone", url("https://example.com"), ""},
		{"longest URL", url(long), ""},
		{"longer URL", url(long + "p"), "has no URL of at most 255 bytes"},
		{"no URL", url(""), "has the URL"},
		{"http", url("http://example.com"), "has the URL"},
		{"port", url("https://example.com:8443"), "has the URL"},
		{"final slash", url("https://example.com/"), "has the URL"},
		{"final slash of a path", url("https://example.com/a/"), "has the URL"},
		{"empty segment", url("https://example.com/a//b"), "has the URL"},
		{"dots", url("https://example.com/../b"), "has the URL"},
		{"query", url("https://example.com/a?b"), "has the URL"},
		{"empty query", url("https://example.com/a?"), "has the URL"},
		{"fragment", url("https://example.com/a#b"), "has the URL"},
		{"user", url("https://u:p@example.com/a"), "has the URL"},
		{"upper case", url("https://Example.com"), "has the URL"},
		{"scheme in upper case", url("HTTPS://example.com"), "has the URL"},
		{"address", url("https://192.0.2.1/a"), "has the URL"},
		{"escapes", url("https://example.com/%61"), "has the URL"},
		{"space", url("https://example.com/a b"), "has the URL"},
		{"no host", url("https:///a"), "has the URL"},
		{"insecure", func(i *awslogin.Issuer) { i.URL, i.Insecure = "http://127.0.0.1:9410", true }, ""},
		{"insecure file", func(i *awslogin.Issuer) { i.URL, i.Insecure = "file://host/a", true }, "has the URL"},
		{"organization", func(i *awslogin.Issuer) { i.Organization = "A-z_0.9" }, ""},
		{"no organization", func(i *awslogin.Issuer) { i.Organization = "" }, "has the organization"},
		{"organization with a colon", func(i *awslogin.Issuer) { i.Organization = "a:b" }, "has the organization"},
		{"shortest life", life(time.Minute), ""},
		{"shorter life", life(time.Minute - 1), "makes tokens that last"},
		{"longest life", life(time.Hour), ""},
		{"longer life", life(time.Hour + 1), "makes tokens that last"},
		{"negative life", life(-time.Minute), "makes tokens that last"},
		{"no key", func(i *awslogin.Issuer) { i.Key = nil }, "has no key"},
		{"small RSA key", func(i *awslogin.Issuer) { i.Key = small }, "has an RSA key of 1024 bits; use one of at least 2048"},
		{"other curve", func(i *awslogin.Issuer) { i.Key = curve }, "has a key on the curve P-384; use one on P-256"},
		{"Ed25519", func(i *awslogin.Issuer) { i.Key = edwards }, "has a key of another kind"},
		{"attribute", func(i *awslogin.Issuer) { i.Attributes = map[string]string{"pulumi.user.login": "a"} }, ""},
		{"misspelt attribute", func(i *awslogin.Issuer) { i.Attributes = map[string]string{"pulumi.user": "a"} }, `has the attribute "pulumi.user"`},
		{"attribute of the request", func(i *awslogin.Issuer) { i.Attributes = map[string]string{"rootEnvironment.name": "a"} }, "which cannot be set"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := issuer(ecKey())
			test.change(&i)
			_, tokenErr := i.Token(t.Context(), awslogin.TokenRequest{Environment: "e"})
			_, documentsErr := i.Documents()
			for _, err := range []error{tokenErr, documentsErr} {
				var e *awslogin.Error
				switch {
				case test.want == "" && err != nil:
					t.Error(err)
				case test.want != "" && (!errors.As(err, &e) || e.Code != "bad-issuer" || !strings.Contains(e.Error(), test.want)):
					t.Errorf("got  %v\nwant %s", err, test.want)
				}
			}
		})
	}
	t.Logf("issuer: %d cells", len(tests))
}

func TestIssuerAudience(t *testing.T) {
	i := issuer(ecKey())
	i.Audience = "sts.amazonaws.com"
	token, err := i.Token(t.Context(), awslogin.TokenRequest{Environment: "e"})
	if err != nil {
		t.Fatal(err)
	}
	if _, claims := verify(t, token.Text.Reveal(), keysOf(t, i)); claims["aud"] != "sts.amazonaws.com" {
		t.Errorf("claims %v", claims)
	}
}

// A brokenSigner fails, as one in the network may.
type brokenSigner struct{ crypto.Signer }

func (brokenSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("out of order")
}

func TestIssuerCannotSign(t *testing.T) {
	_, err := issuer(brokenSigner{ecKey()}).Token(t.Context(), awslogin.TokenRequest{Environment: "e"})
	if err == nil || err.Error() != "the issuer cannot sign: out of order" {
		t.Errorf("got %v", err)
	}
}

func TestIssuerPrintsNoKey(t *testing.T) {
	i := issuer(rsaKey())
	text := printed(i, &i, &awslogin.Provider{Source: i})
	for _, number := range []string{rsaKey().D.String(), rsaKey().Primes[0].String(), rsaKey().D.Text(16)} {
		if strings.Contains(text, number) {
			t.Error("the key is printed")
		}
	}
}
