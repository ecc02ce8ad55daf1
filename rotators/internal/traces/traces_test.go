package traces_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/escapement-go/escapement/rotators/internal/traces"
)

// Each choice is made once, unless the budget is spent; a free one costs nothing.
func TestExplore(t *testing.T) {
	for budget, want := range map[int]int{0: 2, 1: 2 * (1 + 2 + 2), 2: 2 * 3 * 3} {
		var mu sync.Mutex
		var seen []string
		n := traces.Explore(budget, 1, func(s *traces.Script) {
			chosen := fmt.Sprint(s.Pick(3, 1), s.Pick(2, 0), s.Pick(3, 1))
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, chosen)
		})
		slices.Sort(seen)
		if n != want || len(seen) != n || len(slices.Compact(seen)) != n {
			t.Errorf("budget %d: %d traces, want %d: %q", budget, n, want, seen)
		}
	}
}
