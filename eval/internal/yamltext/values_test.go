package yamltext

import (
	"slices"
	"strings"
)

func str(s string) *Value      { return &Value{Text: s} }
func verbatim(s string) *Value { return &Value{Text: s, Writing: Verbatim} }
func quoted(s string) *Value   { return &Value{Text: s, Writing: Quoted} }

func list(items ...*Value) *Value { return &Value{Kind: List, Items: items} }

// mapping makes a mapping of keys and values in turn.
func mapping(w Writing, members ...any) *Value {
	v := &Value{Kind: Mapping, Writing: w}
	for i := 0; i < len(members); i += 2 {
		v.Keys = append(v.Keys, members[i].(string))
		v.Items = append(v.Items, members[i+1].(*Value))
	}
	return v
}

// envelope is an encrypted text.
func envelope(base64 string) *Value {
	return mapping(OneLine, "ciphertext", verbatim(base64))
}

// secretOf is what a secret string of a state is written as.
func secretOf(base64 string) *Value {
	return mapping(Quoted, "fn::secret", envelope(base64))
}

// sampleValues are the values that are written everywhere.
var sampleValues = []*Value{
	verbatim("42"),
	verbatim("-1.5e3"),
	verbatim("true"),
	verbatim("null"),
	str("word"),
	str("two words"),
	str("arn:aws:iam::012345678912:role/x"),
	str("${a.b[0].c}"),
	str("${a} and ${b}"),
	str(""),
	str("yes"),
	str("2001-12-14"),
	str("it's \"quoted\" # not: a, [comment]"),
	str("é 日本 😀 \u00a0\ue000\ufeff\u2028\x7f\t."),
	str("one\ntwo\n"),
	str("one\n\n  two: [\n# three"),
	str("-----BEGIN KEY-----\nMIIEvQ==\n-----END KEY-----\n"),
	str("\n one \n"),
	str("x\n"),
	quoted("pa$$word"),
	quoted("one\ntwo\n"),
	envelope("ZXNjeAAAAAEAAAEAY2lwaGVydGV4dA=="),
	list(),
	mapping(Readable),
	list(verbatim("1"), str("two words"), list(verbatim("3"), str("4")), mapping(Readable, "a", verbatim("5"), "b", list())),
	mapping(Readable, "a", str("x y"), "b c", list(str("one\ntwo\n")), "d: e", mapping(Readable, "f", mapping(Readable)), "g", str("${h}"), "text", str("one\ntwo")),
	mapping(Quoted,
		"current", mapping(Quoted, "id", quoted("AKIA"), "key", secretOf("ZXNjeAAAAAEAAAEA")),
		"n", verbatim("3"), "previous", verbatim("null"), "t.k", quoted("$${x}")),
	mapping(Readable, "fn::secret", str("text")),
	list(str("a"), str("one\ntwo\n")),
	str("one\n\ttwo\n"),
}

// tree returns a random value.
func (g *generator) tree(depth int) *Value {
	w := Writing(g.IntN(2)) * Quoted
	n := g.IntN(12)
	switch {
	case n == 0 && depth > 0:
		v := list()
		for range g.IntN(4) {
			v.Items = append(v.Items, g.tree(depth-1))
		}
		return v
	case n < 3 && depth > 0:
		v := mapping(w)
		for range g.IntN(5) {
			if key := g.text(); !slices.Contains(v.Keys, key) {
				v.Keys = append(v.Keys, key)
				v.Items = append(v.Items, g.tree(depth-1))
			}
		}
		return v
	case n == 3:
		return envelope("ZXNjeAAAAAEAAAEA" + g.pick("", "YQ==", "+/8="))
	case n < 6:
		return verbatim(g.pick("0", "-1", "3.10", "1e3", "true", "false", "null"))
	default:
		return &Value{Text: g.text(), Writing: w}
	}
}

// text returns a random text: a word, words, lines, or troublesome characters.
func (g *generator) text() string {
	switch g.IntN(6) {
	case 0:
		return words[g.IntN(len(words))] + " " + words[g.IntN(len(words))]
	case 1:
		lines := make([]string, 1+g.IntN(4))
		for i := range lines {
			lines[i] = g.pick("", "one", "two words", "  deep", "# no comment", "- a", "k: v", "é", "\tx", "end ", "${x}")
		}
		return strings.Join(lines, "\n") + g.pick("", "\n", "\n\n")
	case 2:
		var b strings.Builder
		for range g.IntN(6) {
			b.WriteString(g.pick("\"", "'", "\\", "\n", "\t", "\r", " ", "#", ": ", ":", "-", "?", "[", "{", "}", ",", "&", "*", "!",
				"|", ">", "%", "@", "`", "=", "~", "$", "${a}", "é", "日", "😀", "\u00a0", "\u0085", "\u2028", "\ufeff", "\ufffd",
				"\ufffe", "\ue000", "\uf8ff", "\x00", "\x07", "\x7f", "---", "...", "a", "1", ".", "0x", "_"))
		}
		return b.String()
	default:
		return words[g.IntN(len(words))]
	}
}

// state returns a random state of a rotator.
func (g *generator) state(depth int) *Value {
	v := mapping(Quoted)
	for _, key := range []string{"current", "id", "n", "note", "a", "b", "name", "previous"} {
		if g.one(2) {
			v.Keys = append(v.Keys, key)
			v.Items = append(v.Items, g.leaf(depth))
		}
	}
	return v
}

func (g *generator) leaf(depth int) *Value {
	switch n := g.IntN(8); {
	case n < 2 && depth > 0:
		return g.state(depth - 1)
	case n == 2:
		return secretOf("ZXNjeAAAAAEAAAEA" + g.pick("", "YQ==", "+/8="))
	case n == 3:
		return verbatim(g.pick("0", "3.10", "true", "null"))
	case n == 4:
		return list(quoted("a"), verbatim("1"))
	default:
		return quoted(g.text())
	}
}

// change returns a state in which some members differ.
func (g *generator) change(v *Value) *Value {
	next := mapping(Quoted)
	for i, key := range v.Keys {
		switch item := v.Items[i]; {
		case g.one(6): // vanishes
		case g.one(3) && item.Kind == Mapping:
			next.Keys, next.Items = append(next.Keys, key), append(next.Items, g.change(item))
		case g.one(3):
			next.Keys, next.Items = append(next.Keys, key), append(next.Items, g.leaf(1))
		default:
			next.Keys, next.Items = append(next.Keys, key), append(next.Items, item)
		}
	}
	if key := g.pick("new", "next", "x1", "a b"); g.one(2) && !slices.Contains(next.Keys, key) {
		next.Keys, next.Items = append(next.Keys, key), append(next.Items, g.leaf(1))
	}
	return next
}
