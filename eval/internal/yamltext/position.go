package yamltext

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// Pos is a place in a document.
type Pos struct {
	Line, Column int // from 1; columns count code points after a byte-order mark
	Byte         int // from 0, in the file as it is
}

// Span is a half-open range of a document.
type Span struct {
	Begin, End Pos
}

// byteOrderMark may stand at the beginning of a file and belongs to no line.
const byteOrderMark = "\uFEFF"

// stride is the number of code points between two marks of an index.
const stride = 64

// index turns lines and columns into bytes and back. It knows the place of every line and of every
// stride-th code point, so that positions in a long line cost no more than those in a short one.
type index struct {
	text  string
	lines []lineStart
	marks []int // bytes
}

// lineStart is where a line begins. Code points count from 0 after the byte-order mark.
type lineStart struct {
	byte, char int
}

func newIndex(text string) *index {
	x := &index{text: text}
	i := 0
	if strings.HasPrefix(text, byteOrderMark) {
		i = len(byteOrderMark)
	}
	x.lines = append(x.lines, lineStart{byte: i})
	for char := 0; i < len(text); char++ {
		if char%stride == 0 {
			x.marks = append(x.marks, i)
		}
		c, size := text[i], 1
		if c >= utf8.RuneSelf {
			_, size = utf8.DecodeRuneInString(text[i:])
		}
		i += size
		if c == '\n' || c == '\r' && !strings.HasPrefix(text[i:], "\n") {
			x.lines = append(x.lines, lineStart{byte: i, char: char + 1})
		}
	}
	return x
}

// offset returns the byte of a line and column, the end of the text if they lie beyond it.
func (x *index) offset(line, column int) int {
	if line < 1 || line > len(x.lines) {
		return len(x.text)
	}
	char := x.lines[line-1].char + max(column, 1) - 1
	if char/stride >= len(x.marks) {
		return len(x.text)
	}
	i := x.marks[char/stride]
	for range char % stride {
		_, size := utf8.DecodeRuneInString(x.text[i:])
		i += size
	}
	return i
}

// pos returns the position of a byte.
func (x *index) pos(offset int) Pos {
	offset = min(max(offset, x.lines[0].byte), len(x.text))
	line := sort.Search(len(x.lines), func(i int) bool { return x.lines[i].byte > offset })
	start := x.lines[line-1]
	byte, char := start.byte, start.char
	// The last mark before the offset is nearer than the line's start if the line is long.
	if m := sort.SearchInts(x.marks, offset+1) - 1; m >= 0 && x.marks[m] > byte {
		byte, char = x.marks[m], m*stride
	}
	char += utf8.RuneCountInString(x.text[byte:offset])
	return Pos{Line: line, Column: char - start.char + 1, Byte: offset}
}

// span returns the span between two bytes.
func (x *index) span(begin, end int) Span {
	return Span{Begin: x.pos(begin), End: x.pos(max(begin, end))}
}

// LineText returns the text of a line, counted from 1, without its line end and without a
// byte-order mark. A line that does not exist is empty.
func (d *Document) LineText(line int) string {
	x := d.index()
	if line < 1 || line > len(x.lines) {
		return ""
	}
	return x.text[x.lines[line-1].byte:lineEnd(x.text, x.lines[line-1].byte)]
}

// lineEnd returns the byte at which the line that holds offset ends, before its line end.
func lineEnd(text string, offset int) int {
	if i := strings.IndexAny(text[offset:], "\r\n"); i >= 0 {
		return offset + i
	}
	return len(text)
}

// Contains reports whether a byte lies in the span or just behind it, where a cursor stands after what was typed.
func (s Span) Contains(offset int) bool { return s.Begin.Byte <= offset && offset <= s.End.Byte }

// Lines are those of a text that need not be a document.
type Lines struct {
	index *index
}

// NewLines finds the lines of a text.
func NewLines(text string) Lines { return Lines{newIndex(text)} }

// Offset returns the byte of a line and column, both from 1; that of the end of the text for positions beyond it.
func (l Lines) Offset(line, column int) int {
	at := l.index.offset(line, column)
	if text := l.index.text; at > 0 && at < len(text) && text[at-1:at+1] == "\r\n" {
		return at - 1 // nothing stands within the end of a line
	}
	return at
}

// Span returns the span between two bytes.
func (l Lines) Span(begin, end int) Span { return l.index.span(begin, end) }
