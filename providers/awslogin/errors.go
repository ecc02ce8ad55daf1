package awslogin

import (
	"errors"
	"fmt"

	"github.com/escapement-go/escapement/providers/internal/hidden"
)

// An Error says why there are no credentials. Its text has what AWS answered, the cause and what to do; it holds no
// token, secret or signature.
type Error struct {
	Code      string // one of those that the package documentation lists
	AWSCode   string // what AWS calls it, such as AccessDenied; empty if AWS was not asked or gave no code
	RequestID string // of the answer, if it has one

	text  string
	cause error // of a source of tokens
}

// Error returns the text.
func (e *Error) Error() string { return e.text }

// DiagnosticCode returns Code.
func (e *Error) DiagnosticCode() string { return e.Code }

// Unwrap returns the error of the source of tokens, if that is the cause.
func (e *Error) Unwrap() error { return e.cause }

// internal is the error of a login that ended in a way in which none should.
func internal(format string, args ...any) error {
	return &Error{Code: "internal", text: fmt.Sprintf(format, args...)}
}

// badInput says which input cannot be used and why. It is never given the value of one.
func badInput(format string, args ...any) error {
	return &Error{Code: "bad-input", text: fmt.Sprintf(format, args...)}
}

// withoutTexts returns err without these texts. The original may be shared with calls that hide others.
func withoutTexts(err error, texts hidden.Texts) error {
	var e *Error
	if len(texts) == 0 || !errors.As(err, &e) {
		return err
	}
	masked := *e
	masked.text = texts.Mask(e.text)
	return &masked
}

// secretTexts returns the secret strings in data, and the accounts of those that are ARNs of roles, of which messages
// are made.
func secretTexts(data any) hidden.Texts {
	texts := hidden.In(data)
	for _, text := range texts {
		if role, err := parseRole(text); err == nil {
			texts = texts.With(role.Account)
		}
	}
	return texts
}
