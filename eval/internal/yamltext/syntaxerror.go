package yamltext

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// Reasons that several errors share.
const (
	unreadable    = "cannot be read"
	notValid      = "not valid here"
	tabIndent     = "a tab cannot indent, use blanks"
	unknownEscape = `unknown escape; write \\ for a backslash`
	needsQuotes   = "a value cannot begin with this character, put it in quotes"
)

// fault is what a row of the table of syntax errors works on: the text and the two places that the
// library gives, as bytes.
type fault struct {
	text          string
	mark, context int
}

// blame is what a row says: the reason and the byte to blame, and whether the mark is related.
type blame struct {
	reason  string
	at      int
	related bool
}

// syntaxError turns the library's error into one in our own words.
func (d *Document) syntaxError(err *yaml.LoadError) *Issue {
	x := d.index()
	f := fault{text: d.text, mark: x.offset(err.Mark.Line, err.Mark.Column)}
	f.context = f.mark
	if err.ContextMark.Line > 0 {
		f.context = x.offset(err.ContextMark.Line, err.ContextMark.Column)
	}
	b := f.explain(err.Message)
	issue := d.syntaxIssue(b.reason, b.at, d.wordEnd(b.at))
	if b.related && b.at != f.mark {
		here := x.span(f.mark, d.wordEnd(f.mark))
		issue.Related = []Related{{Note: "found here", Span: here}}
	}
	return issue
}

// explain finds the row of a message of the library.
func (f *fault) explain(message string) blame {
	mark := func(reason string) blame { return blame{reason: reason, at: f.mark} }
	switch message {
	case "found character that cannot start any token":
		return mark(f.badStart())
	case "mapping values are not allowed in this context":
		return mark(f.strayColon())
	case "did not find expected key":
		if f.afterQuote() {
			return mark("text after a closing quote")
		}
		return mark("indentation fits no enclosing mapping")
	case "did not find expected '-' indicator":
		return mark("indentation fits no enclosing list")
	case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
		return blame{reason: f.openBracket(), at: f.context, related: true}
	case "did not find expected node content":
		return mark("a value is missing")
	case "found unexpected end of stream":
		return blame{reason: "quote is not closed", at: f.context}
	case "could not find expected ':'":
		return blame{reason: "key without a colon and a blank behind it", at: f.context}
	case "found unknown escape character", "did not find expected hexadecimal number",
		"found invalid Unicode character escape code":
		return mark(unknownEscape)
	case "found undefined tag handle":
		return mark("tag prefix is not declared")
	case "block sequence entries are not allowed in this context":
		return mark("a list must begin on its own line")
	case "mapping keys are not allowed in this context":
		return mark("a `?` key must begin on its own line")
	case "did not find expected comment or line break":
		return mark("text after a block scalar's header")
	case "did not find expected <document start>":
		return mark("text after the end of the document")
	}
	switch {
	case strings.HasPrefix(message, "unknown anchor "):
		return mark("alias names no anchor above it, put text that begins with `*` in quotes")
	case strings.HasPrefix(message, "found a tab character "),
		strings.HasPrefix(message, "found mixed spaces and tabs "):
		return mark(tabIndent)
	default:
		return mark(notValid)
	}
}

// badStart explains a character that begins no value.
func (f *fault) badStart() string {
	rest := f.text[f.mark:]
	switch {
	case strings.HasPrefix(rest, "\t"):
		return tabIndent
	case rest != "" && strings.IndexByte("@`%", rest[0]) >= 0:
		return needsQuotes
	default:
		return notValid
	}
}

// strayColon explains a colon that makes a key where none can be.
func (f *fault) strayColon() string {
	line := f.text[strings.LastIndexAny(f.text[:f.mark], "\r\n")+1 : f.mark]
	if strings.Contains(line, ": ") || strings.Contains(line, ":\t") {
		return "a value holds `: `, put it in quotes"
	}
	return "wrong indentation"
}

// afterQuote reports whether the mark stands behind a closing quote of its line.
func (f *fault) afterQuote() bool {
	before := strings.TrimRight(f.text[:f.mark], " \t")
	return strings.HasSuffix(before, `"`) || strings.HasSuffix(before, "'")
}

// openBracket explains a flow collection that goes on where it cannot.
func (f *fault) openBracket() string {
	if strings.HasSuffix(f.text[:f.mark], "$") && strings.HasPrefix(f.text[f.mark:], "{") {
		return "put `${…}` in quotes inside [ ] and { }"
	}
	return "bracket is not closed, or a comma is missing"
}

// wordEnd returns the end of the token to blame at a byte: one indicator, or everything up to the
// next blank, double quote or indicator of a flow collection.
func (d *Document) wordEnd(begin int) int {
	if begin >= len(d.text) || isSpace(d.text[begin]) && !isBlank(d.text[begin]) {
		return begin
	}
	if strings.IndexByte("[]{},:\"' \t", d.text[begin]) >= 0 {
		return begin + 1
	}
	word := d.text[begin:lineEnd(d.text, begin)]
	if i := strings.IndexAny(word, " \t,[]{}\""); i > 0 {
		return begin + i
	}
	return begin + len(word)
}
