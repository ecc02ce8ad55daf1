package eval

import (
	"errors"
	"fmt"
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
	"github.com/escapement-go/escapement/providers"
)

// findings gathers what an operation reports.
type findings struct {
	found  []finding
	errors int
}

// A finding is a diagnostic before its places are known: those are computed when the operation ends.
type finding struct {
	Diagnostic
	mark    syntax.Mark
	related []relatedMark
	outside string // text from outside, which follows the message once it has been scrubbed
	lasting bool   // it tells what has been done, so that it stands even if the evaluation is broken off
	once    bool   // it is the same wherever it occurs, and shown at the first place only

	name  string // a name that is none of names; the nearest of these becomes the hint
	names []string
}

// maxSuggestions bounds how many diagnostics of an operation suggest a name, since each compares many.
const maxSuggestions = 100

type relatedMark struct {
	note string
	mark syntax.Mark
}

func (f *findings) add(found finding) *finding {
	f.found = append(f.found, found)
	if !found.Warning {
		f.errors++
	}
	return &f.found[len(f.found)-1]
}

// quietly does something of which nothing is reported.
func (f *findings) quietly(do func()) {
	n, errors := len(f.found), f.errors
	do()
	f.found, f.errors = f.found[:n], errors
}

// report adds an error.
func (f *findings) report(mark syntax.Mark, code, message, hint string) *finding {
	return f.add(finding{Diagnostic: Diagnostic{Code: code, Message: message, Hint: hint}, mark: mark})
}

// warn adds a warning.
func (f *findings) warn(mark syntax.Mark, code, message, hint string) *finding {
	return f.add(finding{Diagnostic: Diagnostic{Code: code, Message: message, Hint: hint, Warning: true}, mark: mark})
}

// reportPlain adds an error that has no place in a document.
func (f *findings) reportPlain(code, message, hint string) *finding {
	return f.report(syntax.Mark{}, code, message, hint)
}

// reportExpr adds an error about an expression.
func (f *findings) reportExpr(e *syntax.Expr, code, message, hint string) *finding {
	found := f.report(e.Mark(), code, message, hint)
	found.Path = exprPath(e)
	return found
}

// reportOutside adds an error whose cause is outside the documents.
func (f *findings) reportOutside(mark syntax.Mark, code, message string, err error) *finding {
	found := f.report(mark, code, message, "")
	found.Err, found.outside = err, outsideText(err)
	if coder := coderOf(err); coder != "" {
		found.Code += "/" + coder
	}
	return found
}

// maxOutside bounds what is shown of an error from outside, in bytes.
const maxOutside = 64 << 10

// outsideText is what is shown of an error whose cause is outside the documents, before it is scrubbed. One that is
// absurdly long is not shown, since what is cut could begin with a part of a secret.
func outsideText(err error) string {
	text := err.Error()
	if len(text) > maxOutside {
		return fmt.Sprintf("the message has %d bytes", len(text))
	}
	return text
}

func (f *finding) relate(note string, mark syntax.Mark) {
	f.related = append(f.related, relatedMark{note, mark})
}

func exprPath(e *syntax.Expr) string {
	path := e.Path()
	if path == "" || path[0] == '[' {
		return "values" + path
	}
	return "values." + path
}

// coderOf returns the code that an error of a provider or rotator carries, or "".
func coderOf(err error) string {
	var coder providers.Coder
	if errors.As(err, &coder) {
		return coder.DiagnosticCode()
	}
	return ""
}

// diagnostics turns what was found, and what the documents hold, into the diagnostics of the operation.
func (o *operation) diagnostics(root string) Diagnostics {
	var ds Diagnostics
	for _, env := range o.order {
		if env.doc == nil || o.spent && !env.closure {
			continue
		}
		for _, issue := range env.doc.Issues {
			ds = append(ds, documentDiagnostic(env.doc, issue))
		}
	}
	if o.spent {
		o.found = slices.DeleteFunc(o.found, func(f finding) bool { return !f.lasting })
		o.report(o.rootMark(), "too-many-steps", fmt.Sprintf("evaluation takes more than %d steps", o.limits.Steps), "")
	}
	o.showOnce()
	o.scrubOutside()
	undefined := map[*Diagnostic]*finding{}
	for i := range o.found {
		d := o.found[i].diagnostic()
		ds = append(ds, d)
		if o.found[i].names != nil {
			undefined[d] = &o.found[i]
		}
	}
	ds = sortDiagnostics(ds, root)
	suggestions := 0
	for _, d := range ds {
		if f := undefined[d]; f != nil && suggestions < maxSuggestions {
			suggestions++
			d.Hint = didYouMean(f.name, f.names)
		}
	}
	return ds
}

// showOnce leaves one of the findings that are the same at every place, and counts the others.
func (o *operation) showOnce() {
	var first *finding
	places := map[syntax.Mark]bool{}
	for i := range o.found {
		if f := &o.found[i]; f.once {
			places[f.mark] = true
			if first == nil || o.compareMarks(f.mark, first.mark) < 0 {
				first = f
			}
		}
	}
	if first == nil {
		return
	}
	first.once = false
	if others := len(places) - 1; others > 0 {
		first.relate(alsoElsewhere(others), syntax.Mark{})
	}
	o.found = slices.DeleteFunc(o.found, func(f finding) bool { return f.once })
}

// alsoElsewhere is the note of a finding that stands for others at other places.
func alsoElsewhere(others int) string {
	if others == 1 {
		return "the same holds at another place"
	}
	return fmt.Sprintf("the same holds at %d other places", others)
}

// scrubOutside removes secrets from the texts that come from outside.
func (o *operation) scrubOutside() {
	texts := make([]*string, len(o.found))
	for i := range o.found {
		texts[i] = &o.found[i].outside
	}
	scrub(texts, o.secrets)
}

func (f *finding) diagnostic() *Diagnostic {
	d := f.Diagnostic
	if f.outside != "" {
		d.Message += ": " + visible(f.outside)
	}
	if f.mark.Doc != nil {
		d.Range, d.source = markRange(f.mark), excerptOf(f.mark.Doc)
	}
	for _, related := range f.related {
		more := Related{Note: related.note}
		if related.mark.Doc != nil {
			more.Range = markRange(related.mark)
		}
		d.Related = append(d.Related, more)
	}
	return &d
}

func documentDiagnostic(doc *syntax.Document, issue syntax.Issue) *Diagnostic {
	d := &Diagnostic{
		Range: spanRange(doc.Name, issue.Span), Code: issue.Code, Path: issue.Path,
		Message: issue.Message, Hint: issue.Hint, Warning: issue.Warning, source: excerptOf(doc),
	}
	for _, related := range issue.Related {
		d.Related = append(d.Related, Related{Note: related.Note, Range: spanRange(doc.Name, related.Span)})
	}
	return d
}

// markRange is the range of a place in a document.
func markRange(m syntax.Mark) Range {
	if m.Node == nil {
		return spanRange(m.Doc.Name, yamltext.Span{
			Begin: yamltext.Pos{Line: 1, Column: 1}, End: yamltext.Pos{Line: 1, Column: 1},
		})
	}
	return spanRange(m.Doc.Name, m.Span())
}

func spanRange(environment string, s yamltext.Span) Range {
	return Range{
		Environment: environment,
		Begin:       Pos(s.Begin),
		End:         Pos(s.End),
	}
}
