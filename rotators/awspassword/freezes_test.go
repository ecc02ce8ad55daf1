package awspassword

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/providers/awstest"
)

// freeze has the run stand still once when it is about to take a step, or has taken it, while others act.
func (a *attempt) freeze(point string, before bool, others func()) *bool {
	done := new(bool)
	hook := func(c awstest.Call) {
		if !*done && c.Run == a.run.Name() && a.point(c) == point {
			*done, a.met = true, true
			others()
		}
	}
	if before {
		a.sim.Before(hook)
	} else {
		a.sim.After(hook)
	}
	return done
}

// others are what happens while a run is frozen.
var others = []struct {
	name string
	do   func(*world)
}{
	{"nothing", func(*world) {}},
	{"a rotation", func(w *world) { w.attempt().perform() }},
	{"two rotations", func(w *world) {
		w.attempt().perform()
		w.sim.Advance(time.Hour)
		w.attempt().perform()
	}},
	{"a rotation that dies after SET", func(w *world) { w.attempt().crashAfter(stepSet).perform() }},
}

// A frost is where and for how long a run stands still, and what happens meanwhile.
type frost struct {
	start  start
	point  string
	before bool // the step, and not after it
	pause  time.Duration
	other  int // index in others
}

// frosts are all but those in the one gap that cannot be closed: between the last look at the clock and the call that sets a
// password.
func frosts() []frost {
	var all []frost
	add := func(f frost) {
		for _, f.pause = range []time.Duration{time.Minute, 6 * time.Minute, 2 * time.Hour} {
			for f.other = range others {
				all = append(all, f)
			}
		}
	}
	for _, s := range starts {
		for _, point := range slices.Concat(steps, saves) {
			add(frost{start: s, point: point})
			if !strings.HasPrefix(point, "SET") {
				add(frost{start: s, point: point, before: true})
			}
		}
	}
	return all
}

// freezes plays every frost. A short test samples.
func freezes(t *tally, without rule) {
	for n, f := range frosts() {
		if testing.Short() && n%5 != 4 {
			continue
		}
		w := newWorld(f.start, variant{without: without})
		a := w.attempt().prepare(f.point)
		reached := a.freeze(f.point, f.before, func() {
			w.sim.Advance(f.pause)
			w.variant.without = 0
			others[f.other].do(w)
			w.variant.without = without
		})
		a.perform()
		t.finish(w, fmt.Sprintf("frozen at %s (before: %t) for %v, %s", f.point, f.before, f.pause, others[f.other].name), *reached)
	}
}

// Two runs meet in every way: the one stands still at any step while the other does what it likes.
func TestFreezes(t *testing.T) {
	figures := &tally{table: "Hf"}
	freezes(figures, 0)
	cells := 4 * (2*10 - 2) * 3 * 4
	if testing.Short() {
		cells /= 5
	}
	figures.report(t, cells)
}

// The gap: a run that is frozen right before its call replaces a later password. It says so, and the next rotation mends it.
func TestOverwritten(t *testing.T) {
	w := newWorld(starts[0], variant{})
	defer w.sim.Close()
	a := w.attempt()
	a.freeze(stepSet, true, func() {
		w.sim.Advance(time.Hour)
		if b := w.attempt().perform(); b.end() != "rolled-forward" {
			t.Error(b.end(), b.err)
		}
		w.sim.Advance(time.Hour)
		if b := w.attempt().perform(); b.end() != "rotated" {
			t.Error(b.end(), b.err)
		}
	})
	if a.perform(); a.code() != "password-overwritten" || !strings.Contains(a.err.Error(), "rotate again") {
		t.Error(a.end(), a.err)
	}
	force, _ := w.sim.PasswordInForce("app")
	if held := w.held(); len(held) != 1 || held[0] == force || len(w.violations) == 0 {
		t.Error("the limit does not show; has it been overcome?")
	}
	w.violations = nil
	w.byHand = force
	w.settle(time.Hour)
	for _, v := range w.violations {
		t.Error(v)
	}
}
