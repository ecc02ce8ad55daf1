package eval

import (
	"strconv"
	"unicode/utf8"
)

// What stands for values in printed forms.
const (
	secretText  = "[secret]"
	unknownText = "[unknown]"
)

// redacted returns what is printed in the place of a value that is not shown. Secret wins over unknown.
func redacted(d *datum, reveal bool) (text string, hidden bool) {
	switch {
	case d.secret && !reveal:
		return secretText, true
	case d.unknown:
		return unknownText, true
	}
	return "", false
}

// stringify returns the text of a known value, its secrets revealed. It is false if the text has more
// than limit bytes; it takes no more time and memory than a text of that length.
func stringify(d *datum, limit int) (string, bool) {
	switch d.kind {
	case Number, String:
		return *d.text, len(*d.text) <= limit
	}
	b, ok := appendText(nil, d, limit)
	return string(b), ok
}

// appendText appends the text of a known value to b, its secrets revealed. It is false, and the result incomplete, if
// that makes more than limit bytes.
func appendText(b []byte, d *datum, limit int) ([]byte, bool) {
	t := texter{buf: b, limit: limit, reveal: true}
	t.value(d, 0)
	return t.buf, !t.full
}

// A texter writes values as text. An element is quoted, and quoted again for each container around the one that it is
// in, so that a backslash doubles with every level. The texter therefore never quotes what it has written: it knows how
// each character looks at its level, and stops at the limit.
type texter struct {
	buf    []byte
	limit  int // of buf, in bytes
	full   bool
	reveal bool
}

// value writes a value that is quoted level times.
func (t *texter) value(d *datum, level int) {
	if text, hidden := redacted(d, t.reveal); hidden {
		t.text(text, level)
		return
	}
	switch d.kind {
	case Bool:
		t.text(strconv.FormatBool(d.bool), level)
	case Number, String:
		t.text(*d.text, level)
	case Array, Object:
		t.container(d, level)
	}
}

func (t *texter) container(d *datum, level int) {
	for i, item := range d.items {
		if t.full {
			return
		}
		if i > 0 {
			t.text(",", level)
		}
		if d.kind == Object {
			t.escaped('"', level)
			t.text(d.keys[i], level+1)
			t.escaped('"', level)
			t.text("=", level)
		}
		t.escaped('"', level)
		t.value(item.data(), level+1)
		t.escaped('"', level)
	}
}

// text writes a text that is quoted level times as strconv.Quote does it, but for the quotes around it.
func (t *texter) text(s string, level int) {
	if t.full = t.full || len(s) > t.limit-len(t.buf); t.full {
		return
	}
	if level == 0 {
		t.buf = append(t.buf, s...)
		return
	}
	for width := 0; s != "" && !t.full; s = s[width:] {
		var r rune
		r, width = utf8.DecodeRuneInString(s)
		switch {
		case r == '"' || r == '\\':
			t.escaped(byte(r), level)
		case r == utf8.RuneError && width == 1, !strconv.IsPrint(r):
			quoted := strconv.Quote(s[:width])
			t.escaped('\\', level-1)
			t.buf = append(t.buf, quoted[len(`"\`):len(quoted)-len(`"`)]...)
		default:
			t.buf = append(t.buf, s[:width]...)
		}
	}
	t.full = t.full || len(t.buf) > t.limit
}

// escaped writes a quote or backslash that is quoted level times: each time doubles what stands there, for one
// backslash goes before every backslash and before the quote.
func (t *texter) escaped(c byte, level int) {
	const maxLevel = 60 // more bytes than memory has
	if t.full = t.full || level > maxLevel || 1<<level > t.limit-len(t.buf); t.full {
		return
	}
	for range 1<<level - 1 {
		t.buf = append(t.buf, '\\')
	}
	t.buf = append(t.buf, c)
}
