package iamuser

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/escapement-go/escapement/providers/awsclient"
)

// An STS tells whose credentials signed a call.
type STS interface {
	GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error)
}

// Users tells of users.
type Users interface {
	GetUser(context.Context, *iam.GetUserInput, ...func(*iam.Options)) (*iam.GetUserOutput, error)
}

// An Identity is whose credentials signed a call.
type Identity struct{ Account, ARN string }

// Is tells whether it is that user.
func (i Identity) Is(u awsclient.ARN) bool { return i.Account == u.Account && i.ARN == u.Text }

// Identify asks STS whose credentials a client has.
func (r *Run) Identify(client STS, retrying func(*sts.Options)) (Identity, *awsclient.Failure) {
	out, err := client.GetCallerIdentity(r.Ctx, &sts.GetCallerIdentityInput{}, retrying)
	if err != nil {
		return Identity{}, r.Failed("sts:GetCallerIdentity", err)
	}
	r.Answered(out.ResultMetadata)
	return Identity{aws.ToString(out.Account), aws.ToString(out.Arn)}, nil
}

// LookAtAccount refuses a login of another account than the user's.
func (r *Run) LookAtAccount(client STS) error {
	me, f := r.Identify(client, r.PatientSTS)
	if f != nil {
		return r.Ended(f)
	}
	r.me = me
	if me.Account != r.User.Account {
		return Refuse("wrong-account", "the login %s is %s, and the user whose credentials to rotate is %s",
			r.Login.AccessKeyID, me.ARN, r.User.Text).Advise("use a login of account %s", r.User.Account)
	}
	return nil
}

// LookAtUser asks for the user, which has a UserId and the ARN that was given. It need not be allowed to: then it warns
// and returns nil.
func (r *Run) LookAtUser(client Users) (*types.User, error) {
	out, err := client.GetUser(r.Ctx, &iam.GetUserInput{UserName: &r.User.Name}, r.PatientIAM)
	if err != nil {
		f := r.Failed("iam:GetUser", err)
		switch {
		case f.Absent():
			return nil, r.Missing(f)
		case f.Forbidden():
			r.Warn("user-unchecked", "", "iam:GetUser is not allowed, so that a user made again under the same name is not noticed")
			return nil, nil
		}
		return nil, r.Ended(f)
	}
	r.Answered(out.ResultMetadata)
	u := out.User
	switch {
	case u == nil || aws.ToString(u.UserId) == "":
		return nil, Refuse("aws-failed", "the answer to iam:GetUser names no user")
	case aws.ToString(u.Arn) != r.User.Text:
		return nil, Refuse("wrong-user", `%q is %s, and the user of that name is %s`, "userArn", r.User.Text, aws.ToString(u.Arn)).
			Advise("write the ARN as AWS does")
	}
	return u, nil
}

// Missing says that there is no such user.
func (r *Run) Missing(f *awsclient.Failure) error {
	return Refuse("user-missing", "there is no user %s", r.User.Text).Because(f).Advise(`check "userArn"`)
}
