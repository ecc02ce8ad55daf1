package eval

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// Encrypt encrypts every secret that stands in the document as plain text, whether it is evaluated or not. Ciphertexts stay
// as they are, and so does every value. What [Document.Decrypt] decrypted and nobody changed gets its old ciphertext back,
// so that a crypter, which may be nil if there is nothing else to encrypt, is not asked.
//
// If the document has a malformed fn::secret, so that nobody can tell what is to be kept secret, or a text cannot be
// encrypted, nothing is. The error is a [Diagnostics], or that of the context if it has ended.
func (d *Document) Encrypt(ctx context.Context, crypter Crypter) (*Document, error) {
	plain, _, malformed := d.secrets()
	if err := malformed.Err(); err != nil {
		return nil, err
	}
	envelopes := d.drafted().seals.match(plain)
	errs := forAll(len(plain), func(i int) error {
		if envelopes[i] != nil {
			return nil
		}
		text, err := encryptText(ctx, crypter, d.name, plain[i].Text)
		envelopes[i] = envelopeValue(yamltext.OneLine, text)
		return err
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var edits []yamltext.Edit
	for i, s := range plain {
		edits = append(edits, yamltext.Edit{Path: s.Path, Value: envelopes[i], Whole: true})
	}
	if err := d.cannot(plain, errs, texts(plain)).Err(); err != nil {
		return nil, err
	}
	return d.editAll(edits)
}

// Decrypt writes every ciphertext of the document as plain text. Ciphertexts that cannot be decrypted stay: the error, a
// [Diagnostics], lists them along with every malformed fn::secret, and the document is returned all the same. It is nil only
// if nothing could be written, or if the context has ended, whose error is then returned.
func (d *Document) Decrypt(ctx context.Context, crypter Crypter) (*Document, error) {
	_, ciphers, ds := d.secrets()
	plain := make([]syntax.WrittenSecret, len(ciphers))
	errs := forAll(len(ciphers), func(i int) (err error) {
		plain[i] = ciphers[i]
		plain[i].Text, err = decryptText(ctx, crypter, d.name, ciphers[i].Text)
		return err
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var edits []yamltext.Edit
	var made seals
	for i, s := range plain {
		if errs[i] != nil {
			continue
		}
		value := &yamltext.Value{Writing: yamltext.Quoted, Text: syntax.Escape(s.Text)}
		edits = append(edits, yamltext.Edit{Path: s.Path, Value: value, Whole: true})
		writing := yamltext.OneLine
		if s.Block {
			writing = yamltext.Readable
		}
		made = append(made, seal{s, envelopeValue(writing, ciphers[i].Text)})
	}
	next, err := d.editAll(edits)
	if err != nil {
		return nil, err
	}
	x := next.drafted()
	x.seals = made
	ds = append(ds, d.cannot(ciphers, errs, texts(plain))...)
	return d.with(x), sortDiagnostics(ds, d.name).Err()
}

// editAll makes edits all over the document as one step.
func (d *Document) editAll(edits []yamltext.Edit) (*Document, error) {
	next, err := d.edit(edits...)
	if err != nil {
		return nil, d.failure("", nil, err, nil)
	}
	return next, nil
}

// secrets lists the secrets that stand in the document as plain text, those that stand there encrypted, and what is wrong
// with others.
func (d *Document) secrets() (plain, ciphers []syntax.WrittenSecret, malformed Diagnostics) {
	written, issues := syntax.WrittenSecrets(d.text(), d.limits.withDefaults().syntax())
	for _, s := range written {
		if s.Cipher {
			ciphers = append(ciphers, s)
		} else {
			plain = append(plain, s)
		}
	}
	return plain, ciphers, d.diagnostics(issues)
}

func texts(secrets []syntax.WrittenSecret) []string {
	texts := make([]string, len(secrets))
	for i, s := range secrets {
		texts[i] = s.Text
	}
	return texts
}

// cannot reports the secrets that could not be encrypted or decrypted. What is known to be secret may be quoted in the errors.
func (d *Document) cannot(written []syntax.WrittenSecret, errs []error, known []string) (ds Diagnostics) {
	source := sync.OnceValue(d.syntax)
	for i, s := range written {
		if errs[i] == nil {
			continue
		}
		e, ok := errors.AsType[*cryptError](errs[i])
		switch {
		case !ok && s.Cipher:
			e = cannotDecrypt(errs[i])
		case !ok:
			e = cannotEncrypt(errs[i])
		}
		found := documentDiagnostic(source(), syntax.Issue{Issue: yamltext.Issue{
			Code: e.code, Message: e.text(known), Hint: e.hint, Span: d.text().Span(s.Node),
		}})
		found.Path, found.Err = showPlace(s.Path), e.cause
		ds = append(ds, found)
	}
	return withoutCrypter(ds)
}

// withoutCrypter says once, and not of each secret, that there is no crypter.
func withoutCrypter(ds Diagnostics) Diagnostics {
	isOne := func(d *Diagnostic) bool { return d.Code == errNoCrypter.code }
	first := slices.IndexFunc(ds, isOne)
	if first < 0 {
		return ds
	}
	kept := append(ds[:first+1:first+1], slices.DeleteFunc(slices.Clone(ds[first+1:]), isOne)...)
	if others := len(ds) - len(kept); others > 0 {
		kept[first].Related = []Related{{Note: alsoElsewhere(others)}}
	}
	return kept
}

// atOnce is how many secrets of a document are encrypted or decrypted at a time, since a crypter may be a service.
const atOnce = 16

// forAll does something n times, several at a time. What ends its goroutine has failed.
func forAll(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i := range n {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			errs[i] = errNoAnswer
			errs[i] = do(i)
		})
	}
	all.Wait()
	return errs
}
