package awsiam

import (
	"fmt"
	"strings"
)

// publishFirst is step PUBLISH as it comes before anything is retired or made: programs may still use the key that the
// secret holds, and a late request of a run that has stood still must not find a newer key there than its own.
func (r *run) publishFirst() error {
	if !r.agenda().unpublished() {
		return nil
	}
	id := r.state.current.id
	if !r.works && r.keeps(ruleDead) {
		r.Warn("publish-failed", id, "the current key does not work, so that it is not published")
		return nil
	}
	failed, err := r.publish()
	if failed == nil || err != nil {
		return err
	}
	e := r.refuse("unpublished", []string{id}, "no key is made or retired before the current one is published to the secret %q", r.in.publish.secretID)
	return r.unpublishedBecause(e, failed)
}

// publishPromoted is step PUBLISH as it comes after a promotion.
func (r *run) publishPromoted() error {
	if !r.agenda().unpublished() {
		return nil
	}
	id, former := r.state.current.id, r.state.ledger.published
	failed, err := r.publish()
	if failed == nil || err != nil {
		return err
	}
	e := r.refuse("publish-failed", []string{id}, "the rotation is done and saved, but the secret %q was not told of the new key", r.in.publish.secretID)
	if former != nil && former.secretID == r.in.publish.secretID && failed.code != noAnswer {
		e.Text += fmt.Sprintf(" and still holds %s, which goes on working", former.id)
	}
	return r.unpublishedBecause(e, failed)
}

// unpublishedBecause adds why, and what to do.
func (r *run) unpublishedBecause(e *Error, failed *putFailure) error {
	if failed.failure != nil {
		e = e.Because(failed.failure)
	} else {
		e.Op = putSecret
		e.Text += ": its version of this key is not the current one, so that somebody has written another value since"
	}
	return e.Advise(`%s; the next run publishes it; or remove "publish"`, r.publishRemedy(failed))
}

// publishRemedy says what to do about a secret that does not take the key.
func (r *run) publishRemedy(failed *putFailure) string {
	p, owner := r.in.publish, r.Login.AccessKeyID
	f := failed.failure
	switch {
	case f == nil || f.Code == "ResourceExistsException":
		return `remove "publish", rotate, and write it again, so that a newer key takes the place`
	case f.Forbidden() && strings.Contains(f.Message, "KMS"), f.Code == "EncryptionFailure", f.Code == "DecryptionFailure":
		return fmt.Sprintf("see that the key of KMS of %s is enabled, and allow kms:GenerateDataKey and kms:Decrypt with it to the owner of %s", p.arn, owner)
	case f.Forbidden():
		return fmt.Sprintf("allow %s on %s to the owner of %s", putSecret, p.arn, owner)
	case f.Code == "ResourceNotFoundException":
		return fmt.Sprintf(`create the secret in %s, or correct "publish"`, p.region)
	case f.Code == "InvalidRequestException":
		return "restore the secret if it is marked for deletion"
	case f.Rejected():
		return r.Remedy(f)
	}
	return "rotate again"
}

// publish puts the current key into the secret and notes it. A failure that stays is noted once.
func (r *run) publish() (*putFailure, error) {
	if err := r.Canceled("publishing"); err != nil {
		return nil, err
	}
	if !r.keeps(ruleAfter) {
		if err := r.notePublished(); err != nil {
			return nil, err
		}
	}
	c := r.state.current
	if failed := r.put(c); failed != nil {
		r.noteFailure(failed)
		return failed, nil
	}
	if err := r.notePublished(); err != nil {
		return nil, err
	}
	r.Report("published", c.id, "the secret %q holds the current key", r.in.publish.secretID)
	return nil, nil
}

// notePublished is SAVE D: the secret holds the current key.
func (r *run) notePublished() error {
	next := r.state.clone()
	next.ledger.published = &published{id: next.current.id, secretID: r.in.publish.secretID, at: r.Now()}
	next.ledger.publishFailed = nil
	if !r.keeps(ruleRemember) {
		r.state = next
		return nil
	}
	return r.save(next, "the current key is published")
}

// noteFailure notes a failure that has not been noted yet. Whether it is saved or not, the run ends with the failure.
func (r *run) noteFailure(failed *putFailure) {
	known := r.state.ledger.publishFailed
	if known != nil && known.code == failed.code || !r.keeps(ruleAfter) {
		return
	}
	next := r.state.clone()
	next.ledger.publishFailed = &publishFailure{code: failed.code, since: r.Now()}
	_ = r.trySave(next, "the current key could not be published")
}
