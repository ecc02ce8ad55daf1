//go:build unix

// Package killed is a test alone: it rotates keys and passwords by everything that a program has, in processes that are
// killed, spoilt and overtaken.
//
//	go test ./examples/killed -v -rounds 1000 -full
package killed

import (
	"flag"
	"fmt"
	"testing"
	"time"
)

var (
	rounds = flag.Int("rounds", 50, "how many processes to kill while they rotate")
	seed   = flag.Uint64("seed", 1, "what decides when they die")
	full   = flag.Bool("full", false, "try all steps of all documents, and not some")
)

// sampled tells whether the n-th of many similar cells is tried. One in so many should have no divisor with the sizes of
// the tables, so that each of their rows and columns is met.
func sampled(n, oneIn int) bool { return *full || (n+int(*seed))%oneIn == 0 }

// TestKilled kills processes that rotate, at random moments. After each one the file is well-formed, unchanged but for the
// states, and its current keys work. Whenever processes may live, they come back to keys all of which the file has.
func TestKilled(t *testing.T) {
	for _, c := range []struct {
		form
		rounds, calls int
	}{{bare, *rounds, 10}, {published, *rounds / 2, 12}, {console, *rounds / 2, 6}, {several, *rounds / 2, 34}} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, c.form)
			for range c.rounds {
				s.kill(s.randomMoment(c.calls))
				s.check()
				s.sim.Advance([]time.Duration{time.Minute, 6 * time.Minute, 15 * time.Minute, 25 * time.Hour}[s.draw.IntN(4)])
				if s.draw.IntN(3) == 0 {
					s.settle()
					s.sim.Advance(15 * time.Minute)
				}
			}
			s.settle()
			t.Logf("%s, %d rounds: %d processes killed after %v, %v at the end of others; %d calls, %d keys made, 0 lost; at most %d runs to recover",
				c.name, c.rounds, s.killed, s.died, s.ends, len(s.sim.Calls()), s.made(), s.recoveries)
			if s.killed < c.rounds/4 || c.rounds >= 50 && len(s.died) < 5 {
				t.Error("too few died, or all of them at the same moments")
			}
		})
	}
}

// TestKilledAtEachStep kills a process at each step of a rotation of nothing yet, of a second one, and of a third one: at
// each call and on both sides of each save. Steps beyond its end are not reached.
func TestKilledAtEachStep(t *testing.T) {
	for _, c := range []struct {
		form
		calls, saves, oneIn int
		atLeast             [3]int // steps, of all of them
	}{
		{bare, 16, 4, 1, [...]int{10, 14, 16}},
		{published, 18, 5, 3, [...]int{12, 16, 18}},
		{console, 8, 3, 3, [...]int{7, 7, 7}},
		{several, 50, 13, 13, [...]int{36, 46, 50}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var moments []moment
			for n := range c.calls {
				moments = append(moments, moment{calls: n + 1})
			}
			for n := range c.saves {
				moments = append(moments, moment{save: fmt.Sprint("before ", n+1)}, moment{save: fmt.Sprint("after ", n+1)})
			}
			steps, tried := [3]int{}, 0
			for rotations := range steps {
				for _, m := range moments {
					if tried++; !sampled(tried, c.oneIn) {
						continue
					}
					s := newStage(t, c.form)
					for range rotations {
						s.settle()
					}
					s.sim.Advance(15 * time.Minute)
					if s.kill(m) {
						steps[rotations]++
					}
					s.check()
					s.settle()
				}
			}
			t.Logf("%s: processes killed, each at another step: %d of a first rotation, %d of a second one, %d of a third one", c.name, steps[0], steps[1], steps[2])
			for rotations, n := range steps {
				want := c.atLeast[rotations]
				if c.oneIn > 1 && !*full {
					want = want/c.oneIn - 1
				}
				if n < want {
					t.Errorf("these are too few: %d, want %d", n, want)
				}
			}
		})
	}
}
