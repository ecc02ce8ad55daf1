package yamltext

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// node returns the node that a path of keys and indices leads to.
func node(t testing.TB, d *Document, path ...any) *Node {
	t.Helper()
	n := d.Root
	for _, step := range path {
		switch step := step.(type) {
		case int:
			n = n.Content[step]
		case string:
			i := slices.IndexFunc(n.Content, func(c *Node) bool { return c.role == keyRole && c.Value == step })
			if i < 0 {
				t.Fatalf("no key %q", step)
			}
			n = n.Content[i+1]
		}
	}
	return n
}

// marked returns a document with its markers « and » taken out, and the span between them.
func marked(t testing.TB, text string) (string, Span) {
	t.Helper()
	before, rest, ok := strings.Cut(text, "«")
	inside, after, ok2 := strings.Cut(rest, "»")
	if !ok || !ok2 {
		t.Fatalf("no markers in %q", text)
	}
	text = before + inside + after
	x := newIndex(text)
	return text, x.span(len(before), len(before)+len(inside))
}

// TestSpan asks for the span of the value of the key "k", or of the item below it, and expects what
// stands between the markers.
func TestSpan(t *testing.T) {
	item := []any{"k", 0}
	for _, c := range []struct {
		name, text string
		path       []any
	}{
		{"plain", "k: «value» # c\n", nil},
		{"plain, no final line end, wide text before", "é: 日\nk: «value»", nil},
		{"plain behind wide text on its line", "日本: [x, {é: é, k: «值»}]", []any{"日本", 1, "k"}},
		{"plain with blanks inside", "k: «two  words»  \n", nil},
		{"plain in flow", "k: [«a:b», c]\n", item},
		{"plain over two lines", "k: «one\n  two» # c\nl: 1\n", nil},
		{"plain over two lines, CRLF", "k: «one\r\n  two» # c\r\nl: 1\r\n", nil},
		{"double-quoted", "k: «\"a \\\" b\"» # \"\n", nil},
		{"single-quoted", "k: «'it''s'» # '\n", nil},
		{"quoted over two lines", "k: «\"one\n  two\"»\n", nil},
		{"literal", "k: «|\n  one\n  two»\nl: 1\n", nil},
		{"literal with comment", "k: «|- # c\n  one»\n\n# d\nl: 1\n", nil},
		{"literal, kept line ends", "k: «|+\n  one\n\n»\nl: 1\n", nil},
		{"folded, no final line end", "k: «>\n  one\n  two»", nil},
		{"literal without content", "k: «|»\nl: 1\n", nil},
		{"anchor", "k: «&x value»\n", nil},
		{"tag and anchor", "k: «!!str &x 'value'»\n", nil},
		{"tag on its own line", "k: «!!str\n  value»\n", nil},
		{"alias", "j: &x 1\nk: «*x» # c\n", nil},
		{"flow list", "k: «[a, {b: c}]»\n", nil},
		{"flow mapping over lines", "k: «{\n  a: b, # c\n}»\nl: 1\n", nil},
		{"flow pair", "k: [«a: b», c]\n", item},
		{"block mapping", "k:\n  «a: 1 # c\n  b: 2» # c\nl: 1\n", nil},
		{"block list", "k:\n«- a\n- b» # c\nl: 1\n", nil},
		{"block mapping with anchor", "k: «&x # c\n  a: 1»\nl: 1\n", nil},
		{"block list in list", "k:\n- «- a\n  - b»\n- c\n", item},
		{"byte-order mark", byteOrderMark + "k: «[é]»\n", nil},
		{"absent", "j: 1\n«k»:\nl: 1\n", nil},
		{"absent, quoted key", "«\"k\"»: # c\n\nl: 1\n", nil},
		{"absent in flow", "{«k»: , l: 1}", nil},
		{"absent without colon", "{«k», l: 1}", nil},
		{"absent below explicit key", "? «k»\n? l\n", nil},
		{"absent item", "k:\n  «-»\n  - a\n", item},
		{"absent item, comment", "k:\n«-» # c\n- a\n", item},
		{"absent second item", "k:\n- [a, b]\n«-»\n- c\n", []any{"k", 1}},
		{"absent with tag", "k: «!!null»\nl: 1\n", nil},
		{"absent with anchor and tag", "k: «&x !!null» # c\nl: 1\n", nil},
		{"absent behind a collection as key", "? {k: «x»}\n", []any{0, "k"}},
	} {
		path := c.path
		if path == nil {
			path = []any{"k"}
		}
		text, want := marked(t, c.text)
		d := mustParse(t, text)
		if diff := cmp.Diff(want, d.Span(node(t, d, path...))); diff != "" {
			t.Errorf("%s: %q:\n%s", c.name, text, diff)
		}
	}
}

