package awsiam

import "github.com/escapement-go/escapement/rotators/internal/iamuser"

// trySave saves a state, and the state in memory follows if it succeeds.
func (r *run) trySave(next *state, why string) *iamuser.Unsaved {
	failed := r.TrySave(next.encode(), why)
	if failed == nil {
		r.state, r.dropped = next, false
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
