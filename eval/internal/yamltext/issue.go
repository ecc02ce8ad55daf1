package yamltext

import (
	"fmt"
	"strings"
)

// Issue is something that is wrong with a document. Its texts quote no value.
type Issue struct {
	Code    string // a code of the language's table of diagnostics, such as "yaml-syntax"
	Message string // what is wrong
	Hint    string // what to do about it; may be empty
	Warning bool   // false: an error
	Span    Span   // of the document; not set by [Resolve] and [TagIssue]
	Related []Related
}

// Related is another place that has to do with an issue.
type Related struct {
	Note string
	Span Span
}

// newIssue makes an issue of one line of the language's table: what follows the last semicolon of
// the text is the hint.
func newIssue(code, format string, args ...any) *Issue {
	text := fmt.Sprintf(format, args...)
	if i := strings.LastIndex(text, "; "); i >= 0 {
		return &Issue{Code: code, Message: text[:i], Hint: text[i+len("; "):]}
	}
	return &Issue{Code: code, Message: text}
}

// at sets the span of an issue.
func (i *Issue) at(s Span) *Issue {
	i.Span = s
	return i
}

// warning makes an issue a warning.
func (i *Issue) warning() *Issue {
	i.Warning = true
	return i
}
