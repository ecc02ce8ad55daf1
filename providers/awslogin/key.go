package awslogin

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

const (
	minRSA = 2048 // bits of keys that are accepted
	newRSA = 3072 // bits of keys that are made
)

// NewKey makes a key for an issuer: an RSA key of 3072 bits.
func NewKey() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, newRSA) }

// ParseKey reads a private key for an issuer in PEM, in any of PKCS #8, PKCS #1 and SEC 1. Its errors hold nothing of
// the text.
func ParseKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, issuerError("has a key that is not in PEM; use a file with a private key")
	}
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		return nil, issuerError("has a key in PEM that is no private key; use one in PKCS #8, PKCS #1 or SEC 1, not encrypted")
	}
	signer, ok := key.(crypto.Signer)
	if err != nil || !ok {
		return nil, issuerError("has a private key that cannot be read; make a new one")
	}
	if _, err := publicKey(signer.Public()); err != nil {
		return nil, err
	}
	return signer, nil
}

// formatKey writes a private key in PEM, as PKCS #8.
func formatKey(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, issuerError("has a key that cannot be written (%T); use an RSA key or one on P-256", key)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// publicKey returns the public key as it is published, or an error if it is none that an issuer may have. Its id is
// its thumbprint.
func publicKey(key crypto.PublicKey) (*jose.JSONWebKey, error) {
	published := &jose.JSONWebKey{Key: key, Use: "sig"}
	switch key := key.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < minRSA {
			return nil, issuerError("has an RSA key of %d bits; use one of at least %d", bits, minRSA)
		}
		published.Algorithm = string(jose.RS256)
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() {
			return nil, issuerError("has a key on the curve %s; use one on P-256", key.Curve.Params().Name)
		}
		published.Algorithm = string(jose.ES256)
	default:
		return nil, issuerError("has a key of another kind (%s); use an RSA key or one on P-256", fmt.Sprintf("%T", key))
	}
	thumbprint, err := published.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, issuerError("has a key that cannot be published; make a new one")
	}
	published.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)
	return published, nil
}
