package syntax

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Part is a piece of a string that holds interpolations: literal text and the interpolation behind it. Literal text
// behind the last interpolation is a Part of its own.
type Part struct {
	Text     string // literal text, with $$ reduced; may be empty
	Path     Path   // what is interpolated behind Text; nil: nothing, s ends there
	From, To int32  // the bytes of the interpolation in the string, with ${ and }; without a Path both are its length
}

// IsReference reports whether the string with these parts is one interpolation and nothing else, which stands for the
// very value that it names rather than for text.
func IsReference(parts []Part) bool {
	return len(parts) == 1 && parts[0].Text == "" && parts[0].Path != nil
}

// ParseText reads a string of a document as YAML decodes it.
//
// A string without interpolations yields its literal text, with $$ reduced, and nothing else. A string with
// interpolations yields its parts, in order. A string with bad interpolations has no meaning: it yields the first error
// of each bad one, in order, and neither parts nor text.
//
// Behind an error, reading goes on as in literal text, at the first character that had no place in the path. So a bad
// interpolation hides no later one, nor one nested in it, but what looks like one in a well-formed quoted name is
// nothing but that name.
func ParseText(s string) (parts []Part, literal string, errs []*Error) {
	from, closer := findInterpolation(s, 0)
	if closer == noCloser {
		return nil, reduce(s), nil
	}
	size := min(strings.Count(s[from:], "$"), 8)
	accessors := make(Path, 0, size) // memory for the paths
	if !strings.HasSuffix(s, "}") {
		size++
	}
	parts = make([]Part, 0, size)
	end := 0 // of the interpolation before
	for closer != noCloser {
		r := pathReader{text: s, start: from + len("${"), pos: from + len("${"), closer: closer, path: accessors}
		next := 0
		if err := r.read(); err != nil {
			errs = append(errs, err)
			next = r.pos
		} else {
			next = r.pos + 1
			parts = append(parts, Part{reduce(s[end:from]), slices.Clip(r.path), int32(from), int32(next)})
			accessors = r.path[len(r.path):]
			end = next
		}
		from, closer = findInterpolation(s, next)
	}
	if errs != nil {
		return nil, "", errs
	}
	if end < len(s) {
		parts = append(parts, Part{Text: reduce(s[end:]), From: int32(len(s)), To: int32(len(s))})
	}
	return parts, "", nil
}

// Literal reads a string that cannot hold interpolations, such as a key. It returns s with $$ reduced, and false if an
// interpolation begins in s, well-formed or not.
func Literal(s string) (text string, ok bool) {
	_, closer := findInterpolation(s, 0)
	return reduce(s), closer == noCloser
}

// Escape returns the text that ParseText and Literal read as the literal s.
func Escape(s string) string { return strings.ReplaceAll(s, "$", "$$") }

func reduce(s string) string { return strings.ReplaceAll(s, "$$", "$") }

// findInterpolation returns where in s, not before pos, the next interpolation begins, and the character that closes
// it: noCloser when there is none.
func findInterpolation(s string, pos int) (int, rune) {
	for {
		n := strings.IndexByte(s[pos:], '$')
		if n < 0 {
			return len(s), noCloser
		}
		pos += n
		switch rest := s[pos+1:]; {
		case strings.HasPrefix(rest, "{"):
			return pos, '}'
		case strings.HasPrefix(rest, "<") && beginsAngledPath(rest[1:]):
			return pos, '>'
		case strings.HasPrefix(rest, "$"):
			pos++
		}
		pos++
	}
}

// beginsAngledPath reports whether a $< before s begins an interpolation.
func beginsAngledPath(s string) bool {
	c, _ := utf8.DecodeRuneInString(s)
	return c == '_' || c == '[' || unicode.IsLetter(c)
}
