package eval

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// FormatOptions say what [Environment.Write] writes. The zero FormatOptions write everything as redacted JSON.
type FormatOptions struct {
	// Format is one of [Formats]; "" means json.
	Format string

	// Path selects a part of the result, such as app.hosts[0]; "" selects all of it. What lies behind an unknown is
	// unknown. Formats of variables take no path.
	Path string

	// Reveal writes the text of secrets instead of "[secret]".
	Reveal bool

	// Expressions adds to the format detailed, which then takes no path, the expressions of the root's document, a
	// schema and the context. No text of a secret appears in these, revealed or not.
	Expressions bool

	// Files names the file that the caller has written for each member of "files". In formats of variables the
	// variable of that name holds this path; members without one are left out.
	Files map[string]string

	// Warn is called with what the format could not say exactly, such as text that is not UTF-8; nil ignores it.
	Warn func(*Diagnostic)
}

// formats are what Write can write, by name.
var formats = map[string]func(formatter) ([]byte, error){
	"detailed":   formatter.detailed,
	"dotenv":     variables("", "=", quoteDotenv),
	"fish":       variables("set -gx ", " ", quoteFish),
	"json":       formatter.json,
	"powershell": variables("$env:", " = ", quotePowerShell),
	"shell":      variables("export ", "=", quoteShell),
	"string":     formatter.string,
	"yaml":       formatter.yaml,
}

func variables(before, behind string, quote quoter) func(formatter) ([]byte, error) {
	return func(f formatter) ([]byte, error) { return f.variables(before, behind, quote) }
}

// Formats returns the names of the formats in ascending order.
func Formats() []string { return slices.Sorted(maps.Keys(formats)) }

// Write writes the result, or the part of it that opts.Path selects, in one of these formats, each of which ends in one
// line end, but for variables where there are none:
//
//   - json: values only, indented
//   - yaml: values only, in block style
//   - detailed: JSON of values with their flags and with the places where they are defined
//   - string: the text that an interpolation would yield
//   - dotenv: the environment variables, NAME='value' each, for programs that read .env files. What they do not all read
//     alike is refused: carriage returns, text that is not UTF-8, and some combinations of quotes and backslashes
//   - shell: the environment variables, export NAME='value' each, for a POSIX shell
//   - fish: the environment variables, set -gx NAME 'value' each, for fish
//   - powershell: the environment variables, $env:NAME = 'value' each, a line of ASCII, for PowerShell, which removes
//     variables that are set to an empty text before version 7.5. Text that is not UTF-8 is refused
//
// The shells read exactly the value. None of them can hold a NUL byte, which is refused.
//
// Secrets are "[secret]" unless opts.Reveal is set, and unknowns "[unknown]"; among revealed variables there are no
// unknown ones. Nothing is written if there is an error. It is the error of w, says that there is no such format, or is
// a [*Diagnostic].
func (e *Environment) Write(w io.Writer, opts FormatOptions) error {
	format, ok := formats[cmp.Or(opts.Format, "json")]
	if !ok {
		return unknownFormat(opts.Format)
	}
	text, err := format(formatter{e, opts})
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

func unknownFormat(name string) error {
	err := fmt.Errorf("unknown format %q; allowed are %s", name, `"`+strings.Join(Formats(), `", "`)+`"`)
	if near := schema.Nearest(name, Formats()); near != "" {
		err = fmt.Errorf("%w; did you mean %q?", err, near)
	}
	return err
}

// A formatter writes one environment in one format.
type formatter struct {
	env  *Environment
	opts FormatOptions
}

func (f formatter) json() ([]byte, error) {
	v, err := f.selected()
	if err != nil {
		return nil, err
	}
	w := jsonWriter{reveal: f.opts.Reveal}
	w.value(v)
	f.warnNotUTF8(w.notUTF8, v)
	return indented(w.buf)
}

func (f formatter) yaml() ([]byte, error) {
	v, err := f.selected()
	if err != nil {
		return nil, err
	}
	w := yamlWriter{reveal: f.opts.Reveal}
	w.document(v.data())
	f.warnNotUTF8(w.notUTF8, v)
	return w.buf, nil
}

func (f formatter) detailed() ([]byte, error) {
	w := detailedWriter{jsonWriter: jsonWriter{reveal: f.opts.Reveal}}
	if f.opts.Expressions {
		if f.opts.Path != "" {
			return nil, pathNotAllowed(`"detailed" with expressions`)
		}
		w.environment(f.env)
		f.warnNotUTF8(w.notUTF8, f.env.Values, f.env.context)
		return indented(w.buf)
	}
	v, err := f.selected()
	if err != nil {
		return nil, err
	}
	w.detail(v)
	f.warnNotUTF8(w.notUTF8, v)
	return indented(w.buf)
}

// maxTextBytes bounds a text whose length may grow exponentially with the nesting of the value.
const maxTextBytes = 64 << 20

func (f formatter) string() ([]byte, error) {
	v, err := f.selected()
	if err != nil {
		return nil, err
	}
	t := texter{limit: maxTextBytes, reveal: f.opts.Reveal}
	t.value(v.data(), 0)
	if t.full {
		return nil, blame(v, Diagnostic{
			Code: "result-too-large", Message: fmt.Sprintf("value has more than %d bytes", maxTextBytes),
			Hint: "write it as json or yaml",
		})
	}
	return append(t.buf, '\n'), nil
}

func indented(compact []byte) ([]byte, error) {
	var b bytes.Buffer
	if err := json.Indent(&b, compact, "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// warnNotUTF8 warns of the strings and keys in the values that have been written with U+FFFD, if there were any.
func (f formatter) warnNotUTF8(found bool, values ...Value) {
	if !found || f.opts.Warn == nil {
		return
	}
	finder := notUTF8Finder{reveal: f.opts.Reveal, visited: map[*datum]bool{}, warned: map[*syntax.Expr]bool{}}
	for _, v := range values {
		finder.find(v, f.opts.Warn)
	}
}

// A notUTF8Finder warns once of each expression whose value is not UTF-8.
type notUTF8Finder struct {
	reveal  bool
	visited map[*datum]bool
	warned  map[*syntax.Expr]bool
}

func (f notUTF8Finder) find(v Value, warn func(*Diagnostic)) {
	d := v.data()
	if _, hidden := redacted(d, f.reveal); hidden || f.visited[d] {
		return
	}
	f.visited[d] = true
	invalid := func(s string) bool { return !utf8.ValidString(s) }
	if (invalid(*d.text) || slices.ContainsFunc(d.keys, invalid)) && !f.warned[v.def] {
		f.warned[v.def] = true
		warn(blame(v, Diagnostic{
			Code: "not-utf8", Message: "string is not valid UTF-8 and has no JSON or YAML form", Warning: true,
		}))
	}
	for i := range d.items {
		f.find(v.part(i), warn)
	}
}

// blame sets the place of a diagnostic to where the value is defined.
func blame(v Value, d Diagnostic) *Diagnostic {
	if v.def != nil && v.def.Doc != nil {
		d.Range, d.source = definition(v.def), excerptOf(v.def.Doc)
	}
	return &d
}
