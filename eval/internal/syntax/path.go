package syntax

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Path leads from one value to another, one Accessor a step. It begins with a name and, once parsed, is never empty.
type Path []Accessor

// An Accessor is one step of a Path: a name, which selects a member of an object, or an index, which selects an element
// of an array.
type Accessor struct {
	Name     string // the name, without brackets, quotes and escapes
	Index    int    // counts from 0; -1 for a name
	From, To int32  // the bytes it was read from: the name without its dot, or the bracket as a whole
}

// IsIndex reports whether a is an index.
func (a Accessor) IsIndex() bool { return a.Index >= 0 }

// An Error says what is wrong with a string of a document or with a path that a caller gave. None of its texts quotes
// the string or the path.
type Error struct {
	Code     string // bad-path, unclosed-interpolation or nested-interpolation
	Message  string
	Hint     string // the remedy; may be empty
	From, To int    // the bytes to blame in the text that was read
}

// Error returns the message and the hint.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "; " + e.Hint
}

// ParsePath reads text as a path that stands alone, outside any interpolation. The code of its error is always
// bad-path.
//
// An index too large for an int is read as math.MaxInt, where no array has an element.
func ParsePath(text string) (Path, *Error) {
	r := pathReader{text: text, closer: noCloser}
	err := r.read()
	if err != nil {
		return nil, err
	}
	return r.path, nil
}

// String returns p in the form in which messages show paths, such as app.hosts[0]["k.e"]. ParsePath reads it back,
// unless p holds a name that has no quoted form: an empty one, or one that ends in a backslash.
func (p Path) String() string {
	var b []byte
	for _, a := range p {
		if a.IsIndex() {
			b = AppendIndex(b, a.Index)
		} else {
			b = AppendName(b, a.Name)
		}
	}
	return string(b)
}

// JoinPath returns the printed path prefix, extended by name. An empty prefix is the beginning of a path.
func JoinPath(prefix, name string) string {
	return string(AppendName([]byte(prefix), name))
}

// AppendName extends the printed path b by a name and returns the result. An empty b is the beginning of a path.
func AppendName(b []byte, name string) []byte {
	if !isBareName(name) {
		b = append(b, `["`...)
		b = append(b, strings.ReplaceAll(name, `"`, `\"`)...)
		return append(b, `"]`...)
	}
	if len(b) > 0 {
		b = append(b, '.')
	}
	return append(b, name...)
}

// AppendIndex extends the printed path b by an index and returns the result.
func AppendIndex(b []byte, index int) []byte {
	b = append(b, '[')
	b = strconv.AppendInt(b, int64(index), 10)
	return append(b, ']')
}

// isBareName reports whether a printed path shows name without brackets.
func isBareName(name string) bool {
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_':
		case i > 0 && ('0' <= c && c <= '9' || c == '-'):
		default:
			return false
		}
	}
	return name != ""
}

// noCloser is the closer of a path that stands alone. It equals no character.
const noCloser rune = -1

// A pathReader reads the path that begins at text[pos]. It leaves pos at the closer or, after an error, at the first
// character that it could not make sense of.
type pathReader struct {
	text   string
	start  int  // where the path begins
	pos    int  // what is read next
	closer rune // ends the path, which stands alone if this is noCloser
	path   Path
}

func (r *pathReader) read() *Error {
	err := r.first()
	for err == nil && !r.closed() {
		switch {
		case r.at('.'):
			r.pos++
			err = r.name()
		case r.at('['):
			err = r.bracket()
		default:
			err = r.afterBracket()
		}
	}
	return err
}

// at reports whether c is the next byte.
func (r *pathReader) at(c byte) bool { return r.pos < len(r.text) && r.text[r.pos] == c }

// closed reports whether the path ends here, as opposed to breaking off.
func (r *pathReader) closed() bool {
	if r.closer == noCloser {
		return r.pos == len(r.text)
	}
	return r.at(byte(r.closer))
}

// peek returns the next character and its width, which is 0 at the end of the text.
func (r *pathReader) peek() (rune, int) { return utf8.DecodeRuneInString(r.text[r.pos:]) }

// first reads the first accessor, which cannot be an index.
func (r *pathReader) first() *Error {
	switch {
	case r.closed():
		return r.emptyPath()
	case r.at('.'):
		return badPath("it begins with a dot", "begin with a name", r.pos, r.pos+1)
	case !r.at('['):
		return r.name()
	}
	if err := r.bracket(); err != nil {
		return err
	}
	if a := r.path[0]; a.IsIndex() {
		return badPath("it begins with an index", "begin with a name", int(a.From), int(a.To))
	}
	return nil
}

// name reads a bare name, which is either the first accessor or stands behind a dot.
func (r *pathReader) name() *Error {
	rest := r.text[r.pos:]
	end := len(rest)
	for i, c := range rest {
		if c == '$' && (strings.HasPrefix(rest[i+1:], "{") || strings.HasPrefix(rest[i+1:], "<")) {
			r.pos += i
			return r.openerInName()
		}
		if c == '.' || c == '[' || c == r.closer || unicode.IsSpace(c) {
			end = i
			break
		}
	}
	if end == 0 {
		return r.noName()
	}
	r.path = append(r.path, Accessor{Name: rest[:end], Index: -1, From: int32(r.pos), To: int32(r.pos + end)})
	r.pos += end
	return nil
}

