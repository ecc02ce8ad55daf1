package password

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/draw"
	"github.com/escapement-go/escapement/schema"
)

// Every combination of classes, with and without characters that must occur, yields passwords of the right length and
// characters; each class and each character has its share, at every place.
func TestDistribution(t *testing.T) {
	random := rand.NewChaCha8([32]byte{})
	const passwords = 10_000
	combinations := 0
	for bits := range 1 << 4 {
		for _, least := range []int{0, 3} {
			inputs := map[string]any{"length": json.Number("24")}
			for i, name := range []string{"Lower", "Upper", "Numeric", "Special"} {
				enabled := bits&(1<<i) != 0
				inputs[strings.ToLower(name)] = enabled
				if enabled {
					inputs["min"+name] = json.Number(fmt.Sprint(least * i))
				}
			}
			p, err := parsePolicy(&rotators.Request{Request: providers.Request{Inputs: inputs}})
			if bits == 0 && err != nil {
				continue
			} else if err != nil {
				t.Fatal(err)
			}
			combinations++
			places, seen := make([][256]int, p.length), map[string]bool{}
			for range passwords {
				password, err := p.generate(random)
				if err != nil {
					t.Fatal(err)
				}
				text := password.Reveal()
				checkPassword(t, p, text)
				seen[text] = true
				for i := range text {
					places[i][text[i]]++
				}
			}
			if len(seen) != passwords {
				t.Errorf("%+v: %d of %d passwords are different", p, len(seen), passwords)
			}
			checkShares(t, p, places, passwords)
		}
	}
	if combinations != 30 {
		t.Errorf("%d combinations", combinations)
	}
	t.Logf("%d combinations of inputs, %d passwords", combinations, combinations*passwords)
}

// checkPassword checks one password against its policy.
func checkPassword(t *testing.T, p policy, text string) {
	t.Helper()
	if len(text) != p.length {
		t.Errorf("%d characters, want %d", len(text), p.length)
	}
	known := 0
	for _, c := range p.classes {
		n := countOf(text, c.alphabet)
		if known += n; n < c.least {
			t.Errorf("%d of %q, want %d", n, c.alphabet, c.least)
		}
	}
	if known != p.length {
		t.Errorf("%d characters belong to no class", p.length-known)
	}
}

func countOf(text, alphabet string) int {
	n := 0
	for _, c := range text {
		if strings.ContainsRune(alphabet, c) {
			n++
		}
	}
	return n
}

// checkShares checks how often each character occurs at each place: as often as any other of its class, and each class
// as often as its least number and its part of the remaining characters want.
func checkShares(t *testing.T, p policy, places [][256]int, passwords int) {
	t.Helper()
	least, all := 0, 0
	for _, c := range p.classes {
		least, all = least+c.least, all+len(c.alphabet)
	}
	for _, c := range p.classes {
		size := float64(len(c.alphabet))
		chance := (float64(c.least) + float64(p.length-least)*size/float64(all)) / float64(p.length)
		for i, counts := range places {
			sum := 0
			for _, char := range []byte(c.alphabet) {
				sum += counts[char]
				if !likely(counts[char], passwords, chance/size) {
					t.Errorf("%+v: %q is at place %d of %d passwords", p, char, i, counts[char])
				}
			}
			if !likely(sum, passwords, chance) {
				t.Errorf("%+v: one of %q is at place %d of %d passwords, want about %.0f", p, c.alphabet, i, sum, chance*float64(passwords))
			}
		}
	}
}

// likely tells whether so many successes are within six standard deviations of what a chance yields.
func likely(got, tries int, chance float64) bool {
	mean := float64(tries) * chance
	return math.Abs(float64(got)-mean) <= 6*math.Sqrt(mean*(1-chance))+1
}

func TestNoRandomNumbers(t *testing.T) {
	p := policy{length: 8, classes: []class{{draw.Lower, 0}}}
	for n := range 8 * 4 { // two bytes for each place, and two for each character
		if password, err := p.generate(strings.NewReader(strings.Repeat("x", n))); err == nil || password != (schema.Secret{}) {
			t.Errorf("of %d bytes there is a password", n)
		}
	}
}

// A share that is an eighth too large is noticed.
func TestLikely(t *testing.T) {
	if likely(2_812, 10_000, 0.25) || !likely(2_550, 10_000, 0.25) {
		t.Error("the bound is another one")
	}
}
