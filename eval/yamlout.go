package eval

import (
	"regexp"
	"strconv"
	"unicode/utf8"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// A yamlWriter writes values as YAML in block style, keys ascending, numbers by their text. What it
// writes is read alike by readers of YAML 1.1 and 1.2. The zero yamlWriter redacts. Bytes that are not UTF-8 become
// U+FFFD.
type yamlWriter struct {
	buf     []byte
	reveal  bool // write the text of secrets
	limit   int  // of buf, in bytes; 0: none
	full    bool // buf is incomplete because of the limit
	notUTF8 bool // there were bytes that are not UTF-8
}

// yamlStep is the indentation of a level.
const yamlStep = 2

// maxImplicitKey is the length of the longest key that readers take without a "?" before it.
const maxImplicitKey = 1024

// toYAML is fn::toYAML.
func toYAML(arg *datum, limits Limits) (*datum, error) {
	w := yamlWriter{reveal: true, limit: limits.StringBytes}
	w.document(arg)
	if w.notUTF8 {
		return nil, notUTF8()
	}
	return textDatum(string(w.buf), !w.full)
}

// document writes a value and a line end.
func (w *yamlWriter) document(d *datum) {
	w.node(d, 0)
	w.buf = append(w.buf, '\n')
	w.check(0)
}

// node writes a value at the current place. Lines below the first are indented by indent blanks.
func (w *yamlWriter) node(d *datum, indent int) {
	switch {
	case !w.isBlock(d):
		w.inline(d)
	case d.kind == Array:
		for i := 0; i < len(d.items) && !w.full; i++ {
			w.line(i, indent)
			w.buf = append(w.buf, "- "...)
			w.node(d.items[i].data(), indent+yamlStep)
		}
	default:
		for i := 0; i < len(d.items) && !w.full; i++ {
			w.line(i, indent)
			w.member(d.keys[i], d.items[i].data(), indent)
		}
	}
}

// isBlock reports whether a value takes lines of its own.
func (w *yamlWriter) isBlock(d *datum) bool {
	_, hidden := redacted(d, w.reveal)
	return !hidden && len(d.items) > 0
}

// line begins the line of entry i; the first stands where its container begins.
func (w *yamlWriter) line(i, indent int) {
	if i == 0 {
		return
	}
	w.buf = append(w.buf, '\n')
	for range indent {
		w.buf = append(w.buf, ' ')
	}
	w.check(0)
}

func (w *yamlWriter) member(key string, d *datum, indent int) {
	start := len(w.buf)
	w.key(key)
	switch {
	case len(w.buf)-start > maxImplicitKey:
		w.buf = append(w.buf[:start], "? "...)
		w.key(key)
		w.line(1, indent)
		w.buf = append(w.buf, ": "...)
	case w.isBlock(d):
		w.buf = append(w.buf, ':')
		w.line(1, indent+yamlStep)
	default:
		w.buf = append(w.buf, ": "...)
	}
	w.node(d, indent+yamlStep)
}

// inline writes a value that fits on a line.
func (w *yamlWriter) inline(d *datum) {
	if text, hidden := redacted(d, w.reveal); hidden {
		w.string(text)
		return
	}
	switch d.kind {
	case Null:
		w.raw("null")
	case Bool:
		w.raw(strconv.FormatBool(d.bool))
	case Number:
		w.raw(*d.text)
	case String:
		w.string(*d.text)
	case Array:
		w.raw("[]")
	case Object:
		w.raw("{}")
	}
}

func (w *yamlWriter) raw(text string) {
	if w.check(len(text)) {
		w.buf = append(w.buf, text...)
	}
}

// check reports whether n more bytes are within the limit.
func (w *yamlWriter) check(n int) bool {
	w.full = w.full || w.limit > 0 && n > w.limit-len(w.buf)
	return !w.full
}

// key writes a key. One letter is plain: where YAML 1.1 calls y and n booleans, its readers do not follow.
func (w *yamlWriter) key(key string) {
	if len(key) == 1 && plainPattern.MatchString(key) {
		w.raw(key)
		return
	}
	w.string(key)
}

func (w *yamlWriter) string(s string) {
	if isPlain(s) {
		w.raw(s)
		return
	}
	if !w.check(len(s)) {
		return
	}
	w.notUTF8 = w.notUTF8 || !utf8.ValidString(s)
	w.buf = append(w.buf, '"')
	for _, r := range s {
		w.buf = yamltext.AppendQuoted(w.buf, r)
	}
	w.buf = append(w.buf, '"')
	w.check(0)
}

var plainPattern = regexp.MustCompile(`^[A-Za-z_/][A-Za-z0-9_./@+-]*$`)

// isPlain reports whether every reader of YAML takes s, without quotes, for the string s.
func isPlain(s string) bool {
	return !yamltext.IsWord(s) && plainPattern.MatchString(s)
}
