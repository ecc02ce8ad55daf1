package evaltest

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
)

// A Crypter is a toy cipher for tests. It hides the text, refuses what it did not write, and binds each ciphertext to
// its environment, so that a text moved elsewhere fails like a wrong key. The zero Crypter works.
type Crypter struct {
	// Before is called before each call with "encrypt" or "decrypt"; its error is the call's. It may be nil.
	Before func(ctx context.Context, call string) error
}

const (
	cryptKey  = "k1"
	cryptSkew = 0x5a
)

// Encrypt hides the plaintext.
func (c Crypter) Encrypt(ctx context.Context, env string, plaintext []byte) ([]byte, error) {
	if err := c.before(ctx, "encrypt"); err != nil {
		return nil, err
	}
	body := binary.BigEndian.AppendUint32([]byte(cryptKey), crc32.ChecksumIEEE([]byte(env)))
	for i, b := range plaintext {
		body = append(body, b^cryptSkew^byte(i))
	}
	return body, nil
}

// Decrypt undoes Encrypt.
func (c Crypter) Decrypt(ctx context.Context, env string, ciphertext []byte) ([]byte, error) {
	if err := c.before(ctx, "decrypt"); err != nil {
		return nil, err
	}
	body, ok := strings.CutPrefix(string(ciphertext), cryptKey)
	if !ok || len(body) < 4 {
		return nil, errors.New("not a text of this crypter")
	}
	if binary.BigEndian.Uint32([]byte(body)) != crc32.ChecksumIEEE([]byte(env)) {
		return nil, fmt.Errorf("encrypted for another environment than %q", env)
	}
	plaintext := []byte(body[4:])
	for i := range plaintext {
		plaintext[i] ^= cryptSkew ^ byte(i)
	}
	return plaintext, nil
}

func (c Crypter) before(ctx context.Context, call string) error {
	if c.Before == nil {
		return ctx.Err()
	}
	return c.Before(ctx, call)
}

// Envelope is the text that stands for a secret in the documents of an environment, once [Crypter] has encrypted it.
func Envelope(env, text string) string {
	body, err := Crypter{}.Encrypt(context.Background(), env, []byte(text))
	if err != nil {
		panic(err) // without a hook and with a live context nothing fails
	}
	return Seal(1, body)
}

// Seal wraps the body of a ciphertext, of any length, into an envelope of the version.
func Seal(version uint32, body []byte) string {
	data := binary.BigEndian.AppendUint32([]byte("escx"), version)
	data = append(data, body...)
	data = binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(data))
	return base64.StdEncoding.EncodeToString(data)
}

// Unseal returns the text in an envelope that [Crypter] has made for an environment.
func Unseal(env, envelope string) (text string, ok bool) {
	data, err := base64.StdEncoding.DecodeString(envelope)
	if err != nil || len(data) < 12 {
		return "", false
	}
	plain, err := Crypter{}.Decrypt(context.Background(), env, data[8:len(data)-4])
	return string(plain), err == nil
}
