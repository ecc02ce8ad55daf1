package password

import (
	"io"

	"github.com/escapement-go/escapement/rotators/internal/draw"
	"github.com/escapement-go/escapement/schema"
)

// generate returns a password: of each class the least number of characters, the rest from all classes together, in random
// order. Everything is drawn with equal chances.
func (p policy) generate(random io.Reader) (schema.Secret, error) {
	alphabets, all := make([]string, 0, p.length), "" // whence each character comes
	for _, c := range p.classes {
		for range c.least {
			alphabets = append(alphabets, c.alphabet)
		}
		all += c.alphabet
	}
	for len(alphabets) < p.length {
		alphabets = append(alphabets, all)
	}
	text := make([]byte, p.length)
	for i := range text {
		j, err := draw.Below(random, p.length-i)
		if err != nil {
			return schema.Secret{}, err
		}
		alphabets[i], alphabets[i+j] = alphabets[i+j], alphabets[i]
		if text[i], err = draw.From(random, alphabets[i]); err != nil {
			return schema.Secret{}, err
		}
	}
	return schema.NewSecret(string(text)), nil
}
