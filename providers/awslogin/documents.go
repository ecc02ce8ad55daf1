package awslogin

import (
	"bytes"
	"crypto"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// Paths of the documents of an issuer, below its URL.
const (
	configurationPath = ".well-known/openid-configuration"
	keysPath          = ".well-known/jwks.json"
)

// Documents returns the two files to serve below the issuer's URL, by path: .well-known/openid-configuration and
// .well-known/jwks.json. Any web server with a public certificate will do. Equal issuers have equal documents, byte for
// byte.
//
// The keys are the issuer's own and the previous ones, in this order. To change the key, publish both the old and the
// new one, wait for a day, since AWS remembers keys, sign with the new one, and publish without the old one a day after
// that.
func (i Issuer) Documents(previous ...crypto.PublicKey) (map[string][]byte, error) {
	own, err := i.check()
	if err != nil {
		return nil, err
	}
	keys := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{*own}}
	for _, p := range previous {
		key, err := publicKey(p)
		if err != nil {
			return nil, err
		}
		if len(keys.Key(key.KeyID)) == 0 {
			keys.Keys = append(keys.Keys, *key)
		}
	}
	var algorithms []string
	for _, key := range keys.Keys {
		algorithms = append(algorithms, key.Algorithm)
	}
	slices.Sort(algorithms)
	configuration, err := indented(struct {
		Issuer     string   `json:"issuer"`
		Keys       string   `json:"jwks_uri"`
		Responses  []string `json:"response_types_supported"`
		Subjects   []string `json:"subject_types_supported"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
		Claims     []string `json:"claims_supported"`
	}{
		i.URL, i.URL + "/" + keysPath, []string{"id_token"}, []string{"public"}, slices.Compact(algorithms),
		[]string{"aud", "exp", "iat", "iss", "jti", "nbf", "sub"},
	})
	if err != nil {
		return nil, err
	}
	published, err := indented(keys)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{configurationPath: configuration, keysPath: published}, nil
}

// Publish writes the documents into a directory, which it makes if there is none, for a web server to serve at the
// issuer's URL. Each file is replaced as a whole.
func (i Issuer) Publish(dir string, previous ...crypto.PublicKey) error {
	documents, err := i.Documents(previous...)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(keysPath)), 0o755); err != nil {
		return fmt.Errorf("cannot publish: %w; name a directory that can be written", err)
	}
	for _, path := range []string{keysPath, configurationPath} {
		if err := replaceFile(filepath.Join(dir, path), documents[path]); err != nil {
			return fmt.Errorf("cannot publish: %w; name a directory that can be written", err)
		}
	}
	return nil
}

// replaceFile lets a reader see either the old content or the new.
func replaceFile(path string, content []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) // fails once it is renamed
	_, err = temporary.Write(content)
	if err == nil {
		err = temporary.Chmod(0o644)
	}
	if closing := temporary.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// indented writes JSON for people, without escaping what only HTML needs escaped.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, issuerError("cannot write a document: %v", err)
	}
	return b.Bytes(), nil
}
