package awsiam

import (
	"testing"
)

// play performs the scenarios, each from its start to a settled end, and adds them to the table. A short test samples.
func (t *tally) play(v variant, scenarios []scenario) {
	for i, s := range scenarios {
		if testing.Short() && len(scenarios) > 1 && i%7 != 0 {
			continue
		}
		w := newWorld(s.start, v)
		reached := s.play(w)
		w.settle(gaps[i%3])
		w.finish(t, s.name, reached)
	}
}

// The tables: a crash, two crashes, outcomes whenever a step is taken and once, unknown outcomes with a crash, freezes
// after and before each step, and humans.
func TestTables(t *testing.T) {
	for _, table := range []struct {
		name      string
		cells     int
		scenarios func() []scenario
	}{
		{"A1", 588, crashes},
		{"A2", 2646, doubleCrashes},
		{"B1", 1032, always},
		{"B1'", 1032, once},
		{"B2", 1638, unknownThenCrash},
		{"C2", 1092, freezes},
		{"C2'", 1092, freezesBefore},
		{"C3", 756, humans},
	} {
		t.Run(table.name, func(t *testing.T) {
			t.Parallel()
			figures := &tally{table: table.name}
			figures.play(variant{}, table.scenarios())
			figures.report(t)
			figures.expect(t, table.cells)
			if table.name == "A1" && !testing.Short() {
				for _, point := range points {
					if !figures.names["crash after "+point] && point != afterUpdate { // that one needs ages
						t.Errorf("no run has come to %q", point)
					}
				}
			}
		})
	}
}

// What the tables are made of is counted.
func TestTableParts(t *testing.T) {
	if len(starts) != 28 || len(coreStarts()) != 6 || len(points) != 21 || len(faults()) != 172 || len(unknowns()) != 39 {
		t.Errorf("%d starts, %d of them core; %d points; %d outcomes, %d of them unknown",
			len(starts), len(coreStarts()), len(points), len(faults()), len(unknowns()))
	}
}
