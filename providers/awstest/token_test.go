package awstest_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"sync"

	"github.com/escapement-go/escapement/providers/awstest"
)

const (
	issuerURL = "https://tokens.example.com/a"
	audience  = "aws:contoso"
	subject   = "pulumi:environments:org:contoso:env:myapp/dev"
)

var (
	rsaKey = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	ecKey  = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

func asJSON(v any) []byte { return must(json.Marshal(v)) }

// published are the documents of the issuer, with both keys.
func published() map[string][]byte {
	ec := must(ecKey().PublicKey.Bytes())
	return map[string][]byte{
		".well-known/openid-configuration": asJSON(map[string]any{"issuer": issuerURL, "jwks_uri": issuerURL + "/.well-known/jwks.json"}),
		".well-known/jwks.json": asJSON(map[string]any{"keys": []any{
			map[string]any{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "r", "n": b64(rsaKey().N.Bytes()), "e": "AQAB"},
			map[string]any{"kty": "EC", "use": "sig", "alg": "ES256", "kid": "e", "crv": "P-256", "x": b64(ec[1:33]), "y": b64(ec[33:])},
			map[string]any{"kty": "EC", "use": "enc", "alg": "ES256", "kid": "enc", "crv": "P-256", "x": b64(ec[1:33]), "y": b64(ec[33:])},
			map[string]any{"kty": "RSA", "kid": "empty", "n": "", "e": "AQAB"},
			map[string]any{"kty": "EC", "kid": "off", "crv": "P-256", "x": b64([]byte{1}), "y": b64([]byte{1})},
			map[string]any{"kty": "EC", "kid": "long", "crv": "P-256", "x": b64(make([]byte, 40)), "y": "AQAB"},
		}}),
	}
}

type claims map[string]any

// good are the claims of a token that is accepted; change is laid over them, and nil removes one.
func good(change claims) claims {
	now := awstest.Epoch.Unix()
	all := claims{"iss": issuerURL, "aud": audience, "sub": subject, "iat": now - 30, "nbf": now - 30, "exp": now + 600}
	for name, value := range change {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	return all
}

// mint signs claims by a header; alg decides how.
func mint(header, body claims) string {
	signed := b64(asJSON(header)) + "." + b64(asJSON(body))
	sum := sha256.Sum256([]byte(signed))
	var signature []byte
	switch header["alg"] {
	case "RS256":
		signature = must(rsa.SignPKCS1v15(nil, rsaKey(), crypto.SHA256, sum[:]))
	case "ES256":
		r, s, err := ecdsa.Sign(rand.Reader, ecKey(), sum[:])
		signature = must(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...), err)
	}
	return signed + "." + b64(signature)
}

var (
	byRSA = claims{"alg": "RS256", "kid": "r", "typ": "JWT"}
	byEC  = claims{"alg": "ES256", "kid": "e", "typ": "JWT"}
)

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
