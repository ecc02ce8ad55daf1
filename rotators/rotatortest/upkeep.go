package rotatortest

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/escapement-go/escapement/rotators"
)

// checkUpkeep lets a maintainer do what is due, and what is not.
func (s *suite) checkUpkeep(ctx context.Context) {
	t := s.trial()
	m, ok := t.world.Rotator.(rotators.Maintainer)
	if !ok {
		return
	}
	t.elapse()
	t.rotate(ctx, fault{})
	for n := range 6 {
		if n%2 == 1 {
			t.elapse()
		}
		due, ok := t.due(m)
		if !ok {
			return
		}
		r := t.call(ctx, fmt.Sprintf("Maintain %d", n+1), fault{}, m.Maintain)
		switch {
		case len(due.Actions) == 0:
			t.checkIdle(maintains, r)
		case r.err != nil:
			t.breach(maintains, r.where(), "it failed: %v", r.err)
		default:
			if rest, _ := t.due(m); len(rest.Actions) > 0 {
				t.breach(maintains, r.where(), "%q is due still", rest.Actions[0].Kind)
			}
		}
	}
}

func (t *trial) now() time.Time {
	if t.world.Now == nil {
		return time.Now()
	}
	return t.world.Now()
}

// due asks what is due now, and checks the answer. It returns false if there is none.
func (t *trial) due(m rotators.Maintainer) (rotators.Due, bool) {
	now := t.now()
	live, changes := t.live(), t.changes()
	due, err := t.dueAt(m, now)
	if err != nil {
		t.breach(pureDue, "Due", "it failed: %v", err)
		return due, false
	}
	if again, _ := t.dueAt(m, now); !reflect.DeepEqual(due, again) {
		t.breach(pureDue, "Due", "it answered differently when it was asked again")
	}
	if text := fmt.Sprintf("%+v", due); t.scrub(text) != text {
		t.breach(hiddenSecrets, "Due", "it tells a secret")
	}
	if due.Made.After(now) {
		t.breach(pureDue, "Due", "Made is yet to come")
	}
	for _, a := range due.Actions {
		if a.At.After(now) {
			t.breach(pureDue, "Due", "%q is due only later", a.Kind)
		}
	}
	t.checkNext(m, due, now)
	if t.touched(live, changes) {
		t.breach(pureDue, "Due", "something has changed")
	}
	return due, true
}

// checkNext compares the answers on both sides of Next.
func (t *trial) checkNext(m rotators.Maintainer, due rotators.Due, now time.Time) {
	if due.Next.IsZero() {
		return
	}
	if !due.Next.After(now) {
		t.breach(pureDue, "Due", "Next is not after the time that was asked for")
		return
	}
	if before, _ := t.dueAt(m, due.Next.Add(-1)); len(before.Actions) != len(due.Actions) {
		t.breach(pureDue, "Due", "the answer changes before Next")
	}
	if then, _ := t.dueAt(m, due.Next); reflect.DeepEqual(then.Actions, due.Actions) {
		t.breach(pureDue, "Due", "the answer at Next is the same")
	}
}

func (t *trial) dueAt(m rotators.Maintainer, now time.Time) (due rotators.Due, err error) {
	defer func() {
		if p := recover(); p != nil {
			t.breach(noPanic, "Due", "it panicked: %v", p)
			err = fmt.Errorf("it panicked")
		}
	}()
	req := t.request()
	req.State = copyState(t.doc.durable)
	due, err = m.Due(req, now)
	if !reflect.DeepEqual(req.State, copyState(t.doc.durable)) {
		t.breach(keptData, "Due", "the request was changed")
	}
	return due, err
}

// checkPlan compares plans with the rotations that follow, those that renew something and those that do not.
func (s *suite) checkPlan(ctx context.Context) {
	t := s.trial()
	p, ok := t.world.Rotator.(rotators.Planner)
	if !ok {
		return
	}
	for n := range 6 {
		if n%2 == 0 {
			t.elapse()
		}
		live, changes := t.live(), t.changes()
		plan, err := t.plan(ctx, p)
		if t.touched(live, changes) {
			t.breach(planReads, "Plan", "something has changed")
		}
		r := t.call(ctx, fmt.Sprintf("rotation %d, after a plan", n+1), fault{}, p.Rotate)
		switch {
		case err != nil && r.err == nil:
			t.breach(planTells, "Plan", "it failed and the rotation did not: %v", err)
		case err == nil && r.err == nil && plan != len(r.saves):
			t.breach(planTells, "Plan", "it tells of %d saves and the rotation made %d", plan, len(r.saves))
		}
	}
}

// plan returns how many saves are planned.
func (t *trial) plan(ctx context.Context, p rotators.Planner) (saves int, err error) {
	defer func() {
		if v := recover(); v != nil {
			t.breach(noPanic, "Plan", "it panicked: %v", v)
			err = fmt.Errorf("it panicked")
		}
	}()
	req := t.request()
	req.State = copyState(t.doc.durable)
	plan, err := p.Plan(ctx, req)
	if err != nil {
		return 0, err
	}
	for _, step := range plan.Steps {
		if text := fmt.Sprintf("%+v", step); t.scrub(text) != text {
			t.breach(hiddenSecrets, "Plan", "a step tells a secret")
		}
		if step.State != nil {
			saves++
		}
	}
	return saves, nil
}
