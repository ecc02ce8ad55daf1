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

// save is trySave for steps that can only stop when it fails. The error names a key that is pending, since a document that
// somebody has put back, or removed, may know of it no more.
func (r *run) save(next *state, why string) error {
	failed := r.trySave(next, why)
	if failed == nil {
		return nil
	}
	e := r.NotSaved(failed, why)
	if p := r.state.ledger.pending; p != nil && p.key != nil {
		e.Keys = []Key{p.key.asPending()}
	}
	return e
}

// asPending describes a new key that may not be in the document.
func (c *credential) asPending() Key { return Key{ID: c.id, Role: "pending", Created: c.created} }
