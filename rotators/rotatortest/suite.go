package rotatortest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/providertest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// A suite is one run of all checks against the rotators of one kind of world.
type suite struct {
	newWorld func() World
	schema   rotators.Schema
	findings []Finding
	steady   int         // how many credentials are live after several rotations
	saves    map[int]int // how many saves the rotation after so many others takes
	ended    []*run      // whose method has returned
	hung     bool        // a method has not
}

// starts are the numbers of rotations after which things go wrong.
var starts = []int{0, 2}

func (s *suite) run(ctx context.Context) {
	s.readSchema(ctx)
	if len(s.findings) > 0 {
		return // nothing can be judged by such a schema
	}
	s.checkRotations(ctx)
	if len(s.findings) == 0 {
		s.checkRepetition(ctx)
		s.checkUpkeep(ctx)
		s.checkPlan(ctx)
		s.checkInquiries(ctx)
		for _, start := range starts {
			s.checkFaults(ctx, start)
		}
	}
	s.checkLateCalls()
	if again := s.newWorld().Rotator.Schema(); !reflect.DeepEqual(again, s.schema) {
		s.report(Finding{Rule: stableSchema, Detail: "a later call of Schema answered differently from the first"})
	}
}

// enough findings of one rule tell what there is to tell.
const enough = 3

func (s *suite) report(f Finding) {
	n := 0
	for _, other := range s.findings {
		if other.Rule == f.Rule {
			n++
		}
	}
	if n < enough && !slices.Contains(s.findings, f) {
		s.findings = append(s.findings, f)
	}
}

// readSchema keeps the schema of the rotators, and reports what is wrong with it.
func (s *suite) readSchema(ctx context.Context) {
	defer func() {
		if p := recover(); p != nil {
			s.report(Finding{Rule: noPanic, Detail: fmt.Sprintf("Schema panicked: %v", p)})
		}
	}()
	r := s.newWorld().Rotator
	s.schema = r.Schema()
	if !reflect.DeepEqual(r.Schema(), s.schema) {
		s.report(Finding{Rule: stableSchema, Detail: "a later call of Schema answered differently from the first"})
	}
	none := func(context.Context, *providers.Request) (any, error) { return nil, nil }
	for _, part := range []providers.Schema{{Inputs: s.schema.Inputs, Outputs: s.schema.State}, {Outputs: s.schema.Outputs}} {
		for _, f := range providertest.Check(ctx, providers.New(part, none), providertest.Options{}) {
			if rule, found := ruleOf(f.Rule); found && rule.Name == "valid-schema" {
				s.report(Finding{Rule: rule, Detail: f.Detail})
			}
		}
	}
}

// checkRotations rotates several times without a fault, and opens what was saved.
func (s *suite) checkRotations(ctx context.Context) {
	t := s.trial()
	s.saves = map[int]int{}
	finished := 0 // states of the first rotation
	for n := range 5 {
		t.elapse()
		r := t.rotate(ctx, fault{})
		if !t.checkRenewed(ctx, r) {
			return
		}
		s.saves[n] = len(r.saves)
		if n == 0 {
			finished = len(t.states) - 1
		}
		if n >= 2 && len(t.live()) > s.steady {
			t.breach(noHeap, r.where(), "%q are live, and %d were before", t.live(), s.steady)
		}
		s.steady = len(t.live())
	}
	t.checkOpen(ctx, finished)
}

// checkRenewed reports a rotation that has renewed nothing.
func (t *trial) checkRenewed(ctx context.Context, r *run) bool {
	if r.err != nil || r.panicked != nil {
		t.breach(renews, r.where(), "it failed: %v", r.err)
		return false
	}
	out, err := t.open(ctx)
	switch {
	case t.doc.durable == nil:
		t.breach(renews, r.where(), "it saved nothing")
	case err != nil:
		t.breach(renews, r.where(), "what it saved cannot be opened: %v", err)
	case schema.Equal(out, r.opened):
		t.breach(renews, r.where(), "Open returns what it returned before")
	case t.world.Works != nil && t.world.Works(out) != nil:
		t.breach(renews, r.where(), "what Open returns does not work: %v", t.world.Works(out))
	default:
		return true
	}
	return false
}

