package awsiam

import (
	"fmt"
	"sync"
	"testing"
)

// A tally is the figures of one table.
type tally struct {
	mu                                            sync.Mutex
	table                                         string
	cells, reached, calls, assertions, violations int
	creates                                       int // at most, of one run
	foreignDeleted, foreignOff, quarantines       int
	limits                                        int             // cells that show a documented limit
	first                                         []string        // violations
	names                                         map[string]bool // of what was reached
}

func (t *tally) add(w *world, name string, reached bool) {
	creates := map[string]int{}
	deleted, off := 0, 0
	calls := w.sim.Calls()
	for _, c := range calls {
		if c.Action == "CreateAccessKey" && c.Run != "" && c.Outcome != "connection refused" {
			creates[c.Run]++
		}
		human := isHuman(c.KeyID) && c.Executed && c.Run != ""
		if human && c.Action == "DeleteAccessKey" {
			deleted++
		}
		if human && c.Action == "UpdateAccessKey" {
			off++
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cells++
	if reached {
		t.reached++
		if t.names == nil {
			t.names = map[string]bool{}
		}
		t.names[name] = true
	}
	t.calls += len(calls)
	t.foreignDeleted += deleted
	t.foreignOff += off
	t.quarantines += w.quarantine
	for _, n := range creates {
		t.creates = max(t.creates, n)
	}
	for _, n := range w.watch.Assertions() {
		t.assertions += n
	}
	t.violations += len(w.violations)
	if w.limit {
		t.limits++
	}
	for _, v := range w.violations {
		if len(t.first) < 6 {
			t.first = append(t.first, fmt.Sprintf("%s, start %d (%s | %s): %s", name, w.number, w.document, w.account, v))
		}
	}
}

// report prints the figures and fails for violations.
func (t *tally) report(test *testing.T) {
	test.Helper()
	fmt.Println(t)
	for _, v := range t.first {
		test.Error(v)
	}
	if t.violations > 0 {
		test.Errorf("%d violations", t.violations)
	}
	if t.cells == 0 || t.reached == 0 || t.assertions == 0 {
		test.Error("the table is empty")
	}
}

// String returns the figures on one line.
func (t *tally) String() string {
	return fmt.Sprintf("%-3s cells %d reached %d calls %d assertions %d violations %d (creates per run at most %d, foreign keys deleted %d deactivated %d, limits %d)",
		t.table, t.cells, t.reached, t.calls, t.assertions, t.violations, t.creates, t.foreignDeleted, t.foreignOff, t.limits)
}

// expect fails unless the table has so many cells, but for the sample of a short test.
func (t *tally) expect(test *testing.T, cells int) {
	test.Helper()
	if t.cells != cells && !testing.Short() {
		test.Errorf("%d cells, want %d", t.cells, cells)
	}
}
