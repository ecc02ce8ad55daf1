package rotatortest

import (
	"context"
	"fmt"

	"github.com/escapement-go/escapement/rotators"
)

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
	req := t.request()
	req.State = copyState(t.doc.durable)
	var plan *rotators.Plan
	if err := t.guarded("Plan", func() (err error) {
		plan, err = p.Plan(ctx, req)
		return err
	}); err != nil {
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
