package yamltext

import (
	"strings"

	lexed "github.com/goccy/go-yaml/token"
)

// aligner finds the range of one token after the other in the text. It consumes exactly the form
// that each token has; the positions that the lexer gives are not used, because many are wrong.
type aligner struct {
	*normal
	mask   mask
	i      int // code point from which the next token is looked for
	tokens []token
	header string // of a block scalar whose content is still to come
}

// take aligns one token and reports whether the text has it.
func (a *aligner) take(tk *lexed.Token) bool {
	text := a.mask.restore(tk.Value)
	if a.header != "" && !(tk.Type == lexed.CommentType && a.onHeaderLine()) {
		if tk.Type == lexed.StringType {
			return a.content(a.mask.restore(tk.Origin), text)
		}
		if !a.content("", "") {
			return false
		}
	}
	a.skipSpace()
	switch tk.Type {
	case lexed.UnknownType, lexed.InvalidType, lexed.DirectiveType:
		return false
	case lexed.CommentType:
		return a.comment(text)
	case lexed.SingleQuoteType:
		return a.quoted(singleToken, text)
	case lexed.DoubleQuoteType:
		return a.quoted(doubleToken, text)
	case lexed.LiteralType, lexed.FoldedType:
		a.header = text
	}
	if kind, ok := kinds[tk.Type]; ok {
		return a.verbatim(kind, text)
	}
	return a.word(text)
}

// finish reports whether nothing but white space is left.
func (a *aligner) finish() bool {
	if a.header != "" && !a.content("", "") {
		return false
	}
	a.skipSpace()
	return a.i == len(a.chars)
}

// emit adds a token that ends at code point end, and goes on there.
func (a *aligner) emit(kind tokenKind, text string, begin, end int) bool {
	a.tokens = append(a.tokens, token{kind, text, a.bytes[begin], a.bytes[end]})
	a.i = end
	return true
}

func (a *aligner) isSpace(i int) bool {
	return i < len(a.chars) && (a.chars[i] == ' ' || a.chars[i] == '\t' || a.chars[i] == '\n')
}

func (a *aligner) skipSpace() {
	for a.isSpace(a.i) {
		a.i++
	}
}

// verbatim aligns a token that stands in the text as it is.
func (a *aligner) verbatim(kind tokenKind, text string) bool {
	return a.spells(a.i, text) && a.emit(kind, text, a.i, a.i+len([]rune(text)))
}

// comment aligns a comment, which goes on to the end of the line.
func (a *aligner) comment(text string) bool {
	end := a.lineEnd(a.i)
	if end == a.i || a.chars[a.i] != '#' {
		return false
	}
	written := string(a.chars[a.i+1 : end])
	if strings.TrimRight(written, " \t") != strings.TrimRight(text, " \t") {
		return false
	}
	return a.emit(commentToken, written, a.i, end)
}

// quoted aligns a quoted scalar, which goes on to its closing quote.
func (a *aligner) quoted(kind tokenKind, text string) bool {
	quote := rune(kind)
	if a.i >= len(a.chars) || a.chars[a.i] != quote {
		return false
	}
	for j := a.i + 1; j < len(a.chars); j++ {
		switch {
		case kind == doubleToken && a.chars[j] == '\\':
			j++
		case a.chars[j] != quote:
		case kind == singleToken && j+1 < len(a.chars) && a.chars[j+1] == quote:
			j++
		default:
			return a.emit(kind, text, a.i, j+1)
		}
	}
	return false
}

// word aligns plain text, in which any white space stands for any other.
func (a *aligner) word(text string) bool {
	j := a.i
	space := false
	for _, r := range text {
		if r == ' ' || r == '\t' || r == '\n' {
			space = true
			continue
		}
		if space {
			if !a.isSpace(j) {
				return false
			}
			for a.isSpace(j) {
				j++
			}
			space = false
		}
		if j >= len(a.chars) || a.chars[j] != r {
			return false
		}
		j++
	}
	return j > a.i && a.emit(wordToken, text, a.i, j)
}

// onHeaderLine reports whether a comment follows on the line of the header.
func (a *aligner) onHeaderLine() bool {
	i, _ := a.toLineEnd(a.i)
	return i < len(a.chars) && a.chars[i] == '#'
}

// content aligns the lines of a block scalar: those from the line below the header on that hold
// origin, the text as it is written, and the lines of blanks below it that are part of the value. An
// empty value stands at the end of the header's line.
func (a *aligner) content(origin, text string) bool {
	keep := strings.Contains(a.header, "+")
	a.header = ""
	begin, ok := a.toLineEnd(a.i)
	if !ok {
		return false
	}
	end, blank := begin, blankLines(text)
	if origin = strings.Trim(origin, " \t\r\n"); origin != "" {
		for end = begin; a.isSpace(end); {
			end++
		}
		if !a.spells(end, origin) {
			return false
		}
		if end, ok = a.toLineEnd(end + len([]rune(origin))); !ok {
			return false
		}
	}
	for next := end; (blank > 0 || keep) && next < len(a.chars); blank-- {
		if next, ok = a.toLineEnd(next + 1); !ok {
			break
		}
		if next < len(a.chars) || a.chars[next-1] != '\n' {
			end = next
		}
	}
	if end > begin {
		begin++ // the content begins on the line below the header
	}
	return a.emit(contentToken, text, begin, end)
}

// toLineEnd returns the end of the line that holds i, if only blanks are left on it.
func (a *aligner) toLineEnd(i int) (end int, ok bool) {
	for a.isSpace(i) && a.chars[i] != '\n' {
		i++
	}
	return i, i == len(a.chars) || a.chars[i] == '\n'
}

// blankLines returns how many lines of blanks a block scalar's text ends in. Empty lines behind the
// last of them do not count.
func blankLines(text string) int {
	text = strings.TrimRight(text, "\n")
	body := strings.TrimRight(text, " \t\n")
	n := strings.Count(text[len(body):], "\n")
	if body == "" && text != "" {
		n++ // the first line is one of them
	}
	return n
}
