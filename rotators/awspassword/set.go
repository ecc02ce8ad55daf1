package awspassword

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	smithymiddleware "github.com/aws/smithy-go/middleware"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

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
			out, err := r.iam.UpdateLoginProfile(ctx, in, r.WriteIAM)
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
