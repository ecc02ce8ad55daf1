package yamltext

import "strings"

var words = []string{
	"a", "b", "name", "values", "x1", "key", "fn::secret", "fn::open::aws", "imports", "region", "us-west-2",
	"true", "null", "~", "12", "0x1F", "0777", "3.10", "1e3", "yes", "2001-12-14", "é", "日本", "😀", "it's", "a:b",
	"http://x.y/z?q=1#f", "${a.b}", "-x", "a#b", "$", "p@ss", "x=y", "<<", "1_000", ".5",
}

// plain writes a plain scalar on one line.
func (g *generator) plain(inFlow bool) string {
	s := words[g.IntN(len(words))]
	if inFlow && (strings.Contains(s, "{") || strings.Contains(s, "?") && !g.nasty) {
		s = "flow"
	}
	for range g.IntN(3) {
		w := words[g.IntN(18)]
		s += g.pick(" ", " ", "  ") + w
	}
	if g.trap(12) {
		s += g.pick("\tx", ": y", " #", ",", "]", "\ue000", "\u00a0", "::", " - ", "'", "\"")
	}
	if g.trap(40) {
		s = g.pick("?x", ":x", "-", "?", ":", "=", "[", "{", "@", "`", "%", "!x", "*a", "&a", "|", ">", "---", "...")
	}
	return s
}

func (g *generator) scalar(inFlow bool) string {
	switch g.IntN(5) {
	case 0:
		return `"` + g.quoted(`\"`, `\n`, `\\`, `\t`, "é", "'", "#", ": ", "{", ",", `\u00e9`, `\uE000`) + `"`
	case 1:
		return "'" + g.quoted("''", `"`, `\`, "é", "#", ": ", "[", ",", "日本") + "'"
	default:
		return g.plain(inFlow)
	}
}

// quoted writes the inside of quotes.
func (g *generator) quoted(special ...string) string {
	var b strings.Builder
	for range g.IntN(5) {
		switch {
		case g.one(3):
			b.WriteString(g.pick(special...))
		case g.trap(10):
			b.WriteString(g.pick("\t", "\\\t", "\\/", "\n  ", "\n\n ", " \n", "\\\n ", "\ue000", "\\x41", "\n\t"))
		default:
			b.WriteString(words[g.IntN(len(words))])
			if strings.HasSuffix(b.String(), "it's") && special[0] == "''" {
				b.WriteString("'")
				return strings.Replace(b.String(), "it's'", "it''s", 1)
			}
		}
		if g.one(2) {
			b.WriteString(" ")
		}
	}
	return b.String()
}

// lines writes a plain or quoted scalar over several lines.
func (g *generator) lines(indent int) string {
	brk := "\n" + strings.Repeat(" ", indent)
	parts := make([]string, 2+g.IntN(2))
	for i := range parts {
		parts[i] = g.pick("one", "two words", "é", "three", "x y z")
		if g.trap(20) {
			parts[i] = g.pick("- x", "\ty", "# z", "a: b", "? k")
		}
	}
	text := strings.Join(parts, g.pick(brk, brk, "\n"+brk, "\n\n"+brk))
	switch g.IntN(3) {
	case 0:
		return `"` + text + `"`
	case 1:
		return "'" + text + "'"
	default:
		return text
	}
}

// blockScalar writes a literal or folded scalar.
func (g *generator) blockScalar(indent int, props string) {
	header := g.pick("|", "|", ">", "|-", ">-", "|+", ">+")
	if g.trap(6) {
		header += g.pick("1", "2", "4")
	}
	g.put(" ", props, header)
	if g.one(6) {
		g.put(" # comment")
	}
	g.put("\n")
	pad := strings.Repeat(" ", indent)
	lines := 1 + g.IntN(3)
	if g.trap(4) {
		lines = 0
	}
	for i := range lines {
		line := g.pick("text", "more text", "a: b", "- c", "# d", "\"e", "é 日本", "${x}")
		if i > 0 && g.one(4) {
			line = "  " + line
		}
		if g.trap(8) {
			line += g.pick(" ", "\t", "  ")
		}
		g.put(pad, line, "\n")
		if g.one(8) {
			g.put("\n")
		}
	}
}

// flow writes a flow collection.
func (g *generator) flow(depth int) string {
	list := g.one(2)
	var members []string
	for range g.IntN(4) {
		members = append(members, g.flowMember(depth, list))
	}
	sep := g.pick(", ", ", ", ",", ",\n      ", " , ")
	text := strings.Join(members, sep)
	if len(members) > 0 && g.one(6) {
		text += ","
	}
	if g.one(8) {
		text = "\n      " + text + g.pick("\n      ", " # c\n      ", " ")
	}
	if list {
		return "[" + text + "]"
	}
	return "{" + text + "}"
}

func (g *generator) flowMember(depth int, list bool) string {
	if list && !g.trap(6) {
		return g.flowValue(depth)
	}
	if g.trap(10) {
		return g.pick("? ", "?x ", ": ", "") + g.key() + g.pick("", ":", " :", ": ")
	}
	if !list && g.one(12) {
		return g.key() + g.pick("", ":", ": ")
	}
	return g.key() + g.pick(": ", ": ", " : ") + g.flowValue(depth)
}

func (g *generator) flowValue(depth int) string {
	switch {
	case depth > 0 && g.one(4):
		return g.properties() + g.flow(depth-1)
	case len(g.anchors) > 0 && g.one(12):
		return "*" + g.anchors[g.IntN(len(g.anchors))] + " "
	default:
		return g.properties() + g.scalar(true)
	}
}

func (g *generator) key() string {
	switch {
	case g.one(6):
		return `"` + g.pick("a", "b c", "é", "d: e", "f#g", `h\"i`) + `"`
	case g.one(10):
		return "'" + g.pick("a", "b c", "it''s", "{") + "'"
	case g.trap(25):
		return g.pick("[a, b]", "{a: b}", "*a ", "&k k", "!!str k", "", "x\ty", "a b:c")
	default:
		return g.pick("a", "b", "name", "values", "fn::secret", "fn::open::aws", "x y", "é", "日本", "k1", "k2", "<<", "a.b")
	}
}

// damage changes a few places of a text, so that readers have something to refuse.
func (g *generator) damage(text string) string {
	if !g.one(3) || text == "" {
		return text
	}
	runes := []rune(text)
	for range 1 + g.IntN(2) {
		i := g.IntN(len(runes))
		switch g.IntN(3) {
		case 0:
			runes = append(runes[:i], runes[i+1:]...)
		case 1:
			runes[i] = g.special()
		default:
			runes = append(runes[:i], append([]rune{g.special()}, runes[i:]...)...)
		}
		if len(runes) == 0 {
			break
		}
	}
	return string(runes)
}

func (g *generator) special() rune {
	specials := []rune("\t\n :-?,[]{}#&*!|>'\"%@`\\~<=é\ue000.0")
	return specials[g.IntN(len(specials))]
}
