package eval

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// A Crypter encrypts the secrets of documents. Its methods are called by several goroutines at once. [KeyRing] is the one
// that needs nothing but a key file; a key management service takes two methods.
//
// The environment is the canonical name, without version, of the one whose document holds the ciphertext. A Crypter may
// choose a key by it or bind the ciphertext to it; a document then cannot be renamed without being encrypted again.
//
// What Encrypt returns is kept in the document as it is, within a checksum, and given back to Decrypt. Errors must not
// quote the plaintext.
type Crypter interface {
	// Encrypt returns a ciphertext, of any length, from which Decrypt gets the plaintext back. It may answer differently
	// on every call.
	Encrypt(ctx context.Context, env string, plaintext []byte) ([]byte, error)

	// Decrypt returns the plaintext of what Encrypt returned, and an error for any other text.
	Decrypt(ctx context.Context, env string, ciphertext []byte) ([]byte, error)
}

// A KeyRing is a [Crypter] that needs no service: AES-256-GCM with keys from a file. The first key encrypts, all of them
// decrypt. To change keys put a new one in front, encrypt the documents again, and drop the old one when nothing names it.
// [NewKey] makes a key, [ReadKeyFile] reads a ring.
//
// Each value is encrypted with a key of its own, derived by HKDF-SHA-256 from the ring's key and a random salt, and with a
// random nonce: no practical number of values wears a key out, and equal values do not look alike. A changed ciphertext is refused. An
// old one put back is not, since only the history of the document can tell. The id of the key and the length of the
// plaintext can be seen.
//
// The ciphertext is not bound to the environment, so a file can be renamed, a document split, and a text without a name
// opened. Binding would cost that and protect little: whoever may write a document that a host opens can as well import
// any other that the loader finds, and under two directories the same name means different environments. What separates
// is the key: documents whose authors must not read one another's secrets need rings of their own, in a host each, or
// behind a Crypter that chooses the ring by env.
//
// The methods are safe for concurrent use as long as nobody changes the slice.
type KeyRing []Key

// An UnknownKeyError is returned by [KeyRing.Decrypt] for text that was encrypted with a key that is not in the ring.
type UnknownKeyError struct {
	ID string // the id of the key, 1 to 64 characters of "A-Z a-z 0-9 . _ -"
}

// Error names the key and says what to do.
func (e *UnknownKeyError) Error() string {
	return fmt.Sprintf("no key %q; add that key to the key file, or encrypt the secret again here", e.ID)
}

var (
	errForeignText = errors.New("the text was not encrypted with a key ring; encrypt the secret again here")
	errCutText     = errors.New("the text is cut short; restore it, or encrypt the secret again here")
	errDamagedText = errors.New("the text was changed, or encrypted with another key of the same id; restore it, or encrypt the secret again here")
)

// A ciphertext is
//
//	n, 1 byte | key id, n bytes | format, 1 byte | salt | nonce, encrypted text and tag as cipher.NewGCMWithRandomNonce has them
//
// where what precedes the salt is authenticated as additional data.
const (
	ringFormat   = 1
	ringSaltSize = 16
	ringOverhead = 12 + 16 // nonce and tag
	ringPurpose  = "escapement key ring 1"
)

// Encrypt encrypts plaintext, of any length and content, with the first key. It ignores the context and the environment.
func (r KeyRing) Encrypt(_ context.Context, _ string, plaintext []byte) ([]byte, error) {
	if len(r) == 0 || r[0].isZero() {
		return nil, errors.New("the key ring has no key to encrypt with")
	}
	salt := make([]byte, ringSaltSize)
	rand.Read(salt)
	aead, err := r[0].derive(salt)
	if err != nil {
		return nil, err
	}
	head := ringHead(r[0].id)
	body := append(append([]byte{}, head...), salt...)
	return aead.Seal(body, nil, plaintext, head), nil
}

// Decrypt returns the plaintext of what [KeyRing.Encrypt] returned, whatever the environment. The error is an
// [*UnknownKeyError] if the key is missing; others say whether the text is foreign, cut short or damaged. It ignores the
// context.
func (r KeyRing) Decrypt(_ context.Context, _ string, ciphertext []byte) ([]byte, error) {
	id, ok := ringKeyID(ciphertext)
	if !ok {
		return nil, errForeignText
	}
	keys := r.named(id)
	if len(keys) == 0 {
		return nil, &UnknownKeyError{ID: id}
	}
	head := ringHead(id)
	if len(ciphertext) < len(head)+ringSaltSize+ringOverhead {
		return nil, errCutText
	}
	if format := ciphertext[len(head)-1]; format != ringFormat {
		return nil, fmt.Errorf("the text has format %d where %d is needed; use a release that knows it, or encrypt the secret again here", format, ringFormat)
	}
	salt, sealed := ciphertext[len(head):len(head)+ringSaltSize], ciphertext[len(head)+ringSaltSize:]
	for _, key := range keys {
		aead, err := key.derive(salt)
		if err != nil {
			return nil, err
		}
		if plaintext, err := aead.Open(nil, nil, sealed, head); err == nil {
			return plaintext, nil
		}
	}
	return nil, errDamagedText
}

// named returns the keys with an id. There may be several, since rings of different origin can be joined.
func (r KeyRing) named(id string) KeyRing {
	var keys KeyRing
	for _, key := range r {
		if key.id == id {
			keys = append(keys, key)
		}
	}
	return keys
}

func ringHead(id string) []byte {
	head := append([]byte{byte(len(id))}, id...)
	return append(head, ringFormat)
}

func ringKeyID(ciphertext []byte) (string, bool) {
	if len(ciphertext) == 0 {
		return "", false
	}
	n, rest := int(ciphertext[0]), ciphertext[1:]
	if n > len(rest) || !validKeyID(string(rest[:n])) {
		return "", false
	}
	return string(rest[:n]), true
}

// derive returns the cipher for one value.
func (k Key) derive(salt []byte) (cipher.AEAD, error) {
	material := k.material()
	key, err := hkdf.Key(sha256.New, material[:], salt, ringPurpose, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
