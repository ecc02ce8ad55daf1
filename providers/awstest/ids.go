package awstest

import (
	"fmt"
	"math/rand/v2"
)

const (
	idAlphabet     = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	secretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
)

// ids makes identifiers and secrets that look like those of AWS, the same ones for the same seed.
type ids struct{ random *rand.Rand }

func newIDs(seed uint64) *ids { return &ids{rand.New(rand.NewPCG(seed, 0x6177737465737421))} }

func (g *ids) text(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[g.random.IntN(len(alphabet))]
	}
	return string(b)
}

func (g *ids) accessKey() string  { return "AKIA" + g.text(idAlphabet, 16) }
func (g *ids) sessionKey() string { return "ASIA" + g.text(idAlphabet, 16) }
func (g *ids) user() string       { return "AIDA" + g.text(idAlphabet, 17) }
func (g *ids) role() string       { return "AROA" + g.text(idAlphabet, 17) }
func (g *ids) secret() string     { return g.text(secretAlphabet, 40) }
func (g *ids) token() string      { return "IQoJb3JpZ2luX2Vj" + g.text(secretAlphabet, 320) + "==" }

func (g *ids) request() string {
	a, b := g.random.Uint64(), g.random.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0xfff, b&0xffffffffffff)
}
