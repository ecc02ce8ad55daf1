package awspassword

import (
	"cmp"
	"crypto/rand"
	"io"
	"slices"
	"time"

	"github.com/escapement-go/escapement/rotators/internal/iamuser"
	"github.com/escapement-go/escapement/schema"
)

// planned stands for the password that a plan cannot know.
var planned = schema.NewSecret("(new)")

// change writes ahead: the document holds a password before AWS does. The last candidate of an earlier run may be in force
// or not; it is set again. If AWS refuses it, perhaps for that very reason, it stays in the document next to a new one.
func (r *run) change() error {
	before := r.state
	left := before.candidates()
	r.rolling = len(left) > 0
	var next candidate
	if r.rolling {
		next = left[len(left)-1]
	} else if err := r.generate(&next); err != nil {
		return err
	}
	if err := r.Canceled("the new password"); err != nil {
		return err
	}
	if err := r.intend(append(without(left, next), next), "a password is about to be set"); err != nil {
		return err
	}
	if err := r.Canceled("the new password"); err != nil {
		return r.withdraw(before, left, err)
	}
	tried := r.set(next)
	if tried.against("PasswordPolicyViolation") {
		if tried.doubt {
			left = append(without(left, next), next)
		}
		if len(left) == mostCandidates {
			return r.full(tried.failure)
		}
		var err error
		if next, err = r.another(left); err != nil {
			return err
		}
		tried = r.set(next)
	}
	if tried.well() {
		return r.promote(next)
	}
	return r.refused(before, left, tried)
}

// without returns the candidates but one.
func without(list []candidate, one candidate) []candidate {
	return slices.DeleteFunc(slices.Clone(list), func(c candidate) bool { return c.password == one.password })
}

// generate makes a password.
func (r *run) generate(c *candidate) error {
	if c.at = r.Now(); r.Plan != nil {
		c.password = planned
		return nil
	}
	others := []string{r.User.Name, r.User.Account}
	for _, old := range r.state.passwords() {
		others = append(others, old.Reveal())
	}
	text, err := r.in.generate(cmp.Or(r.rotator.random, io.Reader(rand.Reader)), append(others, r.made...))
	if err != nil {
		return iamuser.Refuse("aws-failed", "%v", err)
	}
	c.password, r.made = schema.NewSecret(text), append(r.made, text)
	return nil
}

// intend is SAVE A: it notes the candidates, of which the last one is set next. It also tells other runs to keep away for a
// while, and fails if one has been here since this run began.
func (r *run) intend(candidates []candidate, why string) error {
	next := r.state.clone()
	p := pending{}
	if next.ledger.pending != nil {
		p = *next.ledger.pending
	}
	p.started, p.candidates = r.Now(), candidates
	next.ledger.pending = &p
	if r.userID != "" {
		next.ledger.userID = r.userID
	}
	if !r.keeps(ruleAhead) || r.rolling && len(candidates) == 1 && !r.keeps(ruleFence) {
		r.state = next
		return nil
	}
	return r.save(next, why)
}

// another notes one more candidate, in the place of one that AWS refuses. Those that are left stay in the document.
func (r *run) another(left []candidate) (next candidate, err error) {
	if err = r.generate(&next); err != nil {
		return next, err
	}
	if !r.keeps(ruleKept) {
		left = nil
	}
	if err = r.intend(append(slices.Clip(left), next), "another password is about to be set"); err == nil && len(left) > 0 {
		r.Warn("password-replaced", "", "AWS refuses a password, perhaps since it is in force already; there is another candidate")
	}
	return next, err
}

// promote is SAVE B: the password in force becomes current, and all others leave the document.
func (r *run) promote(c candidate) error {
	next := r.state.clone()
	now := r.Now()
	next.current = &current{password: c.password, userName: r.User.Name, set: now}
	l := &next.ledger
	l.pending, l.promoted, l.adopted = nil, now, time.Time{}
	if r.userID != "" {
		l.userID = r.userID
	}
	const why = "the new password is in force"
	switch failed := r.trySave(next, why); {
	case failed == nil:
	case failed.Uncertain:
		return r.NotSaved(failed, why)
	default:
		e := iamuser.Refuse("password-overwritten", "somebody else has changed the state in the document while this run set a password")
		e.Err = failed.Err
		return e.Advise("rotate again; that needs no old password")
	}
	if r.rolling {
		r.Report("rolled-forward", "", "the password of an unfinished rotation is current")
	} else {
		r.Report("rotated", "", "a new password is current")
	}
	return nil
}
