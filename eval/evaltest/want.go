package evaltest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

// A want is a diagnostic that must be reported. Zero fields do not matter.
type want struct {
	op      string // the operation that it is limited to
	place   place
	endAt   int // column after the range
	warning bool
	code    string
	parts   []string // of the text
	not     []string // no parts of the text
	related []place
	path    string
}

// A place is where a range begins. A diagnostic without range is at the zero place.
type place struct {
	env          string
	line, column int
}

func (p place) String() string {
	switch {
	case p == place{}:
		return "-"
	case p.column == 0:
		return fmt.Sprintf("%s:%d", p.env, p.line)
	}
	return fmt.Sprintf("%s:%d:%d", p.env, p.line, p.column)
}

// covers says whether a diagnostic at the place q is where p wants it.
func (p place) covers(q place) bool {
	if p == (place{}) {
		return q.line == 0
	}
	return p.env == q.env && p.line == q.line && (p.column == 0 || p.column == q.column)
}

func (w *want) String() string {
	mark := "!"
	if w.warning {
		mark = "?"
	}
	text := fmt.Sprintf("%v %s%s", w.place, mark, w.code)
	if w.endAt > 0 {
		text += fmt.Sprintf(" until column %d", w.endAt)
	}
	for _, part := range w.parts {
		text += " " + strconv.Quote(part)
	}
	for _, part := range w.not {
		text += " -" + strconv.Quote(part)
	}
	for _, p := range w.related {
		text += fmt.Sprintf(" ~%v", p)
	}
	if w.path != "" {
		text += " =" + w.path
	}
	return text
}

func (w *want) matches(d *eval.Diagnostic) bool {
	return w.place.covers(placeOf(d.Range)) && w.describes(d)
}

// describes is matches without the place.
func (w *want) describes(d *eval.Diagnostic) bool {
	if w.code != d.Code || w.warning != d.Warning {
		return false
	}
	if w.endAt > 0 && w.endAt != d.Range.End.Column || w.path != "" && w.path != d.Path {
		return false
	}
	for _, part := range w.parts {
		if !strings.Contains(textOf(d), part) {
			return false
		}
	}
	for _, part := range w.not {
		if strings.Contains(textOf(d), part) {
			return false
		}
	}
	for _, p := range w.related {
		found := false
		for _, r := range d.Related {
			found = found || p.covers(placeOf(r.Range))
		}
		if !found {
			return false
		}
	}
	return true
}

// textOf is the message with its hint.
func textOf(d *eval.Diagnostic) string {
	if d.Hint == "" {
		return d.Message
	}
	return d.Message + "; " + d.Hint
}

func placeOf(r eval.Range) place {
	return place{r.Environment, r.Begin.Line, r.Begin.Column}
}

var wantToken = regexp.MustCompile(`^\s*(-?"(?:[^"\\]|\\.)*"|=\S+|[^\s"]+)`)

// parseWants reads what stands behind "# want" on the line of the place.
func parseWants(text string, at place) ([]*want, error) {
	var wants []*want
	for strings.TrimSpace(text) != "" {
		token := wantToken.FindStringSubmatch(text)
		if token == nil {
			return nil, fmt.Errorf("%v: cannot read the expectation %q", at, text)
		}
		text = text[len(token[0]):]
		if w := beginWant(token[1], at); w != nil {
			wants = append(wants, w)
			continue
		}
		if len(wants) == 0 {
			return nil, fmt.Errorf("%v: an expectation begins with ! or ?, not %q", at, token[1])
		}
		if err := wants[len(wants)-1].add(token[1]); err != nil {
			return nil, fmt.Errorf("%v: %w", at, err)
		}
	}
	return wants, nil
}

func beginWant(token string, at place) *want {
	op := ""
	for _, name := range []string{"open", "check", "rotate"} {
		if rest, ok := strings.CutPrefix(token, name+":"); ok {
			op, token = name, rest
		}
	}
	switch {
	case strings.HasPrefix(token, "!"):
		return &want{op: op, place: at, code: token[1:]}
	case strings.HasPrefix(token, "?"):
		return &want{op: op, place: at, code: token[1:], warning: true}
	}
	return nil
}

// add reads one condition of the expectation.
func (w *want) add(token string) (err error) {
	switch token[0] {
	case '"':
		part, err := strconv.Unquote(token)
		w.parts = append(w.parts, part)
		return err
	case '-':
		part, err := strconv.Unquote(token[1:])
		w.not = append(w.not, part)
		return err
	case '@':
		from, to, both := strings.Cut(token[1:], "-")
		if w.place.column, err = strconv.Atoi(from); err == nil && both {
			w.endAt, err = strconv.Atoi(to)
		}
		return err
	case '~':
		p, err := parsePlace(token[1:])
		w.related = append(w.related, p)
		return err
	case '=':
		w.path = token[1:]
		return nil
	}
	return fmt.Errorf("unknown condition %q", token)
}

// parsePlace reads NAME:LINE or NAME:LINE:COLUMN; "-" is nowhere.
func parsePlace(text string) (place, error) {
	if text == "-" {
		return place{}, nil
	}
	fields := strings.Split(text, ":")
	if len(fields) != 2 && len(fields) != 3 {
		return place{}, fmt.Errorf("%q is not a place such as r:2:3", text)
	}
	p := place{env: fields[0]}
	var err error
	if p.line, err = strconv.Atoi(fields[1]); err == nil && len(fields) == 3 {
		p.column, err = strconv.Atoi(fields[2])
	}
	return p, err
}

// wantsIn finds the comments "# want" of a document.
func wantsIn(env, text string) ([]*want, error) {
	var wants []*want
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	for i, line := range strings.Split(text, "\n") {
		_, comment, ok := cutLast(line, "# want ")
		if !ok {
			continue
		}
		more, err := parseWants(comment, place{env: env, line: i + 1})
		if err != nil {
			return nil, err
		}
		wants = append(wants, more...)
	}
	return wants, nil
}

// wantsOf reads a section of diagnostics.
func wantsOf(text string) ([]*want, error) {
	var wants []*want
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		where, specs, _ := strings.Cut(strings.TrimSpace(line), " ")
		at, err := parsePlace(where)
		if err != nil {
			return nil, err
		}
		more, err := parseWants(specs, at)
		if err != nil {
			return nil, err
		}
		wants = append(wants, more...)
	}
	return wants, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
