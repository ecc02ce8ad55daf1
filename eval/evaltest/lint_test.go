package evaltest

import (
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
)

func TestLint(t *testing.T) {
	const text = "\ufeffvalues:\r\n  é: \"${x}\"\r  b: 1\n"
	at := func(line, column, from, width int) eval.Range {
		return eval.Range{Environment: "r", Begin: eval.Pos{Line: line, Column: column, Byte: from}, End: eval.Pos{Line: line, Column: column + width, Byte: from + width}}
	}
	good := func() *eval.Diagnostic {
		return &eval.Diagnostic{Range: at(2, 9, 21, 1), Code: "unknown-property", Message: `property "x" is not defined`, Path: "values.é"}
	}
	later := &eval.Diagnostic{Range: at(3, 3, 27, 1), Code: "leading-zero", Warning: true,
		Message: "number with a leading zero is read as octal", Hint: `write "0o…" for octal, no zero for decimal, or put it in quotes`}
	run := func(ds ...*eval.Diagnostic) string {
		s := &scenario{variant: &variant{}, root: "r", files: map[string]string{"r": text}}
		r := &report{scenario: s, outcome: &outcome{env: &eval.Environment{Name: "r", Diagnostics: ds}}}
		r.lint()
		return strings.Join(r.problems, "\n")
	}
	if got := run(good(), later); got != "" {
		t.Fatalf("problems of good diagnostics: %s", got)
	}
	for _, tt := range []struct {
		name, want string
		spoil      func(d *eval.Diagnostic)
	}{
		{"code", "not in the language", func(d *eval.Diagnostic) { d.Code = "nope" }},
		{"severity", "severity is not E", func(d *eval.Diagnostic) { d.Warning = true }},
		{"message", "message is not", func(d *eval.Diagnostic) { d.Message = "bad property" }},
		{"hint", "message is not", func(d *eval.Diagnostic) { d.Hint = "try again" }},
		{"stop", "full stop", func(d *eval.Diagnostic) { d.Message = `property "x" is not defined at "y".` }},
		{"control", "control characters", func(d *eval.Diagnostic) { d.Message = "property \"\x1b\" is not defined" }},
		{"column", "is not that of its byte", func(d *eval.Diagnostic) { d.Range.Begin.Column++ }},
		{"line", "is not that of its byte", func(d *eval.Diagnostic) { d.Range.End.Line++ }},
		{"byte", "outside of the text", func(d *eval.Diagnostic) { d.Range.End.Byte = 1000 }},
		{"backwards", "ends before it begins", func(d *eval.Diagnostic) { d.Range.Begin, d.Range.End = d.Range.End, d.Range.Begin }},
		{"environment", "unknown environment", func(d *eval.Diagnostic) { d.Range.Environment = "q" }},
		{"half a range", "range without line", func(d *eval.Diagnostic) { d.Range.Begin.Line = 0 }},
		{"note", "without a note", func(d *eval.Diagnostic) { d.Related = []eval.Related{{Range: d.Range}} }},
		{"order", "out of order", func(d *eval.Diagnostic) { d.Range = at(3, 6, 30, 1) }},
		{"twice", "reported twice", func(d *eval.Diagnostic) { *d = *later }},
	} {
		d := good()
		tt.spoil(d)
		if got := run(d, later); !strings.Contains(got, tt.want) {
			t.Errorf("%s: problems are %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestCodes checks that the table is one: no row matches every text.
func TestCodes(t *testing.T) {
	for name, c := range codes {
		if c.match("something else") || c.severity == "" || c.phases == "" {
			t.Errorf("the row %q says nothing", name)
		}
	}
}
