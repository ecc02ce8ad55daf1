package evaltest

import (
	"cmp"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/escapement-go/escapement/eval"
)

// lint checks what holds for every list of diagnostics: known codes and texts, exact ranges, one order, no repetitions.
func (r *report) lint() {
	for i, d := range r.env.Diagnostics {
		r.lintText(d)
		r.lintRange(d, d.Range)
		for _, rel := range d.Related {
			r.lintRange(d, rel.Range)
			if rel.Note == "" {
				r.problem("related range without a note: %v", d)
			}
		}
		if i > 0 {
			r.lintOrder(r.env.Diagnostics[i-1], d)
		}
	}
	r.lintJSON()
}

// lintJSON checks that the JSON of the diagnostics says what they say.
func (r *report) lintJSON() {
	text, err := json.Marshal(r.env.Diagnostics)
	var list []struct {
		Code, Severity, Message string
		Range                   *eval.Range
		Path                    *string
		Related                 []struct {
			Note  string
			Range eval.Range
		}
	}
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err != nil || len(list) != len(r.env.Diagnostics) {
		r.problem("JSON of the diagnostics is %s, %v", text, err)
		return
	}
	for i, d := range r.env.Diagnostics {
		got := list[i]
		severity := map[bool]string{true: "warning", false: "error"}[d.Warning]
		same := got.Code == d.Code && got.Severity == severity && strings.HasPrefix(got.Message, d.Message) &&
			(got.Range == nil) == d.Range.IsZero() && (got.Path == nil) == (d.Path == "") && len(got.Related) == len(d.Related)
		if !same || got.Range != nil && *got.Range != d.Range || got.Path != nil && *got.Path != d.Path {
			r.problem("JSON of %v is %+v", d, got)
		}
	}
}

// codeOf finds the rule of a diagnostic, whose code may end in that of a provider or rotator.
func codeOf(d *eval.Diagnostic) (code, bool) {
	name, _, _ := strings.Cut(d.Code, "/")
	rule, ok := codes[name]
	return rule, ok
}

// lintText checks code, severity and words against the table of diagnostics, and their form.
func (r *report) lintText(d *eval.Diagnostic) {
	rule, ok := codeOf(d)
	switch text := textOf(d); {
	case !ok:
		r.problem("code %q is not in the language: %v", d.Code, d)
	case d.Warning && !strings.Contains(rule.severity, "W"), !d.Warning && !strings.Contains(rule.severity, "E"):
		r.problem("severity is not %s: %v", rule.severity, d)
	case strings.ContainsFunc(text, unicode.IsControl):
		r.problem("message holds control characters: %q", text)
	case strings.HasSuffix(d.Message, ".") || strings.HasSuffix(d.Hint, "."):
		r.problem("message ends in a full stop: %v", d)
	case !rule.match(text):
		r.problem("message is not %q: %v", rule.text, d)
	case unicode.IsUpper(first(text)):
		r.problem("message begins in upper case: %v", d)
	}
}

func first(text string) rune {
	c, _ := utf8.DecodeRuneInString(text)
	return c
}

// lintRange checks that bytes, lines and columns name the same place of the text.
func (r *report) lintRange(d *eval.Diagnostic, at eval.Range) {
	if at.IsZero() {
		if at != (eval.Range{Environment: at.Environment}) {
			r.problem("range without line has positions: %+v of %v", at, d)
		}
		return
	}
	text, ok := r.files[at.Environment]
	if !ok {
		r.problem("range in the unknown environment %q: %v", at.Environment, d)
		return
	}
	if at.End.Byte < at.Begin.Byte {
		r.problem("range ends before it begins: %+v of %v", at, d)
	}
	for _, pos := range []eval.Pos{at.Begin, at.End} {
		if pos.Byte < 0 || pos.Byte > len(text) {
			r.problem("byte %d is outside of the text: %v", pos.Byte, d)
		} else if want := positionAt(text, pos.Byte); pos != want {
			r.problem("position %+v is not that of its byte, %+v: %v", pos, want, d)
		}
	}
}

// positionAt counts lines and columns up to a byte.
func positionAt(text string, to int) eval.Pos {
	const mark = "\ufeff"
	pos := eval.Pos{Line: 1, Column: 1, Byte: to}
	for i := 0; i < to; {
		c, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case i == 0 && string(c) == mark:
		case c == '\n', c == '\r' && !strings.HasPrefix(text[i+1:], "\n"):
			pos.Line, pos.Column = pos.Line+1, 1
		case c == '\r':
		default:
			pos.Column++
		}
		i += n
	}
	return pos
}

// lintOrder checks that two diagnostics are in the one order, and not the same.
func (r *report) lintOrder(a, b *eval.Diagnostic) {
	if order := r.order(a, b); order > 0 {
		r.problem("out of order: %v before %v", a, b)
	}
	if a.Code == b.Code && a.Range == b.Range && a.Message == b.Message {
		r.problem("reported twice: %v", a)
	}
}

func (r *report) order(a, b *eval.Diagnostic) int {
	rank := func(d *eval.Diagnostic) int {
		switch {
		case d.Range.IsZero():
			return 0
		case d.Range.Environment == r.env.Name:
			return 1
		}
		return 2
	}
	return cmp.Or(
		cmp.Compare(rank(a), rank(b)),
		cmp.Compare(a.Range.Environment, b.Range.Environment),
		cmp.Compare(a.Range.Begin.Byte, b.Range.Begin.Byte),
		cmp.Compare(a.Range.End.Byte, b.Range.End.Byte),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Message, b.Message),
	)
}

// failedEarly says whether there is an error that can only be found before anything is called.
func (r *report) failedEarly() bool {
	for _, d := range r.env.Diagnostics {
		if rule, _ := codeOf(d); !d.Warning && !strings.Contains(rule.phases, "P") {
			return true
		}
	}
	return false
}
