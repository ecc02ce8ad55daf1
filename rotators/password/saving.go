package password

import (
	"context"
	"errors"
	"time"

	"github.com/escapement-go/escapement/rotators"
)

const (
	saveTries  = 5
	saveBudget = 30 * time.Second // for one try
)

// save hands a state over until it is durable, somebody else has changed the document, the caller has given up, or there
// were enough tries. A try that has begun is not given up with the caller, since nobody would know what has become of it.
func (r *run) save(next map[string]any) error {
	uncertain := false
	for try := 1; ; try++ {
		err := r.try(next)
		if err == nil {
			return nil
		}
		if errors.Is(err, rotators.ErrConflict) && !uncertain {
			return &Error{
				Code: "save-conflict", Text: "somebody else has changed the state in the document", Hint: "rotate again", Err: err,
			}
		}
		uncertain = true
		if errors.Is(err, rotators.ErrConflict) || try == saveTries || !r.wait(500*time.Millisecond<<(try-1)) {
			return &Error{
				Code: "save-uncertain", Text: "it is uncertain whether the document was saved",
				Hint: "see that the document can be written, and rotate again", Err: errors.Join(err, r.ctx.Err()),
			}
		}
	}
}

func (r *run) try(next map[string]any) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), saveBudget)
	defer cancel()
	return r.store(ctx, next)
}

// wait waits, and tells whether the caller has waited, too.
func (r *run) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.ctx.Done():
		return false
	}
}
