package awstest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// A TokenIssuer issues web identity tokens for tests of logins. Its key follows from its URL, so that its tokens are the
// same on every run; it protects nothing. It is safe for concurrent use.
type TokenIssuer struct {
	url, audience string
	key           *ecdsa.PrivateKey
}

// NewTokenIssuer returns an issuer with the URL, whose tokens are for the audience.
func NewTokenIssuer(url, audience string) *TokenIssuer {
	seed := sha256.Sum256([]byte("awstest " + url))
	for {
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:])
		if err == nil {
			return &TokenIssuer{url: url, audience: audience, key: key}
		}
		seed = sha256.Sum256(seed[:]) // zero, or above the order of the curve: next to never
	}
}

// Issuer returns what is to be registered with an account, with the documents that the issuer publishes.
func (i *TokenIssuer) Issuer() Issuer {
	point, _ := i.key.PublicKey.Bytes()
	keys := jwk{
		Type: "EC", Use: "sig", Algorithm: "ES256", KeyID: "awstest", Curve: "P-256",
		X: base64.RawURLEncoding.EncodeToString(point[1:33]), Y: base64.RawURLEncoding.EncodeToString(point[33:]),
	}
	base := strings.TrimSuffix(i.url, "/") + "/"
	config, _ := json.Marshal(map[string]string{"issuer": i.url, "jwks_uri": base + ".well-known/jwks.json"})
	set, _ := json.Marshal(map[string][]jwk{"keys": {keys}})
	return Issuer{URL: i.url, ClientIDs: []string{i.audience}, Documents: map[string][]byte{
		discovery: config, ".well-known/jwks.json": set,
	}}
}

// Token returns a token for the subject, issued now and good for ten minutes. More claims may be given; they replace
// those of the same name, and nil leaves one out.
func (i *TokenIssuer) Token(now time.Time, subject string, more map[string]any) (string, error) {
	claims := map[string]any{
		"iss": i.url, "aud": i.audience, "sub": subject, "iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(),
	}
	for name, value := range more {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("the claims are no JSON: %w", err)
	}
	const header = `{"alg":"ES256","kid":"awstest","typ":"JWT"}`
	signed := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(body)
	sum := sha256.Sum256([]byte(signed))
	der, err := i.key.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		return "", err
	}
	var point struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &point); err != nil {
		return "", err
	}
	signature := make([]byte, 64)
	point.R.FillBytes(signature[:32])
	point.S.FillBytes(signature[32:])
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}