// checkOpen opens every state that was saved; those before finished are of an unfinished first rotation.
func (t *trial) checkOpen(ctx context.Context, finished int) {
	live, changes := t.live(), t.changes()
	opts := providertest.Options{}
	for i, state := range t.states {
		t.checkState(state.(map[string]any))
		_, err := t.world.Rotator.Open(ctx, t.openRequest(state.(map[string]any), providers.Request{}))
		switch {
		case err == nil:
			opts.Opens = append(opts.Opens, providers.Request{Inputs: state.(map[string]any), Context: t.canaries()})
		case i >= finished || !errors.Is(err, rotators.ErrNotRotated):
			t.breach(unfinishedOpen, fmt.Sprintf("state %d", i+1), "Open failed: %v", err)
		}
	}
	p := providers.New(providers.Schema{Outputs: t.schema.Outputs}, func(ctx context.Context, req *providers.Request) (any, error) {
		like := t.openRequest(nil, *req)
		like.State = req.Inputs
		return t.world.Rotator.Open(ctx, like)
	})
	for _, f := range providertest.Check(ctx, p, opts) {
		if rule, found := ruleOf(f.Rule); found {
			t.breach(rule, "Open", "%s", f.Detail)
		}
	}
	if t.touched(live, changes) {
		t.breach(quietOpen, "Open", "something has changed")
	}
}

// checkState checks that the schema admits a state, now and when another program has added to it.
func (t *trial) checkState(state map[string]any) {
	more := copyState(state)
	more["rotatortest"] = "added by another version"
	if len(t.schema.State.Validate(state)) > 0 {
		return // which is another breach
	}
	for _, v := range t.schema.State.Validate(more) {
		t.breach(openState, "", "the state schema refuses a state with a further member %v", v)
	}
}

// checkRepetition rotates again at once, and then by force.
func (s *suite) checkRepetition(ctx context.Context) {
	t := s.trial()
	for range 2 {
		t.elapse()
		t.rotate(ctx, fault{})
	}
	r := t.call(ctx, "a rotation at once", fault{}, t.world.Rotator.Rotate)
	if schema.Equal(t.openNow(ctx), r.opened) {
		t.checkIdle(idle, r)
	}
	t.checkRenewed(ctx, t.call(ctx, "a forced rotation at once", fault{force: true}, t.world.Rotator.Rotate))
}

// checkIdle reports a run that had nothing to do and has done something.
func (t *trial) checkIdle(rule Rule, r *run) {
	if len(r.saves) > 0 {
		t.breach(rule, r.where(), "it saved %d times", len(r.saves))
	}
	if t.touched(r.before, r.changes) {
		t.breach(rule, r.where(), "something has changed")
	}
}

// checkFaults lets everything happen to the rotation after so many others, one thing at a time.
func (s *suite) checkFaults(ctx context.Context, start int) {
	for _, f := range faults(s.saves[start]) {
		if !s.hung || !f.cancels() { // one wait for it is enough
			s.checkFault(ctx, start, f)
		}
	}
}

// checkFault lets one thing happen to the rotation after so many others, and then rotates until all is well.
func (s *suite) checkFault(ctx context.Context, start int, f fault) {
	t := s.trial()
	t.usual = true
	for range start {
		t.elapse()
		t.rotate(ctx, fault{})
	}
	t.usual = false
	t.elapse()
	r := t.rotate(ctx, f)
	if r.err == nil && !r.died && len(r.saves) > 0 && r.saves[len(r.saves)-1].err == nil {
		t.checkRenewed(ctx, r)
	}
	t.checkRecovery(ctx, r.where())
}

const (
	recoveries = 3 // renewals after a fault until all must be well
	attempts   = 8 // runs that they may take
)

func (t *trial) checkRecovery(ctx context.Context, after string) {
	renewed, last := 0, error(nil)
	for range attempts {
		if renewed == recoveries {
			break
		}
		t.elapse()
		r := t.rotate(ctx, fault{})
		if last = r.err; last == nil && t.checkRenewed(ctx, r) {
			renewed++
			t.usual = true
		}
	}
	switch live := t.live(); {
	case renewed < recoveries:
		t.breach(sameEnd, after, "%d of %d rotations after it succeeded; the last one: %v", renewed, attempts, last)
	case len(live) != t.steady:
		t.breach(sameEnd, after, "%q are live %d rotations later, instead of %d", live, renewed, t.steady)
	}
}

// checkLateCalls looks at the runs once more, after a while.
func (s *suite) checkLateCalls() {
	time.Sleep(5 * workTime)
	for _, r := range s.ended {
		r.mu.Lock()
		if r.late {
			r.breach(noLateCalls, r.where(), "it did so")
		}
		r.mu.Unlock()
	}
}
