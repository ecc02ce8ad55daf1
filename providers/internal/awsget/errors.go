package awsget

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/internal/hidden"
)

// An Error says which inputs stand in the way of an answer, all of them. Its text holds no secret.
type Error struct {
	Code     string    // that of all problems, or several-failures if they differ
	Problems []Problem // by their inputs; never empty
}

// A Problem is what is wrong with some inputs.
type Problem struct {
	Inputs    []string // such as get["api-key"].secretId; empty if it is none in particular
	Code      string   // one of those that the documentation of the provider lists
	Op        string   // what AWS was asked, such as secretsmanager:GetSecretValue; empty if it was not
	AWSCode   string   // what AWS calls it, such as AccessDeniedException; empty if it did not answer
	RequestID string   // of the answer of AWS
	Text      string   // what is wrong, in words that may go on from the inputs
	Hint      string   // what to do about it
}

// BadInput is the error for inputs that are wrong altogether.
func BadInput(text string) *Error {
	return &Error{Code: "bad-input", Problems: []Problem{{Code: "bad-input", Text: text}}}
}

// Error returns the problems on one line.
func (e *Error) Error() string {
	if len(e.Problems) == 1 {
		return e.Problems[0].String()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "there are %d problems", len(e.Problems))
	for i, p := range e.Problems {
		fmt.Fprintf(&b, "%s (%d) %s", []string{":", ","}[min(i, 1)], i+1, p)
	}
	return b.String()
}

// DiagnosticCode returns the code.
func (e *Error) DiagnosticCode() string { return e.Code }

// String returns the inputs, what is wrong, what AWS was asked, and the hint, on one line.
func (p Problem) String() string {
	var b strings.Builder
	if len(p.Inputs) > 0 {
		b.WriteString(strings.Join(p.Inputs, ", ") + " ")
	}
	b.WriteString(p.Text)
	if p.Op != "" {
		b.WriteString(" (" + p.Op)
		if p.RequestID != "" {
			b.WriteString(", request " + p.RequestID)
		}
		b.WriteString(")")
	}
	if p.Hint != "" {
		b.WriteString("; " + p.Hint)
	}
	return b.String()
}

// Problems gathers what is wrong, whoever finds it first.
type Problems struct{ list []*Problem }

// Add adds a problem with an input, empty if it is none in particular. Problems that differ only in their inputs, and in the
// requests to AWS, become one.
func (ps *Problems) Add(input string, p *Problem) {
	for _, other := range ps.list {
		if other.Code == p.Code && other.Op == p.Op && other.AWSCode == p.AWSCode && other.Text == p.Text && other.Hint == p.Hint {
			if input != "" {
				other.Inputs = append(other.Inputs, input)
			}
			return
		}
	}
	added := *p
	if added.Inputs = nil; input != "" {
		added.Inputs = []string{input}
	}
	ps.list = append(ps.list, &added)
}

// Err returns the error for what was added, nil if nothing was, without the secrets of the request.
func (ps *Problems) Err(req *providers.Request) error {
	if len(ps.list) == 0 {
		return nil
	}
	secrets := hidden.In(req.Inputs)
	e := &Error{Code: ps.list[0].Code}
	for _, p := range ps.list {
		if p.Code != e.Code {
			e.Code = "several-failures"
		}
		e.Problems = append(e.Problems, p.without(secrets))
	}
	slices.SortStableFunc(e.Problems, func(a, b Problem) int {
		return cmp.Or(slices.Compare(a.Inputs, b.Inputs), cmp.Compare(a.Text, b.Text))
	})
	return e
}

// without returns the problem with the secrets masked.
func (p *Problem) without(secrets hidden.Texts) Problem {
	q := *p
	q.Inputs = slices.Clone(p.Inputs)
	slices.Sort(q.Inputs)
	for _, text := range []*string{&q.Text, &q.Hint, &q.AWSCode, &q.RequestID} {
		*text = secrets.Mask(*text)
	}
	return q
}
