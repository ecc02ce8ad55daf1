package eval

import (
	"context"
	"errors"
	"unicode/utf8"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// A cryptError says why a secret of a document could not be encrypted or decrypted. What the crypter says may hold secrets,
// so no text of the error but the one made by its method text is shown.
type cryptError struct {
	code, message, hint string
	cause               error // the crypter's; its text follows the message
}

func (e *cryptError) Error() string { return e.message }

// text is the message and that of the cause, without the secrets.
func (e *cryptError) text(secrets []string) string {
	if e.cause == nil {
		return e.message
	}
	return e.message + ": " + visible(scrubbed(outsideText(e.cause), secrets))
}

func cannotEncrypt(err error) *cryptError {
	return &cryptError{code: "encrypt-failed", message: "cannot encrypt", cause: err}
}

func cannotDecrypt(err error) *cryptError {
	return &cryptError{code: "decrypt-failed", message: "cannot decrypt", cause: err}
}

// damagedHint says what to do about a ciphertext that cannot be read.
const damagedHint = "take it from a copy of the document, or write the secret again"

var errNoCrypter = &cryptError{
	code: "no-crypter", message: "secrets cannot be encrypted or decrypted: no crypter is configured", hint: "give the evaluator a Crypter",
}

// encryptText returns the envelope of a text.
func encryptText(ctx context.Context, crypter Crypter, environment, plaintext string) (string, error) {
	if crypter == nil {
		return "", errNoCrypter
	}
	name, _ := syntax.SplitVersion(environment)
	body, err := guarded(func() ([]byte, error) { return crypter.Encrypt(ctx, name, []byte(plaintext)) })
	if err != nil {
		return "", cannotEncrypt(err)
	}
	return encodeEnvelope(body), nil
}

// decryptText returns the plaintext of an envelope.
func decryptText(ctx context.Context, crypter Crypter, environment, envelope string) (string, error) {
	body, err := decodeEnvelope(envelope)
	if err != nil {
		return "", &cryptError{code: "invalid-envelope", message: "ciphertext is damaged: " + err.Error(), hint: damagedHint}
	}
	if crypter == nil {
		return "", errNoCrypter
	}
	name, _ := syntax.SplitVersion(environment)
	text, err := guarded(func() ([]byte, error) { return crypter.Decrypt(ctx, name, body) })
	switch {
	case errors.As(err, new(*UnknownKeyError)):
		return string(text), &cryptError{code: "unknown-key-id", message: "cannot decrypt", cause: err}
	case err != nil:
		return string(text), cannotDecrypt(err)
	case !utf8.Valid(text):
		return string(text), &cryptError{code: "not-writable", message: "the text is not valid UTF-8 and stays encrypted"}
	}
	return string(text), nil
}
