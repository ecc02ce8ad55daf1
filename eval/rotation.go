package eval

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// RotateOptions say what is to be rotated.
type RotateOptions struct {
	// Paths select rotators: the one at a path and those below it. Without paths all that the document itself holds are
	// selected; those of its imports never are.
	Paths []string

	Force bool      // renew what was renewed a moment ago
	Due   bool      // do what is due by age and nothing else; a rotator that is no [rotators.Maintainer] is never due
	Now   time.Time // what is due is asked as of then; zero: the present

	// Report, if not nil, is told what rotators report, as it happens, with the path of the rotator, and what Rotate itself
	// does: [rotators.EventDue] for each action that is due, before any of them is done, and [rotators.EventFailed] for
	// each rotator that has failed or, for want of its inputs, could not begin. What needs a state to be true is told once
	// the state is saved. Report is called by one goroutine at a time, and must not call the Evaluator for the same
	// environment. The rotation waits for it, so what takes time is better handed to somebody else. A panic in it is
	// ignored, since somebody who is told of a rotation must not be able to break it off.
	Report func(path string, event rotators.Event)

	among bool // many, most of which may have no rotator: that is no news
}

// A Rotation is what came of rotating an environment. It prints no secret in any form.
type Rotation struct {
	// Environment is the environment after the rotation. Values that the rotation did not need are unknown if they depend
	// on a call. Its diagnostics include those of the results.
	Environment *Environment
	Results     []RotationResult // of each selected rotator, in the order of the document
}

// A RotationResult is what came of one rotator.
type RotationResult struct {
	Path        string // of the call below "values", such as aws.keys
	Rotator     string // its name, such as aws-iam
	Status      RotationStatus
	Saved       bool             // a new state was saved, whatever the status
	Events      []rotators.Event // what RotateOptions.Report is told of it, in order
	Diagnostics Diagnostics      // those at or below the call
	Next        time.Time        // when something will be due; zero: never, or not known

	// Left is what is due although the rotator has had its turn, such as what it is not allowed to do. It is nil if
	// nothing is, and if that is not known.
	Left []rotators.Action

	// Unsaved is a state that could not be saved for certain, with everything in it secret; nil if there is none. It may
	// be the only place where a credential still is. A state that is no object is the member "state".
	Unsaved map[string]schema.Secret
}

// A RotationStatus says how the rotation of one credential ended.
type RotationStatus string

// The statuses of rotations and of plans.
const (
	Succeeded    RotationStatus = "succeeded"
	Failed       RotationStatus = "failed"
	NotEvaluated RotationStatus = "not-evaluated" // its inputs or its state are not known, or it was not reached
	NothingDue   RotationStatus = "nothing-due"   // only with RotateOptions.Due
	Planned      RotationStatus = "planned"       // only in a [Plan]
)

// Rotate renews the credentials of an environment. The Loader must be a [Saver], and there must be a Crypter.
//
// First the whole document is checked, as by Open; nothing is called while it has an error. Then what the selected
// rotators need is evaluated, and they rotate one after the other: first those that others depend on, the rest in the
// order of the document. Each state that a rotator hands over is encrypted and saved before the hand-over returns, in the
// newest text of the document, without moving a byte outside the state. One that fails does not stop the others.
//
// The error is nil if there is no error diagnostic, so that all has succeeded. When the context ends, the rotator at work
// is told so, and Rotate returns once it has brought its credential to safety; no other one begins. Saving is not
// cancelled. Rotations of one environment by one Evaluator wait for each other. The Rotation is never nil.
func (e *Evaluator) Rotate(ctx context.Context, name string, opts RotateOptions) (*Rotation, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if canonical, ok := syntax.CanonicalName(name); ok {
		unlock, err := e.rotating.lock(ctx, canonical)
		if err != nil {
			return &Rotation{Environment: emptyEnvironment(canonical)}, err
		}
		defer unlock()
	}
	o := e.operation(ctx, request{verb: rotating, name: name, rotate: opts})
	env, err := o.evaluate()
	rotation := &Rotation{Environment: env}
	var told []*string
	for _, run := range o.selected {
		run.result.Diagnostics = env.below(exprPath(run.expr))
		run.result.Events = run.events.all()
		if run.back != nil {
			run.result.Left = slices.Clone(run.back.due.Actions)
		}
		told = append(append(told, eventTexts(run.result.Events)...), actionTexts(run.result.Left)...)
		rotation.Results = append(rotation.Results, run.result)
	}
	scrub(told, o.secrets)
	return rotation, err
}

// below returns the diagnostics at a path of the environment's own document, or below it.
func (e *Environment) below(path string) (below Diagnostics) {
	for _, d := range e.Diagnostics {
		rest, ok := strings.CutPrefix(d.Path, path)
		if ok && (rest == "" || rest[0] == '.' || rest[0] == '[') && d.Range.Environment == e.Name {
			below = append(below, d)
		}
	}
	return below
}
