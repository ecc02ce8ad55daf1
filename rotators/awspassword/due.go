package awspassword

import (
	"fmt"
	"time"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/age"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// The kinds of [rotators.Action].
const (
	dueRecover = "recover"
	dueAdopt   = "adopt"
	dueRotate  = "rotate"
)

// An agenda tells what is due when: a pure function of the state and the durations.
type agenda struct {
	*state
	age.Times
	lease time.Duration
}

func (r *run) agenda() agenda { return agenda{r.state, r.in.Times, r.Limits.LeaseTTL} }

// Due says what is due at now, by the two durations among the inputs and the state; other inputs may be absent. An error
// has the code bad-input or bad-state.
func (o *Rotator) Due(req *rotators.Request, now time.Time) (rotators.Due, error) {
	s, err := parseState(req.State)
	if err != nil {
		return rotators.Due{}, err
	}
	t, err := iamuser.ReadTimes(req)
	if err != nil {
		return rotators.Due{}, err
	}
	lease := iamuser.Usual.LeaseTTL
	if o.limits != nil {
		lease = o.limits.LeaseTTL
	}
	d := iamuser.Due(agenda{s, t, lease}.actions(), now)
	if s.current != nil {
		d.Made = s.current.set
	}
	d.Imported = s.imported()
	if p := s.ledger.pending; p != nil {
		d.Unfinished = fmt.Sprintf("the rotation of %s did not end; the password in force is the current one or a candidate", iamuser.Stamp(p.started))
	}
	return d, nil
}

// actions lists everything that will ever be due if nothing else happens. An action that is due at once has the zero time.
func (a agenda) actions() []rotators.Action {
	var list []rotators.Action
	if p := a.ledger.pending; p != nil {
		list = append(list, rotators.Action{Kind: dueRecover, At: p.started.Add(a.lease), Why: "a rotation is unfinished"})
	}
	if a.adoptable() {
		list = append(list, rotators.Action{Kind: dueAdopt, Why: "a password that was written by hand is to be watched from now on"})
	}
	if at, will := a.rotation(); will {
		why := "there is no password yet"
		if a.current != nil {
			why = "the current password has reached its age"
		}
		list = append(list, rotators.Action{Kind: dueRotate, At: at, Why: why})
	}
	return list
}

func (a agenda) adoptable() bool {
	return a.RotateAfter > 0 && a.current != nil && a.ledger.promoted.IsZero() && a.ledger.adopted.IsZero()
}

// imported tells whether a password was written by hand, and no run has left a mark since.
func (s *state) imported() bool {
	l := s.ledger
	return s.current != nil && l.userID == "" && l.promoted.IsZero() && l.adopted.IsZero() && l.pending == nil
}

// rotation is when the next one is due. A password of unknown age was set long ago.
func (a agenda) rotation() (time.Time, bool) {
	switch {
	case a.RotateAfter == 0:
		return time.Time{}, false
	case a.current == nil:
		return time.Time{}, true
	}
	return iamuser.Later(iamuser.After(a.current.set, a.RotateAfter), iamuser.After(a.ledger.promoted, a.MinInterval)), true
}
