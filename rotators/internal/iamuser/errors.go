package iamuser

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators"
)

// An Error says why a rotation ended without one. Its text holds no secret.
type Error struct {
	Code      string    // stable, such as "foreign-keys"; the documentation of the rotator lists them
	Op        string    // what was being done, such as "iam:CreateAccessKey"; may be empty
	AWSCode   string    // what AWS said, if it did
	RequestID string    // of the answer of AWS
	Keys      []Key     // the keys in question
	RetryAt   time.Time // when to rotate again; zero: nothing is gained by waiting
	Text      string    // what is wrong
	Hint      string    // what to do about it; may be empty
	Err       error     `json:"-"` // the cause; may be nil
}

// A Key is an access key as far as it is known. It has no secret.
type Key struct {
	ID       string
	Role     string // current, previous, pending, retiring, quarantined or foreign
	Status   string // as AWS says it, such as Active; empty if it is not known
	Created  time.Time
	LastUsed string // a time, "never" or "unknown"; empty if it was not looked up
}

// Error returns the text, what AWS said, the keys, and the hint, on one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Text)
	if e.Op != "" {
		fmt.Fprintf(&b, " (%s", e.Op)
		if e.AWSCode != "" {
			fmt.Fprintf(&b, ": %s", e.AWSCode)
		}
		if e.RequestID != "" {
			fmt.Fprintf(&b, ", request %s", e.RequestID)
		}
		b.WriteString(")")
	}
	for i, k := range e.Keys {
		if i == 0 {
			b.WriteString(": ")
		} else {
			b.WriteString(", ")
		}
		b.WriteString(k.String())
	}
	if !e.RetryAt.IsZero() {
		fmt.Fprintf(&b, "; not before %s", Stamp(e.RetryAt))
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, "; %s", e.Hint)
	}
	return b.String()
}

// DiagnosticCode returns the code.
func (e *Error) DiagnosticCode() string { return e.Code }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// String returns the key on one line.
func (k Key) String() string {
	words := []string{}
	for _, word := range []string{k.Role, strings.ToLower(k.Status)} {
		if word != "" {
			words = append(words, word)
		}
	}
	if !k.Created.IsZero() {
		words = append(words, "made "+Stamp(k.Created))
	}
	if k.LastUsed != "" {
		words = append(words, "last used "+k.LastUsed)
	}
	return fmt.Sprintf("%s (%s)", k.ID, strings.Join(words, ", "))
}

// Refuse returns an error that ends a run.
func Refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Text: fmt.Sprintf(format, args...)}
}

// NotRotated is the error of an Open before there is anything to open.
func NotRotated() *Error {
	return &Error{
		Code: "not-rotated", Text: "not rotated yet: a first rotation is unfinished", Hint: "run rotate",
		Err: rotators.ErrNotRotated,
	}
}

// Until says when another try makes sense, and returns e.
func (e *Error) Until(t time.Time) *Error {
	e.RetryAt = t
	return e
}

// Advise says what to do, and returns e.
func (e *Error) Advise(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// Because adds what AWS said, and returns e.
func (e *Error) Because(f *awsclient.Failure) *Error {
	e.Op, e.AWSCode, e.RequestID, e.Err = f.Op, f.Code, f.RequestID, f.Unwrap()
	if said := f.Said(); said != "" {
		e.Text += ": " + said
	}
	return e
}

// Scrub takes the secrets out of what others have said, such as a proxy that repeats a request.
func (e *Error) Scrub(secrets []string) {
	for _, secret := range secrets {
		if len(secret) < 8 {
			continue
		}
		for _, text := range []*string{&e.Text, &e.Hint, &e.AWSCode, &e.RequestID} {
			if strings.Contains(*text, secret) {
				*text = strings.ReplaceAll(*text, secret, "[secret]")
				e.Err = nil
			}
		}
		if e.Err != nil && strings.Contains(e.Err.Error(), secret) {
			e.Err = nil
		}
	}
}

// Scrub takes secrets out of an error of a run, if it is an [*Error].
func Scrub(err error, secrets []string) {
	if coded, ok := errors.AsType[*Error](err); ok {
		coded.Scrub(secrets)
	}
}

// Stamp writes a time as messages do.
func Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
