package awspassword

import (
	"time"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// A run is one call of Rotate, Maintain or Plan; that of Audit takes some of its steps.
type run struct {
	iamuser.Run
	rotator *Rotator
	dial    dialer
	in      *inputs
	force   bool
	due     bool // does only what is due

	state       *state // in memory
	iam         iamAPI
	userID      string    // of the user, if GetUser told
	asked       time.Time // local time when AWS had told all that the run goes by
	policyKnown bool      // AWS has told what the account wants of passwords
	rolling     bool      // finishes what an earlier run began
	made        []string  // passwords, also those that no document has yet
}

// check is step CHECK: it parses inputs and state and calls nothing. It tells whether the run is over, because nothing
// is due.
func (r *run) check(req *rotators.Request) (over bool, err error) {
	if r.state, err = parseState(req.State); err != nil {
		return false, err
	}
	if r.in, err = parseInputs(req, r.Clock.Now(), r.Limits.LoginReserve); err != nil {
		return false, err
	}
	r.Target = r.in.Target
	if r.due && len(iamuser.Due(r.agenda().actions(), r.Clock.Now()).Actions) == 0 {
		r.Report("nothing-due", "", "nothing is due")
		return true, nil
	}
	return false, nil
}

// rotate goes through the steps after CHECK.
func (r *run) rotate() error {
	if err := r.look(); err != nil {
		return err
	}
	p := r.state.ledger.pending
	if p != nil && r.Now().Before(p.started.Add(r.Limits.LeaseTTL)) {
		return iamuser.Refuse("in-progress", "a rotation is going on or has died since %s", iamuser.Stamp(p.started)).
			Until(p.started.Add(r.Limits.LeaseTTL)).Advise("wait, and rotate again")
	}
	if len(r.state.candidates()) == 0 {
		if over, err := r.guard(); over || err != nil {
			return err
		}
	}
	return r.change()
}

// guard tells whether the run is over because it is not time to rotate. A password that was written by hand is watched
// from then on.
func (r *run) guard() (over bool, err error) {
	kind, why := "", ""
	next := iamuser.After(r.state.ledger.promoted, r.in.MinInterval)
	at, will := r.agenda().rotation()
	switch {
	case r.due && !(will && !at.After(r.Now())):
		kind, why = "nothing-due", "the current password is not due for rotation"
	case r.state.current != nil && !r.force && r.Now().Before(next):
		kind, why = "no-op", "it was rotated a moment ago; not again before "+iamuser.Stamp(next)
	default:
		return false, nil
	}
	if err := r.adopt(); err != nil {
		return true, err
	}
	r.Report(kind, "", "%s", why)
	return true, nil
}

// adopt begins to watch a password that was written by hand.
func (r *run) adopt() error {
	if !r.agenda().adoptable() {
		return nil
	}
	next := r.state.clone()
	adopted := *next.current
	adopted.userName = r.User.Name
	next.current, next.ledger.adopted = &adopted, r.Now()
	if err := r.save(next, "a password that was written by hand is watched from now on"); err != nil {
		return err
	}
	r.Report("adopted", "", "the age of a password that was written by hand is watched from now on")
	return nil
}

// trySave saves a state, and the state in memory follows if it succeeds.
func (r *run) trySave(next *state, why string) *iamuser.Unsaved {
	failed := r.TrySave(next.encode(), why)
	if failed == nil {
		r.state = next
	}
	return failed
}

// save is trySave for steps that can only stop when it fails.
func (r *run) save(next *state, why string) error {
	if failed := r.trySave(next, why); failed != nil {
		return r.NotSaved(failed, why)
	}
	return nil
}
