package eval

import (
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// A row is a line of a document as a terminal shows it: a glyph for each code point.
type row []glyph

// A glyph is what is shown of one code point, between two columns of the terminal. The code points of a secret share
// their columns, and the first of them stands for all.
type glyph struct {
	text        string
	left, right int
}

// newRow lays out a line in which the secrets, which are in the order of the text, are masked.
func newRow(text string, line int, secrets []yamltext.Span) row {
	glyphs := make(row, 0, len(text))
	end := 0 // column of the terminal
	masked := false
	before := rune(0)
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		column := len(glyphs) + 1
		for len(secrets) > 0 && endColumn(secrets[0], line) <= column {
			secrets, masked = secrets[1:], false
		}
		c := glyph{left: end}
		switch secret := len(secrets) > 0 && beginColumn(secrets[0], line) <= column; {
		case secret && masked:
			c.left = end - len(secretText)
		case secret:
			c.text, masked = secretText, true
			end += len(secretText)
		default:
			c.text = shownAs(r, text[:size], end)
			end += columns(c.text, r, before)
		}
		c.right = end
		glyphs = append(glyphs, c)
		text, before = text[size:], r
	}
	return glyphs
}

// beginColumn and endColumn are the columns between which a span covers a line that it touches.
func beginColumn(s yamltext.Span, line int) int {
	if s.Begin.Line < line {
		return 1
	}
	return s.Begin.Column
}

func endColumn(s yamltext.Span, line int) int {
	if s.End.Line > line {
		return math.MaxInt
	}
	return s.End.Column
}

// marked returns the columns of the terminal that a range which begins in the row covers: at least one.
func (r row) marked(of Range) (from, to int) {
	begin, end := min(max(of.Begin.Column, 1)-1, len(r)), len(r)
	if of.End.Line == of.Begin.Line {
		end = min(max(of.End.Column, 1)-1, len(r))
	}
	if begin < len(r) {
		from = r[begin].left
	} else {
		from = r.width()
	}
	if end > begin {
		to = r[end-1].right
	}
	return from, max(to, from+1)
}

func (r row) width() int {
	if len(r) == 0 {
		return 0
	}
	return r[len(r)-1].right
}

// window returns the part of the row that is shown around the columns from to to, and these columns within it.
func (r row) window(from, to int) (text string, shownFrom, shownTo int) {
	const limit, lead = 100, 30
	left, right := 0, r.width()
	if right > limit {
		left = max(0, min(from-lead, right-limit))
		right = left + limit
	}
	first := sort.Search(len(r), func(i int) bool { return r[i].left >= left })
	var b strings.Builder
	if first > 0 {
		b.WriteString("…")
		left = r[first].left - 1
	}
	last := first
	for ; last < len(r) && r[last].right <= right; last++ {
		b.WriteString(r[last].text)
	}
	if last < len(r) {
		b.WriteString("…")
		to = min(to, r[last].left)
	}
	return b.String(), from - left, max(to, from+1) - left
}

const tabWidth = 4

// shownAs is how a character, given also as text, looks at a column of the terminal.
func shownAs(r rune, text string, column int) string {
	if r == '\t' {
		return strings.Repeat(" ", tabWidth-column%tabWidth)
	}
	return visible(text)
}

