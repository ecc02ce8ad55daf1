package eval

import (
	"context"
	"errors"

	"github.com/escapement-go/escapement/rotators"
)

// An inquiry is something that the selected rotators are asked, in place of rotating. Nothing is saved.
type inquiry struct {
	verb     string // for messages, such as "audit"
	skipped  string // what a rotator that cannot be asked has not been, such as "audited"
	code     string // of the diagnostic of a failure
	foresees bool   // it is about states to be saved, so that the document must take them
	early    bool   // inputs that depend on a call are not needed
	passive  bool   // nothing else is called, so that a state may stay unknown without a cause; then nothing is asked

	// ask asks a rotator, and is nil for one that cannot be asked.
	ask func(rotators.Rotator) func(context.Context, *rotators.Request) (any, error)

	// take takes what it answered, nil if it could not be asked.
	take func(o *operation, run *rotationRun, c *contract, answer any) error
}

// keepAnswer takes an answer as it is.
func keepAnswer(_ *operation, run *rotationRun, _ *contract, answer any) error {
	run.answer = answer
	return nil
}

// setRunsAside gives the calls that are asked the values that they have.
func (o *operation) setRunsAside() {
	o.planned, o.runs = o.root.doc.Source, nil
}

// inquire has the rotators of an environment answer an inquiry.
func (e *Evaluator) inquire(ctx context.Context, name string, opts RotateOptions, i inquiry) (*operation, *Environment, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	o := e.operation(ctx, request{verb: rotating, name: name, rotate: opts, inquiry: &i})
	env, err := o.evaluate()
	return o, env, err
}

// evalInquiry asks one rotator.
func (o *operation) evalInquiry(t *task) bool {
	run, asking := o.runOf(t.expr), o.request.inquiry
	rotator, c := o.rotatorContract(t.expr)
	if t.answer != nil {
		o.reportHeard(t)
		o.concludeInquiry(run, c, t.answer.out, t.answer.err)
		return true
	}
	inputs, ok := run.inputs, true
	if !asking.early {
		inputs, ok = o.rotatorInputs(t, t.env, t.expr, true)
	}
	state, stateOK := o.rotatorState(t, t.expr, c)
	switch {
	case !ok || !stateOK:
		return false
	case asking.early && !usableState(t.expr, state), !asking.early && !usable(t.expr, inputs, state):
		if run.settled = true; !asking.passive {
			o.skipRotation(run)
		}
		return true
	}
	ask := asking.ask(rotator)
	if ask == nil {
		o.concludeInquiry(run, c, nil, nil)
		return true
	}
	run.inputs, run.state, run.asked = inputs, state, o.providerRequest(t, nil)
	req := run.request(state)
	return o.ask(t, func(ctx context.Context) (any, error) { return ask(ctx, req) })
}

// concludeInquiry takes the answer of a rotator.
func (o *operation) concludeInquiry(run *rotationRun, c *contract, answer any, err error) {
	run.settled = true
	if err == nil {
		err = o.request.inquiry.take(o, run, c, answer)
	}
	switch {
	case err == nil:
		return
	case errors.Is(err, rotators.ErrNotRotated):
		o.notRotated(run.expr, false).Err = err
	default:
		o.reportCall(run.task, o.request.inquiry.code,
			"rotator "+quoted(run.result.Rotator)+" failed to "+o.request.inquiry.verb, err)
	}
	run.result.Status = Failed
}
