package eval

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// PrintOptions say how diagnostics are printed. The zero PrintOptions print plain text.
type PrintOptions struct {
	Color bool // with the escape sequences of terminals
}

// Print writes the diagnostics for people to read: each one as a line NAME:LINE:COLUMN: severity: message [code], below
// it the line of the document with a marker under what is blamed, then further places with a note each, and a hint.
// What only follows from others comes last, in one line, and what is the same at many places is printed for the first.
//
// Plaintexts of fn::secret in these lines are masked. Control characters and others that change how text is shown are
// escaped, so that neither a document nor a message from outside can pass for output of the program. The error is that
// of w.
func (ds Diagnostics) Print(w io.Writer, opts PrintOptions) error {
	p := printer{color: opts.Color, secrets: map[excerptSource]map[int][]yamltext.Span{}}
	for _, s := range presented(ds) {
		p.text = p.text[:0]
		p.diagnostic(s)
		if _, err := w.Write(p.text); err != nil {
			return err
		}
	}
	return nil
}

// A printer prints diagnostics. It remembers the rows that it has shown, for many diagnostics may be about one line.
type printer struct {
	color   bool
	text    []byte
	source  excerptSource                             // of rows
	rows    map[int]row                               // by line
	secrets map[excerptSource]map[int][]yamltext.Span // by the lines that they touch
}

// A style is the parameter of the escape sequence that sets it.
type style string

const (
	bold    style = "1"
	failure style = "1;31" // red
	caution style = "1;33" // yellow
	aside   style = "1;36" // cyan
)

func (p *printer) diagnostic(s shown) {
	d, severity := s.Diagnostic, failure
	if d.Warning {
		severity = caution
	}
	p.location(d.Range)
	p.paint(severity, d.severity()+":")
	p.add(" " + visible(d.Message))
	if s.follows && d.Hint != "" {
		p.add("; " + visible(d.Hint))
	}
	p.add(" [" + visible(d.Code) + "]\n")
	if !s.follows {
		p.excerpt(d.source, d.Range, severity)
	}
	if s.others > 0 {
		p.paint(aside, "note:")
		p.add(" " + alsoElsewhere(s.others) + "\n")
	}
	for _, related := range d.Related {
		p.location(related.Range)
		p.paint(aside, "note:")
		p.add(" " + visible(related.Note) + "\n")
		if related.Range.Environment == d.Range.Environment {
			p.excerpt(d.source, related.Range, aside)
		}
	}
	if d.Hint != "" && !s.follows {
		p.paint(aside, "hint:")
		p.add(" " + visible(d.Hint) + "\n")
	}
}

func (p *printer) add(s string) { p.text = append(p.text, s...) }

func (p *printer) paint(as style, s string) {
	if p.color {
		s = "\x1b[" + string(as) + "m" + s + "\x1b[0m"
	}
	p.add(s)
}

func (p *printer) location(r Range) {
	if r.Environment == "" {
		return
	}
	text := visible(r.Environment) + ":"
	if !r.IsZero() {
		text += strconv.Itoa(r.Begin.Line) + ":" + strconv.Itoa(r.Begin.Column) + ":"
	}
	p.paint(bold, text)
	p.add(" ")
}

// excerpt shows the first line of a range with a marker below, unless laying out the line would take too much memory.
func (p *printer) excerpt(source excerptSource, r Range, marker style) {
	const indent = "  "
	if source == nil || r.IsZero() || mayHoldSecret(source, r.Begin.Line) {
		return
	}
	row := p.row(source, r.Begin.Line)
	if row == nil {
		return
	}
	text, from, to := row.window(row.marked(r))
	p.add(indent + text + "\n" + indent + strings.Repeat(" ", from))
	p.paint(marker, "^"+strings.Repeat("~", to-from-1))
	p.add("\n")
}

// mayHoldSecret reports whether a line of a document whose secrets could not be found may belong to one: whether
// anything up to it mentions their function.
func mayHoldSecret(source excerptSource, line int) bool {
	for n := 1; n <= line && !source.Readable(); n++ {
		if strings.Contains(strings.ToLower(source.LineText(n)), "fn::secret") {
			return true
		}
	}
	return false
}

// maxLine is the length of the longest line that is laid out, in bytes.
const maxLine = 4 << 20

// row lays out a line of a document, nil if it is too long. Rows of one document at a time are remembered.
func (p *printer) row(source excerptSource, line int) row {
	if p.source != source {
		p.source, p.rows = source, map[int]row{}
	}
	r, ok := p.rows[line]
	if !ok {
		if text := source.LineText(line); len(text) <= maxLine {
			r = newRow(text, line, p.secretsOf(source)[line])
		}
		p.rows[line] = r
	}
	return r
}

// secretsOf returns the secrets of a document by the lines that they touch, in the order of the text.
func (p *printer) secretsOf(source excerptSource) map[int][]yamltext.Span {
	lines, ok := p.secrets[source]
	if ok {
		return lines
	}
	spans := slices.SortedFunc(slices.Values(source.SecretSpans()), func(a, b yamltext.Span) int {
		return a.Begin.Byte - b.Begin.Byte
	})
	lines = map[int][]yamltext.Span{}
	for _, s := range spans {
		for line := s.Begin.Line; line <= s.End.Line; line++ {
			lines[line] = append(lines[line], s)
		}
	}
	p.secrets[source] = lines
	return lines
}
