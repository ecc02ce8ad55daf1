package eval

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/escapement-go/escapement/rotators"
)

// StatusOptions say what is asked.
type StatusOptions struct {
	Paths []string  // select rotators, as in [RotateOptions]
	Now   time.Time // what is due is asked as of then; zero: the present
}

// A Status is how the credentials of an environment are, as far as the document tells.
type Status struct {
	Environment *Environment   // its diagnostics; what depends on a call is unknown
	Results     []StatusResult // of each selected rotator, in the order of the document
}

// A StatusResult is how the credential of one rotator is.
type StatusResult struct {
	Path        string       // of the call below "values", such as aws.keys
	Rotator     string       // its name, such as aws-iam
	Known       bool         // the rotator is a [rotators.Maintainer], and could be asked; else Due says nothing
	Rotated     bool         // there is a state
	Due         rotators.Due // the credential in use, and what is due for it
	Diagnostics Diagnostics  // those at or below the call
}

// Status says how the credentials of an environment are: what is in use, since when, and what is due. It calls no provider
// and no service, and changes nothing. Of the document it decrypts the states of the selected rotators, and what their
// ages are computed from.
//
// Errors are those of [Evaluator.Audit]. The Status is never nil.
func (e *Evaluator) Status(ctx context.Context, name string, opts StatusOptions) (*Status, error) {
	return e.status(ctx, name, RotateOptions{Paths: opts.Paths, Now: opts.Now})
}

// readingAtATime is how many environments are read at a time. Loading may wait, and asks nobody who counts.
const readingAtATime = 16

// StatusAll is Status for the environments of the names, several at a time, in the order of the names. As with
// [Evaluator.RotateAll] nothing is kept, those without rotators are no news, and the end of the context ends the sequence.
func (e *Evaluator) StatusAll(ctx context.Context, names []string, opts StatusOptions) iter.Seq2[*Status, error] {
	return inOrder(ctx, names, readingAtATime, func(ctx context.Context, name string) (*Status, error) {
		return e.status(ctx, name, RotateOptions{Paths: opts.Paths, Now: opts.Now, among: true})
	})
}

func (e *Evaluator) status(ctx context.Context, name string, opts RotateOptions) (*Status, error) {
	o, env, err := e.inquire(ctx, name, opts, telling(cmp.Or(opts.Now, time.Now())))
	status := &Status{Environment: env}
	for _, run := range o.selected {
		result := StatusResult{
			Path: run.result.Path, Rotator: run.result.Rotator, Rotated: run.expr.Call.State != nil,
			Diagnostics: env.below(exprPath(run.expr)),
		}
		result.Due, result.Known = run.answer.(rotators.Due)
		result.Due.Actions = slices.Clone(result.Due.Actions)
		status.Results = append(status.Results, result)
	}
	var told []*string
	for i := range status.Results {
		due := &status.Results[i].Due
		told = append(append(told, &due.Unfinished), actionTexts(due.Actions)...)
	}
	scrub(told, o.secrets)
	return status, err
}

// telling asks how a credential is at a time.
func telling(now time.Time) inquiry {
	return inquiry{
		verb: "tell what is due", code: "status-failed", early: true, passive: true,
		ask: func(rotator rotators.Rotator) func(context.Context, *rotators.Request) (any, error) {
			maintainer, ok := rotator.(rotators.Maintainer)
			if !ok {
				return nil
			}
			return func(_ context.Context, req *rotators.Request) (any, error) { return askDue(maintainer, req, now) }
		},
		take: keepAnswer,
	}
}
