package yamltext

import (
	"strings"
	"unicode/utf8"
)

// mask hides from the lexer what it reads wrongly: colons within plain scalars, at which it splits
// keys such as "fn::secret" in flow mappings, and tabs within scalars, which it drops or takes
// quadratic time for.
type mask struct {
	colon, tab rune // private characters that stand for the two
}

// maxTabs bounds the tabs that stay in sight of the lexer.
const maxTabs = 10_000

// newMask chooses two private characters that the document does not have, written or escaped.
func newMask(d *Document) (mask, bool) {
	const first, last = '\uE000', '\uF8FF'
	var used [last - first + 1]bool
	note := func(s string) {
		for _, r := range s {
			if r >= first && r <= last {
				used[r-first] = true
			}
		}
	}
	note(d.text)
	for i := range d.nodes {
		note(d.nodes[i].Value)
	}
	var free []rune
	for i := 0; i < len(used) && len(free) < 2; i++ {
		if !used[i] {
			free = append(free, first+rune(i))
		}
	}
	if len(free) < 2 {
		return mask{}, false
	}
	return mask{colon: free[0], tab: free[1]}, true
}

// apply returns the text with everything hidden that must be. It fails if too many tabs remain.
func (m mask) apply(d *Document, t *normal) (string, bool) {
	masked := make([]rune, len(t.chars))
	tabs := 0
	for i, r := range t.chars {
		switch {
		case r == ':' && !t.endsKey(i):
			r = m.colon
		case r == '\t':
			tabs++
		}
		masked[i] = r
	}
	if tabs > 0 {
		for i := range d.nodes {
			tabs -= m.hideTabs(masked, t, &d.nodes[i])
		}
	}
	return string(masked), tabs <= maxTabs
}

// endsKey reports whether the colon at i may end a key. This is YAML's own rule for plain scalars,
// blind to quotes and comments.
func (t *normal) endsKey(i int) bool {
	if i+1 == len(t.chars) || strings.ContainsRune(" \t\n,[]{}", t.chars[i+1]) {
		return true
	}
	return i > 0 && strings.ContainsRune(`"']}`, t.chars[i-1])
}

// hideTabs hides the tabs of a plain or double-quoted scalar on one line and returns their number.
// A tab after a backslash is an escape.
func (m mask) hideTabs(masked []rune, t *normal, n *Node) int {
	if n.Kind != Scalar {
		return 0
	}
	begin := t.at(n.Line, n.Column)
	end := begin
	switch {
	case n.Style == Plain && strings.Contains(n.Value, "\t") && t.spells(begin, n.Value):
		end += utf8.RuneCountInString(n.Value)
	case n.Style == DoubleQuoted && strings.Contains(n.Value, "\t"):
		end = t.quoteEnd(begin)
	}
	hidden := 0
	for i := begin + 1; i < end; i++ {
		if t.chars[i] == '\t' && t.chars[i-1] != '\\' {
			masked[i] = m.tab
			hidden++
		}
	}
	return hidden
}

// quoteEnd returns the end of the double-quoted scalar that begins and ends on the line of i, or i.
func (t *normal) quoteEnd(i int) int {
	if i >= len(t.chars) || t.chars[i] != '"' {
		return i
	}
	for j := i + 1; j < len(t.chars) && t.chars[j] != '\n'; j++ {
		switch t.chars[j] {
		case '\\':
			j++
		case '"':
			return j + 1
		}
	}
	return i
}

// restore puts back what the mask hides.
func (m mask) restore(s string) string {
	if !strings.ContainsRune(s, m.colon) && !strings.ContainsRune(s, m.tab) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case m.colon:
			return ':'
		case m.tab:
			return '\t'
		default:
			return r
		}
	}, s)
}
