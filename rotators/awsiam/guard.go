package awsiam

import "github.com/escapement-go/escapement/rotators/internal/iamuser"

// guard is step GUARD. It tells whether the run is over because it is not time to rotate. A refusal never saves what
// RECOVER has dropped; this end does.
func (r *run) guard() (over bool, err error) {
	kind, why := "", ""
	next := iamuser.After(r.agenda().changed(), r.in.times.MinInterval)
	switch {
	case r.due && !r.rotationDue():
		kind, why = "nothing-due", "the current key is not due for rotation"
	case r.state.current != nil && !r.force && r.keeps(ruleInterval) && r.Now().Before(next):
		kind, why = "no-op", "it was rotated or published a moment ago; not again before "+iamuser.Stamp(next)
	default:
		return false, nil
	}
	if r.dropped {
		if err := r.save(r.state, "the unfinished rotation is settled"); err != nil {
			return true, err
		}
	}
	r.Report(kind, "", "%s", why)
	return true, nil
}

// rotationDue tells whether a run that does what is due rotates. A current key that is dead is due at any age.
func (r *run) rotationDue() bool {
	at, will := r.agenda().rotation()
	dead := r.state.current != nil && !r.alive(r.state.current.id)
	return will && (dead || !at.After(r.Now()))
}
