package yamltext

import (
	"strings"
	"unicode/utf8"
)

// normal is a text in the form in which it is cut into tokens: code points, without a byte-order
// mark, every line end a line feed, every directive a comment.
type normal struct {
	chars []rune
	bytes []int // byte of the text for each code point, and for the end
	lines []int // first code point of each line
}

func normalize(d *Document) *normal {
	body, start := d.masked(func(directive) bool { return true }), d.bodyStart()
	t := &normal{
		chars: make([]rune, 0, len(body)),
		bytes: make([]int, 0, len(body)+1),
		lines: []int{0},
	}
	for i := 0; i < len(body); {
		r, size := utf8.DecodeRuneInString(body[i:])
		if r == '\r' {
			r = '\n'
			if strings.HasPrefix(body[i:], "\r\n") {
				size = 2
			}
		}
		t.chars = append(t.chars, r)
		t.bytes = append(t.bytes, start+i)
		if r == '\n' {
			t.lines = append(t.lines, len(t.chars))
		}
		i += size
	}
	t.bytes = append(t.bytes, len(d.text))
	return t
}

// at returns the code point of a line and column, the end if they lie beyond it.
func (t *normal) at(line, column int) int {
	if line < 1 || line > len(t.lines) {
		return len(t.chars)
	}
	return min(t.lines[line-1]+max(column, 1)-1, len(t.chars))
}

// lineEnd returns the code point at which the line that holds i ends.
func (t *normal) lineEnd(i int) int {
	for i < len(t.chars) && t.chars[i] != '\n' {
		i++
	}
	return i
}

// spells reports whether the code points from i on are those of s.
func (t *normal) spells(i int, s string) bool {
	for _, r := range s {
		if i >= len(t.chars) || t.chars[i] != r {
			return false
		}
		i++
	}
	return true
}
