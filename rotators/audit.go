package rotators

import (
	"context"
	"time"
)

// An Auditor is a Rotator that can list the credentials that there are, its own and those of others beside them. A
// rotator that is none has no audit.
type Auditor interface {
	Rotator

	// Audit lists the credentials, each with a verdict. It does nothing but read, saves nothing, and uses no credential
	// that it lists, since that would change when it was last used. req.Audit says what is too old.
	Audit(ctx context.Context, req *Request) (*Audit, error)
}

// AuditOptions say what an audit finds fault with. Zero means the default of the rotator.
type AuditOptions struct {
	MaxAge    time.Duration // a credential that works is to be younger
	UnusedFor time.Duration // and is to have been used within this time
}

// An Audit is what an [Auditor] has found. It holds no secret.
type Audit struct {
	Subject string     // whose credentials they are, such as the ARN of a user
	Rows    []AuditRow // the credentials that the document names first
	Needs   []Need     // what a rotation needs, as far as an audit can tell
}

// A Need is something that a rotation needs, such as a permission.
type Need struct {
	Name    string // such as "iam:CreateAccessKey" or "quota"; see the rotator
	Level   Level  // what it is not to have it; without what is Serious a rotation fails
	Checked bool   // false: only a rotation can tell
	Met     bool   // false also if it was not checked
	Text    string // what was found, for people, without a full stop
	Remedy  string // what to do about it if it is not met; may be empty
}

// An AuditRow is one credential.
type AuditRow struct {
	KeyID    string    // "" for one without an id, such as a password
	Role     string    // what the document takes it for, such as "current" or "foreign"; see the rotator
	Status   string    // as the service says it, such as "Active"; "" if it does not
	Created  time.Time // zero: nobody knows
	LastUsed LastUse
	Verdicts []Verdict // the worst first; none: all is well
}

// A LastUse is when and for what a credential was last used.
type LastUse struct {
	Known   bool      // the service has told; otherwise nothing else is set
	Time    time.Time // zero: never
	Service string    // such as "s3"; may be empty
	Region  string    // such as "us-east-1"; may be empty
}

// A Verdict is something to know about a credential.
type Verdict struct {
	Code  string // stable, such as "too-old"; see the rotator
	Level Level
	Text  string // for people, without a full stop
}

// A Level says how bad a verdict is.
type Level int

// The levels, the worst last.
const (
	Note Level = iota
	Warning
	Serious
)

// String returns "note", "warning" or "error".
func (l Level) String() string {
	switch l {
	case Note:
		return "note"
	case Warning:
		return "warning"
	}
	return "error"
}

// MarshalText returns what String does.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }
