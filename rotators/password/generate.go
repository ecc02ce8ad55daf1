package password

import "github.com/escapement-go/escapement/schema"

// generate returns a password: of each class the least number of characters, the rest from all classes together, in random
// order. Everything is drawn with equal chances.
func (p policy) generate(d dice) schema.Secret {
	text, all := make([]byte, 0, p.length), ""
	for _, c := range p.classes {
		for range c.least {
			text = append(text, c.alphabet[d.below(len(c.alphabet))])
		}
		all += c.alphabet
	}
	for len(text) < p.length {
		text = append(text, all[d.below(len(all))])
	}
	for i := len(text) - 1; i > 0; i-- {
		j := d.below(i + 1)
		text[i], text[j] = text[j], text[i]
	}
	return schema.NewSecret(string(text))
}

// A dice fills bytes at random and never fails, as the Read of crypto/rand.
type dice func([]byte) (int, error)

// below returns a number from 0 to n-1, where n is at most 65536. Numbers that would give some of them a better chance are
// drawn again.
func (d dice) below(n int) int {
	const values = 1 << 16
	for {
		var b [2]byte
		d(b[:])
		if drawn := int(b[0])<<8 | int(b[1]); drawn < values-values%n {
			return drawn % n
		}
	}
}
