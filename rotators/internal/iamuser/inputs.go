package iamuser

import (
	"errors"
	"fmt"
	"time"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators"
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

// ParseTarget reads the inputs "login", "userArn" and "region".
func ParseTarget(req *rotators.Request, now time.Time, reserve time.Duration) (Target, error) {
	raw := struct {
		UserARN string `json:"userArn"`
		Region  string `json:"region"`
	}{}
	if err := req.Decode(&raw); err != nil {
		return Target{}, &Error{Code: "bad-input", Text: err.Error()}
	}
	var t Target
	var err error
	if t.Login, err = awsclient.ParseLogin(&req.Request, now, reserve); err != nil {
		return Target{}, badLogin(err, now)
	}
	if raw.UserARN == "" {
		return Target{}, BadInput("userArn", `is empty; write one such as "arn:aws:iam::123456789012:user/name"`)
	}
	if t.User, err = awsclient.ParseUser(raw.UserARN); err != nil {
		return Target{}, BadInput("userArn", "%v", err)
	}
	if t.Region, err = awsclient.RegionIn(raw.Region, t.User.Partition); err != nil {
		return Target{}, BadInput("region", "%v", err)
	}
	return t, nil
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

// The bounds of durations among the inputs.
const (
	DefaultInterval = 10 * time.Minute
	LeastInterval   = 5 * time.Minute
	mostInterval    = 168 * time.Hour
	leastAge        = time.Hour
	mostAge         = 3650 * 24 * time.Hour
)

// ReadInterval reads the input "minInterval" into to, which keeps what it has if the text is empty.
func ReadInterval(text string, to *time.Duration) error {
	return readDuration("minInterval", text, to, LeastInterval, mostInterval)
}

// ReadAge reads an age at which something is due into to, which keeps what it has if the text is empty.
func ReadAge(name, text string, to *time.Duration) error {
	return readDuration(name, text, to, leastAge, mostAge)
}

func readDuration(name, text string, to *time.Duration, least, most time.Duration) error {
	if text == "" {
		return nil
	}
	parsed, err := ParseDuration(text)
	switch {
	case err != nil:
		return BadInput(name, "is not a duration; %v", err)
	case parsed < least || parsed > most:
		return BadInput(name, "must be from %s to %s", inWords(least), inWords(most))
	}
	*to = parsed
	return nil
}

func inWords(d time.Duration) string {
	switch {
	case d%(24*time.Hour) == 0 && d > mostInterval:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dm", d/time.Minute)
}
