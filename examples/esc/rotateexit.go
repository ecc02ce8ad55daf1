package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/escapement-go/escapement/eval"
)

// The codes that only rotations and their status exit with.
const (
	exitRotateFailed = 3
	exitElsewhere    = 4
)

// gravest orders the codes of several environments: the first one that occurs counts.
var gravest = []int{exitDefect, exitUsage, exitFault, exitRotateFailed, exitElsewhere, exitDone}

func graver(a, b int) int {
	return gravest[min(slices.Index(gravest, a), slices.Index(gravest, b))]
}

// rotateExit tells faults from which nothing was touched from those of rotators, and these from somebody else's being
// faster.
func rotateExit(rotation *eval.Rotation) int {
	touched, elsewhere := false, true
	for _, r := range rotation.Results {
		touched = touched || r.Status != eval.NotEvaluated
		wrong := r.Status == eval.Failed || r.Status == eval.NotEvaluated || len(r.Left) > 0
		elsewhere = elsewhere && (!wrong || r.Status != eval.Succeeded && isElsewhere(r.Diagnostics))
	}
	switch {
	case !touched:
		return exitFault
	case elsewhere:
		return exitElsewhere
	}
	return exitRotateFailed
}

// isElsewhere reports whether all errors say that somebody else is rotating or has changed the state.
func isElsewhere(ds eval.Diagnostics) bool {
	for _, d := range ds {
		switch d.Code {
		case "save-conflict", "rotate-failed/save-conflict", "rotate-failed/in-progress":
		default:
			if !d.Warning {
				return false
			}
		}
	}
	return true
}

// unsavedHint says what to do about states that could not be saved.
func unsavedHint(rotation *eval.Rotation) error {
	for _, r := range rotation.Results {
		if r.Unsaved != nil {
			return hint("what could not be saved is lost when esc ends; the credential saved before still counts, and the next rotation puts things in order")
		}
	}
	return nil
}

// leftUndone says what is due although the rotators did not fail.
func leftUndone(rotation *eval.Rotation) error {
	var errs []error
	for _, r := range rotation.Results {
		for _, action := range r.Left {
			if r.Status == eval.Succeeded {
				errs = append(errs, fmt.Errorf("%s: %s: due and not done: %s", rotation.Environment.Name, r.Path,
					joined(action.Kind, action.AccessKeyID, action.Why)))
			}
		}
	}
	return errors.Join(errs...)
}

// A summary is what became of many environments.
type summary struct {
	g        *cli
	rotators map[eval.RotationStatus]int
	next     time.Time // the earliest
	failed   int       // environments
	code     int
}

// add counts an environment, prints what is wrong with it, and returns its exit code.
func (s *summary) add(ctx context.Context, rotation *eval.Rotation, err error, due bool) int {
	if s.rotators == nil {
		s.rotators = map[eval.RotationStatus]int{}
	}
	for _, r := range rotation.Results {
		s.rotators[r.Status]++
		if !r.Next.IsZero() && (s.next.IsZero() || r.Next.Before(s.next)) {
			s.next = r.Next
		}
	}
	if err != nil {
		err = errors.Join(err, unsavedHint(rotation))
	} else if due {
		err = leftUndone(rotation)
	}
	if err == nil {
		return exitDone
	}
	s.failed++
	code := rotateExit(rotation)
	if errors.Is(err, eval.ErrInternal) {
		code = exitDefect
	}
	s.code = graver(s.code, code)
	if ctx.Err() == nil || !errors.Is(err, ctx.Err()) {
		s.g.printError(os.Stderr, err)
	}
	return code
}

// err is what the command ends with.
func (s *summary) err(ctx context.Context, environments int) error {
	if err := ctx.Err(); err != nil {
		return exitError{err, graver(s.code, exitFault)}
	}
	if s.failed == 0 {
		return nil
	}
	return exitError{fmt.Errorf("%d of %s failed", s.failed, count(environments)), s.code}
}

func (s *summary) text(environments int) string {
	text := count(environments)
	for _, status := range []eval.RotationStatus{eval.Succeeded, eval.Failed, eval.NotEvaluated, eval.NothingDue} {
		if n := s.rotators[status]; n > 0 {
			text = joined(text, fmt.Sprintf("%d %s", n, status))
		}
	}
	return text + nextDue(instant(s.next))
}

func count(environments int) string {
	if environments == 1 {
		return "1 environment"
	}
	return fmt.Sprintf("%d environments", environments)
}