// bracket reads a quoted name or an index, with the brackets around it.
func (r *pathReader) bracket() *Error {
	a := Accessor{Index: -1, From: int32(r.pos)}
	r.pos++
	c, width := r.peek()
	var err *Error
	switch {
	case c == '"':
		a.Name, err = r.quoted()
	case '0' <= c && c <= '9':
		a.Index, err = r.index()
	case width > 0:
		err = badPath("a bracket holds neither an index nor a name in double quotes", `write [0] or ["name"]`,
			r.pos, r.pos+width)
	}
	if err != nil {
		return err
	}
	if !r.at(']') {
		return badPath("a bracket is not closed", `add "]"`, int(a.From), r.pos)
	}
	r.pos++
	a.To = int32(r.pos)
	r.path = append(r.path, a)
	return nil
}

// quoted reads a name in double quotes. The only escape in it is \", so that the closing quote is the first one without
// a backslash before it.
func (r *pathReader) quoted() (string, *Error) {
	from := r.pos + 1
	to := from
	for {
		n := strings.IndexByte(r.text[to:], '"')
		if n < 0 {
			return "", badPath("a quoted name is not closed", `add a double quote and "]"`, r.pos, from)
		}
		to += n
		if r.text[to-1] != '\\' {
			break
		}
		to++
	}
	if from == to {
		return "", badPath("a quoted name is empty", "a path cannot address an empty name", r.pos, to+1)
	}
	r.pos = to + 1
	return strings.ReplaceAll(r.text[from:to], `\"`, `"`), nil
}

func (r *pathReader) index() (int, *Error) {
	from := r.pos
	for r.pos < len(r.text) && '0' <= r.text[r.pos] && r.text[r.pos] <= '9' {
		r.pos++
	}
	digits := r.text[from:r.pos]
	if len(digits) > 1 && digits[0] == '0' {
		return 0, badPath("an index begins with a superfluous zero", "write the index without it", from, r.pos)
	}
	index, err := strconv.Atoi(digits)
	if err != nil { // digits alone can only be too many
		index = math.MaxInt
	}
	return index, nil
}

func (r *pathReader) emptyPath() *Error {
	from, to := r.start, r.pos
	if r.closer != noCloser {
		from, to = r.opener(), r.pos+1
	}
	return badPath("it is empty", "write the name of a property", from, to)
}

// openerInName blames the beginning of an interpolation inside a name.
func (r *pathReader) openerInName() *Error {
	from, to := r.pos, r.pos+len("${")
	if r.closer == noCloser {
		return badPath("a name holds the beginning of an interpolation", hintQuote, from, to)
	}
	return &Error{
		Code:    "nested-interpolation",
		Message: "interpolations cannot be nested",
		Hint:    "give the inner value a name",
		From:    from,
		To:      to,
	}
}

// noName says why there is no name where one is due.
func (r *pathReader) noName() *Error {
	dot := r.pos - 1
	switch {
	case r.at('['):
		return badPath("a dot stands before a bracket", "remove the dot", dot, r.pos)
	case r.at('.') || r.closed():
		return badPath("a dot has no name behind it", "remove the dot or add a name", dot, r.pos)
	}
	return r.brokenOff()
}

// afterBracket says why the path can neither end nor go on behind a bracket.
func (r *pathReader) afterBracket() *Error {
	c, width := r.peek()
	if width == 0 || unicode.IsSpace(c) {
		return r.brokenOff()
	}
	return badPath("a bracket is followed by neither a dot nor a bracket", "write a dot before the next name",
		r.pos, r.pos+width)
}

// brokenOff blames white space or the end of the text, where the path must go on or be closed.
func (r *pathReader) brokenOff() *Error {
	if r.closer == noCloser {
		_, width := r.peek()
		return badPath("white space stands outside quotes", hintQuote, r.pos, r.pos+width)
	}
	opener, closer := "${", "}"
	if r.closer == '>' {
		opener, closer = "$<", ">"
	}
	remedy := `write "$` + opener + `" for literal text`
	if r.closesInLine(closer) {
		remedy = "remove the white space in it, or " + remedy
	}
	return &Error{
		Code:    "unclosed-interpolation",
		Message: `interpolation is not closed; add "` + closer + `"`,
		Hint:    remedy,
		From:    r.opener(),
		To:      r.pos,
	}
}

// closesInLine reports whether what was broken off is closed before the end of the line, and before another one begins.
func (r *pathReader) closesInLine(closer string) bool {
	rest := r.text[r.pos:]
	end := strings.IndexAny(rest, "\r\n$")
	if end < 0 {
		end = len(rest)
	}
	return strings.Contains(rest[:end], closer)
}

// opener returns the position of the ${ or $< before the path.
func (r *pathReader) opener() int { return r.start - len("${") }

// hintQuote is the remedy for a name that cannot be written bare.
const hintQuote = "put the name in brackets and double quotes"

func badPath(reason, hint string, from, to int) *Error {
	return &Error{Code: "bad-path", Message: "bad path: " + reason, Hint: hint, From: from, To: to}
}
