package eval

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
)

// rotations are what an operation rotates, or plans to rotate.
type rotations struct {
	runs     map[*syntax.Expr]*rotationRun // those whose call has the value that comes of rotating
	selected []*rotationRun                // in the order of the document
	acting   *rotationRun                  // the rotator at work; nil if none is
	newest   *yamltext.Document            // the text as the last rotator left it; nil before the first
	planned  *yamltext.Document            // the text as the plans would leave it
}

// A rotationRun is the rotation of one call.
type rotationRun struct {
	expr    *syntax.Expr
	task    *task // what the operation waits for
	result  RotationResult
	settled bool // the result stands

	inputs   map[string]any    // in the check phase as far as they depend on no call; then all
	state    map[string]any    // that is saved; nil for none
	asked    providers.Request // who asks, and where warnings go
	turn     *job              // what is to be done when it is its turn; nil before it has all that it needs
	handover *handover         // what takes the states; nil before its turn
	events   *eventLog
	back     *rotated // what the rotator came back with; nil before

	due    *rotators.Due // what is due; nil as long as that is not known
	answer any           // to an inquiry; nil for none
}

// rotated is what a rotator came back with.
type rotated struct {
	err     error // of rotating
	opened  bool  // all is well, and the state as it is now has been opened
	out     any   // of opening it
	openErr error
	due     rotators.Due // what is due then
}

// rotateSelected rotates the calls one by one, or asks their rotators something, and then computes what can be known without
// any further call. It is false if there is no time for that.
func (o *operation) rotateSelected() bool {
	o.performing = true
	if o.request.rotate.Due {
		o.pursue(taskDue)
		o.leaveIdle()
	}
	if o.request.inquiry != nil {
		o.setRunsAside()
		o.pursue(taskInquiry)
	} else {
		o.tellDue()
		o.pursue(taskValue)
		o.finishRotation()
	}
	if o.stopped() {
		return false
	}
	return o.evalRest()
}

// runOf returns the run of a selected call.
func (o *operation) runOf(e *syntax.Expr) *rotationRun {
	return o.selected[slices.IndexFunc(o.selected, func(run *rotationRun) bool { return run.expr == e })]
}

// pursue drives a task of each call whose result does not stand yet.
func (o *operation) pursue(kind taskKind) {
	for _, run := range o.selected {
		run.task = o.root.task(run.expr)
		if kind != taskValue {
			run.task = &task{kind: kind, env: o.root, expr: run.expr}
		}
	}
	if !o.stopped() {
		o.drive(&task{kind: taskGoal, env: o.root})
	}
}

// evalSelected is the goal of an operation that rotates.
func (o *operation) evalSelected(t *task) bool {
	ok := true
	for _, run := range o.selected {
		ok = (run.settled || o.need(t, run.task)) && ok
	}
	return ok
}

// evalRest computes what can be known without any further call. Nothing of that was asked for, so what is wrong with it is
// not reported.
func (o *operation) evalRest() bool {
	o.collecting = true
	o.quietly(func() { o.drive(&task{kind: taskGoal, env: o.root}) })
	if o.spent {
		o.spent = false
		return false
	}
	return !o.stopped()
}

// evalRotation computes fn::rotate of a call that is to be rotated: what the rotator opens from its new state.
func (o *operation) evalRotation(t *task, run *rotationRun) (*datum, bool) {
	e := t.expr
	rotator, c := o.rotatorContract(e)
	unknown := unknownDatum(c.outputs, false)
	switch {
	case run.turn != nil:
		return o.rotationValue(t, run, c)
	case run.settled:
		return unknown, true
	}
	inputs, ok := o.rotatorInputs(t, t.env, e, true)
	state, stateOK := o.rotatorState(t, e, c)
	switch {
	case !ok || !stateOK:
		return nil, false
	case rotator == nil || o.collecting:
		return unknown, true
	case c.err != nil:
		o.reportCall(t, "rotate-failed", rotateFailure(e), c.err)
		return unknown, true
	case !o.performing:
		run.inputs = inputs
		return withheld(c.outputs, false), true
	case !usable(e, inputs, state):
		o.skipRotation(run)
		return unknown, true
	}
	run.inputs, run.state, run.asked = inputs, state, o.providerRequest(t, nil)
	turn := o.job(t, func(ctx context.Context) (any, error) { return o.rotateNow(ctx, rotator, run), nil })
	run.turn = &turn
	return nil, false
}

// usable reports whether all that a rotator needs is known and valid.
func usable(e *syntax.Expr, inputs, state map[string]any) bool {
	return inputs != nil && !hasUnknown(inputs) && usableState(e, state)
}

func usableState(e *syntax.Expr, state map[string]any) bool {
	return e.Call.State == nil || state != nil && !hasUnknown(state)
}

// rotateNext starts the first rotator, in the order of the document, of those that have all they need. It is called when
// nothing else can go on, so that the order of the rotations does not depend on that of answers.
func (o *operation) rotateNext() bool {
	for _, run := range o.selected {
		if run.turn == nil || run.handover != nil {
			continue
		}
		o.acting = run
		run.handover = o.newHandover(run)
		run.events.open(run.handover.knownSecrets)
		o.io.run(o.ctx, *run.turn)
		return true
	}
	return false
}

