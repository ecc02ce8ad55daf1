package awslogin_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/escapement-go/escapement/providers/awslogin"
)

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
