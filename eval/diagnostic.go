package eval

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
)

// A Diagnostic is one finding about a document, an environment or a call.
type Diagnostic struct {
	Range   Range     // where; the zero Range if it has no place in a document
	Code    string    // stable, in lower case with hyphens, such as "unknown-property"
	Path    string    // the document path of the expression, such as `values.db["fn::join"][1]`; "" if none
	Message string    // what is wrong and what is allowed; never the text of a secret
	Hint    string    // what to do about it; may be empty
	Warning bool      // it does not make the operation fail
	Related []Related // further places that matter
	Err     error     // the cause outside the documents, such as the error of a provider; its text may hold secrets

	source excerptSource // nil without a range
}

// A Related is a further place that a diagnostic is about.
type Related struct {
	Note  string // what is there, such as "it is final here"
	Range Range
}

// A Range is a half-open part of the text of one environment.
type Range struct {
	Environment string `json:"environment,omitempty"` // canonical name; "<yaml>" for a text without a name
	Begin       Pos    `json:"begin"`                 // of the first character
	End         Pos    `json:"end"`                   // behind the last one
}

// A Pos is a place in a text. Lines and columns count from 1, columns in code points after a byte-order mark; bytes
// count from 0 in the text as it is.
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// IsZero reports whether the range is no range at all.
func (r Range) IsZero() bool { return r.Begin.Line == 0 }

// Format prints the diagnostic as one line, whatever the verb.
func (d Diagnostic) Format(f fmt.State, _ rune) { io.WriteString(f, d.String()) }

// LogValue makes a log show the diagnostic as one line.
func (d Diagnostic) LogValue() slog.Value { return slog.StringValue(d.String()) }

// Error returns the diagnostic as one line, as [Diagnostic.String] does.
func (d *Diagnostic) Error() string { return d.String() }

// Unwrap returns the cause outside the documents, if there is one.
func (d *Diagnostic) Unwrap() error { return d.Err }

// String returns the diagnostic as one line: NAME:LINE:COLUMN: severity: message; hint [code].
func (d Diagnostic) String() string {
	var b strings.Builder
	if d.Range.Environment != "" {
		b.WriteString(d.Range.Environment + ":")
		if !d.Range.IsZero() {
			b.WriteString(strconv.Itoa(d.Range.Begin.Line) + ":" + strconv.Itoa(d.Range.Begin.Column) + ":")
		}
		b.WriteByte(' ')
	}
	b.WriteString(d.severity() + ": " + d.Message)
	if d.Hint != "" {
		b.WriteString("; " + d.Hint)
	}
	b.WriteString(" [" + d.Code + "]")
	return b.String()
}

func (d Diagnostic) severity() string {
	if d.Warning {
		return "warning"
	}
	return "error"
}

// Diagnostics are the findings of one operation, without repetitions and in one order: those without a place first,
// then the root's, then those of the other environments by name; within one by position.
type Diagnostics []*Diagnostic

// Err returns nil if no diagnostic is an error, and the diagnostics otherwise.
func (ds Diagnostics) Err() error {
	for _, d := range ds {
		if !d.Warning {
			return ds
		}
	}
	return nil
}

// Error returns all diagnostics, a line each.
func (ds Diagnostics) Error() string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.String()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the diagnostics one by one, for errors.As and errors.Is.
func (ds Diagnostics) Unwrap() []error {
	errs := make([]error, len(ds))
	for i, d := range ds {
		errs[i] = d
	}
	return errs
}

// sortDiagnostics puts the diagnostics of an operation into their one order and removes repetitions.
func sortDiagnostics(ds Diagnostics, root string) Diagnostics {
	slices.SortStableFunc(ds, func(a, b *Diagnostic) int { return compareDiagnostics(a, b, root) })
	return slices.CompactFunc(ds, func(a, b *Diagnostic) bool {
		return a.Code == b.Code && a.Range == b.Range && a.Message == b.Message
	})
}

func compareDiagnostics(a, b *Diagnostic, root string) int {
	return cmp.Or(
		compareRanges(a.Range, b.Range, root),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Message, b.Message),
	)
}

// compareRanges orders places: none first, then the root's, then by environment and position.
func compareRanges(a, b Range, root string) int {
	return cmp.Or(
		cmp.Compare(rangeRank(a, root), rangeRank(b, root)),
		cmp.Compare(a.Environment, b.Environment),
		cmp.Compare(a.Begin.Byte, b.Begin.Byte),
		cmp.Compare(a.End.Byte, b.End.Byte),
	)
}

func rangeRank(r Range, root string) int {
	switch {
	case r.IsZero():
		return 0
	case r.Environment == root:
		return 1
	}
	return 2
}
