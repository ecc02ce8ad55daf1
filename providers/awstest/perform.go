package awstest

import (
	"context"
	"errors"
	"strings"
	"time"
)

// A call in progress.
type call struct {
	*Call
	ctx    context.Context // of a direct call; its end is seen between the steps
	run    *Run
	index  int // in Simulator.calls
	caller caller
	proof  proof
	region string

	lag       time.Duration // by which the fault script sets a list back
	instead   string        // the user for whom the fault script has a key made
	full      bool          // the quota was used up when the call arrived
	documents documents
}

// An answer is what becomes of a call: what AWS says, and what the client gets to see of it.
type answer struct {
	out       any   // of the SDK; nil with an error
	err       error // an *apiError
	damage    damage
	location  string // of a redirect
	status    int    // of a redirect
	requestID string
}

// perform carries a call out, with its hooks around it, and returns what the client gets to see.
func (s *Simulator) perform(c *call, op *operation, in any) answer {
	o := s.arrive(c, op, in)
	s.tell(&s.before, c)
	if err := c.canceled(); err != nil {
		a := answer{err: err, damage: refused}
		s.finish(c, &a, Outcome{name: "canceled"})
		return a
	}
	a := s.meet(o, c, op, in)
	s.finish(c, &a, o)
	s.tell(&s.after, c)
	if err := c.canceled(); err != nil {
		a = answer{err: err, damage: dropped}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.observe(c.run, func(w *Watch) { w.answered(c, a, in) })
	return a
}

// meet lets a call meet its outcome: it is carried out, unless the outcome comes before that.
func (s *Simulator) meet(o Outcome, c *call, op *operation, in any) answer {
	if !o.late {
		s.clock.Advance(o.delay)
	}
	if op.prepare != nil {
		op.prepare(s, c, in)
	}
	if s.options.RacyQuota && c.ctx != nil && op.action == "CreateAccessKey" {
		c.run.lane.wait("CreateAccessKey after the quota")
	}
	var a answer
	if !o.prevents() {
		c.lag, c.instead = o.stale, o.user
		a = s.execute(c, op, in)
	}
	o.spoil(&a)
	if refused := (*apiError)(nil); errors.As(a.err, &refused) {
		a.err = services[op.service].spell(refused)
	}
	if o.late {
		s.clock.Advance(o.delay)
	}
	return a
}

func (c *call) canceled() error {
	if c.ctx == nil {
		return nil
	}
	return c.ctx.Err()
}

// arrive records a call, and chooses what the fault script does to it.
func (s *Simulator) arrive(c *call, op *operation, in any) Outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.describe(c, op, in)
	s.record(c)
	return s.outcome(*c.Call)
}

// describe fills in what a call says about itself.
func (s *Simulator) describe(c *call, op *operation, in any) {
	c.caller = s.claimed(c.Signer)
	c.Service, c.Action, c.KeyID = op.service, op.action, text(in, op.keyID)
	c.Principal = c.caller.arn()
	if services[op.service].regional {
		c.Region, c.Resource = c.region, strings.Join(resources(in), ",")
	}
	if c.User = text(in, op.userName); c.User == "" && !op.anonymous {
		c.Implicit = op.userName >= 0
		c.User = c.caller.userName()
	}
	if k := s.keys[c.KeyID]; k != nil && op.action == "GetAccessKeyLastUsed" {
		c.User = k.user.name
	}
	if u := s.user(c.User); u != nil {
		c.full = u.liveKeys() >= s.options.KeyQuota
	}
}

func (s *Simulator) record(c *call) {
	c.N, c.At, c.index = len(s.calls)+1, s.clock.Now(), len(s.calls)
	if c.run != nil {
		c.Run = c.run.name
	}
	if c.Attempt == 0 {
		c.Attempt = 1
	}
	s.calls = append(s.calls, *c.Call)
}

// execute does what AWS does.
func (s *Simulator) execute(c *call, op *operation, in any) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := answer{}
	if !op.anonymous {
		if a.err = s.authenticate(c); a.err == nil {
			a.err = c.authorize(op)
		}
	}
	if a.err == nil {
		a.err = s.admit(op)
	}
	if a.err == nil {
		s.observe(c.run, (*Watch).before)
		a.out, a.err = op.run(s, c, in)
		c.Executed = a.err == nil
		s.observe(c.run, func(w *Watch) { w.afterCall(c, in) })
	}
	return a
}

// finish records how a call went and what the client is going to see.
func (s *Simulator) finish(c *call, a *answer, o Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var refused *apiError
	switch {
	case o.name != "":
		c.Outcome = o.name
	case errors.As(a.err, &refused):
		c.Outcome = refused.code
	default:
		c.Outcome = ok
	}
	a.requestID = s.ids.request()
	s.calls[c.index] = *c.Call
}

// observe tells the watches whose matter a run is.
func (s *Simulator) observe(r *Run, tell func(*Watch)) {
	for _, w := range s.watches {
		tell(w)
	}
	for _, w := range s.watching[r] {
		tell(w)
	}
}

// Before has f called when a call, or a save of a run, has arrived and before it is carried out. What f does to the
// account, the document or the clock is done before the call; a context that it cancels stops a direct call there.
func (s *Simulator) Before(f func(Call)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = append(s.before, f)
}

// After has f called when a call, or a save of a run, has been carried out, or prevented, and before the client sees the
// answer.
func (s *Simulator) After(f func(Call)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = append(s.after, f)
}

func (s *Simulator) tell(hooks *[]func(Call), c *call) {
	s.mu.Lock()
	tell := *hooks
	s.mu.Unlock()
	for _, f := range tell {
		f(*c.Call)
	}
}
