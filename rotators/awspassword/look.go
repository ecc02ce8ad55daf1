package awspassword

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// look is step LOOK: who are we, is this the user, may it sign in, and what must a password look like? It only reads.
func (r *run) look() error {
	r.iam = r.dial.IAM(r.Login, r.Region)
	if err := r.LookAtAccount(r.dial.STS(r.Login, r.Region)); err != nil {
		return err
	}
	for _, step := range []func() error{r.lookAtUser, r.lookAtProfile, r.lookAtPolicy} {
		if err := step(); err != nil {
			return err
		}
	}
	r.asked = r.Clock.Now()
	return nil
}

// lookAtUser asks whether the user is the one that the password belongs to. It need not be allowed to.
func (r *run) lookAtUser() error {
	u, err := r.LookAtUser(r.iam)
	if u == nil || err != nil {
		return err
	}
	if saved := r.state.ledger.userID; saved != "" && saved != *u.UserId {
		return iamuser.Refuse("user-recreated", "the saved password is of another user than %s: it was deleted and made again, or %q was changed",
			r.User.Text, "userArn").Advise(`correct "userArn"; or, if nobody needs the saved password any more, remove "state" from the document to start anew`)
	}
	r.userID = *u.UserId
	return nil
}

// lookAtProfile asks whether the user may sign in to the console. It is not ours to grant that.
func (r *run) lookAtProfile() error {
	f, err := r.readProfile()
	switch {
	case f == nil:
		return err
	case f.Absent():
		return r.noProfile().Because(f)
	}
	return r.Ended(f)
}

// readProfile reads the login profile. Either it fails, or an error says what is wrong with the answer.
func (r *run) readProfile() (*awsclient.Failure, error) {
	out, err := r.iam.GetLoginProfile(r.Ctx, &iam.GetLoginProfileInput{UserName: &r.User.Name}, r.PatientIAM)
	if err != nil {
		return r.Failed("iam:GetLoginProfile", err), nil
	}
	r.Answered(out.ResultMetadata)
	switch p := out.LoginProfile; {
	case p == nil:
		return nil, iamuser.Refuse("aws-failed", "the answer to iam:GetLoginProfile has no profile")
	case !strings.EqualFold(aws.ToString(p.UserName), r.User.Name):
		return nil, iamuser.Refuse("wrong-user", "the login profile of %q is one of %q", r.User.Name, aws.ToString(p.UserName))
	}
	return nil, nil
}

func (r *run) noProfile() *Error {
	return iamuser.Refuse("no-login-profile", "the user %s has no console access, or is not there", r.User.Text).
		Advise("give it console access with a temporary password once")
}

// lookAtPolicy adapts what the inputs want of a password to what the account wants. It need not be allowed to.
func (r *run) lookAtPolicy() error {
	out, err := r.iam.GetAccountPasswordPolicy(r.Ctx, &iam.GetAccountPasswordPolicyInput{}, r.PatientIAM)
	if err != nil {
		f := r.Failed("iam:GetAccountPasswordPolicy", err)
		switch {
		case f.Absent():
			r.policyKnown = true
			return r.in.withoutPolicy()
		case f.Forbidden():
			r.Warn("policy-unchecked", "", "iam:GetAccountPasswordPolicy is not allowed, so that the inputs alone say what a password looks like")
			return nil
		}
		return r.Ended(f)
	}
	r.Answered(out.ResultMetadata)
	if out.PasswordPolicy == nil {
		return iamuser.Refuse("aws-failed", "the answer to iam:GetAccountPasswordPolicy has no policy")
	}
	r.policyKnown = true
	r.compare(out.PasswordPolicy)
	r.in.recipe, err = r.in.by(out.PasswordPolicy)
	return err
}

// compare warns of passwords that expire before they are rotated.
func (r *run) compare(p *types.PasswordPolicy) {
	age := time.Duration(aws.ToInt32(p.MaxPasswordAge)) * 24 * time.Hour
	if age > 0 && r.in.RotateAfter > 0 && age <= r.in.RotateAfter {
		r.Warn("expires-before-rotation", "", "the account's passwords expire after %d days, and rotation is due no sooner; lower %q",
			aws.ToInt32(p.MaxPasswordAge), "rotateAfter")
	}
}
