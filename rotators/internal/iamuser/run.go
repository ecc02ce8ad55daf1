package iamuser

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	smithymiddleware "github.com/aws/smithy-go/middleware"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators"
)

// A Run is what one call of a rotator has around it, such as of Rotate, whatever it rotates.
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
