package yamltext

import (
	"math/rand/v2"
	"strings"
)

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
