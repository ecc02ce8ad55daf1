package eval

import (
	"cmp"
	"time"

	"github.com/escapement-go/escapement/rotators"
)

// evalDue asks a rotator whether anything is due. That needs its saved state, but none of its inputs that depend on a call.
func (o *operation) evalDue(t *task) bool {
	run := o.runOf(t.expr)
	rotator, c := o.rotatorContract(t.expr)
	maintainer, ok := rotator.(rotators.Maintainer)
	if !ok {
		run.result.Status, run.settled = NothingDue, true
		return true
	}
	state, ok := o.rotatorState(t, t.expr, c)
	if !ok {
		return false
	}
	if !usableState(t.expr, state) {
		o.skipRotation(run)
		return true
	}
	run.asked = o.providerRequest(t, nil)
	due, err := askDue(maintainer, run.request(state), o.rotationTime())
	o.reportHeard(t)
	if err != nil {
		before := len(o.found)
		o.reportCall(t, "rotate-failed", rotateFailure(t.expr), err)
		run.result.Status, run.settled = Failed, true
		o.tellFailed(run, before)
		return true
	}
	run.due = &due
	if len(due.Actions) == 0 {
		run.result.Status, run.result.Next, run.settled = NothingDue, due.Next, true
	}
	return true
}

// leaveIdle treats the calls for which nothing is due like those that are not selected: they are opened, and only if
// another one needs that.
func (o *operation) leaveIdle() {
	for _, run := range o.selected {
		if run.result.Status == NothingDue {
			delete(o.runs, run.expr)
		}
	}
}

// actionTexts are what is told of actions.
func actionTexts(actions []rotators.Action) []*string {
	texts := make([]*string, len(actions))
	for i := range actions {
		texts[i] = &actions[i].Why
	}
	return texts
}

// rotationTime is the time as of which something is due.
func (o *operation) rotationTime() time.Time {
	return cmp.Or(o.request.rotate.Now, time.Now())
}

func askDue(maintainer rotators.Maintainer, req *rotators.Request, now time.Time) (rotators.Due, error) {
	due, err := guarded(func() (rotators.Due, error) { return maintainer.Due(req, now) })
	if err != nil {
		return rotators.Due{}, err
	}
	return due, nil
}
