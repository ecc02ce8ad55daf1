package iamuser

import (
	"context"
	"errors"
	"time"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators"
)

// An Unsaved state is one that was handed over in vain.
type Unsaved struct {
	Err       error
	Uncertain bool // some try may have written it
}

// TrySave hands a state over until it is durable, somebody else has changed the document, or time is up. A plan only notes
// it.
func (r *Run) TrySave(data map[string]any, why string) *Unsaved {
	if r.Plan != nil {
		r.Plan.Steps = append(r.Plan.Steps, rotators.Step{State: data, Why: why})
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Ctx), r.Limits.SaveBudget)
	defer cancel()
	began, failed := r.Clock.Now(), (*Unsaved)(nil)
	for try := 1; ; try++ {
		err := r.Store(ctx, data)
		if err == nil {
			r.Effects++
			return nil
		}
		conflict := errors.Is(err, rotators.ErrConflict)
		failed = &Unsaved{Err: err, Uncertain: !conflict || failed != nil}
		wait := 500 * time.Millisecond << (try - 1)
		late := awsclient.Elapsed(r.Clock, began)+wait > r.Limits.SaveBudget
		if conflict || try == r.Limits.SaveTries || late || r.Clock.Sleep(ctx, wait) != nil {
			return failed
		}
	}
}

// NotSaved turns it into the error of the run; what says what the state was to note.
func (r *Run) NotSaved(failed *Unsaved, what string) *Error {
	if failed.Uncertain {
		r.Effects++
		e := Refuse("save-uncertain", "it is uncertain whether the document was saved, to note: %s", what)
		e.Err = failed.Err
		return e.Advise("see that the document can be written, and rotate again")
	}
	e := Refuse("save-conflict", "somebody else has changed the state in the document")
	e.Err = failed.Err
	return e.Advise("rotate again")
}

// NotSavedAfter is NotSaved for a state that was to be saved since the run ends because of another error.
func (r *Run) NotSavedAfter(why error, failed *Unsaved, what string) *Error {
	e := r.NotSaved(failed, what)
	e.Text += "; before that, " + why.Error()
	e.Err = errors.Join(e.Err, why)
	return e
}
