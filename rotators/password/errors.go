package password

import (
	"fmt"
	"time"
)

// An Error says why there is no password, or no new one. Its text holds no secret.
type Error struct {
	Code string // stable, such as "bad-input"; the package documentation lists them
	Text string // what is wrong
	Hint string // what to do about it; may be empty
	Err  error  `json:"-"` // the cause; may be nil
}

// Error returns the text and the hint on one line.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Text
	}
	return e.Text + "; " + e.Hint
}

// DiagnosticCode returns the code.
func (e *Error) DiagnosticCode() string { return e.Code }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func badInput(name, format string, args ...any) *Error {
	return &Error{Code: "bad-input", Text: fmt.Sprintf("%q "+format, append([]any{name}, args...)...)}
}

func badState(path, format string, args ...any) *Error {
	return &Error{Code: "bad-state", Text: fmt.Sprintf("%q "+format, append([]any{path}, args...)...)}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
