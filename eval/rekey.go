package eval

import (
	"context"
	"slices"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// Rekey encrypts anew what is encrypted in the document, and encrypts what stands there as plain text, so that a [KeyRing]
// needs no key but its first one for it. No value changes, and no plain text is ever part of a document.
//
// If the document has a malformed fn::secret, or a secret cannot be decrypted or encrypted, nothing is. The error is a
// [Diagnostics], or that of the context if it has ended.
func (d *Document) Rekey(ctx context.Context, crypter Crypter) (*Document, error) {
	plain, ciphers, malformed := d.secrets()
	if err := malformed.Err(); err != nil {
		return nil, err
	}
	secrets := slices.Concat(plain, ciphers)
	known := texts(secrets)
	edits := make([]yamltext.Edit, len(secrets))
	errs := forAll(len(secrets), func(i int) (err error) {
		s := secrets[i]
		if s.Cipher {
			if known[i], err = decryptText(ctx, crypter, d.name, s.Text); err != nil {
				return err
			}
		}
		text, err := encryptText(ctx, crypter, d.name, known[i])
		edits[i] = yamltext.Edit{Path: s.Path, Value: envelopeValue(yamltext.OneLine, text), Whole: !s.Cipher}
		return err
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := d.cannot(secrets, errs, known).Err(); err != nil {
		return nil, err
	}
	return d.editAll(edits)
}