// rotateNow has a rotator do its work, and opens the state that it leaves. It runs on a goroutine of its own.
func (o *operation) rotateNow(ctx context.Context, rotator rotators.Rotator, run *rotationRun) *rotated {
	back := &rotated{}
	maintainer, isMaintainer := rotator.(rotators.Maintainer)
	rotate := rotator.Rotate
	if o.request.rotate.Due && isMaintainer {
		rotate = maintainer.Maintain
	}
	back.err = guardedCall(func() error {
		defer run.handover.close()
		req := run.request(run.state)
		req.Force, req.Report = o.request.rotate.Force, run.events.report
		return rotate(ctx, req, run.handover.save)
	})
	h, state := run.handover, run.state
	if h.saved {
		state = h.state
	}
	if state == nil || h.problem != nil {
		return back
	}
	if isMaintainer {
		// A state that it cannot read is what opening complains about.
		back.due, _ = askDue(maintainer, run.request(state), o.rotationTime())
	}
	if back.err == nil && h.violations == nil {
		back.opened = true
		back.out, back.openErr = guarded(func() (any, error) { return rotator.Open(ctx, run.request(state)) })
	}
	return back
}

// request makes a request that the rotator may do with as it likes.
func (run *rotationRun) request(state map[string]any) *rotators.Request {
	req := &rotators.Request{Request: run.asked}
	req.Inputs, req.Context = withoutUnknowns(run.inputs), maps.Clone(run.asked.Context)
	if state != nil {
		req.State = withoutUnknowns(state)
	}
	return req
}

// rotationValue is the value of a call that has had its turn, or will have.
func (o *operation) rotationValue(t *task, run *rotationRun, c *contract) (*datum, bool) {
	if t.answer == nil {
		return nil, false
	}
	o.concludeRotation(run)
	if run.result.Status != Succeeded || !run.back.opened {
		return unknownDatum(c.outputs, false), true
	}
	return o.acceptOpened(t, c, run.back.out, run.back.openErr), true
}

// finishRotation waits for the rotator that is at work when the operation ends, so that it leaves no credential half-way.
func (o *operation) finishRotation() {
	run := o.acting
	if run == nil {
		return
	}
	for run.task.answer == nil {
		a := <-o.io.answers
		o.io.running--
		a.then(a)
	}
	o.concludeRotation(run)
}

// concludeRotation makes the result of a rotator that has come back.
func (o *operation) concludeRotation(run *rotationRun) {
	if run.settled {
		return
	}
	run.settled, o.acting = true, nil
	t, h := run.task, run.handover
	h.close() // which a rotator that ended its goroutine has left open
	o.reportHeard(t)
	run.back, _ = t.answer.out.(*rotated)
	if run.back == nil {
		run.back = &rotated{err: t.answer.err}
	}
	o.newest = h.text
	o.secrets = append(o.secrets, h.secrets...)
	o.log("rotated", "rotator", run.result.Rotator, run.back.err)
	run.result.Saved, run.result.Unsaved = h.saved, h.unsaved()
	run.result.Next = run.back.due.Next
	run.events.close()
	before := len(o.found)
	o.reportRotation(run)
	run.result.Status = Succeeded
	if len(o.found) > before || run.back.err != nil {
		run.result.Status = Failed
		o.tellFailed(run, before)
	}
	for i := range o.found[before:] {
		o.found[before+i].lasting = true
	}
}

// reportRotation reports what went wrong while a rotator was at work.
func (o *operation) reportRotation(run *rotationRun) {
	problem, err := run.handover.problem, run.back.err
	if problem != nil {
		o.reportUnsaved(run, problem)
	}
	told := problem != nil && err == error(problem)
	cancelled := o.ctx.Err() != nil && (err == context.Canceled || err == context.DeadlineExceeded)
	if err != nil && !told && !cancelled {
		o.reportCall(run.task, "rotate-failed", rotateFailure(run.expr), err)
	}
	for _, violation := range run.handover.violations {
		o.reportExpr(run.expr, "invalid-state",
			"the new state was saved but violates its schema"+atPath(violation.Path)+": "+violation.Message, violation.Hint)
	}
}

func rotateFailure(e *syntax.Expr) string {
	return "rotator " + quoted(e.Call.Plugin) + " failed to rotate"
}

// reportUnsaved reports a state that could not be saved for certain.
func (o *operation) reportUnsaved(run *rotationRun, problem *handoverError) {
	refusal := (*yamltext.Refusal)(nil)
	switch {
	case errors.As(problem, &refusal):
		o.reportExpr(run.expr, "not-writable", "cannot write the state back: "+refusal.Reason, refusal.Hint)
	case errors.Is(problem, ErrConflict):
		o.reportExpr(run.expr, "save-conflict", "the document changed while rotating", "the new state is kept in the result")
	default:
		o.reportCall(run.task, "state-not-saved", "the new state could not be saved", problem.cause)
		o.found[len(o.found)-1].Hint = "it is kept in the result"
	}
}
