package awsiam

import (
	"slices"
	"testing"

	"github.com/escapement-go/escapement/providers/awstest"
)

// settling are the steps whose order decides something. Others are taken as soon as they come, but for the proofs of a
// first rotation.
var settling = []string{"start", "ListAccessKeys", "CreateAccessKey", "DeleteAccessKey", "UpdateAccessKey", "PutSecretValue", "Save"}

// Two processes rotate the same document, in every order of their steps.
func TestRivals(t *testing.T) {
	t.Parallel()
	var some []start
	for _, number := range []int{1, 5, 6, 11, 16, 19, 21, 24} {
		some = append(some, starts[number-1])
	}
	rivals(t, "C1", some, 2000, 0)
}

// rivals plays all orders of two processes, or so many for each start if there is a limit.
func rivals(t *testing.T, table string, starts []start, least, limit int) {
	figures := &tally{table: table}
	if testing.Short() {
		limit = 50
	}
	for _, s := range starts {
		ends := map[string]int{}
		awstest.Interleavings(limit, func(choose func(int) int) {
			w := newWorld(s, variant{})
			rotated := 0
			for _, a := range w.race(choose) {
				a.check()
				ends[a.end()]++
				if a.err == nil && a.end() != "no-op" {
					rotated++
				}
			}
			if rotated > 1 {
				w.violate("two rivals have rotated")
			}
			w.settle(gaps[0])
			w.finish(figures, "rivals", true)
		})
		t.Logf("start %d: %v", s.number, ends)
	}
	figures.report(t)
	if figures.cells < least && !testing.Short() {
		t.Errorf("%d cells", figures.cells)
	}
}

// race plays two runs in an order of their steps.
func (w *world) race(choose func(int) int) []*attempt {
	schedule := w.sim.Schedule(func(waiting []awstest.Waiting) int {
		for i, r := range waiting {
			if !slices.Contains(settling, r.Action) && (w.number > 1 || r.Action != "GetCallerIdentity") {
				return i
			}
		}
		return choose(len(waiting))
	})
	var rivals []*attempt
	for _, name := range []string{"one", "two"} {
		schedule.Go(name, func(r *awstest.Run) error {
			a := w.attemptAs(r)
			rivals = append(rivals, a)
			a.err = a.rotate()
			return a.err
		})
	}
	schedule.Wait()
	return rivals
}
