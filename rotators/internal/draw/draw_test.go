package draw_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/rotators/internal/draw"
)

// A number is drawn again if its remainder would favour some: there are 13107 times 5 numbers below 65535, and one more.
func TestUnbiased(t *testing.T) {
	random := bytes.NewReader([]byte{0xff, 0xff, 0xff, 0xfe, 0x00})
	if got, err := draw.Below(random, 5); got != 0xfffe%5 || err != nil || random.Len() != 1 {
		t.Errorf("drew %d, %v, and %d bytes are left", got, err, random.Len())
	}
	if _, err := draw.From(random, draw.Lower); err == nil {
		t.Error("without random numbers there is a character")
	}
}

// Every number comes up, and none that is too large.
func TestRange(t *testing.T) {
	random := rand.NewChaCha8([32]byte{})
	for _, n := range []int{1, 2, 10, 78, 256, 1024, 65535, 65536} {
		seen := map[int]bool{}
		for range 30 * min(n, 1024) {
			got, err := draw.Below(random, n)
			if err != nil || got < 0 || got >= n {
				t.Fatalf("below %d: %d, %v", n, got, err)
			}
			seen[got] = true
		}
		if n <= 1024 && len(seen) != n {
			t.Errorf("below %d: %d numbers", n, len(seen))
		}
	}
}

func TestAlphabets(t *testing.T) {
	all := draw.Lower + draw.Upper + draw.Digits + draw.Special
	if strings.ContainsAny(all, "${}'\"\\` \n") {
		t.Error("the alphabets have characters that documents or shells read")
	}
	for i := range all {
		if strings.Count(all, all[i:i+1]) != 1 {
			t.Errorf("%q is there more than once", all[i])
		}
	}
}
