package awstest

import (
	"context"
	"errors"
	"fmt"

	"github.com/escapement-go/escapement/rotators"
)

// A Crash is what a run panics with when it is to die. The pointer is the value of the panic.
type Crash struct {
	Run   string
	Steps int  // how many calls and saves the run had made
	Last  Call // the last of them; zero if there was none
}

// String says after what the run died.
func (c *Crash) String() string {
	if c.Steps == 0 {
		return fmt.Sprintf("run %q crashed before its first step", c.Run)
	}
	return fmt.Sprintf("run %q crashed after step %d, %s", c.Run, c.Steps, c.Last)
}

// CrashAfter has the run die after its n-th step, a call or a save, counted from its beginning: when AWS has carried the
// call out and before the code under test sees the answer. Zero is before the first step, negative is never.
func (r *Run) CrashAfter(n int) {
	r.sim.mu.Lock()
	defer r.sim.mu.Unlock()
	r.after = n
}

// CrashWhen has the run die after the first step for which when says so. It must not use the simulator.
func (r *Run) CrashWhen(when func(Call) bool) {
	r.sim.mu.Lock()
	defer r.sim.mu.Unlock()
	r.when = when
}

// RunToCrash calls f, the code under test, as the run. It returns the crash that ended it, or nil and what f returned.
// Then the run is over, and the invariants of its end are checked. Another panic than the run's own passes through.
func RunToCrash(r *Run, f func() error) (crash *Crash, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *Crash:
			crash, err = p, nil
		default:
			panic(p)
		}
		r.sim.ended(r, crash, err)
	}()
	return nil, f()
}

// ended checks what must hold when a run is over.
func (s *Simulator) ended(r *Run, crash *Crash, err error) {
	s.mu.Lock()
	if crash != nil {
		r.dead = true
	}
	s.observe(r, func(w *Watch) { w.runEnded(r, crash, err) })
	s.mu.Unlock()
	s.deliver()
}

// Save wraps the function by which a rotation saves its state, so that saves are steps of the run: they are recorded,
// hooks see them, invariants are checked after them, and the run can crash after them.
func (r *Run) Save(save func(ctx context.Context, state any) error) func(ctx context.Context, state any) error {
	return func(ctx context.Context, state any) error {
		if err := r.enter("Save"); err != nil {
			return err
		}
		s := r.sim
		c := &call{Call: &Call{Service: ServiceDocument, Action: "Save"}, run: r}
		s.mu.Lock()
		s.record(c)
		s.mu.Unlock()
		s.tell(&s.before, c)
		s.mu.Lock()
		s.observe(c.run, func(w *Watch) { w.beforeSave(c) })
		s.mu.Unlock()
		err := r.saving(c, func() error { return save(ctx, state) })
		s.saved(c, err)
		s.tell(&s.after, c)
		r.leave(*c.Call)
		return err
	}
}

// Save is Run.Save for the latest run.
func (s *Simulator) Save(save func(ctx context.Context, state any) error) func(ctx context.Context, state any) error {
	return s.currentRun().Save(save)
}

// saving saves. A crash in the middle, which a script of the document may ask for, is one of this run.
func (r *Run) saving(c *call, save func() error) error {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		crash, isCrash := p.(*Crash)
		if isCrash {
			r.sim.mu.Lock()
			r.steps++
			c.Outcome = "crash"
			r.sim.calls[c.index] = *c.Call
			r.sim.mu.Unlock()
			*crash = *r.kill(*c.Call)
		}
		panic(p)
	}()
	return save()
}

// saved records how a save went.
func (s *Simulator) saved(c *call, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Executed = err == nil
	switch {
	case err == nil:
		c.Outcome = ok
	case errors.Is(err, rotators.ErrConflict):
		c.Outcome = "conflict"
	case errors.Is(err, rotators.ErrUncertain):
		c.Outcome = "uncertain"
	default:
		c.Outcome = "failed"
	}
	s.calls[c.index] = *c.Call
	s.observe(c.run, func(w *Watch) { w.afterSave(c, err) })
}

// A report is something that fails the test, to be told when no lock is held.
type report struct {
	tell func(Violation)
	what Violation
}

// failed notes a failure; deliver tells it.
func (s *Simulator) failed(text string) {
	s.unreported = append(s.unreported, report{what: Violation{Rule: "harness", Text: text, Trace: s.trace()}})
}

// deliver tells what has been noted: to whom it concerns, else to the test.
func (s *Simulator) deliver() {
	s.mu.Lock()
	reports := s.unreported
	s.unreported = nil
	s.mu.Unlock()
	for _, r := range reports {
		switch {
		case r.tell != nil:
			r.tell(r.what)
		case s.t != nil:
			s.t.Errorf("%s", r.what)
		}
	}
}
