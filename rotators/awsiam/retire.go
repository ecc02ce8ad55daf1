package awsiam

import (
	"time"

	"github.com/escapement-go/escapement/providers/awsclient"
)

// retire is step RETIRE: it finds out whether the current key works, and if it does, has it published, brings earlier
// retirements to their end and does what is due by age. Nothing is retired while the current key does not work, or while it
// is to be published and is not.
func (r *run) retire() error {
	if err := r.tryCurrent(); err != nil {
		return err
	}
	if !r.keeps(ruleAlive) {
		r.works = true
	}
	unpublished := r.publishFirst()
	if r.works && (unpublished == nil || !r.keeps(ruleWait)) {
		if err := r.upkeep(); err != nil {
			return err
		}
	}
	if r.keeps(ruleUnpublished) {
		return unpublished
	}
	return nil
}

// upkeep is the second half of RETIRE. Each of its steps saves for itself, and a key leaves the document before it ends.
func (r *run) upkeep() error {
	for _, step := range []func() error{r.adopt, r.retireEntries, r.deactivatePrevious, r.deletePrevious, r.forgetGone} {
		if err := r.Canceled("upkeep"); err != nil {
			return err
		}
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// tryCurrent finds out whether the current key works: AWS lists it as active, and knows its owner by its signature.
func (r *run) tryCurrent() error {
	c := r.state.current
	if c == nil || r.exists(c.id) && !r.alive(c.id) {
		return nil
	}
	tryLater := func() error {
		return r.refuse("try-later", []string{c.id}, "the current key works, and AWS does not list it").Until(r.Now().Add(r.c.listLag)).
			Advise("rotate again in a minute, when the list is up to date")
	}
	if !r.in.verify {
		if r.works = r.exists(c.id); r.works {
			return nil
		}
		if r.Now().Before(c.created.Add(r.c.listLag)) {
			return tryLater()
		}
		if owner := r.otherOwner(c.id); owner != "" {
			return r.strange(c.id, "the user "+owner)
		}
		return nil
	}
	who, f := r.tryKey(c, r.PatientSTS)
	switch {
	case f == nil && !who.Is(r.User):
		return r.strange(c.id, who.ARN)
	case f == nil && !r.exists(c.id):
		return tryLater()
	case f == nil:
		r.works = true
	case f.Code != "InvalidClientTokenId" && f.Code != "SignatureDoesNotMatch":
		return r.failedOn(c.id, f, "it could not be found out whether a key works")
	}
	return nil
}

// strange refuses to lose a current key that belongs to somebody else.
func (r *run) strange(id, owner string) error {
	return r.refuse("bad-state", []string{id}, "the current key is one of %s and not of %s", owner, r.User.Text).
		Advise(`correct "state.current" or "userArn"`)
}

// failedOn is the error of a call about a key whose failure says nothing of the login: the key has signed it, or something
// has been written before.
func (r *run) failedOn(id string, f *awsclient.Failure, text string) error {
	if err := r.Canceled(f.Op); err != nil {
		return err
	}
	return r.refuse("aws-failed", []string{id}, "%s", text).Because(f)
}

// adopt begins to watch keys that were written by hand.
func (r *run) adopt() error {
	if !r.agenda().adoptable() {
		return nil
	}
	next := r.state.clone()
	next.ledger.adopted = r.Now()
	next.current, next.previous = r.dated(next.current), r.dated(next.previous)
	if err := r.save(next, "keys that were written by hand are watched from now on"); err != nil {
		return err
	}
	r.Report("adopted", next.current.id, "the ages of keys that were written by hand are watched from now on")
	return nil
}

// dated returns the credential with its creation date, as far as the list knows it.
func (r *run) dated(c *credential) *credential {
	if c == nil || !c.created.IsZero() || r.keys[c.id].created.IsZero() {
		return c
	}
	copied := *c
	copied.created = r.keys[c.id].created
	return &copied
}

// signs tells whether the key signs our requests; then it is never retired.
func (r *run) signs(id string) bool { return id == r.Login.AccessKeyID && r.keeps(ruleSigner) }

// claimed tells whether somebody has switched on again what we had switched off.
func (r *run) claimed(e entry) bool { return !e.inactive.IsZero() && r.alive(e.id) }

// retireEntries does not end a key that programs may use because they have not read the secret again since it changed.
func (r *run) retireEntries() error {
	if a := r.agenda(); !r.force && r.keeps(ruleTime) && r.Now().Before(a.settled()) {
		return nil
	}
	for _, e := range r.state.clone().ledger.retiring {
		a := r.agenda()
		at, aged := a.deletion(e)
		switch {
		case !r.exists(e.id):
		case r.signs(e.id):
			r.Warn("signing-key-kept", e.id, "it is to be retired and signs the requests; give the current key as login")
		case e.action == switchOff && e.inactive.IsZero() && !a.ledger.cannotDeactivate:
			if err := r.switchOff(e.id, r.state); err != nil {
				return err
			}
		case r.claimed(e):
			r.Report("key-claimed", e.id, "somebody has re-activated it; it is left alone")
		case e.action == remove || aged && !at.After(r.Now()):
			if f := r.delete(e.id, "it was retired"); f != nil {
				return r.undeleted(e.id, f)
			}
			r.Report("deleted", e.id, "deleted a retired key")
		}
	}
	return nil
}

// switchOff deactivates a retiring key and saves that it is. If that is forbidden, the state goes back to what it was, with
// a note.
func (r *run) switchOff(id string, before *state) error {
	if r.alive(id) {
		f := r.deactivate(id, "it has reached its age")
		switch {
		case f != nil && f.Absent():
			return nil // it leaves the document when the list agrees
		case f != nil && f.Definite && f.Forbidden():
			next := before.clone()
			next.ledger.cannotDeactivate = true
			if err := r.save(next, "iam:UpdateAccessKey is not allowed"); err != nil {
				return err
			}
			r.Warn("cannot-deactivate", id, "iam:UpdateAccessKey is not allowed; keys are deleted at their later age, without being deactivated before")
			return nil
		case f != nil:
			return r.failedOn(id, f, "a key could not be deactivated")
		}
		r.Report("deactivated", id, "deactivated a previous key")
	}
	next, now := r.state.clone(), r.Now()
	for i := range next.ledger.retiring {
		if next.ledger.retiring[i].id == id {
			next.ledger.retiring[i].inactive = now
		}
	}
	return r.save(next, "the key is deactivated")
}

func (r *run) isDue(at time.Time, will bool) bool { return will && !at.After(r.Now()) }

func (r *run) deactivatePrevious() error {
	if !r.isDue(r.agenda().deactivatePrevious()) || r.keepSigner() {
		return nil
	}
	before, id := r.state, r.state.previous.id
	if err := r.forget(switchOff); err != nil || !r.exists(id) {
		return err
	}
	return r.switchOff(id, before)
}

func (r *run) deletePrevious() error {
	if !r.isDue(r.agenda().deletePrevious()) || r.keepSigner() {
		return nil
	}
	id := r.state.previous.id
	if err := r.forget(remove); err != nil || !r.exists(id) {
		return err
	}
	if f := r.delete(id, "it has reached its age"); f != nil {
		return r.undeleted(id, f)
	}
	r.Report("deleted", id, "deleted a previous key")
	return nil
}

// keepSigner tells whether the previous key, which is due, is kept because it signs the requests.
func (r *run) keepSigner() bool {
	id := r.state.previous.id
	if r.signs(id) {
		r.Warn("signing-key-kept", id, "it is due to be retired and signs the requests; give the current key as login")
	}
	return r.signs(id)
}

// forget takes the previous key out of the outputs before it is retired.
func (r *run) forget(action string) error {
	next := r.state.clone()
	next.retire(r.retiring(next.previous, action))
	id := next.previous.id
	next.previous = nil
	if err := r.save(next, "the previous key is no longer handed out"); err != nil {
		return err
	}
	r.Report("forgot", id, "the previous key is no longer handed out")
	return nil
}

// retiring makes the entry of a credential.
func (r *run) retiring(c *credential, action string) entry {
	return entry{id: c.id, action: action, since: r.Now(), created: r.dated(c).created}
}

// forgetGone drops the entries of keys that are no more.
func (r *run) forgetGone() error {
	next := r.state.clone()
	next.ledger.retiring = r.remaining(next.ledger.retiring)
	if len(next.ledger.retiring) == len(r.state.ledger.retiring) {
		return nil
	}
	return r.save(next, "retired keys are gone")
}

// remaining returns the entries whose keys AWS lists.
func (r *run) remaining(entries []entry) []entry {
	var left []entry
	for _, e := range entries {
		if r.exists(e.id) {
			left = append(left, e)
		}
	}
	return left
}
