package eval

import (
	"fmt"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// seals remember the envelopes of what was decrypted, so that secrets that nobody changes get their own back.
type seals []seal

type seal struct {
	secret   syntax.WrittenSecret // decrypted
	envelope *yamltext.Value
}

// match returns the envelopes of secrets, nil for those that need a new one. A secret has a seal if it has its text and
// stands in its place, or else, for it may have been moved, if it is the first with that text. None is used twice: that two
// secrets are equal is nobody's business.
func (s seals) match(secrets []syntax.WrittenSecret) []*yamltext.Value {
	envelopes := make([]*yamltext.Value, len(secrets))
	left := s
	for _, key := range []func(syntax.WrittenSecret) string{
		func(w syntax.WrittenSecret) string { return fmt.Sprintf("%q %s", w.Path, w.Text) },
		func(w syntax.WrittenSecret) string { return w.Text },
	} {
		wanted := map[string][]int{}
		for i, secret := range secrets {
			if envelopes[i] == nil {
				wanted[key(secret)] = append(wanted[key(secret)], i)
			}
		}
		var unused seals
		for _, seal := range left {
			k := key(seal.secret)
			if len(wanted[k]) == 0 {
				unused = append(unused, seal)
				continue
			}
			envelopes[wanted[k][0]], wanted[k] = seal.envelope, wanted[k][1:]
		}
		left = unused
	}
	return envelopes
}
