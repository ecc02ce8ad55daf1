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

// A trial is what became of a password that AWS was to take.
type trial struct {
	failure *awsclient.Failure // of the last try
	doubt   bool               // some try may have been carried out in spite of its failure
	late    time.Duration      // not zero: since AWS was asked so much time has passed that there was no try, or no other
}

func (t trial) well() bool { return t.failure == nil && t.late == 0 }

func (t trial) against(code string) bool { return t.failure != nil && t.failure.Code == code }

// set is SET: it has AWS take the candidate, and tries again while nobody knows whether it has. Success is the proof: no call
// tries a console password.
func (r *run) set(c candidate) trial {
	const op = "iam:UpdateLoginProfile"
	if r.Plan != nil {
		r.Plan.Steps = append(r.Plan.Steps, rotators.Step{Call: op, Why: "the new password"})
		return trial{}
	}
	text, t := c.password.Reveal(), trial{}
	in := &iam.UpdateLoginProfileInput{UserName: &r.User.Name, Password: &text, PasswordResetRequired: &r.in.requireReset}
	for try := 1; ; try++ {
		if took := awsclient.Elapsed(r.Clock, r.asked); took > r.Limits.ChangeBy && r.keeps(ruleInTime) {
			t.late = took
			return t
		}
		f := r.Write(op, r.Limits.CallTimeout, func(ctx context.Context) (smithymiddleware.Metadata, error) {
			out, err := r.iam.UpdateLoginProfile(ctx, in, iamuser.OnceIAM)
			if err != nil {
				return smithymiddleware.Metadata{}, err
			}
			return iamuser.Confirmed(out.ResultMetadata)
		})
		t.failure = f
		if f == nil || !f.Definite {
			r.Effects++
			t.doubt = f != nil && r.keeps(ruleDoubt)
		}
		told := f != nil && f.Definite && f.Code != "" && !f.Throttled()
		if f == nil || told || try == r.Limits.CallTries {
			return t
		}
		_ = r.Clock.Sleep(context.WithoutCancel(r.Ctx), time.Duration(try)*time.Second)
	}
}

// another notes one more candidate, in the place of one that AWS refuses. Those that are left stay in the document.
func (r *run) another(left []candidate) (next candidate, err error) {
	if err = r.generate(&next); err != nil {
		return next, err
	}
	if len(left) > 0 {
		r.Warn("password-replaced", "", "AWS refuses a password, perhaps since it is in force already; another one is set")
	}
	if !r.keeps(ruleKept) {
		left = nil
	}
	return next, r.intend(append(slices.Clip(left), next), "another password is about to be set")
}

// full refuses to heap up more candidates.
func (r *run) full(f *awsclient.Failure) error {
	return iamuser.Refuse("password-refused", "AWS refuses the last of %d candidates, and there is no room for more", mostCandidates).
		Because(f).Advise(`set a password by hand, write it into "state.current", and remove "state.ledger.pending"`)
}

// refused ends the run for a password that AWS has not taken, or that nobody knows it has. One that was refused for certain
// leaves the document; what is left of earlier ones stays.
func (r *run) refused(before *state, left []candidate, t trial) error {
	free := r.state.ledger.pending.started.Add(r.Limits.LeaseTTL)
	switch f := t.failure; {
	case t.doubt:
		return iamuser.Refuse("password-unknown", "it is unknown whether the password was set").Because(f).Until(free).
			Advise(`there is nothing to do; the next rotation goes on, and until then "current" or one of "candidates" is in force`)
	case t.late > 0:
		slow := iamuser.Refuse("too-slow", "%v have passed since AWS was asked about the user; at most %v may", t.late.Round(time.Second), r.Limits.ChangeBy)
		return r.withdraw(before, left, slow.Advise("rotate again; if that does not help, find out what takes so long: AWS, or saving the document"))
	case t.against("EntityTemporarilyUnmodifiable"):
		return iamuser.Refuse("try-later", "the login profile was made a moment ago and cannot be changed yet").Because(f).Until(free).
			Advise("rotate again later")
	}
	e := iamuser.Refuse("password-refused", "AWS refuses to set the password").Because(t.failure).Advise("%s", r.Remedy(t.failure))
	switch {
	case t.against("NoSuchEntity"):
		e = e.Advise("the user or its console access is gone; give it console access with a temporary password")
	case t.against("PasswordPolicyViolation"):
		e = e.Advise(`compare "length", "lower", "upper", "numeric" and "special" with the account's password policy`)
	}
	return r.withdraw(before, left, e)
}

// withdraw saves the state as it was before the intent, but for candidates that this run has left in doubt, and returns why.
func (r *run) withdraw(before *state, left []candidate, why error) error {
	next := before.clone()
	if len(left) > len(before.candidates()) {
		p := *r.state.ledger.pending
		p.candidates = left
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
