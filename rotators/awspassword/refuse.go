package awspassword

import (
	"time"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

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
		return r.NotSavedAfter(why, failed, "no password was set")
	}
	return why
}
