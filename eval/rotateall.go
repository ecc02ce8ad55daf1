package eval

import (
	"cmp"
	"context"
	"iter"
	"sync"
	"time"

	"github.com/escapement-go/escapement/rotators"
)

// RotateAllOptions say what is to be rotated in many environments.
type RotateAllOptions struct {
	Force, Due bool      // as in [RotateOptions]
	Now        time.Time // as in [RotateOptions]

	// Concurrency is how many environments are rotated at a time; zero means 4. A rotation mostly waits, so that a few
	// at a time are faster, and services limit how often an account may ask, so that many at a time are not.
	Concurrency int

	// Report, if not nil, is told what that of [RotateOptions] is, with the name of the environment: of all environments as
	// it happens, by one goroutine at a time.
	Report func(environment, path string, event rotators.Event)
}

const defaultRotations = 4

// RotateAll rotates the environments of the names, such as those of [Evaluator.List], as [Evaluator.Rotate] does, several
// at a time. What comes of each is in the order of the names, whatever is done first, and is not kept, so that a thousand
// environments take no more memory than a hundred. One that fails does not stop the others.
//
// An environment without rotators of its own is no news: it is not looked at any further, and its Rotation has no results
// and no diagnostics, unless it cannot be read. With Due nothing is called for an environment in which nothing is due.
//
// When the context ends, those under way are brought to safety, and no other one begins; the sequence ends with an error
// of the context. To break off the sequence does the same.
func (e *Evaluator) RotateAll(ctx context.Context, names []string, opts RotateAllOptions) iter.Seq2[*Rotation, error] {
	var reporting sync.Mutex
	return inOrder(ctx, names, opts.concurrency(), func(ctx context.Context, name string) (*Rotation, error) {
		one := opts.ofOne()
		if opts.Report != nil {
			one.Report = func(path string, event rotators.Event) {
				reporting.Lock()
				defer reporting.Unlock()
				opts.Report(name, path, event)
			}
		}
		return e.Rotate(ctx, name, one)
	})
}

// PlanAll says of the environments of the names what [Evaluator.RotateAll] would do with the same options, in the same
// way, and writes nothing. See [Evaluator.Plan].
func (e *Evaluator) PlanAll(ctx context.Context, names []string, opts RotateAllOptions) iter.Seq2[*Plan, error] {
	return inOrder(ctx, names, opts.concurrency(), func(ctx context.Context, name string) (*Plan, error) {
		return e.Plan(ctx, name, opts.ofOne())
	})
}

func (o RotateAllOptions) ofOne() RotateOptions {
	return RotateOptions{Force: o.Force, Due: o.Due, Now: o.Now, among: true}
}

func (o RotateAllOptions) concurrency() int { return max(1, cmp.Or(o.Concurrency, defaultRotations)) }
