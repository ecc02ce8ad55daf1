package awsiam

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithymiddleware "github.com/aws/smithy-go/middleware"

	"github.com/escapement-go/escapement/rotators"
)

// failed reads the error of a read.
func (r *run) failed(op string, err error) *failure {
	f := classify(op, err, nil)
	r.tick(f.date)
	return f
}

// An identity is whose credentials signed a call.
type identity struct{ account, arn string }

func (i identity) is(u user) bool { return i.account == u.account && i.arn == u.arn }

// identify asks STS whose credentials a client has.
func (r *run) identify(client stsAPI, retrying func(*sts.Options)) (identity, *failure) {
	out, err := client.GetCallerIdentity(r.ctx, &sts.GetCallerIdentityInput{}, retrying)
	if err != nil {
		return identity{}, r.failed("sts:GetCallerIdentity", err)
	}
	r.answered(out.ResultMetadata)
	return identity{aws.ToString(out.Account), aws.ToString(out.Arn)}, nil
}

// tryKey asks STS whose a key is. It is refused, or it fails.
func (r *run) tryKey(c *credential, retrying func(*sts.Options)) (identity, *failure) {
	creds := aws.Credentials{AccessKeyID: c.id, SecretAccessKey: c.secret.Reveal()}
	return r.identify(r.dial.STS(creds, r.in.region), retrying)
}

// A usage says when a key was last used.
type usage struct {
	at    time.Time // zero: never
	known bool
}

func (u usage) String() string {
	switch {
	case !u.known:
		return "unknown"
	case u.at.IsZero():
		return "never"
	}
	return stamp(u.at)
}

// lastUse asks IAM. It is unknown if we may not ask, or if the answer is about somebody else.
func (r *run) lastUse(id string) (usage, *failure) {
	out, err := r.iam.GetAccessKeyLastUsed(r.ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id}, r.patientIAM)
	if err != nil {
		return usage{}, r.failed("iam:GetAccessKeyLastUsed", err)
	}
	r.answered(out.ResultMetadata)
	if out.AccessKeyLastUsed == nil || !strings.EqualFold(aws.ToString(out.UserName), r.in.user.name) {
		return usage{}, nil
	}
	return usage{at: aws.ToTime(out.AccessKeyLastUsed.LastUsedDate).UTC(), known: true}, nil
}

// delete deletes a key; that it is not there any more is success. The failure is definite if none of the tries can have
// deleted it.
func (r *run) delete(id, why string) *failure {
	if r.plan != nil {
		r.noteCall("iam:DeleteAccessKey", id, why)
		delete(r.keys, id)
		return nil
	}
	f := r.persist("iam:DeleteAccessKey", func(ctx context.Context) (smithymiddleware.Metadata, error) {
		return r.deleteOnce(ctx, r.in.user.name, id)
	})
	if f != nil && !f.absent() {
		return f
	}
	delete(r.keys, id)
	return nil
}

// deactivate switches a key off. That it is not there is a failure like others: what happened to it is for the next list
// to tell.
func (r *run) deactivate(id, why string) *failure {
	if r.plan != nil {
		r.noteCall("iam:UpdateAccessKey", id, why)
	} else if f := r.persist("iam:UpdateAccessKey", func(ctx context.Context) (smithymiddleware.Metadata, error) {
		in := &iam.UpdateAccessKeyInput{UserName: &r.in.user.name, AccessKeyId: &id, Status: types.StatusTypeInactive}
		out, err := r.iam.UpdateAccessKey(ctx, in, onceIAM)
		if err != nil {
			return smithymiddleware.Metadata{}, err
		}
		return confirmed(out.ResultMetadata)
	}); f != nil {
		return f
	}
	if k, found := r.keys[id]; found {
		k.status = string(types.StatusTypeInactive)
		r.keys[id] = k
	}
	return nil
}

// persist tries an idempotent write, without the caller's context and without the SDK's retries, so that the outcome of
// each try is known. The failure is definite if no try can have been carried out, or if the key is gone.
func (r *run) persist(op string, write func(context.Context) (smithymiddleware.Metadata, error)) *failure {
	doubt := false
	for try := 1; ; try++ {
		f := r.write(op, r.c.callTimeout, write)
		if f == nil || f.absent() {
			r.effects++
			return f
		}
		doubt = doubt || !f.definite
		if try == r.c.callTries || f.definite && f.code != "" && !f.throttled() {
			f.definite = !doubt
			if doubt {
				r.effects++
			}
			return f
		}
		_ = r.clock.Sleep(context.WithoutCancel(r.ctx), time.Duration(try)*time.Second)
	}
}

// errNotAWS is for an answer without a request id, such as the page of a proxy.
var errNotAWS = errors.New("the answer has no request id, so it is not one of AWS")

// confirmed returns the result of a call whose answer has no content. The SDK reads nothing of it, so that any page with
// status 200 would be a success.
func confirmed(m smithymiddleware.Metadata) (smithymiddleware.Metadata, error) {
	if _, identified := middleware.GetRequestIDMetadata(m); !identified {
		return m, errNotAWS
	}
	return m, nil
}

// deleteOnce sends one DeleteAccessKey.
func (r *run) deleteOnce(ctx context.Context, owner, id string) (smithymiddleware.Metadata, error) {
	out, err := r.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: &owner, AccessKeyId: &id}, onceIAM)
	if err != nil {
		return smithymiddleware.Metadata{}, err
	}
	return confirmed(out.ResultMetadata)
}

// write performs one request that changes something.
func (r *run) write(op string, timeout time.Duration, do func(context.Context) (smithymiddleware.Metadata, error)) *failure {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), timeout)
	defer cancel()
	ctx, rec := recording(ctx)
	m, err := do(ctx)
	if err != nil {
		f := classify(op, err, rec)
		r.tick(f.date)
		return f
	}
	r.answered(m)
	return nil
}

// noteCall adds a call to the plan.
func (r *run) noteCall(call, id, why string) {
	r.plan.Steps = append(r.plan.Steps, rotators.Step{Call: call, KeyID: id, Why: why})
}
