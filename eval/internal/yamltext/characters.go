package yamltext

import (
	"strings"
	"unicode/utf8"
)

// checkCharacters looks for the first byte that is no UTF-8 and the first character that YAML
// refuses, or that its readers do not agree about: the line ends of YAML 1.1 and a byte-order mark
// within the text.
func (d *Document) checkCharacters() *Issue {
	text := d.text
	for i := d.bodyStart(); i < len(text); {
		c := text[i]
		if c >= ' ' && c < 0x7F || c == '\n' || c == '\r' || c == '\t' {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			issue := newIssue("invalid-utf8", "text is not valid UTF-8; save the document as UTF-8")
			return issue.at(d.index().span(i, i+1))
		}
		if refused(r) {
			issue := newIssue("yaml-syntax",
				"invalid YAML: a character that cannot stand in a document; write it as an escape in double quotes")
			return issue.at(d.index().span(i, i+size))
		}
		i += size
	}
	return nil
}

// refused reports whether a character other than tab and line end cannot stand in a document.
func refused(r rune) bool {
	switch {
	case r < ' ', r >= 0x7F && r <= 0x9F:
		return true
	case r == '\u2028', r == '\u2029', r == '\uFEFF', r == '\uFFFE', r == '\uFFFF':
		return true
	default:
		return false
	}
}

// nextLine returns the byte at which the line after the one of offset begins.
func nextLine(text string, offset int) int {
	end := lineEnd(text, offset)
	if strings.HasPrefix(text[end:], "\r\n") {
		return end + 2
	}
	return min(end+1, len(text))
}

// isBlank reports whether c separates words on a line.
func isBlank(c byte) bool {
	return c == ' ' || c == '\t'
}

// isSpace reports whether c is blank or ends a line.
func isSpace(c byte) bool {
	return isBlank(c) || c == '\n' || c == '\r'
}
