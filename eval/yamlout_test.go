package eval

import (
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

func TestYAML(t *testing.T) {
	tests := []struct {
		value Value
		want  string // redacted
	}{
		{Value{}, "null\n"},
		{boolOf(true), "true\n"},
		{numberOf("1e3"), "1e3\n"},
		{stringOf("x"), "x\n"},
		{stringOf(""), "\"\"\n"},
		{arrayOf(), "[]\n"},
		{objectOf(nil), "{}\n"},
		{
			objectOf(members{"b": arrayOf(numberOf("1"), stringOf("two words")), "a": stringOf("yes"), "c": objectOf(nil)}),
			"a: \"yes\"\nb:\n  - 1\n  - \"two words\"\nc: {}\n",
		},
		{
			objectOf(members{"n": numberOf("42"), "s": stringOf("42"), "t": numberOf("1e3")}),
			"n: 42\ns: \"42\"\nt: 1e3\n",
		},
		{
			arrayOf(arrayOf(numberOf("1"), numberOf("2")), objectOf(members{"a": Value{}, "b": objectOf(members{"c": arrayOf()})})),
			"- - 1\n  - 2\n- a: null\n  b:\n    c: []\n",
		},
		{objectOf(members{"no": stringOf("$<a>"), "a b": stringOf("/usr/bin")}), "\"a b\": /usr/bin\n\"no\": \"$<a>\"\n"},
		{
			objectOf(members{"s": secretOf("x"), "o": members{"x": Value{}}.value(true), "u": unknown()}),
			"o: \"[secret]\"\ns: \"[secret]\"\nu: \"[unknown]\"\n",
		},
		{stringOf("\"\\\n\t\r\x00\x7f\u0085\u00a0\ufeff\ufffd\ue000\u2028é日😀\U000e0001"),
			`"\"\\\n\t\r\u0000\u007F\u0085\u00A0\uFEFF\uFFFD\uE000\u2028é日😀\U000E0001"` + "\n"},
	}
	for _, test := range tests {
		w := yamlWriter{}
		w.document(test.value.data())
		if string(w.buf) != test.want || w.notUTF8 || w.full {
			t.Errorf("got  %q\nwant %q", w.buf, test.want)
		}
	}
}

func TestPlainYAML(t *testing.T) {
	for _, s := range []string{"a", "Z9", "_1", "/", "a/b.c@d+e-f", "nope", "yess", "infinite", "e3", "x-"} {
		if !isPlain(s) {
			t.Errorf("%q is quoted", s)
		}
	}
	quoted := []string{
		"", "1", "-a", ".a", "+", "@a", "a b", "a:", "a#", "é", "a\n", "$a", "fn::secret", "0x1F", "~", "=", "<<", "\xff",
		"y", "N", "Yes", "nO", "on", "OFF", "True", "false", "nULL", "NaN", "Inf", "infinity",
	}
	for _, s := range quoted {
		if isPlain(s) {
			t.Errorf("%q is not quoted", s)
		}
	}
}

func TestYAMLReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := valueGen{text: textGen(true)}.draw(t, 4)
		w := yamlWriter{reveal: true}
		w.document(v.data())
		checkYAML(t, v, w.buf)
	})
}

func TestYAMLWithLongKeys(t *testing.T) {
	for _, length := range []int{1023, 1024, 1025, 5000} {
		key := strings.Repeat("k", length)
		spaced := strings.Repeat(" é", length/3)
		v := arrayOf(objectOf(members{
			key:       objectOf(members{"a": arrayOf(numberOf("1")), key: arrayOf()}),
			key + "b": arrayOf(arrayOf(stringOf("x")), stringOf("y")),
			spaced:    stringOf("z"),
		}))
		w := yamlWriter{reveal: true}
		w.document(v.data())
		checkYAML(t, v, w.buf)
	}
}

type failer interface{ Fatalf(string, ...any) }

// checkYAML reads text with both readers at hand and compares what they read with the value.
func checkYAML(t failer, v Value, text []byte) {
	var node yaml.Node
	if err := yaml.Unmarshal(text, &node); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if !sameAsV3(v.data(), node.Content[0]) {
		t.Fatalf("yaml.v3 reads another value from\n%s", text)
	}
	doc, issues := yamltext.Parse(text, yamltext.Limits{})
	if len(issues) > 0 {
		t.Fatalf("%v in\n%s", issues, text)
	}
	if !sameAsNode(v.data(), doc.Root) {
		t.Fatalf("yamltext reads another value from\n%s", text)
	}
}

func sameAsV3(d *datum, n *yaml.Node) bool {
	switch d.kind {
	case Null:
		return n.Tag == "!!null"
	case Bool:
		return n.Tag == "!!bool" && (n.Value == "true") == d.bool
	case Number: // some are too large for yaml.v3, which then says that they are strings
		return n.Kind == yaml.ScalarNode && n.Style == 0 && n.Value == *d.text
	case String:
		return n.Kind == yaml.ScalarNode && n.Tag == "!!str" && n.Value == *d.text
	case Array:
		return n.Kind == yaml.SequenceNode && sameItems(d, len(n.Content), func(i int) bool {
			return sameAsV3(d.items[i].data(), n.Content[i])
		})
	}
	return n.Kind == yaml.MappingNode && sameItems(d, len(n.Content)/2, func(i int) bool {
		return sameAsV3(stringDatum(d.keys[i], false), n.Content[2*i]) && sameAsV3(d.items[i].data(), n.Content[2*i+1])
	})
}

func sameAsNode(d *datum, n *yamltext.Node) bool {
	switch n.Kind {
	case yamltext.List:
		return d.kind == Array && sameItems(d, len(n.Content), func(i int) bool {
			return sameAsNode(d.items[i].data(), n.Content[i])
		})
	case yamltext.Mapping:
		return d.kind == Object && sameItems(d, len(n.Content)/2, func(i int) bool {
			return sameAsNode(stringDatum(d.keys[i], false), n.Content[2*i]) && sameAsNode(d.items[i].data(), n.Content[2*i+1])
		})
	}
	scalar, issue := yamltext.Resolve(n, 0, 0)
	if issue != nil || scalar.Kind.String() != d.kind.String() {
		return false
	}
	return scalar.Text == *d.text && scalar.Bool == d.bool
}

func sameItems(d *datum, length int, same func(i int) bool) bool {
	for i := range d.items {
		if i >= length || !same(i) {
			return false
		}
	}
	return len(d.items) == length
}

func TestYAMLOfTextThatIsNotUTF8(t *testing.T) {
	w := yamlWriter{}
	w.document(objectOf(members{"a\xff": stringOf("b\xc3")}).data())
	if want := `"a\uFFFD": "b\uFFFD"` + "\n"; string(w.buf) != want || !w.notUTF8 {
		t.Errorf("%s, notUTF8 %v", w.buf, w.notUTF8)
	}
}

func TestYAMLLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := valueGen{text: textGen(false)}.draw(t, 4)
		all := yamlWriter{reveal: true}
		all.document(v.data())
		limit := rapid.IntRange(1, len(all.buf)+5).Draw(t, "limit")
		w := yamlWriter{reveal: true, limit: limit}
		w.document(v.data())
		if w.full != (len(all.buf) > limit) {
			t.Fatalf("%d bytes with limit %d: full is %v", len(all.buf), limit, w.full)
		}
	})
	v := stringOf("x")
	for range 90 {
		v = arrayOf(v, v)
	}
	w := yamlWriter{limit: 1 << 20}
	w.document(v.data())
	if !w.full || len(w.buf) > 2<<20 {
		t.Errorf("%d bytes, full %v", len(w.buf), w.full)
	}
}
