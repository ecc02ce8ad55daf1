package iamuser

import (
	"errors"
	"fmt"
	"time"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/age"
)

// A Target is whose credential is rotated, and how AWS is asked to.
type Target struct {
	Login  awsclient.Login
	User   awsclient.ARN
	Region string
}

// BadInput says what is wrong with an input; the text begins with a verb.
func BadInput(name, format string, args ...any) *Error {
	return &Error{Code: "bad-input", Text: fmt.Sprintf("%q "+format, append([]any{name}, args...)...)}
}

// ParseTarget reads them. A login that does not outlast now by the reserve is an error.
func ParseTarget(req *rotators.Request, now time.Time, reserve time.Duration) (Target, error) {
	var t Target
	var err error
	if t.Login, err = awsclient.ParseLogin(&req.Request, now, reserve); err != nil {
		return Target{}, badLogin(err, now)
	}
	if t.User, t.Region, err = ParseUser(req); err != nil {
		return Target{}, err
	}
	return t, nil
}

// ParseUser reads those of the inputs that say whose credentials they are, and where to ask.
func ParseUser(req *rotators.Request) (user awsclient.ARN, region string, err error) {
	raw := struct {
		UserARN string `json:"userArn"`
		Region  string `json:"region"`
	}{}
	if err := Decode(req, &raw); err != nil {
		return user, "", err
	}
	if raw.UserARN == "" {
		return user, "", BadInput("userArn", `is empty; write one such as "arn:aws:iam::123456789012:user/name"`)
	}
	if user, err = awsclient.ParseUser(raw.UserARN); err != nil {
		return user, "", BadInput("userArn", "%v", err)
	}
	if region, err = awsclient.RegionIn(raw.Region, user.Partition); err != nil {
		return user, "", BadInput("region", "%v", err)
	}
	return user, region, nil
}

func badLogin(err error, now time.Time) *Error {
	var bad *awsclient.InputError
	if !errors.As(err, &bad) {
		return &Error{Code: "bad-input", Text: err.Error()}
	}
	e := &Error{Code: bad.Code, Text: bad.Text, Hint: bad.Hint}
	if e.Code == "login-expiring" {
		e.RetryAt, e.Hint = now, e.Hint+" and rotate again"
	}
	return e
}

// Decode stores inputs in the struct that to points to, see [providers.Request.Decode].
func Decode(req *rotators.Request, to any) error { return wrong(req.Decode(to)) }

// ReadTimes reads the inputs "minInterval" and "rotateAfter".
func ReadTimes(req *rotators.Request) (age.Times, error) {
	t, err := age.ReadTimes(req.Decode)
	return t, wrong(err)
}

// ReadAge reads the input of that name, an age at which something is due, into to, which keeps what it has if the text is
// empty.
func ReadAge(name, text string, to *time.Duration) error {
	return wrong(age.Read(name, text, to))
}

// wrong returns the error of a run for inputs that are wrong.
func wrong(err error) error {
	if err == nil {
		return nil
	}
	return &Error{Code: "bad-input", Text: err.Error()}
}
