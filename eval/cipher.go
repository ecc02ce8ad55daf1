package eval

import (
	"context"
	"errors"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// evalCipher computes fn::secret of a ciphertext.
func (o *operation) evalCipher(t *task) (*datum, bool) {
	e := t.expr
	unknown := unknownDatum(stringSchema, true)
	body, err := decodeEnvelope(e.Call.Arg.Text)
	if err != nil {
		o.report(e.Call.Arg.Mark(), "invalid-envelope", "ciphertext is damaged: "+err.Error(), damagedHint).Path = exprPath(e)
		return unknown, true
	}
	if o.request.verb == checking && !o.CheckSecrets {
		return withheld(stringSchema, true), true
	}
	if o.Crypter == nil {
		found := o.report(e.Call.Arg.Mark(), errNoCrypter.code, errNoCrypter.message, errNoCrypter.hint)
		found.Path, found.once = exprPath(e), true
		return unknown, true
	}
	if !o.performing || o.collecting {
		return withheld(stringSchema, true), true
	}
	name, _ := syntax.SplitVersion(t.env.name)
	if !o.ask(t, func(ctx context.Context) (any, error) { return o.Crypter.Decrypt(ctx, name, body) }) {
		return nil, false
	}
	if err := t.answer.err; err != nil {
		o.countBytes(len(outsideText(err)))
		o.reportDecrypt(e, err)
		return unknown, true
	}
	text, _ := t.answer.out.([]byte)
	o.countBytes(len(text))
	return o.secretString(string(text)), true
}

// reportDecrypt reports a ciphertext that cannot be decrypted.
func (o *operation) reportDecrypt(e *syntax.Expr, err error) {
	code := "decrypt-failed"
	if unknown := (*UnknownKeyError)(nil); errors.As(err, &unknown) {
		code = "unknown-key-id"
	}
	found := o.report(e.Call.Arg.Mark(), code, "cannot decrypt", "")
	found.Path, found.Err, found.outside = exprPath(e), err, outsideText(err)
}
