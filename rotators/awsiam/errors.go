package awsiam

import (
	"fmt"
	"strings"
	"time"
)

// An Error says why a rotation ended without one. Its text holds no secret.
type Error struct {
	Code      string    // stable, such as "foreign-keys"; the package documentation lists them
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
		fmt.Fprintf(&b, "; not before %s", stamp(e.RetryAt))
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
		words = append(words, "made "+stamp(k.Created))
	}
	if k.LastUsed != "" {
		words = append(words, "last used "+k.LastUsed)
	}
	return fmt.Sprintf("%s (%s)", k.ID, strings.Join(words, ", "))
}

// until says when another try makes sense.
func (e *Error) until(t time.Time) *Error {
	e.RetryAt = t
	return e
}

func (e *Error) hint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// refuse ends the run; the ids are the keys in question.
func (r *run) refuse(code string, ids []string, format string, args ...any) *Error {
	e := &Error{Code: code, Text: fmt.Sprintf(format, args...)}
	for _, id := range ids {
		e.Keys = append(e.Keys, r.describe(id))
	}
	return e
}

// describe tells what is known of a key.
func (r *run) describe(id string) Key {
	k := Key{ID: id, Role: r.state.names()[id], Created: r.state.created(id)}
	if k.Role == "" {
		k.Role = "foreign"
	}
	if listed, found := r.keys[id]; found {
		k.Status, k.Created = listed.status, listed.created
	}
	return k
}

// because adds what AWS said.
func (e *Error) because(f *failure) *Error {
	e.Op, e.AWSCode, e.RequestID, e.Err = f.op, f.code, f.requestID, f.cause()
	if said := f.said(); said != "" {
		e.Text += ": " + said
	}
	return e
}

// remedy is the hint for a call that AWS refused.
func (r *run) remedy(f *failure) string {
	switch {
	case f.forbidden():
		return fmt.Sprintf("allow %s on %s to the owner of %s", f.op, r.in.user.arn, r.in.login.AccessKeyID)
	case f.rejected():
		return fmt.Sprintf("check the access key %s that %q has, and whether it has expired", r.in.login.AccessKeyID, "login")
	}
	return "rotate again"
}
