package awsiam

import (
	"time"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// recover is step RECOVER: it settles what an earlier run has left. Afterwards the run goes on with a pending key whose
// secret was saved, or as if there had been none.
func (r *run) recover() error {
	p := r.state.ledger.pending
	switch {
	case p == nil:
		return nil
	case r.Now().Before(p.started.Add(r.c.LeaseTTL)):
		return r.refuse("in-progress", nil, "a rotation, %s, is going on or has died since %s", p.id, iamuser.Stamp(p.started)).
			Until(p.started.Add(r.c.LeaseTTL)).Advise("wait, and rotate again")
	case p.key == nil:
		if err := r.recoverIntent(p); err != nil {
			return err
		}
	case p.half:
		if err := r.recoverHalf(p.key.id); err != nil {
			return err
		}
	default:
		found, err := r.recoverKey(p.key)
		if r.rolling = found; found || err != nil {
			return err
		}
	}
	next := r.state.clone()
	next.ledger.pending, next.ledger.quarantine = nil, nil
	r.state, r.dropped = next, true
	return nil
}

// recoverKey tells whether a key whose secret was saved is still there. A list may be behind; a signature is not.
func (r *run) recoverKey(c *credential) (bool, error) {
	if r.exists(c.id) || !r.in.verify {
		return r.exists(c.id), nil
	}
	who, f := r.tryKey(c, r.PatientSTS)
	switch {
	case f == nil && who.Is(r.User):
		return true, nil
	case f == nil:
		return false, r.refuse("wrong-user", []string{c.id}, "the pending key proves to be of %s", who.ARN)
	case f.Code == "InvalidClientTokenId":
		return false, nil
	}
	return false, r.Ended(f)
}

// recoverHalf deletes a key of ours whose secret is lost.
func (r *run) recoverHalf(id string) error {
	if !r.exists(id) {
		return nil
	}
	if err := r.Canceled("the end of a key without secret"); err != nil {
		return err
	}
	if f := r.delete(id, "its secret was never received"); f != nil {
		return r.undeleted(id, f)
	}
	r.Report("half-key-deleted", id, "deleted a key whose secret was never received")
	return nil
}

// recoverIntent looks for a key that a run has made and lost.
func (r *run) recoverIntent(p *pending) error {
	candidates, unsure := r.candidates(p)
	switch {
	case len(candidates) == 0:
		return nil
	case len(candidates) > 1 || unsure || r.in.reportOrphans:
		return r.refuse("unknown-keys", candidates, "an unfinished rotation may have made one of these keys").
			Advise("delete the one that nobody uses, and rotate again")
	}
	id := candidates[0]
	used, f := r.lastUse(id)
	switch {
	case f != nil && f.Absent():
		return r.gone(id, f)
	case f != nil && !f.Forbidden():
		return r.Ended(f)
	case !used.known:
		return r.unprovable(id, f).Advise("delete it if nobody uses it, or allow iam:GetAccessKeyLastUsed to let the rotation decide")
	case !used.at.IsZero():
		r.foreign[id] = true // nobody ever had the secret of an orphan
		return nil
	}
	return r.endOrphan(id)
}

// gone refuses to go by a list that contradicts another answer.
func (r *run) gone(id string, f *awsclient.Failure) error {
	return r.refuse("try-later", []string{id}, "AWS lists a key that is gone").Because(f).Until(r.Now().Add(r.c.listLag)).
		Advise("rotate again in a minute, when the list is up to date")
}

func (r *run) unprovable(id string, f *awsclient.Failure) *Error {
	e := r.refuse("unknown-keys", []string{id}, "an unfinished rotation may have made this key")
	if f != nil {
		e = e.Because(f)
	}
	return e
}

// candidates returns the keys that the intent may be about. It is unsure if one of them has no creation date.
func (r *run) candidates(p *pending) (ids []string, unsure bool) {
	named := r.state.names()
	if q := r.state.ledger.quarantine; q != nil && named[q.id] == "quarantined" {
		delete(named, q.id)
	}
	baseline := map[string]bool{}
	for _, id := range p.baseline {
		baseline[id] = true
	}
	for _, id := range r.ids() {
		made := r.keys[id].created
		fits := made.IsZero() || !made.Before(p.started.Add(-r.c.proofBefore)) && !made.After(p.started.Add(r.c.proofAfter))
		if named[id] == "" && (!baseline[id] && fits || !r.keeps(ruleEvidence)) {
			ids = append(ids, id)
			unsure = unsure || made.IsZero()
		}
	}
	return ids, unsure
}

// endOrphan takes the next step with a key that the intent proves to be ours: deactivate it, wait a day, delete it.
func (r *run) endOrphan(id string) error {
	q := r.state.ledger.quarantine
	if err := r.Canceled("the quarantine of a key"); err != nil {
		return err
	}
	switch {
	case !r.keeps(ruleQuarantine):
	case q == nil || q.id != id:
		return r.quarantine(id)
	case r.alive(id) && r.keeps(ruleClaim):
		r.foreign[id] = true // re-activated after we saw it inactive
		return nil
	case r.Now().Before(q.since.Add(r.c.quarantineFor)):
		return r.quarantined(id, q.since.Add(r.c.quarantineFor))
	}
	if f := r.delete(id, "an unfinished rotation made it, and its secret is lost"); f != nil {
		return r.undeleted(id, f)
	}
	r.Report("orphan-deleted", id, "deleted a key that an unfinished rotation had made and lost")
	return nil
}

// quarantine deactivates a key and then is SAVE Q: the document says since when it waits.
func (r *run) quarantine(id string) error {
	if r.alive(id) {
		if f := r.deactivate(id, "an unfinished rotation may have made it; it is deleted a day later if nobody claims it"); f != nil {
			switch {
			case f.Absent():
				return r.gone(id, f)
			case !f.Definite:
				return r.Ended(f)
			}
			return r.unprovable(id, f).Advise("delete it if nobody uses it, or allow iam:UpdateAccessKey to let the rotation decide")
		}
		r.Report("deactivated", id, "deactivated a key that an unfinished rotation may have made")
	}
	next, now := r.state.clone(), r.Now()
	next.ledger.quarantine = &waiting{id: id, since: now}
	if err := r.save(next, "a key waits, deactivated; the rotation follows when it is deleted"); err != nil {
		return err
	}
	until := now.Add(r.c.quarantineFor)
	r.Report("orphan-quarantined", id, "it will be deleted after %s unless somebody re-activates it", iamuser.Stamp(until))
	return r.quarantined(id, until)
}

// quarantined ends the run because of a key that waits.
func (r *run) quarantined(id string, until time.Time) error {
	return r.refuse("orphan-quarantined", []string{id}, "an unfinished rotation has made a key whose secret is lost; it is deactivated").
		Until(until).Advise("re-activate it if it is yours; otherwise it is deleted by the first rotation after that time")
}

// undeleted is the error of a delete that ends the run.
func (r *run) undeleted(id string, f *awsclient.Failure) error {
	if !f.Definite || r.Ctx.Err() != nil {
		return r.Ended(f)
	}
	return r.refuse("delete-refused", []string{id}, "AWS refuses to delete a key").Because(f).Advise("%s", r.Remedy(f))
}