// TestSpanOfKeys covers keys, whose spans diagnostics need as often as those of values.
func TestSpanOfKeys(t *testing.T) {
	for text, at := range map[string]int{
		"«key»: 1\n":              0,
		"a: 1\n«\"b c\"» : 2\n":   2,
		"«fn::secret»: x\n":       0,
		"{«fn::secret»: x}":       0,
		"? «[a, b]»\n: c\n":       0,
		"«:» a\n":                 0,
		"a: 1\n«&x !!str key»: 1": 2,
		"a: &x b\n«*x» : c\n":     2,
	} {
		text, want := marked(t, text)
		d := mustParse(t, text)
		if diff := cmp.Diff(want, d.Span(d.Root.Content[at])); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
}

func TestPartSpan(t *testing.T) {
	for _, c := range []struct{ name, text, part string }{
		{"plain", "k: one «two» three\n", "two"},
		{"plain, wide", "é: 1\nk: 日本 «é» x\n", "é"},
		{"plain with anchor", "k: &x one «two»\n", "two"},
		{"plain, begin and end", "k: «one»\n", "one"},
		{"double-quoted", "k: \"one «${two}» three\"\n", "${two}"},
		{"double-quoted, escape behind", `k: "one «two» \" three"`, "two"},
		{"double-quoted, escape inside", `k: "one «${a[\"b\"]}» two"`, `${a["b"]}`},
		{"double-quoted, long escapes inside", `k: "«\u00e9\U0001F600\x41\N\_\L\P\/z» two"`, "é😀A\u0085\u00a0\u2028\u2029/z"},
		{"double-quoted, escape before", `k: «"one \t two"»`, "two"},
		{"double-quoted with tag", "k: !!str \"one «two»\"", "two"},
		{"single-quoted", "k: 'one «two»'\n", "two"},
		{"single-quoted, quote inside", "k: 'one «it''s» two'\n", "it's"},
		{"single-quoted, quote before", "k: «'it''s two'»\n", "two"},
		{"single-quoted, backslash before", `k: 'one\ «two»'`, "two"},
		{"plain over two lines", "k: «one\n  two»\n", "two"},
		{"quoted over two lines", "k: «\"one\n  two\"»\n", "two"},
		{"literal", "k: «|\n  one\n  two»\n", "two"},
	} {
		text, want := marked(t, c.text)
		d := mustParse(t, text)
		n := node(t, d, "k")
		from := strings.Index(n.Value, c.part)
		if from < 0 {
			t.Fatalf("%s: no %q in %q", c.name, c.part, n.Value)
		}
		if diff := cmp.Diff(want, d.PartSpan(n, from, from+len(c.part))); diff != "" {
			t.Errorf("%s: %q:\n%s", c.name, text, diff)
		}
	}
}

// TestPartSpanOutside asks for parts that are none: the answer is the whole scalar.
func TestPartSpanOutside(t *testing.T) {
	d := mustParse(t, "k: value\nl: [a]\nm:\n")
	n := node(t, d, "k")
	whole := d.Span(n)
	for _, part := range [][2]int{{-1, 2}, {2, 1}, {0, 6}, {6, 7}} {
		if got := d.PartSpan(n, part[0], part[1]); got != whole {
			t.Errorf("%v: got %+v", part, got)
		}
	}
	if got := d.PartSpan(n, 2, 2); got.Begin != got.End || got.Begin.Column != 6 {
		t.Errorf("empty part: got %+v", got)
	}
	for _, key := range []string{"l", "m"} {
		if n := node(t, d, key); d.PartSpan(n, 0, 0) != d.Span(n) {
			t.Errorf("%s: got %+v", key, d.PartSpan(n, 0, 0))
		}
	}
	if got := d.PartSpan(nil, 0, 0); got != (Span{}) {
		t.Errorf("no node: got %+v", got)
	}
}

func TestTagSpan(t *testing.T) {
	for _, text := range []string{
		"k: «!t» x\n", "k: «!t»\n", "k: &x «!t» y\n", "k: «!t» &x y\n", "k: &x\n  «!t»\n  a: b\n",
		"k: «!<tag:example.com,2000:x>» y\n", "k: [«!t», a]\n", "k: «!t» {a: b}\n", "k: «plain»\n",
	} {
		text, want := marked(t, text)
		d := mustParse(t, text)
		n := node(t, d, "k")
		if n.Kind == List {
			n = n.Content[0]
		}
		if diff := cmp.Diff(want, d.TagSpan(n)); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
}

// TestSpanWithoutTokens covers documents whose tokens do not fit: scalars keep their own form, and
// everything else goes to the end of its line.
func TestSpanWithoutTokens(t *testing.T) {
	const misfit = "\nz: one\n  - two # three\n"
	for _, text := range []string{
		"k: «value» # c", "k: «\"a\n  b\"»", "k: «[a, b]  # c»  ", "k:\n  «a: 1»\n  b: 2", "k: «|-»\n  x", "k: «one»\n  two",
		"k: «!!str»\n  x", "«k»:",
	} {
		text, want := marked(t, text+misfit)
		d := mustParse(t, text)
		if _, err := d.layout(); err == nil {
			t.Fatalf("%q fits", text)
		}
		if diff := cmp.Diff(want, d.Span(node(t, d, "k"))); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
}

func TestMisfitNamesThePlace(t *testing.T) {
	d := mustParse(t, "a: 1\nb: one\n  - two # three\nc: 2\n")
	_, err := d.layout()
	if err == nil || !strings.HasPrefix(err.Error(), "the text at line 2, column 4 ") {
		t.Errorf("got %v", err)
	}
}

// TestSpanOfStrangers asks for nodes that are none of the document's.
func TestSpanOfStrangers(t *testing.T) {
	d, other := mustParse(t, "a: [1]\n"), mustParse(t, "x: 1\ny: 2\nz:\n  - 3\n  -\n")
	for i := range other.nodes {
		if s := d.Span(&other.nodes[i]); s.End.Byte > len(d.text) {
			t.Errorf("span %+v of a stranger lies outside", s)
		}
	}
	for _, n := range []*Node{{}, {Line: 7, Column: 9}, {Kind: List, Line: -1, Column: -1}, {Style: Literal}, {role: valueRole}} {
		d.Span(n)
		d.PartSpan(n, 0, 0)
		d.TagSpan(n)
	}
	if got := d.Span(nil); got != (Span{}) {
		t.Errorf("no node: got %+v", got)
	}
}

// TestSpanConcurrently reads one document from many goroutines; the race detector watches.
func TestSpanConcurrently(t *testing.T) {
	d := mustParse(t, "a: [1, 2]\nb: |\n  x\nc: é\n")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for i := range d.nodes {
				d.Span(&d.nodes[i])
			}
			d.LineText(2)
		})
	}
	group.Wait()
}

