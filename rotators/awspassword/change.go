package awspassword

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	smithymiddleware "github.com/aws/smithy-go/middleware"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators"
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
	next := candidate{}
	if len(left) > 0 {
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
		return r.withdraw(before, nil, err)
	}
	f, doubt, err := r.set(next)
	if err != nil {
		return err
	}
	kept := left
	if f != nil && f.Code == "PasswordPolicyViolation" {
		if doubt || !r.holds() {
			kept = append(without(left, next), next)
		}
		if next, f, doubt, err = r.replace(kept, f); err != nil {
			return err
		}
	}
	if f != nil {
		return r.refused(before, kept, f, doubt)
	}
	return r.promote(next)
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
// while, and finds out if one has been here since this run began.
func (r *run) intend(candidates []candidate, why string) error {
	r.leased = r.Clock.Now()
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
	if !r.keeps(ruleAhead) {
		r.state = next
		return nil
	}
	return r.save(next, why)
}

// holds tells whether no other run can have taken over yet, and none can while one more save is made.
func (r *run) holds() bool {
	return !r.keeps(ruleLease) || awsclient.Elapsed(r.Clock, r.leased)+r.Limits.SaveBudget < r.Limits.LeaseTTL
}

// set is SET: it has AWS take the candidate, and tries again while nobody knows whether it has. There is doubt if one of the
// tries may have been carried out in spite of the failure. Success is the proof: no call tries a console password.
func (r *run) set(c candidate) (f *awsclient.Failure, doubt bool, err error) {
	const op = "iam:UpdateLoginProfile"
	if r.Plan != nil {
		r.Plan.Steps = append(r.Plan.Steps, rotators.Step{Call: op, Why: "the new password"})
		return nil, false, nil
	}
	if took := awsclient.Elapsed(r.Clock, r.asked); took > r.Limits.ChangeBy && r.keeps(ruleInTime) {
		return nil, false, iamuser.Refuse("too-slow", "%v have passed since AWS was asked about the user; at most %v may", took.Round(time.Second), r.Limits.ChangeBy).
			Until(r.state.ledger.pending.started.Add(r.Limits.LeaseTTL)).
			Advise("rotate again; if that does not help, find out what takes so long: AWS, or saving the document")
	}
	in := &iam.UpdateLoginProfileInput{UserName: &r.User.Name, PasswordResetRequired: &r.in.requireReset}
	for try := 1; ; try++ {
		f = r.Write(op, r.Limits.CallTimeout, func(ctx context.Context) (smithymiddleware.Metadata, error) {
			text := c.password.Reveal()
			in.Password = &text
			out, err := r.iam.UpdateLoginProfile(ctx, in, iamuser.OnceIAM)
			if err != nil {
				return smithymiddleware.Metadata{}, err
			}
			return iamuser.Confirmed(out.ResultMetadata)
		})
		if f == nil || !f.Definite {
			r.Effects++
		}
		doubt = doubt || f != nil && !f.Definite
		told := f != nil && f.Definite && f.Code != "" && !f.Throttled()
		if f == nil || told || try == r.Limits.CallTries {
			return f, doubt && r.keeps(ruleDoubt), nil
		}
		_ = r.Clock.Sleep(context.WithoutCancel(r.Ctx), time.Duration(try)*time.Second)
	}
}

// replace sets another password in the place of one that the account's policy refuses. Those that are kept stay in the
// document.
func (r *run) replace(kept []candidate, why *awsclient.Failure) (next candidate, f *awsclient.Failure, doubt bool, err error) {
	if len(kept) == mostCandidates {
		return next, nil, false, iamuser.Refuse("password-refused", "AWS refuses the last of %d candidates, and there is no room for more", mostCandidates).
			Because(why).Advise(`set a password by hand, and write it into "state.current"; remove "state.ledger.pending"`)
	}
	if err = r.generate(&next); err != nil {
		return next, nil, false, err
	}
	if len(kept) > 0 {
		r.Warn("password-replaced", "", "AWS refuses a password, perhaps since it is in force already; another one is set")
	}
	if !r.keeps(ruleKept) {
		kept = nil
	}
	if err = r.intend(append(slices.Clip(kept), next), "another password is about to be set"); err != nil {
		return next, nil, false, err
	}
	f, doubt, err = r.set(next)
	return next, f, doubt, err
}

// refused ends the run for a password that AWS has not taken, or that nobody knows it has. What was refused for certain
// leaves the document; the kept candidates, and what was there before, stay.
func (r *run) refused(before *state, kept []candidate, f *awsclient.Failure, doubt bool) error {
	switch {
	case doubt:
		return iamuser.Refuse("password-unknown", "it is unknown whether the password was set").Because(f).Until(r.free()).
			Advise(`there is nothing to do; the next rotation goes on, and until then "current" or one of "candidates" is in force`)
	case f.Code == "EntityTemporarilyUnmodifiable":
		return iamuser.Refuse("try-later", "the login profile was made a moment ago and cannot be changed yet").Because(f).Until(r.free()).
			Advise("rotate again later")
	}
	e := iamuser.Refuse("password-refused", "AWS refuses to set the password").Because(f).Advise("%s", r.Remedy(f))
	switch f.Code {
	case "NoSuchEntity":
		e = e.Advise("the user or its console access is gone; give it console access with a temporary password")
	case "PasswordPolicyViolation":
		e = e.Advise(`compare "length", "lower", "upper", "numeric" and "special" with the account's password policy`)
	}
	return r.withdraw(before, kept, e)
}

// free is when another run may go on.
func (r *run) free() time.Time { return r.state.ledger.pending.started.Add(r.Limits.LeaseTTL) }

// withdraw saves the state as it was before the intent, but for kept candidates, and returns why. If others may have taken
// over by now, the candidates are theirs and stay.
func (r *run) withdraw(before *state, kept []candidate, why error) error {
	if !r.holds() {
		return why
	}
	next := before.clone()
	if old := before.candidates(); len(kept) > len(old) {
		p := *r.state.ledger.pending
		p.candidates = kept
		next.ledger.pending = &p
	}
	if failed := r.trySave(next, "no password was set"); failed != nil {
		e := r.NotSaved(failed, "no password was set")
		e.Text += "; before that, " + why.Error()
		e.Err = errors.Join(e.Err, why)
		return e
	}
	return why
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
