package eval

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// A typing is a text in which somebody types, taken apart around the cursor.
type typing struct {
	text       string
	start, end int // of the word that is being typed
	line       int // where the line of the cursor begins
	value      bool
}

// stand is what stands for the word in texts that are tried. No document has it.
const stand = "x\ufffdy"

// newTyping takes a text apart around a byte of it.
func newTyping(text string, at int) typing {
	t := typing{text: text, start: at, end: at, line: strings.LastIndexAny(text[:at], "\r\n") + 1}
	for t.start > t.line && !strings.ContainsRune(" \t{[,\"'", rune(text[t.start-1])) {
		t.start--
	}
	for t.end < len(text) && !strings.ContainsRune(" \t\r\n{[,]}\"'", rune(text[t.end])) && !t.endsKey(t.end) {
		t.end++
	}
	before := strings.TrimRight(strings.TrimRight(text[t.line:t.start], `"'`), " \t")
	t.value = strings.HasSuffix(before, ":")
	return t
}

// endsKey reports whether a colon ends a key there.
func (t *typing) endsKey(i int) bool {
	return t.text[i] == ':' && (i+1 == len(t.text) || strings.ContainsRune(" \t\r\n", rune(t.text[i+1])))
}

// attempts are texts like the one that is typed, with a word in the place of the one that is being typed, which are more
// likely to be YAML: with brackets and quotes closed, and without what follows the line.
func (t *typing) attempts(word string) []string {
	after := t.text[t.end:]
	rest := ""
	if i := strings.IndexAny(after, "\r\n"); i >= 0 {
		rest = after[i:]
	}
	closers := unclosed(t.text[t.line:t.start] + word)
	before := t.text[:t.start] + word
	return []string{before + after, before + closers + rest, before + closers}
}

// unclosed returns what closes the brackets and quotes that a line leaves open.
func unclosed(line string) string {
	var closers []byte // the last one first
	quote := byte(0)
	for i := range len(line) {
		switch c := line[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{' || c == '[':
			closers = append(closers, c+2) // the closer comes two behind in ASCII
		case len(closers) > 0 && c == closers[len(closers)-1]:
			closers = closers[:len(closers)-1]
		}
	}
	if quote != 0 {
		closers = append(closers, quote)
	}
	slices.Reverse(closers)
	return string(closers)
}

// place returns a document that is like the one that is typed, and the path to what is typed: its last step is the key that
// is typed, unless key is false. It is false if the document cannot be read.
func (t *typing) place(limits Limits) (source *yamltext.Document, path []any, key, ok bool) {
	words := []string{stand + ": ", stand}
	if t.value || strings.HasPrefix(t.text[t.end:], ":") {
		words = words[1:]
	}
	for _, word := range words {
		for _, text := range t.attempts(word) {
			source, _ := yamltext.Parse([]byte(text), limits.syntax().Limits)
			if source.Root == nil {
				continue
			}
			if n, key := find(source.Root, stand); n != nil {
				return source, source.PathOf(n), key, true
			}
		}
	}
	return nil, nil, false, false
}

// find returns the scalar of a text, and whether it is a key.
func find(n *yamltext.Node, text string) (found *yamltext.Node, key bool) {
	for i, part := range n.Content {
		if part.Kind == yamltext.Scalar && part.Value == text {
			return part, n.Kind == yamltext.Mapping && i%2 == 0
		}
		if found, key = find(part, text); found != nil {
			return found, key
		}
	}
	return nil, false
}

// An openPath is the path of an interpolation in which somebody types.
type openPath struct {
	base  syntax.Path // what stands before the name that is being typed
	word  string      // what has been typed of the name
	start int         // where that begins in the text: behind a dot, or at a bracket
	open  int         // where the interpolation begins
}

// maxTyped bounds how much of an interpolation is looked at, in bytes.
const maxTyped = 4096

// openPath finds the interpolation around the cursor, which ends on its line.
func (t *typing) openPath(at int) (p openPath, ok bool) {
	p.open = -1
	var closer byte
	for i := t.line; i < at; i++ {
		switch c := t.text[i]; {
		case p.open >= 0:
			if c == closer {
				p.open = -1
			}
		case c != '$' || i+1 == at:
		case t.text[i+1] == '$':
			i++
		case t.text[i+1] == '{':
			p.open, closer = i, '}'
		case t.text[i+1] == '<':
			p.open, closer = i, '>'
		}
	}
	if p.open < 0 || p.open+2 > at {
		return p, false
	}
	written := t.text[p.open+2 : at]
	if len(written) > maxTyped {
		return p, false
	}
	for i := len(written) - 1; i >= 0; i-- {
		if written[i] != '.' && written[i] != '[' {
			continue
		}
		base, err := syntax.ParsePath(strings.ReplaceAll(written[:i], `\"`, `"`))
		if err != nil {
			continue
		}
		p.base, p.word, p.start = base, written[i+1:], p.open+2+i+1
		if written[i] == '[' {
			p.word, p.start = strings.TrimLeft(p.word, `\"`), p.start-1
		}
		return p, true
	}
	p.word, p.start = written, p.open+2
	return p, !strings.ContainsAny(written, " \t")
}

// quoted reports whether the interpolation stands in double quotes.
func (t *typing) quoted(p openPath) bool {
	return strings.HasPrefix(unclosed(t.text[t.line:p.open]), `"`)
}

// without returns texts without the interpolation.
func (t *typing) without(p openPath, at int) []string {
	end := at
	for end < len(t.text) && !strings.ContainsRune(" \t\r\n\"'$", rune(t.text[end])) {
		_, size := utf8.DecodeRuneInString(t.text[end:])
		if end += size; t.text[end-1] == '}' || t.text[end-1] == '>' {
			break
		}
	}
	u := typing{text: t.text, start: p.open, end: end, line: t.line}
	return append(u.attempts(""), u.attempts(`""`)...)
}
