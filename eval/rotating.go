package eval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
	"github.com/escapement-go/escapement/rotators"
)

// rotations are what an operation rotates.
type rotations struct {
	runs     map[*syntax.Expr]*rotationRun
	selected []*rotationRun // in the order of the document
	acting   *rotationRun   // the rotator at work; nil if none is
}

// A rotationRun is the rotation of one call.
type rotationRun struct {
	task     *task
	expr     *syntax.Expr
	result   RotationResult
	handover *handover // what takes the states; nil before the rotator is called
	back     *rotated  // nil as long as the rotator is at work
	idle     bool      // nothing is due
	settled  bool      // the result stands
}

// rotated is what a rotator came back with.
type rotated struct {
	err     error // of rotating
	out     any   // of opening the new state
	openErr error
	next    time.Time // when something will be due
}

// rotateSelected rotates the calls one by one, and then computes what can be known without any further call.
func (o *operation) rotateSelected() {
	o.performing = true
	for _, run := range o.selected {
		if o.stopped() {
			break
		}
		o.drive(&task{kind: taskGoal, env: o.root, expr: run.expr})
	}
	o.finishRotation()
	o.collecting = true
	if !o.stopped() {
		o.drive(&task{kind: taskGoal, env: o.root})
	}
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

// evalRotation computes fn::rotate of a call that is to be rotated: what the rotator opens from its new state.
func (o *operation) evalRotation(t *task, run *rotationRun) (*datum, bool) {
	e := t.expr
	rotator, c := o.rotatorContract(e)
	unknown := unknownDatum(c.outputs, false)
	switch {
	case rotator == nil:
		return unknown, true
	case c.err != nil:
		o.reportCall(t, "rotate-failed", rotateFailure(e), c.err)
		return unknown, true
	case run.settled:
		return unknown, true
	case run.handover != nil:
		return o.rotationValue(t, run, c)
	}
	if o.performing && o.request.rotate.Due {
		if idle, ok := o.nothingDue(t, run, rotator); !ok || idle {
			return unknown, ok
		}
	}
	inputs, ok := o.rotatorInputs(t, t.env, e, true)
	state, stateOK := o.rotatorState(t, e, c)
	switch {
	case !ok || !stateOK:
		return nil, false
	case !o.performing:
		o.checkSaving(e)
		return withheld(c.outputs, false), true
	case o.collecting:
		return unknown, true
	case inputs == nil || hasUnknown(inputs), e.Call.State != nil && (state == nil || hasUnknown(state)):
		o.skipRotation(t, run)
		return unknown, true
	case o.acting != nil:
		o.need(t, o.acting.task)
		return nil, false
	}
	run.task, o.acting = t, run
	run.handover = o.newHandover(e, c)
	req := &rotators.Request{Request: o.providerRequest(t, inputs), State: state, Force: o.request.rotate.Force}
	req.Report = func(event rotators.Event) {
		run.result.Events = append(run.result.Events, event)
		if report := o.request.rotate.Report; report != nil {
			report(run.result.Path, event)
		}
	}
	o.io.run(o.ctx, o.job(t, func(ctx context.Context) (any, error) {
		return o.rotateNow(ctx, rotator, req, run.handover), nil
	}))
	return nil, false
}

// rotateNow has a rotator do its work, and opens the state that it leaves. It runs on a goroutine of its own.
func (o *operation) rotateNow(ctx context.Context, rotator rotators.Rotator, req *rotators.Request, h *handover) *rotated {
	back := &rotated{}
	rotate := rotator.Rotate
	maintainer, isMaintainer := rotator.(rotators.Maintainer)
	if o.request.rotate.Due && isMaintainer {
		rotate = maintainer.Maintain
	}
	back.err = guardedCall(func() error { return rotate(ctx, req, h.save) })
	h.close()
	if h.state != nil {
		req.State = h.state
	}
	if req.State == nil || h.problem != nil {
		return back
	}
	if isMaintainer {
		_ = guardedCall(func() error { // a state that it cannot read is what opening complains about
			due, err := maintainer.Due(req, o.rotationTime())
			back.next = due.Next
			return err
		})
	}
	back.openErr = guardedCall(func() (err error) {
		back.out, err = rotator.Open(ctx, req)
		return err
	})
	return back
}

// rotationTime is the time as of which something is due.
func (o *operation) rotationTime() time.Time {
	return cmp.Or(o.request.rotate.Now, time.Now())
}

// nothingDue asks a rotator whether anything is due, without what depends on a call.
func (o *operation) nothingDue(t *task, run *rotationRun, rotator rotators.Rotator) (idle, ok bool) {
	if run.idle {
		return true, true
	}
	maintainer, isMaintainer := rotator.(rotators.Maintainer)
	inputs, ok := o.rotatorInputs(t, t.env, t.expr, false)
	_, c := o.rotatorContract(t.expr)
	state, stateOK := o.rotatorState(t, t.expr, c)
	if !ok || !stateOK {
		return false, false
	}
	if isMaintainer && (inputs == nil || t.expr.Call.State != nil && (state == nil || hasUnknown(state))) {
		return false, true // which is reported as for any rotation
	}
	var due rotators.Due
	if isMaintainer {
		req := &rotators.Request{Request: o.providerRequest(t, withoutUnknowns(inputs)), State: state}
		err := guardedCall(func() (err error) {
			due, err = maintainer.Due(req, o.rotationTime())
			return err
		})
		if err != nil {
			o.reportCall(t, "rotate-failed", rotateFailure(t.expr), err)
			run.result.Status, run.settled = Failed, true
			return true, true
		}
	}
	if len(due.Actions) > 0 {
		return false, true
	}
	run.idle, run.settled = true, true
	run.result.Status, run.result.Next = NothingDue, due.Next
	return true, true
}

// rotationValue is the value of a call whose rotator has been called.
func (o *operation) rotationValue(t *task, run *rotationRun, c *contract) (*datum, bool) {
	if t.answer == nil {
		return nil, false
	}
	o.concludeRotation(run)
	unknown := unknownDatum(c.outputs, false)
	if run.result.Status != Succeeded || run.back.out == nil && run.back.openErr == nil {
		return unknown, true
	}
	failure := "rotator " + quoted(t.expr.Call.Plugin) + " failed"
	return o.accept(t, c, failure, run.back.out, run.back.openErr), true
}

// concludeRotation makes the result of a rotator that has come back.
func (o *operation) concludeRotation(run *rotationRun) {
	if run.settled {
		return
	}
	run.settled, o.acting = true, nil
	t, h := run.task, run.handover
	o.reportHeard(t)
	run.back, _ = t.answer.out.(*rotated)
	if run.back == nil {
		run.back = &rotated{err: t.answer.err}
	}
	run.result.Saved, run.result.Unsaved, run.result.Next = h.saved, h.unsaved(), run.back.next
	o.secrets = append(o.secrets, h.secrets...)
	run.result.Status = Succeeded
	if h.problem != nil {
		o.reportHandover(t, h.problem)
		run.result.Status = Failed
	}
	if err := run.back.err; err != nil {
		run.result.Status = Failed
		if h.problem == nil || !errors.Is(err, h.problem) || coderOf(err) != "" {
			o.reportCall(t, "rotate-failed", rotateFailure(t.expr), err)
		}
	}
	for _, violation := range h.violations {
		run.result.Status = Failed
		o.report(t.expr.Mark(), "invalid-state",
			"the new state was saved but violates its schema"+atPath(violation.Path)+": "+violation.Message, violation.Hint).
			Path = exprPath(t.expr)
	}
}

func rotateFailure(e *syntax.Expr) string {
	return "rotator " + quoted(e.Call.Plugin) + " failed to rotate"
}

// checkSaving reports what would keep a new state from being saved.
func (o *operation) checkSaving(e *syntax.Expr) {
	problem := func(code, message, hint string) { o.report(e.Mark(), code, message, hint).Path = exprPath(e) }
	if o.Crypter == nil {
		problem("no-crypter", errNoCrypter.message, "")
	}
	if _, ok := o.Loader.(Saver); !ok {
		problem("not-writable", "cannot write the state back: nothing is configured that can save", "")
	}
	if err := o.tryState(e); err != nil {
		problem("not-writable", "cannot write the state back: "+err.Reason, err.Hint)
	}
}

// skipRotation reports a rotation that cannot begin.
func (o *operation) skipRotation(t *task, run *rotationRun) {
	run.settled = true
	hint := ""
	if cause := o.causeIn(t.env, t.expr.Call.Arg); cause != nil {
		d := cause.diagnostic()
		hint = fmt.Sprintf("see %s at %s:%d:%d", d.Code, d.Range.Environment, d.Range.Begin.Line, d.Range.Begin.Column)
	}
	o.report(t.expr.Mark(), "rotation-skipped", "not rotated because its inputs or state are not known", hint).
		Path = exprPath(t.expr)
}

// causeIn returns what was found of an expression or of what it needs, at the nearest place; nil for nothing.
func (o *operation) causeIn(env *env, e *syntax.Expr) *finding {
	queue, seen := []place{{env: env, expr: e}}, map[*syntax.Expr]bool{}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		for p.slot != nil && len(p.slot.layers) > 0 {
			p = p.slot.layers[0].place
		}
		if def := p.val.def; p.isValue() && def != nil && def.Doc != nil {
			p = place{env: o.envOf(def.Doc), expr: def}
		}
		if p.expr == nil || seen[p.expr] {
			continue
		}
		nodes := map[*yamltext.Node]bool{}
		p.expr.Walk(func(e *syntax.Expr) {
			seen[e], nodes[e.Node] = true, true
			for _, part := range e.Parts {
				if part.Path == nil {
					continue
				}
				if to, ok := o.resolve(nil, p.env, e, part.Path); ok {
					queue = append(queue, to)
				}
			}
		})
		if cause := o.firstAt(nodes); cause != nil {
			return cause
		}
	}
	return nil
}

// firstAt returns the first finding at any of the nodes.
func (o *operation) firstAt(nodes map[*yamltext.Node]bool) (first *finding) {
	for i := range o.found {
		f := &o.found[i]
		if nodes[f.mark.Node] && (first == nil || o.compareMarks(f.mark, first.mark) < 0) {
			first = f
		}
	}
	return first
}

// guardedCall turns a panic in code of the host into an error.
func guardedCall(do func() error) error {
	_, err := guarded(func() (string, error) { return "", do() })
	return err
}
