package iamuser

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	smithymiddleware "github.com/aws/smithy-go/middleware"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators"
)

// A Run is what one call of Rotate, Maintain or Plan has around it, whatever it rotates.
type Run struct {
	Target
	Limits  Limits
	Clock   awsclient.Clock
	Pacer   *awsclient.Pacer // of the calls of IAM; nil: none
	Ctx     context.Context  // the caller's
	Store   func(context.Context, any) error
	Tell    func(rotators.Event) // nil: nobody listens
	Plan    *rotators.Plan       // not nil: writes are noted and not done
	Effects int                  // writes that may have been done

	server time.Time // of the latest answer; zero before there is one
	skewed bool      // warned
	me     Identity  // of the login; zero before it was asked for
}

// Limits are times and counts that rotations have in common. They are no inputs: safety hangs on how they relate.
type Limits struct {
	LeaseTTL     time.Duration // how long an unfinished run owns the state
	ChangeBy     time.Duration // latest start of the change after the answers of AWS that it goes by
	CallTimeout  time.Duration // of one attempt of a call
	CallTries    int           // of a write that may be repeated
	ReadTries    int
	ReadBackoff  time.Duration // at most, between the tries of a read
	LoginReserve time.Duration // life that a login must have left
	SaveTries    int
	SaveBudget   time.Duration // for all tries of one save
	SkewWarn     time.Duration
}

// Usual are the limits outside tests.
var Usual = Limits{
	LeaseTTL:     5 * time.Minute,
	ChangeBy:     80 * time.Second,
	CallTimeout:  awsclient.CallTimeout,
	CallTries:    3,
	ReadTries:    3,
	ReadBackoff:  5 * time.Second,
	LoginReserve: 2 * time.Minute,
	SaveTries:    5,
	SaveBudget:   30 * time.Second,
	SkewWarn:     2 * time.Minute,
}

// Now is the time by AWS: the Date of its latest answer, without one the local time.
func (r *Run) Now() time.Time {
	if !r.server.IsZero() {
		return r.server
	}
	if !r.skewed {
		r.skewed = true
		r.Warn("clock-skew", "", "the answers of AWS have no Date; the local clock is trusted")
	}
	return r.Clock.Now().UTC().Truncate(time.Second)
}

// tick takes in the Date of an answer.
func (r *Run) tick(date time.Time) {
	if date.IsZero() {
		return
	}
	r.server = date.UTC()
	if skew := r.Clock.Now().Sub(date); !r.skewed && skew.Abs() > r.Limits.SkewWarn {
		r.skewed = true
		r.Warn("clock-skew", "", "the local clock shows %s and that of AWS %s; the latter counts", Stamp(r.Clock.Now()), Stamp(date))
	}
}

// Answered takes in what an answer says besides.
func (r *Run) Answered(m smithymiddleware.Metadata) {
	if date, found := middleware.GetServerTime(m); found {
		r.tick(date)
	}
}

// Canceled returns the error of a caller who has given up.
func (r *Run) Canceled(where string) error {
	if err := r.Ctx.Err(); err != nil {
		return Stopped(where, err)
	}
	return nil
}

// Stopped says where the caller's context ended a run.
func Stopped(where string, err error) error {
	return fmt.Errorf("the rotation stopped at %s: %w", where, err)
}

// Report tells the caller what has happened; id is that of the key in question, if there is one.
func (r *Run) Report(kind, id, format string, args ...any) {
	r.event(rotators.Event{Kind: kind, KeyID: id, Text: fmt.Sprintf(format, args...)})
}

// Warn tells the caller of something that does not stop the run.
func (r *Run) Warn(code, id, format string, args ...any) {
	r.event(rotators.Event{Kind: rotators.EventWarning, Code: code, KeyID: id, Text: fmt.Sprintf(format, args...)})
}

// TellWarner has the run tell whoever asks only its warnings, as what is no rotation does.
func (r *Run) TellWarner(req *rotators.Request) {
	r.Tell = func(e rotators.Event) {
		if req.Warn != nil {
			req.Warn(e.Text)
		}
	}
}

func (r *Run) event(e rotators.Event) {
	if r.Tell == nil || r.Plan != nil {
		return
	}
	e.Time = r.server
	if e.Time.IsZero() {
		e.Time = r.Clock.Now().UTC()
	}
	r.Tell(e)
}

// Failed reads the error of a read.
func (r *Run) Failed(op string, err error) *awsclient.Failure {
	f := awsclient.Classify(op, err, nil)
	r.tick(f.Date)
	return f
}

// Ended turns a failed call into the error of the run.
func (r *Run) Ended(f *awsclient.Failure) error {
	if err := r.Canceled(f.Op); err != nil {
		return err
	}
	e := &Error{Code: "aws-failed", Text: "AWS could not be asked"}
	switch {
	case f.Rejected():
		e.Code, e.Text, e.Hint = "denied", "AWS refuses the login", r.Remedy(f)
	case f.Forbidden():
		e.Code, e.Text, e.Hint = "denied", "a permission is missing", r.Remedy(f)
	}
	if r.Effects > 0 {
		e.Code = "aws-failed"
	}
	return e.Because(f)
}

// Remedy is the hint for a call that AWS refused.
func (r *Run) Remedy(f *awsclient.Failure) string {
	switch {
	case f.Forbidden():
		return fmt.Sprintf("allow %s on %s to the owner of %s", f.Op, r.User.Text, r.Login.AccessKeyID)
	case f.Rejected():
		return fmt.Sprintf("check the access key %s that %q has, and whether it has expired", r.Login.AccessKeyID, "login")
	}
	return "rotate again"
}

// Patience is the retryer of reads.
func (r *Run) Patience() aws.Retryer {
	return awsclient.Patience(r.Limits.ReadTries, r.Limits.ReadBackoff)
}

// Write performs one request that changes something, without the caller's context.
func (r *Run) Write(op string, timeout time.Duration, do func(context.Context) (smithymiddleware.Metadata, error)) *awsclient.Failure {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Ctx), timeout)
	defer cancel()
	ctx, rec := awsclient.Recording(ctx)
	m, err := do(ctx)
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
func (r *Run) Persist(op string, write func(context.Context) (smithymiddleware.Metadata, error)) *awsclient.Failure {
	doubt := false
	for try := 1; ; try++ {
		f := r.Write(op, r.Limits.CallTimeout, write)
		if f == nil || f.Absent() {
			r.Effects++
			return f
		}
		doubt = doubt || !f.Definite
		if try == r.Limits.CallTries || f.Definite && f.Code != "" && !f.Throttled() {
			f.Definite = !doubt
			if doubt {
				r.Effects++
			}
			return f
		}
		_ = r.Clock.Sleep(context.WithoutCancel(r.Ctx), time.Duration(try)*time.Second)
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
