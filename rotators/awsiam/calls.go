package awsiam

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithymiddleware "github.com/aws/smithy-go/middleware"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// tryKey asks STS whose a key is. It is refused, or it fails.
func (r *run) tryKey(c *credential, retrying func(*sts.Options)) (iamuser.Identity, *awsclient.Failure) {
	login := awsclient.Login{AccessKeyID: c.id, SecretAccessKey: c.secret}
	return r.Identify(r.dial.STS(login, r.Region), retrying)
}

// A usage says when a key was last used.
type usage struct {
	known           bool
	at              time.Time // zero: never
	service, region string    // may be empty
}

func (u usage) String() string {
	switch {
	case !u.known:
		return "unknown"
	case u.at.IsZero():
		return "never"
	}
	return iamuser.Stamp(u.at)
}

// lastUse asks IAM. It is unknown if we may not ask, or if the answer is about somebody else.
func (r *run) lastUse(id string) (usage, *awsclient.Failure) {
	out, err := r.iam.GetAccessKeyLastUsed(r.Ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id}, r.PatientIAM)
	if err != nil {
		return usage{}, r.Failed("iam:GetAccessKeyLastUsed", err)
	}
	r.Answered(out.ResultMetadata)
	if out.AccessKeyLastUsed == nil || !strings.EqualFold(aws.ToString(out.UserName), r.User.Name) {
		return usage{}, nil
	}
	last := out.AccessKeyLastUsed
	u := usage{known: true, at: aws.ToTime(last.LastUsedDate).UTC()}
	if !u.at.IsZero() {
		u.service, u.region = aws.ToString(last.ServiceName), aws.ToString(last.Region)
	}
	return u, nil
}

// otherOwner returns the name of another user whose key it is; empty if IAM does not tell, or does not know the key.
func (r *run) otherOwner(id string) string {
	out, err := r.iam.GetAccessKeyLastUsed(r.Ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id}, r.PatientIAM)
	if err != nil {
		r.Failed("iam:GetAccessKeyLastUsed", err)
		return ""
	}
	r.Answered(out.ResultMetadata)
	if owner := aws.ToString(out.UserName); !strings.EqualFold(owner, r.User.Name) {
		return owner
	}
	return ""
}

// delete deletes a key; that it is not there any more is success. The failure is definite if none of the tries can have
// deleted it.
func (r *run) delete(id, why string) *awsclient.Failure {
	f := r.change("iam:DeleteAccessKey", id, why, func(ctx context.Context) (smithymiddleware.Metadata, error) {
		return r.deleteOnce(ctx, r.User.Name, id)
	})
	if f != nil && !f.Absent() {
		return f
	}
	delete(r.keys, id)
	return nil
}

// deactivate switches a key off. That it is not there is a failure like others: what happened to it is for the next list
// to tell.
func (r *run) deactivate(id, why string) *awsclient.Failure {
	if f := r.change("iam:UpdateAccessKey", id, why, func(ctx context.Context) (smithymiddleware.Metadata, error) {
		return r.deactivateOnce(ctx, id)
	}); f != nil {
		return f
	}
	if k, found := r.keys[id]; found {
		k.status = string(types.StatusTypeInactive)
		r.keys[id] = k
	}
	return nil
}

// change performs a write about a key that may be repeated; a plan only notes it.
func (r *run) change(call, id, why string, once iamuser.Try) *awsclient.Failure {
	if r.Plan != nil {
		r.noteCall(call, id, why)
		return nil
	}
	return r.Persist(call, once)
}

// deleteOnce sends one DeleteAccessKey.
func (r *run) deleteOnce(ctx context.Context, owner, id string) (smithymiddleware.Metadata, error) {
	out, err := r.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: &owner, AccessKeyId: &id}, r.WriteIAM)
	if err != nil {
		return smithymiddleware.Metadata{}, err
	}
	return iamuser.Confirmed(out.ResultMetadata)
}

// deactivateOnce sends one UpdateAccessKey.
func (r *run) deactivateOnce(ctx context.Context, id string) (smithymiddleware.Metadata, error) {
	in := &iam.UpdateAccessKeyInput{UserName: &r.User.Name, AccessKeyId: &id, Status: types.StatusTypeInactive}
	out, err := r.iam.UpdateAccessKey(ctx, in, r.WriteIAM)
	if err != nil {
		return smithymiddleware.Metadata{}, err
	}
	return iamuser.Confirmed(out.ResultMetadata)
}

// noteCall adds a call to the plan.
func (r *run) noteCall(call, id, why string) {
	r.Plan.Steps = append(r.Plan.Steps, rotators.Step{Call: call, KeyID: id, Why: why})
}
