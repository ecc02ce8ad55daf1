package eval

import (
	"strconv"
	"unicode/utf8"
)

// A jsonWriter writes values as JSON without white space, keys ascending, numbers by their text.
// The zero jsonWriter redacts. Bytes that are not UTF-8 become U+FFFD.
type jsonWriter struct {
	buf     []byte
	reveal  bool // write the text of secrets
	limit   int  // of buf, in bytes; 0: none
	full    bool // buf is incomplete because of the limit
	notUTF8 bool // there were bytes that are not UTF-8
	html    bool // escape <, > and &, as fn::toJSON does

	within bool // a container has been opened and is empty so far
}

// toJSON is fn::toJSON.
func toJSON(arg *datum, limits Limits) (*datum, error) {
	w := jsonWriter{reveal: true, limit: limits.StringBytes, html: true}
	w.datum(arg)
	if w.notUTF8 {
		return nil, notUTF8()
	}
	return textDatum(string(w.buf), !w.full)
}

func (w *jsonWriter) value(v Value) { w.datum(v.data()) }

func (w *jsonWriter) datum(d *datum) {
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
		w.open('[')
		for i := 0; i < len(d.items) && !w.full; i++ {
			w.next()
			w.value(d.items[i])
		}
		w.close(']')
	case Object:
		w.open('{')
		for i := 0; i < len(d.items) && !w.full; i++ {
			w.key(d.keys[i])
			w.value(d.items[i])
		}
		w.close('}')
	}
}

func (w *jsonWriter) open(bracket byte) {
	w.buf = append(w.buf, bracket)
	w.within = true
}

func (w *jsonWriter) close(bracket byte) {
	w.buf = append(w.buf, bracket)
	w.within = false
	w.check(0)
}

// next separates an element from the one before it.
func (w *jsonWriter) next() {
	if !w.within {
		w.buf = append(w.buf, ',')
	}
	w.within = false
}

// key begins a member.
func (w *jsonWriter) key(name string) {
	w.next()
	w.string(name)
	w.buf = append(w.buf, ':')
}

func (w *jsonWriter) raw(text string) {
	if w.check(len(text)) {
		w.buf = append(w.buf, text...)
	}
}

// check reports whether n more bytes are within the limit.
func (w *jsonWriter) check(n int) bool {
	w.full = w.full || w.limit > 0 && n > w.limit-len(w.buf)
	return !w.full
}

func (w *jsonWriter) string(s string) {
	if !w.check(len(s)) {
		return
	}
	w.buf = append(w.buf, '"')
	from := 0 // of what is written as it is
	for i := 0; i < len(s); {
		r, width := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, width = utf8.DecodeRuneInString(s[i:])
		}
		if escape := w.escape(r, width); escape != "" {
			w.buf = append(w.buf, s[from:i]...)
			w.buf = append(w.buf, escape...)
			from = i + width
		}
		i += width
	}
	w.buf = append(w.buf, s[from:]...)
	w.buf = append(w.buf, '"')
	w.check(0)
}

// escape returns what is written for a character of the given width, "" for the character itself.
func (w *jsonWriter) escape(r rune, width int) string {
	switch {
	case r == '"':
		return `\"`
	case r == '\\':
		return `\\`
	case r < ' ':
		return controlEscapes[r]
	case r == '<' && w.html:
		return `\u003c`
	case r == '>' && w.html:
		return `\u003e`
	case r == '&' && w.html:
		return `\u0026`
	case r == '\u2028':
		return `\u2028`
	case r == '\u2029':
		return `\u2029`
	case r == utf8.RuneError && width == 1:
		w.notUTF8 = true
		return "\uFFFD"
	}
	return ""
}

// controlEscapes are the escapes of U+0000 to U+001F, the short ones where JSON has them.
var controlEscapes = func() (escapes [' ']string) {
	for c := range escapes {
		escapes[c] = `\u00` + string("01"[c>>4]) + string("0123456789abcdef"[c&15])
	}
	for c, short := range map[byte]string{'\b': `\b`, '\t': `\t`, '\n': `\n`, '\f': `\f`, '\r': `\r`} {
		escapes[c] = short
	}
	return escapes
}()