func TestLineText(t *testing.T) {
	d := mustParse(t, byteOrderMark+"a: é\r\n\nb: 2\rc: 3")
	for line, want := range map[int]string{-1: "", 0: "", 1: "a: é", 2: "", 3: "b: 2", 4: "c: 3", 5: ""} {
		if got := d.LineText(line); got != want {
			t.Errorf("line %d: got %q, want %q", line, got, want)
		}
	}
}

// TestIndex turns every byte of texts with all kinds of line ends into a position and back.
func TestIndex(t *testing.T) {
	long := strings.Repeat("日本é x", 100)
	for _, text := range []string{"", "a", "\n", "a\nb", "a\r\nb\rc\n\r", byteOrderMark, byteOrderMark + "é\n日\n", long + "\n" + long} {
		x := newIndex(text)
		line, column := 1, 1
		start := len(text) - len(strings.TrimPrefix(text, byteOrderMark))
		for i, r := range text + "$" {
			if i < start {
				continue
			}
			if got, want := x.pos(i), (Pos{line, column, i}); got != want {
				t.Fatalf("%.20q: byte %d is at %+v, want %+v", text, i, got, want)
			}
			if got := x.offset(line, column); got != i {
				t.Fatalf("%.20q: %d:%d is byte %d, want %d", text, line, column, got, i)
			}
			column++
			if r == '\n' || r == '\r' && !strings.HasPrefix(text[i+1:], "\n") {
				line, column = line+1, 1
			}
		}
	}
}

// TestLastLine is the language's case 171: an error behind "é" on a last line without line end.
func TestLastLine(t *testing.T) {
	d := mustParse(t, "values:\n  é: ${x")
	n := node(t, d, "values", "é")
	got := d.PartSpan(n, 0, 3)
	want := Span{Pos{2, 6, 14}, Pos{2, 9, 17}}
	if got != want {
		t.Errorf("got %s, want %s", fmt.Sprint(got), fmt.Sprint(want))
	}
}
