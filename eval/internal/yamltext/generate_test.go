package yamltext

import (
	"flag"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

var full = flag.Bool("full", os.Getenv("YAMLTEXT_FULL") != "", "run the full numbers of random documents")

// runs returns how often a random test runs: n with -full, otherwise a tenth of that, and a
// hundredth with -short.
func runs(n int) int {
	switch {
	case *full:
		return n
	case testing.Short():
		return n / 100
	default:
		return n / 10
	}
}

// forRandom checks random documents of one shape until one fails, and reports the smallest text that
// fails as well.
func forRandom(t *testing.T, n int, nasty bool, check func(text string) error) {
	t.Helper()
	for seed := range uint64(runs(n)) {
		text := randomDocument(seed, nasty)
		if check(text) != nil {
			text = shrink(text, func(s string) bool { return check(s) != nil })
			t.Fatalf("seed %d, nasty %v: %v in\n%q", seed, nasty, check(text), text)
		}
	}
}

// shrink drops lines, then characters, for as long as the text still fails.
func shrink(text string, fails func(string) bool) string {
	for _, sep := range []string{"\n", ""} {
		for i := 0; i < len(strings.SplitAfter(text, sep)); {
			parts := strings.SplitAfter(text, sep)
			less := strings.Join(parts[:i], "") + strings.Join(parts[i+1:], "")
			if less != text && fails(less) {
				text = less
			} else {
				i++
			}
		}
	}
	return text
}

// generator writes a random document. A usual one is what people write; a nasty one mixes in what
// readers stumble over, and is not always valid.
type generator struct {
	*rand.Rand
	nasty   bool
	out     strings.Builder
	anchors []string
}

func randomDocument(seed uint64, nasty bool) string {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), nasty: nasty}
	g.document()
	text := g.out.String()
	if nasty {
		text = g.damage(text)
	}
	switch {
	case g.one(8):
		text = strings.ReplaceAll(text, "\n", "\r\n")
	case nasty && g.one(10):
		text = strings.ReplaceAll(text, "\n", "\r")
	}
	if chomped := strings.TrimRight(text, "\r\n"); g.one(6) && (nasty || !endsInTag(chomped)) {
		text = chomped
	}
	if g.one(20) {
		text = byteOrderMark + text
	}
	return text
}

// endsInTag reports whether the last word is a tag, which the lexer does not see.
func endsInTag(text string) bool {
	return strings.HasPrefix(text[strings.LastIndexAny(text, " \n")+1:], "!")
}

// one is true one time in n.
func (g *generator) one(n int) bool {
	return g.IntN(n) == 0
}

// trap is true one time in n for nasty documents only.
func (g *generator) trap(n int) bool {
	return g.nasty && g.one(n)
}

func (g *generator) pick(choices ...string) string {
	return choices[g.IntN(len(choices))]
}

func (g *generator) put(parts ...string) {
	for _, p := range parts {
		g.out.WriteString(p)
	}
}

func (g *generator) document() {
	if g.one(8) {
		g.put(g.pick("# comment\n", "\n", "# é\n\n", "%YAML 1.2\n---\n", "---\n", "--- # c\n", "#\n---\n"))
	}
	indent := 0
	if g.trap(10) {
		indent = 2
	}
	switch {
	case g.one(20):
		g.put(g.flow(3), "\n")
	case g.one(30):
		g.put(g.plain(false), "\n")
	default:
		g.block(indent, 4)
	}
	if g.one(8) {
		g.put(g.pick("# end\n", "\n\n", "...\n", "... # c\n"))
	}
}

// block writes a block collection that begins at the start of a line.
func (g *generator) block(indent, depth int) {
	pad := strings.Repeat(" ", indent)
	list := g.one(3)
	for range 1 + g.IntN(4) {
		g.between(pad)
		g.put(pad)
		g.member(indent, depth, list)
	}
}

// between writes what may stand between members.
func (g *generator) between(pad string) {
	switch {
	case g.one(12):
		g.put("\n")
	case g.one(12):
		g.put(pad, g.pick("# about this", "# - a: b", "#", "# \"", "# é"), "\n")
	case g.trap(15):
		g.put(g.pick("  # odd\n", "# shallow\n", "\t\n", "\t# tab\n", "    \n"))
	}
}

func (g *generator) member(indent, depth int, list bool) {
	if list {
		g.put("-")
	} else if g.trap(20) {
		g.put("? ", g.key(), "\n")
		if g.one(3) {
			return
		}
		g.put(strings.Repeat(" ", indent), ":")
	} else {
		g.put(g.key(), ":")
	}
	g.value(indent, depth, list)
}

// value writes what follows a key or a dash, line end included.
func (g *generator) value(indent, depth int, list bool) {
	props := g.properties()
	step := 1 + g.IntN(4)
	if !g.nasty {
		step = 2
	}
	switch n := g.IntN(20); {
	case n < 4 && depth > 0:
		g.nested(indent, step, depth, list, props)
	case n < 6 && depth > 0:
		g.put(" ", props, g.flow(depth-1), g.tail(), "\n")
	case n == 6:
		g.blockScalar(indent+step, props)
	case n == 7:
		g.put(strings.TrimRight(" "+props, " "), g.tail(), "\n")
	case n == 8:
		g.put(" ", props, g.lines(indent+step), g.tail(), "\n")
	case n == 9 && len(g.anchors) > 0:
		g.put(" *", g.anchors[g.IntN(len(g.anchors))], g.tail(), "\n")
	default:
		g.put(g.pick(" ", " ", " ", "  "), props, g.scalar(false), g.tail(), "\n")
	}
}

// nested writes a block collection below a key or dash, or on the line of a dash.
func (g *generator) nested(indent, step, depth int, list bool, props string) {
	if list && props == "" && g.one(2) {
		g.put(" ")
		inner := g.one(3)
		g.member(indent+2, depth-1, inner)
		for range g.IntN(3) {
			g.put(strings.Repeat(" ", indent+2))
			g.member(indent+2, depth-1, inner)
		}
		return
	}
	g.put(strings.TrimRight(" "+props, " "), g.tail(), "\n")
	if !list && g.one(4) {
		for range 1 + g.IntN(3) { // a list that is not indented
			g.put(strings.Repeat(" ", indent))
			g.member(indent, depth-1, true)
		}
		return
	}
	g.block(indent+step, depth-1)
}

// tail writes what may stand behind a value.
func (g *generator) tail() string {
	switch {
	case g.one(8):
		return g.pick(" # comment", "  # é", " #", " # 'x", " # a: b")
	case g.trap(12):
		return g.pick("\t", " ", "\t# tab", " # \\", "#x")
	default:
		return ""
	}
}

// properties writes an anchor and a tag, seldom, with a blank behind each.
func (g *generator) properties() string {
	anchor, tag := "", ""
	if g.one(15) {
		name := g.pick("a", "b", "c", "name", "x-y_z")
		g.anchors = append(g.anchors, name)
		anchor = "&" + name + " "
	}
	if g.one(25) || g.trap(15) {
		tag = g.pick("!!str", "!!int", "!!null", "!!binary", "!env", "!t") + " "
	}
	if g.trap(30) {
		tag = g.pick("! ", "!<tag:yaml.org,2002:str> ", "!<!x> ", "!!map ", "!!seq ", "!!\t")
	}
	if g.one(2) {
		return tag + anchor
	}
	return anchor + tag
}

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
