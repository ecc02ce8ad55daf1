package awslogin

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/schema"
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
func withoutTexts(err error, texts []string) error {
	var e *Error
	if len(texts) == 0 || !errors.As(err, &e) {
		return err
	}
	hidden := *e
	hidden.text = hide(e.text, texts)
	return &hidden
}

// hide puts [secret] into the place of each of these texts, the longest first.
func hide(s string, texts []string) string {
	for _, text := range texts {
		s = strings.ReplaceAll(s, text, "[secret]")
	}
	return s
}

// minHidden is the length in bytes from which a secret is hidden; shorter ones are in any text.
const minHidden = 3

// secretTexts returns the secret strings in data, and the accounts of those that are ARNs of roles, of which messages
// are made. The longest come first.
func secretTexts(data any) []string {
	found := map[string]bool{}
	gatherSecrets(data, false, found)
	for text := range found {
		if len(text) < minHidden {
			delete(found, text)
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
}

func gatherSecrets(data any, secret bool, found map[string]bool) {
	switch data := data.(type) {
	case schema.Secret:
		gatherSecrets(data.Data(), true, found)
	case []any:
		for _, item := range data {
			gatherSecrets(item, secret, found)
		}
	case map[string]any:
		for _, member := range data {
			gatherSecrets(member, secret, found)
		}
	case string:
		if !secret {
			return
		}
		found[data] = true
		if role, err := parseRole(data); err == nil {
			found[role.Account] = true
		}
	}
}
