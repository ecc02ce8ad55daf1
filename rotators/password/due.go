package password

import (
	"time"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/age"
)

// The kinds of [rotators.Action].
const (
	dueAdopt  = "adopt"
	dueRotate = "rotate"
)

// Due says what is due at now, by the durations among the inputs and the state; other inputs may be absent. An error has the
// code bad-input or bad-state.
func (Rotator) Due(req *rotators.Request, now time.Time) (rotators.Due, error) {
	s, err := parseState(req.State)
	if err != nil {
		return rotators.Due{}, err
	}
	t, err := parseTimes(req)
	if err != nil {
		return rotators.Due{}, err
	}
	d := rotators.Due{}
	if s.current != nil {
		d.Made, d.Imported = s.current.created, s.current.since().IsZero()
	}
	switch action, at := s.next(t); {
	case action.Kind == "":
	case at.After(now):
		d.Next = at
	default:
		d.Actions = []rotators.Action{action}
	}
	return d, nil
}

// next returns what will be due next and when; the zero time is at once. An action without a kind is none.
func (s *state) next(t age.Times) (rotators.Action, time.Time) {
	action := rotators.Action{}
	switch {
	case t.RotateAfter == 0:
	case s.current == nil:
		action.Kind, action.Why = dueRotate, "there is no password yet"
	case s.current.since().IsZero():
		action.Kind, action.Why = dueAdopt, "the age of a password that was written by hand is to be counted from now on"
	default:
		action.Kind, action.Why = dueRotate, "the password has reached its age"
		action.At = s.current.since().Add(t.RotateAfter)
	}
	return action, action.At
}
