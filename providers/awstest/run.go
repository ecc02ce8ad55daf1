package awstest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// A Run is one run of the code under test, such as one rotation: what it calls, saves and waits with. It can be made to
// crash after any of its steps; a step is a call or a save. Its methods are safe for concurrent use, but only a run that
// takes its steps one after the other is deterministic.
type Run struct {
	sim   *Simulator
	name  string
	lane  *lane // nil unless it is scheduled
	steps int
	after int             // crash after so many steps; negative: never
	when  func(Call) bool // crash after a step for which it says so
	dead  bool
}

// NewRun begins a run. [Simulator.HTTPClient] and the like belong to it until the next one begins; before the first one
// they belong to a run without a name.
func (s *Simulator) NewRun() *Run {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs++
	s.run = &Run{sim: s, name: strconv.Itoa(s.runs), after: -1}
	return s.run
}

func (s *Simulator) currentRun() *Run {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.run
}

// Name is how [Call.Run] names the run: 1 for the first one that NewRun has returned.
func (r *Run) Name() string { return r.name }

// Steps returns how many calls and saves the run has made.
func (r *Run) Steps() int {
	r.sim.mu.Lock()
	defer r.sim.mu.Unlock()
	return r.steps
}

// Sleep is for the code under test to wait with, see [Clock.Sleep].
func (r *Run) Sleep(ctx context.Context, d time.Duration) error { return r.sim.clock.Sleep(ctx, d) }

// enter begins a step. It waits for the run's turn if it is scheduled, and refuses a run that has crashed.
func (r *Run) enter(action string) error {
	r.lane.wait(action)
	r.sim.mu.Lock()
	if r.dead {
		r.sim.failed(fmt.Sprintf("run %q crashed and acts afterwards: %s", r.name, action))
		r.sim.mu.Unlock()
		r.sim.deliver()
		return errCrashed
	}
	due := r.after == 0
	r.dead = due
	r.sim.mu.Unlock()
	if due {
		panic(&Crash{Run: r.name})
	}
	return nil
}

var errCrashed = errors.New("the run has crashed: it can do nothing any more")

// passed ends a step. It returns the crash that is due after it.
func (r *Run) passed(c Call) *Crash {
	r.sim.deliver()
	r.sim.mu.Lock()
	r.steps++
	due, when := r.after == r.steps, r.when
	r.sim.mu.Unlock()
	if !due && (when == nil || !when(c)) {
		return nil
	}
	return r.kill(c)
}

func (r *Run) kill(c Call) *Crash {
	r.sim.mu.Lock()
	defer r.sim.mu.Unlock()
	r.dead = true
	return &Crash{Run: r.name, Steps: r.steps, Last: c}
}

// leave is passed in the goroutine that is to crash.
func (r *Run) leave(c Call) {
	if crash := r.passed(c); crash != nil {
		panic(crash)
	}
}

// Simulator returns the account that the run is about.
func (r *Run) Simulator() *Simulator { return r.sim }

// Clock returns the time of the account.
func (r *Run) Clock() *Clock { return r.sim.clock }
