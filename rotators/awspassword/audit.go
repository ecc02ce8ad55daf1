package awspassword

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// Audit tells of the password of the user, in one row. Its role is "current"; "pending" if there are only candidates;
// "foreign" if the document holds none; or "missing" if the user has no console access. When it was made is what the
// document says, and its last use is the last time that the user signed in to the console. Nothing but reading is done.
// Without iam:GetUser the last use is not known, and without iam:GetLoginProfile it is not noticed that the user has no
// console access. Its needs are the account, the permissions, and password-policy: that the account's policy allows what the
// inputs want. The errors are those of Rotate.
//
// MaxAge is "rotateAfter" by default, or else 90 days, and UnusedFor 45 days.
func (o *Rotator) Audit(ctx context.Context, req *rotators.Request) (*rotators.Audit, error) {
	r := o.newRun(ctx, req, nil)
	r.TellWarner(req)
	audit, err := r.audit(req)
	iamuser.Scrub(err, r.secrets())
	return audit, err
}

func (r *run) audit(req *rotators.Request) (*rotators.Audit, error) {
	if _, err := r.check(req); err != nil {
		return nil, err
	}
	a := auditor{run: r, maxAge: cmp.Or(req.Audit.MaxAge, r.in.RotateAfter, iamuser.DefaultMaxAge)}
	a.unusedFor = cmp.Or(req.Audit.UnusedFor, iamuser.DefaultUnusedFor)
	if err := a.survey(); err != nil {
		return nil, err
	}
	return &rotators.Audit{Subject: r.User.Text, Rows: []rotators.AuditRow{a.row()}, Needs: a.needs()}, nil
}

// An auditor judges what a run has found.
type auditor struct {
	*run
	maxAge, unusedFor time.Duration
	user              *types.User // nil: not known
	denied            bool        // the user has no console access
	profileKnown      bool        // iam:GetLoginProfile is allowed
	unfit             *Error      // the inputs contradict the account's policy; nil if they do not
}

// survey is LOOK for an audit: a user who was made again or has no console access is no error but something to tell.
func (a *auditor) survey() (err error) {
	a.iam = a.dial.IAM(a.Login, a.Region)
	if err := a.LookAtAccount(a.dial.STS(a.Login, a.Region)); err != nil {
		return err
	}
	if a.user, err = a.LookAtUser(a.iam); err != nil {
		return err
	}
	f, err := a.readProfile()
	switch {
	case f == nil && err != nil:
		return err
	case f == nil:
		a.profileKnown = true
	case f.Absent():
		a.profileKnown, a.denied = true, true
	case f.Forbidden():
		a.Warn("profile-unchecked", "", "iam:GetLoginProfile is not allowed, so that it is not known whether the user may sign in")
	default:
		return a.Ended(f)
	}
	err = a.lookAtPolicy()
	if unfit, ok := errors.AsType[*Error](err); ok && unfit.Code == "bad-input" {
		a.unfit = unfit
		return nil
	}
	return err
}

func (a *auditor) row() rotators.AuditRow {
	row := rotators.AuditRow{Role: "foreign"}
	if c := a.state.current; c != nil {
		row.Role, row.Created = "current", c.set
	} else if len(a.state.candidates()) > 0 {
		row.Role = "pending"
	}
	if a.user != nil {
		row.LastUsed = rotators.LastUse{Known: true, Time: aws.ToTime(a.user.PasswordLastUsed).UTC()}
	}
	row.Verdicts = a.verdicts(row)
	if a.denied {
		row.Role = "missing"
	}
	return row
}

func (a *auditor) verdicts(row rotators.AuditRow) []rotators.Verdict {
	var all iamuser.Verdicts
	saved := a.state.ledger.userID
	all.Add(a.denied, "missing", rotators.Serious, "the user has no console access")
	all.Add(a.user != nil && saved != "" && saved != aws.ToString(a.user.UserId), "recreated", rotators.Serious,
		"it is a password of another user: this one was deleted and made again, or userArn was changed")
	if !row.Created.IsZero() {
		all.TooOld(a.Now().Sub(row.Created), a.maxAge)
	}
	all.Add(row.Role == "foreign" && !a.denied, "foreign", rotators.Warning, "the document does not know the password; a rotation sets another one")
	all.Add(row.Role == "current" && row.Created.IsZero(), "age-unknown", rotators.Warning, "the document does not say when it was set")
	if !a.denied {
		all.Unused(row, a.Now(), a.unusedFor)
	}
	if a.state.ledger.pending != nil {
		all = append(all, iamuser.Unfinished)
	}
	all.Due(iamuser.Due(a.agenda().actions(), a.Now()).Actions, "")
	return all.Sorted()
}
