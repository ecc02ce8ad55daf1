package awsiam

import (
	"context"
	"errors"
	"time"

	"github.com/escapement-go/escapement/rotators"
)

// An unsaved state is one that was handed over in vain.
type unsaved struct {
	err       error
	uncertain bool // some try may have written it
}

// trySave hands a state over until it is durable, somebody else has changed the document, or time is up. The state
// in memory follows if it succeeds.
func (r *run) trySave(next *state, why string) *unsaved {
	if r.plan != nil {
		r.plan.Steps = append(r.plan.Steps, rotators.Step{State: next.encode(), Why: why})
		r.state, r.dropped = next, false
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), r.c.saveBudget)
	defer cancel()
	data, began, failed := next.encode(), r.clock.Now(), (*unsaved)(nil)
	for try := 1; ; try++ {
		err := r.store(ctx, data)
		if err == nil {
			r.state, r.dropped = next, false
			r.effects++
			return nil
		}
		conflict := errors.Is(err, rotators.ErrConflict)
		failed = &unsaved{err: err, uncertain: !conflict || failed != nil}
		wait := 500 * time.Millisecond << (try - 1)
		if conflict || try == r.c.saveTries || elapsed(r.clock, began)+wait > r.c.saveBudget || r.clock.Sleep(ctx, wait) != nil {
			return failed
		}
	}
}

// save is trySave for steps that can only stop when it fails.
func (r *run) save(next *state, why string) error {
	if failed := r.trySave(next, why); failed != nil {
		return r.notSaved(failed, why)
	}
	return nil
}

func (r *run) notSaved(failed *unsaved, what string) *Error {
	if failed.uncertain {
		r.effects++
		e := r.refuse("save-uncertain", nil, "it is uncertain whether the document was saved, to note: %s", what)
		e.Err = failed.err
		return e.hint("see that the document can be written, and rotate again")
	}
	e := r.refuse("save-conflict", nil, "somebody else has changed the state in the document")
	e.Err = failed.err
	return e.hint("rotate again")
}
