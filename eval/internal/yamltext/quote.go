package yamltext

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plainPattern is text that every reader takes for itself: words that begin like a name, with blanks or
// colons between them.
var plainPattern = regexp.MustCompile(`^[A-Za-z_/][A-Za-z0-9_./@+-]*(( |\b::?\b)[A-Za-z0-9_/][A-Za-z0-9_./@+-]*)*$`)

// referencePattern is one reference. It is plain in block style only.
var referencePattern = regexp.MustCompile(`^\$\{[^\s{}#:]+\}$`)

// namePattern is a key of a state that goes without quotes: a name, or that of a function.
var namePattern = regexp.MustCompile(`^(fn::([a-z-]+::)*)?[A-Za-z_][A-Za-z0-9_-]*$`)

// isPlain reports whether every reader of YAML takes s, without quotes, for the string s.
func isPlain(s string) bool {
	return !IsWord(s) && plainPattern.MatchString(s)
}

// IsWord reports whether some reader of YAML takes s, without quotes, for a boolean, a number or null.
func IsWord(s string) bool {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity":
		return true
	}
	return false
}

// isPlainKey reports whether a key goes without quotes. A key of one letter does: where YAML 1.1 calls y
// and n booleans, its readers do not follow.
func isPlainKey(s string, w Writing) bool {
	if w == Quoted && !namePattern.MatchString(s) {
		return false
	}
	return isPlain(s) || len(s) == 1 && plainPattern.MatchString(s)
}

// isPrintable reports whether all of s can be seen on one line, blanks apart.
func isPrintable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !printable(r) })
}

func printable(r rune) bool {
	return unicode.IsPrint(r) && r != utf8.RuneError
}

// isLiteral reports whether every reader takes the lines of s, indented, for s.
func isLiteral(s string) bool {
	lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
	if len(lines) < 2 || lines[0] == "" || lines[0][0] == ' ' || lines[len(lines)-1] == "" {
		return false
	}
	for _, line := range lines {
		if strings.HasSuffix(line, " ") || strings.HasSuffix(line, "\t") || strings.HasPrefix(line, "\t") ||
			!isPrintable(strings.ReplaceAll(line, "\t", "")) {
			return false
		}
	}
	return true
}

// singleQuoted returns s, which is printable, in single quotes.
func singleQuoted(s string) string {
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// doubleQuoted returns s in double quotes. What cannot be seen is escaped, as YAML has it: JSON has
// other escapes and other exceptions.
func doubleQuoted(s string) string {
	b := make([]byte, 0, len(s)+2)
	b = append(b, '"')
	for _, r := range s {
		b = AppendQuoted(b, r)
	}
	return string(append(b, '"'))
}

// AppendQuoted appends a character of a double-quoted scalar.
func AppendQuoted(b []byte, r rune) []byte {
	switch {
	case r == '"' || r == '\\':
		return append(b, '\\', byte(r))
	case r == '\n':
		return append(b, `\n`...)
	case r == '\t':
		return append(b, `\t`...)
	case r == '\r':
		return append(b, `\r`...)
	case printable(r):
		return utf8.AppendRune(b, r)
	case r > 0xFFFF:
		return fmt.Appendf(b, `\U%08X`, r)
	default:
		return fmt.Appendf(b, `\u%04X`, r)
	}
}
