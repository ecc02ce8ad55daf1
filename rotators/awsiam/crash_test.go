package awsiam

import (
	"fmt"
	"testing"
	"time"
)

// gaps are the pauses after a run that failed; a cell takes one by its number.
var gaps = []time.Duration{15 * time.Minute, 30 * time.Second, 2 * time.Hour}

// A run dies after each step from each start.
func TestCrash(t *testing.T) {
	t.Parallel()
	table := &tally{table: "A1"}
	for _, s := range starts {
		for i, point := range points {
			w := newWorld(s, variant{})
			a := w.attempt().crashAt(point)
			a.due = s.aged
			a.perform()
			w.settle(gaps[(s.number+i)%3])
			w.finish(table, "crash after "+point, a.crashed)
		}
	}
	table.report(t)
	if table.cells != 588 {
		t.Errorf("%d cells", table.cells)
	}
}

// Each step goes wrong in each way, once or for the whole run.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	table := &tally{table: "B1"}
	all := faults()
	if len(all) != 172 || len(unknowns()) != 39 {
		t.Fatalf("%d outcomes, %d of them unknown", len(all), len(unknowns()))
	}
	reached := map[string]bool{}
	for i, f := range all {
		for _, s := range coreStarts() {
			for _, nth := range []int{1, 0} {
				w := newWorld(s, variant{})
				a := w.attempt()
				f.strike(a, nth)
				w.lied = f.name == "DeleteAccessKey: NoSuchEntity"
				a.perform()
				struck := w.struck(a)
				reached[f.name] = reached[f.name] || struck
				w.settle(gaps[(s.number+i)%3])
				w.finish(table, f.name, struck)
			}
		}
	}
	table.report(t)
	for _, f := range all {
		if !reached[f.name] {
			fmt.Println("not reached:", f.name)
		}
	}
}
