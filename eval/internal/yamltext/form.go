package yamltext

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// form is what the text at a node's begin shows by itself: bytes of the text.
type form struct {
	begin  int
	value  int  // after anchor and tag; -1 if that is not on the same line
	end    int  // -1 if the text at the begin does not show it; of what is written of an absent value
	absent bool // nothing but perhaps an anchor and a tag is written
}

// form reads a scalar or an alias off the text, as far as that is possible without knowing what
// surrounds it: aliases, quoted scalars and plain scalars on one line.
func (d *Document) form(n *Node) form {
	text := d.text
	begin := d.index().offset(n.Line, n.Column)
	f := form{begin: begin, value: begin, end: -1}
	properties := begin
	if n.Anchor != "" || n.Tag != "" {
		f.value, properties = skipProperties(text, n, begin)
	}
	switch {
	case n.absent():
		f.absent, f.end = true, properties
	case f.value < 0:
	case n.Kind == Alias:
		if strings.HasPrefix(text[f.value:], "*"+n.Value) {
			f.end = f.value + 1 + len(n.Value)
		}
	case n.Kind != Scalar:
	case n.Style == SingleQuoted || n.Style == DoubleQuoted:
		f.end = quoteEnd(text, f.value, n.Style)
	case n.Style == Plain && strings.HasPrefix(text[f.value:], n.Value):
		f.end = f.value + len(n.Value)
	}
	return f
}

// skipProperties returns where the value after a node's anchor and tag begins, and where they end; -1
// for what is not on the same line.
func skipProperties(text string, n *Node, i int) (value, end int) {
	left := 0
	if n.Anchor != "" {
		left++
	}
	if n.Tag != "" {
		left++
	}
	for end = i; left > 0 && i < len(text) && (text[i] == '&' || text[i] == '!'); left-- {
		end = propertyEnd(text, i)
		for i = end; i < len(text) && isBlank(text[i]); {
			i++
		}
	}
	if left > 0 {
		return -1, -1
	}
	if i == len(text) || strings.IndexByte("\r\n#", text[i]) >= 0 {
		return -1, end
	}
	return i, end
}

// propertyEnd returns the end of the anchor or tag that begins at i.
func propertyEnd(text string, i int) int {
	stop := " \t\r\n,[]{}"
	if strings.HasPrefix(text[i:], "!<") {
		stop = " \t\r\n"
	}
	if j := strings.IndexAny(text[i:], stop); j >= 0 {
		return i + j
	}
	return len(text)
}

// quoteEnd returns the end of the quoted scalar that begins at i, -1 if none does.
func quoteEnd(text string, i int, s Style) int {
	quote := byte('"')
	if s == SingleQuoted {
		quote = '\''
	}
	if i >= len(text) || text[i] != quote {
		return -1
	}
	for i++; i < len(text); i++ {
		switch {
		case s == DoubleQuoted && text[i] == '\\':
			i++
		case text[i] != quote:
		case s == SingleQuoted && strings.HasPrefix(text[i+1:], "'"):
			i++
		default:
			return i + 1
		}
	}
	return -1
}

// escapeOf returns the byte that begins an escape in quotes of a style.
func escapeOf(s Style) byte {
	if s == SingleQuoted {
		return '\''
	}
	return '\\'
}

// quotedLen returns how many bytes of the text of a one-line quoted scalar stand for the first n
// bytes of its value.
func quotedLen(text string, s Style, n int) int {
	i := 0
	for n > 0 && i < len(text) {
		written, meant := 1, 1
		if text[i] == escapeOf(s) {
			written, meant = escapeLen(text[i:], s)
		}
		i += written
		n -= meant
	}
	return min(i, len(text))
}

// escapeLen returns how long the escape at the beginning of text is, and what it stands for.
func escapeLen(text string, s Style) (written, meant int) {
	if s == SingleQuoted || len(text) < 2 {
		return 2, 1
	}
	digits := 0
	switch text[1] {
	case 'N', '_':
		return 2, 2
	case 'L', 'P':
		return 2, 3
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		return 2, 1
	}
	if len(text) < 2+digits {
		return len(text), 1
	}
	r, _ := strconv.ParseUint(text[2:2+digits], 16, 32)
	return 2 + digits, max(utf8.RuneLen(rune(r)), 1)
}
