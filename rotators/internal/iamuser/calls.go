package iamuser

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithymiddleware "github.com/aws/smithy-go/middleware"

	"github.com/escapement-go/escapement/providers/awsclient"
)

// PatientIAM is for reads of IAM.
func (r *Run) PatientIAM(o *iam.Options) { o.Retryer = r.Pacer.Retryer(r.patience(), r.Clock) }

// PatientSTS is for reads of STS.
func (r *Run) PatientSTS(o *sts.Options) { o.Retryer = r.patience() }

// WriteIAM is for writes, which only the protocol may repeat.
func (r *Run) WriteIAM(o *iam.Options) { o.Retryer = r.Pacer.Retryer(aws.NopRetryer{}, r.Clock) }

func (r *Run) patience() aws.Retryer {
	return awsclient.Patience(r.Limits.ReadTries, r.Limits.ReadBackoff)
}

// Failed reads the error of a read.
func (r *Run) Failed(op string, err error) *awsclient.Failure {
	f := awsclient.Classify(op, err, nil)
	r.tick(f.Date)
	return f
}

// A Try sends one request that changes something.
type Try func(context.Context) (smithymiddleware.Metadata, error)

// Write performs one request that changes something, without the caller's context.
func (r *Run) Write(op string, timeout time.Duration, try Try) *awsclient.Failure {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Ctx), timeout)
	defer cancel()
	ctx, rec := awsclient.Recording(ctx)
	m, err := try(ctx)
	if err != nil {
		f := awsclient.Classify(op, err, rec)
		r.tick(f.Date)
		return f
	}
	r.Answered(m)
	return nil
}

// Persist tries an idempotent write, without the caller's context and without the SDK's retries, so that the outcome of
// each try is known. The failure is definite if no try can have been carried out, or if what was to be changed is gone.
func (r *Run) Persist(op string, try Try) *awsclient.Failure {
	doubt := false
	for n := 1; ; n++ {
		f := r.Write(op, r.Limits.CallTimeout, try)
		if f == nil || f.Absent() {
			r.Effects++
			return f
		}
		doubt = doubt || !f.Definite
		if n == r.Limits.CallTries || f.Definite && f.Code != "" && !f.Throttled() {
			f.Definite = !doubt
			if doubt {
				r.Effects++
			}
			return f
		}
		_ = r.Clock.Sleep(context.WithoutCancel(r.Ctx), time.Duration(n)*time.Second)
	}
}

// errNotAWS is for an answer without a request id, such as the page of a proxy.
var errNotAWS = errors.New("the answer has no request id, so it is not one of AWS")

// Confirmed returns the result of a call whose answer has no content. The SDK reads nothing of it, so that any page with
// status 200 would be a success.
func Confirmed(m smithymiddleware.Metadata) (smithymiddleware.Metadata, error) {
	if _, identified := middleware.GetRequestIDMetadata(m); !identified {
		return m, errNotAWS
	}
	return m, nil
}
