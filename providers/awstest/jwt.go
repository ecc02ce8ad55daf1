package awstest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
)

// A token is a JSON Web Token in its parts.
type token struct {
	header struct {
		Algorithm string `json:"alg"`
		KeyID     string `json:"kid"`
	}
	claims    *claims
	signed    string // what the signature is of
	signature []byte
}

// claims are those that AWS looks at.
type claims struct {
	Issuer   string          `json:"iss"`
	Subject  string          `json:"sub"`
	Audience json.RawMessage `json:"aud"`
	Party    string          `json:"azp"`
	Expires  *float64        `json:"exp"`
	IssuedAt *float64        `json:"iat"`
	Before   *float64        `json:"nbf"`

	audience string // the one that counts
}

var errNotToken = errors.New("the token is not three base64url parts of JSON, JSON and a signature")

func readToken(text string) (*token, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil, errNotToken
	}
	t := &token{claims: &claims{}, signed: parts[0] + "." + parts[1]}
	for i, into := range []any{&t.header, t.claims} {
		data, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(data, into) != nil {
			return nil, errNotToken
		}
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, errNotToken
	}
	t.signature = signature
	return t, nil
}

// pickAudience chooses the audience: aud, or azp if aud is a list. A list of one stands for its member.
func (c *claims) pickAudience() bool {
	var one string
	if json.Unmarshal(c.Audience, &one) == nil {
		c.audience = one
		return one != ""
	}
	var many []string
	if json.Unmarshal(c.Audience, &many) != nil {
		return false
	}
	switch {
	case c.Party != "":
		c.audience = c.Party
	case len(many) == 1:
		c.audience = many[0]
	}
	return c.audience != ""
}

// A jwk is a public key as issuers publish it.
type jwk struct {
	Type      string `json:"kty"`
	Use       string `json:"use,omitempty"`
	Algorithm string `json:"alg,omitempty"`
	KeyID     string `json:"kid,omitempty"`
	Modulus   string `json:"n,omitempty"`
	Exponent  string `json:"e,omitempty"`
	Curve     string `json:"crv,omitempty"`
	X         string `json:"x,omitempty"`
	Y         string `json:"y,omitempty"`
}

func number(text string) *big.Int {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return new(big.Int)
	}
	return new(big.Int).SetBytes(data)
}

// verifies tells whether the token was signed with the key.
func (k jwk) verifies(t *token) bool {
	if k.Use != "" && k.Use != "sig" || k.Algorithm != "" && k.Algorithm != t.header.Algorithm {
		return false
	}
	sum := sha256.Sum256([]byte(t.signed))
	switch t.header.Algorithm {
	case "RS256":
		e := number(k.Exponent)
		if k.Type != "RSA" || !e.IsInt64() || e.Int64() < 3 || e.Int64() > 1<<31-1 {
			return false
		}
		public := &rsa.PublicKey{N: number(k.Modulus), E: int(e.Int64())}
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], t.signature) == nil
	case "ES256":
		if k.Type != "EC" || k.Curve != "P-256" || len(t.signature) != 64 {
			return false
		}
		x, y := make([]byte, 32), make([]byte, 32)
		if number(k.X).BitLen() > 256 || number(k.Y).BitLen() > 256 {
			return false
		}
		number(k.X).FillBytes(x)
		number(k.Y).FillBytes(y)
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
		if err != nil {
			return false
		}
		r, s := new(big.Int).SetBytes(t.signature[:32]), new(big.Int).SetBytes(t.signature[32:])
		return ecdsa.Verify(public, sum[:], r, s)
	}
	return false
}