// visible escapes everything in a text that is not a graphic character or a plain blank: control characters, line ends,
// and what turns the direction of text or has no width.
func visible(s string) string {
	graphic := func(r rune) bool { return unicode.IsGraphic(r) }
	if utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !graphic(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		if graphic(r) && (r != utf8.RuneError || size > 1) {
			b.WriteRune(r)
		} else {
			quoted := strconv.Quote(s[:size])
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		s = s[size:]
	}
	return b.String()
}

// columns returns how many columns the text that is shown for r takes, behind the character before.
func columns(text string, r, before rune) int {
	const emojiStyle = '\uFE0F' // makes the symbol before it an emoji
	isSkinTone := 0x1F3FB <= r && r <= 0x1F3FF
	switch {
	case len(text) != utf8.RuneLen(r): // blanks or an escape
		return len(text)
	case r == emojiStyle && before != 0 && !unicode.Is(wideCharacters, before):
		return 1
	case isSkinTone && unicode.Is(wideCharacters, before), unicode.In(r, unicode.Mn, unicode.Me), 0x1160 <= r && r <= 0x11FF:
		return 0
	case unicode.Is(wideCharacters, r):
		return 2
	}
	return 1
}

// wideCharacters are those that take two columns: those of East Asian scripts, full-width forms and emoji.
var wideCharacters = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115F, 1}, {0x231A, 0x231B, 1}, {0x2329, 0x232A, 1}, {0x23E9, 0x23EC, 1}, {0x23F0, 0x23F3, 3},
		{0x25FD, 0x25FE, 1}, {0x2614, 0x2615, 1}, {0x2648, 0x2653, 1}, {0x267F, 0x2693, 20}, {0x26A1, 0x26AA, 9},
		{0x26AB, 0x26BD, 18}, {0x26BE, 0x26C4, 6}, {0x26C5, 0x26CE, 9}, {0x26D4, 0x26EA, 22}, {0x26F2, 0x26F3, 1},
		{0x26F5, 0x26FA, 5}, {0x26FD, 0x2705, 8}, {0x270A, 0x270B, 1}, {0x2728, 0x274C, 36}, {0x274E, 0x2753, 5},
		{0x2754, 0x2755, 1}, {0x2757, 0x2795, 62}, {0x2796, 0x2797, 1}, {0x27B0, 0x27BF, 15}, {0x2B1B, 0x2B1C, 1},
		{0x2B50, 0x2B55, 5}, {0x2E80, 0x303E, 1}, {0x3041, 0x4DBF, 1}, {0x4E00, 0xA4C6, 1}, {0xA960, 0xA97C, 1},
		{0xAC00, 0xD7A3, 1}, {0xF900, 0xFAFF, 1}, {0xFE10, 0xFE19, 1}, {0xFE30, 0xFE6B, 1}, {0xFF01, 0xFF60, 1},
		{0xFFE0, 0xFFE6, 1},
	},
	R32: []unicode.Range32{
		{0x16FE0, 0x18D08, 1}, {0x1AFF0, 0x1B2FB, 1}, {0x1F004, 0x1F0CF, 203}, {0x1F18E, 0x1F191, 3},
		{0x1F192, 0x1F19A, 1}, {0x1F200, 0x1F265, 1}, {0x1F300, 0x1F320, 1}, {0x1F32D, 0x1F335, 1},
		{0x1F337, 0x1F37C, 1}, {0x1F37E, 0x1F393, 1}, {0x1F3A0, 0x1F3CA, 1}, {0x1F3CF, 0x1F3D3, 1},
		{0x1F3E0, 0x1F3F0, 1}, {0x1F3F4, 0x1F3F8, 4}, {0x1F3F9, 0x1F43E, 1}, {0x1F440, 0x1F442, 2},
		{0x1F443, 0x1F4FC, 1}, {0x1F4FF, 0x1F53D, 1}, {0x1F54B, 0x1F54E, 1}, {0x1F550, 0x1F567, 1},
		{0x1F57A, 0x1F595, 27}, {0x1F596, 0x1F5A4, 14}, {0x1F5FB, 0x1F64F, 1}, {0x1F680, 0x1F6C5, 1},
		{0x1F6CC, 0x1F6D0, 4}, {0x1F6D1, 0x1F6D2, 1}, {0x1F6D5, 0x1F6D8, 1}, {0x1F6DC, 0x1F6DF, 1},
		{0x1F6EB, 0x1F6EC, 1}, {0x1F6F4, 0x1F6FC, 1}, {0x1F7E0, 0x1F7EB, 1}, {0x1F7F0, 0x1F90C, 284},
		{0x1F90D, 0x1F93A, 1}, {0x1F93C, 0x1F945, 1}, {0x1F947, 0x1F9FF, 1}, {0x1FA70, 0x1FAFF, 1},
		{0x20000, 0x3FFFD, 1},
	},
}
