package yamltext

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var full = flag.Bool("full", os.Getenv("YAMLTEXT_FULL") != "", "run the full numbers of random documents")

// runs returns how often a random test runs: n with -full, otherwise a tenth of that, and a
// hundredth with -short.
func runs(n int) int {
	switch {
	case *full:
		return n
	case testing.Short():
		return n / 100
	default:
		return n / 10
	}
}

// forRandom checks random documents of one shape until one fails, and reports the smallest text that
// fails as well.
func forRandom(t *testing.T, n int, nasty bool, check func(text string) error) {
	t.Helper()
	for seed := range uint64(runs(n)) {
		text := randomDocument(seed, nasty)
		if check(text) != nil {
			text = shrink(text, func(s string) bool { return check(s) != nil })
			t.Fatalf("seed %d, nasty %v: %v in\n%q", seed, nasty, check(text), text)
		}
	}
}

// shrink drops lines, then characters, for as long as the text still fails.
func shrink(text string, fails func(string) bool) string {
	for _, sep := range []string{"\n", ""} {
		for i := 0; i < len(strings.SplitAfter(text, sep)); {
			parts := strings.SplitAfter(text, sep)
			less := strings.Join(parts[:i], "") + strings.Join(parts[i+1:], "")
			if less != text && fails(less) {
				text = less
			} else {
				i++
			}
		}
	}
	return text
}
