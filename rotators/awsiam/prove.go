package awsiam

import (
	"time"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// prove is step PROVE: the new key must show several times in a row that it is this user's before anybody gets it.
func (r *run) prove() error {
	n := r.state.ledger.pending.key
	switch {
	case r.Plan != nil || !r.keeps(ruleProve):
		return nil
	case !r.in.verify:
		if r.rolling && !r.alive(n.id) {
			return r.unproven(n, nil)
		}
		return nil
	}
	began, inARow, wait, last := r.Clock.Now(), 0, r.c.proveGap/2, (*awsclient.Failure)(nil)
	for {
		who, f := r.tryKey(n, onceSTS)
		pause := r.c.proveGap
		switch {
		case f == nil && !who.Is(r.User):
			return r.refuse("wrong-user", []string{n.id}, "the new key proves to be of %s", who.ARN)
		case f == nil:
			if inARow++; inARow == r.c.proveCount {
				return nil
			}
		default:
			inARow, last = 0, f
			pause, wait = wait, min(2*wait, 8*r.c.proveGap)
		}
		if err := r.Canceled("the proof of the new key"); err != nil {
			return err
		}
		if awsclient.Elapsed(r.Clock, began)+pause > r.c.proveBudget {
			return r.unproven(n, last)
		}
		if err := r.Clock.Sleep(r.Ctx, pause); err != nil {
			return iamuser.Stopped("the proof of the new key", err)
		}
	}
}

// unproven keeps the key for a later run, or gives it up if it never works.
func (r *run) unproven(n *credential, last *awsclient.Failure) error {
	e := r.refuse("not-proven", []string{n.id}, "the new key does not work yet, or STS cannot be reached")
	if last != nil {
		e = e.Because(last)
	}
	e = e.Advise(`rotate again; write "verify: false" if STS cannot be reached from here`)
	started := r.state.ledger.pending.started
	if !r.Now().After(started.Add(r.c.pendingMaxAge)) {
		return e
	}
	next := r.state.clone()
	next.retire(entry{id: n.id, action: remove, since: r.Now(), created: n.created})
	next.ledger.pending, next.ledger.quarantine = nil, nil
	if err := r.save(next, "a key that never worked is given up"); err != nil {
		return err
	}
	e = e.Advise("the key is given up; rotate again")
	if f := r.delete(n.id, "it never worked"); f != nil {
		return e.Because(f)
	}
	r.Report("pending-given-up", n.id, "deleted a key that has not worked for %v", r.Now().Sub(started).Round(time.Minute))
	return e
}
