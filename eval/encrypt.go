package eval

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"unicode/utf8"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// Encrypt encrypts every secret that stands in the document as plain text, whether it is evaluated or not. Ciphertexts stay
// as they are, and so does every value. What [Document.Decrypt] decrypted and nobody changed gets its old ciphertext back.
//
// If the document has a malformed fn::secret, so that nobody can tell what is to be kept secret, or a text cannot be
// encrypted, nothing is.
func (d *Document) Encrypt(ctx context.Context, crypter Crypter) (*Document, error) {
	plain, err := d.secrets(false)
	if err != nil {
		return nil, err
	}
	texts, errs := forSecrets(ctx, plain, func(ctx context.Context, s syntax.WrittenSecret) (string, error) {
		if sealed, ok := d.sealed[sealedKey(s.Path, s.Text)]; ok {
			return sealed, nil
		}
		return encryptText(ctx, crypter, d.name, s.Text)
	})
	var ds Diagnostics
	var edits []yamltext.Edit
	for i, s := range plain {
		if errs[i] != nil {
			ds = append(ds, d.cannot(s, errs[i]))
			continue
		}
		edits = append(edits, yamltext.Edit{Path: s.Path, Value: envelopeValue(texts[i]), Whole: true})
	}
	if err := ds.Err(); err != nil {
		return nil, err
	}
	return d.edit("", edits...)
}

// Decrypt writes every ciphertext of the document as plain text. Ciphertexts that cannot be decrypted stay; the error
// lists them, and the document is returned all the same.
func (d *Document) Decrypt(ctx context.Context, crypter Crypter) (*Document, error) {
	ciphers, err := d.secrets(true)
	if err != nil {
		return nil, err
	}
	texts, errs := forSecrets(ctx, ciphers, func(ctx context.Context, s syntax.WrittenSecret) (string, error) {
		return decryptText(ctx, crypter, d.name, s.Text)
	})
	next := *d
	next.sealed = map[string]string{}
	var ds Diagnostics
	var edits []yamltext.Edit
	for i, s := range ciphers {
		if errs[i] != nil {
			ds = append(ds, d.cannot(s, errs[i]))
			continue
		}
		value := &yamltext.Value{Writing: yamltext.Quoted, Text: syntax.Escape(texts[i])}
		edits = append(edits, yamltext.Edit{Path: s.Path, Value: value, Whole: true})
		next.sealed[sealedKey(s.Path, texts[i])] = s.Text
	}
	decrypted, err := next.edit("", edits...)
	if err != nil {
		return nil, err
	}
	return decrypted, ds.Err()
}

// sealedKey names a secret by its place and its text.
func sealedKey(place []any, text string) string { return fmt.Sprintf("%q %s", place, text) }

// secrets lists the secrets that stand in the document as plain text, or those that stand there encrypted.
func (d *Document) secrets(encrypted bool) ([]syntax.WrittenSecret, error) {
	written, issues := syntax.WrittenSecrets(d.text, Limits{}.withDefaults().syntax())
	var ds Diagnostics
	for _, issue := range issues {
		ds = append(ds, d.issue(issue))
	}
	if err := ds.Err(); err != nil {
		return nil, err
	}
	var secrets []syntax.WrittenSecret
	for _, s := range written {
		if s.Cipher == encrypted {
			secrets = append(secrets, s)
		}
	}
	return secrets, nil
}

// encryptText returns the envelope of an encrypted text.
func encryptText(ctx context.Context, crypter Crypter, environment, plaintext string) (string, error) {
	if crypter == nil {
		return "", errNoCrypter
	}
	body, err := crypter.Encrypt(ctx, environment, []byte(plaintext))
	if err != nil {
		texts := []string{outsideText(err)}
		scrub(texts, []string{plaintext})
		return "", &cryptError{"encrypt-failed", "cannot encrypt: " + visible(texts[0]), err}
	}
	return encodeEnvelope(body), nil
}

// decryptText returns the plaintext of an envelope.
func decryptText(ctx context.Context, crypter Crypter, environment, envelope string) (string, error) {
	body, err := decodeEnvelope(envelope)
	if err != nil {
		return "", &cryptError{"invalid-envelope", "ciphertext is damaged: " + err.Error(), nil}
	}
	if crypter == nil {
		return "", errNoCrypter
	}
	text, err := crypter.Decrypt(ctx, environment, body)
	switch {
	case errors.As(err, new(*UnknownKeyError)):
		return "", &cryptError{"unknown-key-id", "cannot decrypt: " + visible(outsideText(err)), err}
	case err != nil:
		return "", &cryptError{"decrypt-failed", "cannot decrypt: " + visible(outsideText(err)), err}
	case !utf8.Valid(text):
		return "", &cryptError{"not-writable", "the text is not valid UTF-8 and stays encrypted", nil}
	}
	return string(text), nil
}

// A cryptError says why a secret could not be encrypted or decrypted.
type cryptError struct {
	code, message string
	cause         error
}

var errNoCrypter = &cryptError{"no-crypter", "secrets cannot be encrypted or decrypted: no crypter is configured", nil}

func (e *cryptError) Error() string { return e.message }
func (e *cryptError) Unwrap() error { return e.cause }

// cannot is the diagnostic of a secret that could not be encrypted or decrypted.
func (d *Document) cannot(s syntax.WrittenSecret, err error) *Diagnostic {
	issue := yamltext.Issue{Code: "encrypt-failed", Message: err.Error(), Span: d.text.Span(s.Node)}
	if s.Cipher {
		issue.Code = "decrypt-failed"
	}
	if known := (*cryptError)(nil); errors.As(err, &known) {
		issue.Code = known.code
	}
	diagnostic := d.issue(syntax.Issue{Issue: issue})
	diagnostic.Err = err
	return diagnostic
}

// atOnce is how many secrets of a document are encrypted or decrypted at a time.
const atOnce = 16

// forSecrets does something for each secret, several at a time since a crypter may be a service.
func forSecrets(
	ctx context.Context, secrets []syntax.WrittenSecret, do func(context.Context, syntax.WrittenSecret) (string, error),
) ([]string, []error) {
	texts, errs := make([]string, len(secrets)), make([]error, len(secrets))
	var all sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i, s := range secrets {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			if errs[i] = ctx.Err(); errs[i] != nil {
				return
			}
			texts[i], errs[i] = guarded(func() (string, error) { return do(ctx, s) })
		})
	}
	all.Wait()
	return texts, errs
}

// guarded turns a panic in code of the host into an error.
func guarded(do func() (string, error)) (text string, err error) {
	defer func() {
		if r := recover(); r != nil {
			text, err = "", &panicError{value: r, stack: debug.Stack()}
		}
	}()
	return do()
}
