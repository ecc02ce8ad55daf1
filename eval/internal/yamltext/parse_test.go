package yamltext

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// parse reads a text and returns its issues, which tests compare with those of marked texts.
func parse(text string, limits Limits) (*Document, []Issue) {
	return Parse([]byte(text), limits)
}

// TestIssues expects one issue at the span between the markers.
func TestIssues(t *testing.T) {
	nested := func(open, inner, end string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	for _, c := range []struct {
		name, text string
		limits     Limits
		want       Issue
	}{
		{"second document", "a: 1\n«---»\nb: 2\n", Limits{}, Issue{
			Code: "multiple-documents", Message: "more than one YAML document", Hint: "an environment is one document"}},
		{"second document without marker", "a: 1\n...\n«b: 2» \n", Limits{}, Issue{
			Code: "multiple-documents", Message: "more than one YAML document", Hint: "an environment is one document"}},
		{"empty second document", "values: {a: 1}\n«---»\n", Limits{}, Issue{
			Code: "multiple-documents", Message: "more than one YAML document", Hint: "an environment is one document"}},
		{"alias in its own anchor", "x: &a [«*a»]\n", Limits{}, Issue{
			Code: "alias-cycle", Message: `alias "a" contains itself`}},
		{"alias deep in its own anchor", "x: &a\n  - b: {c: «*a»}\n", Limits{}, Issue{
			Code: "alias-cycle", Message: `alias "a" contains itself`}},
		{"too many bytes", "«a: 1\n»", Limits{Bytes: 4}, Issue{
			Code: "document-too-large", Message: "document has more than 4 bytes"}},
		{"too deep, flow", nested("[", "«[»", "]", 3) + "]\n", Limits{Depth: 3}, Issue{
			Code: "too-deep", Message: "nesting is deeper than 3"}},
		{"too deep, block", "a:\n  b:\n    «c: 1»\n", Limits{Depth: 2}, Issue{
			Code: "too-deep", Message: "nesting is deeper than 2"}},
		{"too deep, lists", "- - «-» 1\n", Limits{Depth: 2}, Issue{
			Code: "too-deep", Message: "nesting is deeper than 2"}},
		{"too deep, block and flow", "a:\n  b: [c, «{»d: e}]\n", Limits{Depth: 3}, Issue{
			Code: "too-deep", Message: "nesting is deeper than 3"}},
		{"too deep, pair", "a: [«b: c]»\n", Limits{Depth: 2}, Issue{
			Code: "too-deep", Message: "nesting is deeper than 2"}},
		{"too deep through an alias", "a: &x [[]]\nb: {c: «*x}»\n", Limits{Depth: 3}, Issue{
			Code: "too-deep", Message: "nesting is deeper than 3"}},
		{"too many nodes", "a: 1\n«b: 2»\n", Limits{Nodes: 3}, Issue{
			Code: "too-many-nodes", Message: "document has more than 3 nodes"}},
		{"too many nodes through an alias", "a: &x [1, 2, 3]\nb: «*x»\n", Limits{Nodes: 9}, Issue{
			Code: "too-many-nodes", Message: "document has more than 9 nodes"}},
		{"not UTF-8", "# é «\xFF» \xFE\na: 1\n", Limits{}, Issue{
			Code: "invalid-utf8", Message: "text is not valid UTF-8", Hint: "save the document as UTF-8"}},
		{"cut character", "a: «\xC3»", Limits{}, Issue{
			Code: "invalid-utf8", Message: "text is not valid UTF-8", Hint: "save the document as UTF-8"}},
		{"surrogate", "a: «\xED»\xA0\x80", Limits{}, Issue{
			Code: "invalid-utf8", Message: "text is not valid UTF-8", Hint: "save the document as UTF-8"}},
		{"UTF-16", "«\xFF»\xFEa\x00", Limits{}, Issue{
			Code: "invalid-utf8", Message: "text is not valid UTF-8", Hint: "save the document as UTF-8"}},
	} {
		text, span := marked(t, c.text)
		c.want.Span = span
		_, issues := parse(text, c.limits)
		if diff := cmp.Diff([]Issue{c.want}, issues); diff != "" {
			t.Errorf("%s: %q:\n%s", c.name, text, diff)
		}
	}
}

// TestRefusedCharacters covers every character that cannot stand in a document, and those around.
func TestRefusedCharacters(t *testing.T) {
	for r := rune(0); r <= 0x10FFFF; r++ {
		if r >= 0xD800 && r < 0xE000 || r == '\n' || r == '\r' {
			continue
		}
		if r > 0x2100 && r < 0xFE00 || r > 0x10100 && r < 0x10FF00 {
			continue
		}
		want := r < ' ' && r != '\t' || r >= 0x7F && r <= 0x9F || r == 0x2028 || r == 0x2029 || r >= 0xFFFE && r <= 0xFFFF || r == 0xFEFF
		_, issues := parse("# "+string(r)+"\na: 1\n", Limits{})
		if got := len(issues) > 0; got != want {
			t.Errorf("%U is refused: %v, want %v", r, got, want)
		}
		if want && (issues[0].Code != "yaml-syntax" || issues[0].Hint != "write it as an escape in double quotes" || issues[0].Span.Begin.Byte != 2) {
			t.Errorf("%U: %+v", r, issues[0])
		}
	}
}

// TestLimitsHold accepts documents at each limit; TestIssues refuses those one beyond.
func TestLimitsHold(t *testing.T) {
	for text, limits := range map[string]Limits{
		"a: 1\n":                    {Bytes: 5, Depth: 1, Nodes: 3},
		"[[[]]]":                    {Bytes: 6, Depth: 3, Nodes: 3},
		"- - - 1\n":                 {Depth: 3, Nodes: 4},
		"a:\n  b: [c, {d: e}]\n":    {Depth: 4, Nodes: 9},
		"a: &x [[]]\nb: [*x]\n":     {Depth: 4, Nodes: 8},
		"a: &x [1, 2]\nb: *x\n":     {Nodes: 9},
		"a: &x 1\nb: [*x, *x]\n":    {Nodes: 7},
		"a: &x [*x]\nb: [*x, *x]\n": {Nodes: 10, Depth: 3},
	} {
		d, issues := parse(text, limits)
		if d.Root == nil {
			t.Errorf("%q: %v", text, issues)
		}
	}
}

// TestDepthOfAliases bounds what aliases stack onto each other, each a little deeper.
func TestDepthOfAliases(t *testing.T) {
	var b strings.Builder
	b.WriteString("- &a0 []\n")
	for i := range 200 {
		b.WriteString("- &a" + string(rune('0'+(i+1)%10)) + " [*a" + string(rune('0'+i%10)) + "]\n")
	}
	if _, issues := parse(b.String(), Limits{Depth: 100}); len(issues) != 1 || issues[0].Code != "too-deep" || issues[0].Span.Begin.Line != 100 {
		t.Errorf("got %+v", issues)
	}
}

func TestSeveralCycles(t *testing.T) {
	d, issues := parse("a: &x [*x, &y {k: *y, l: *x}]\nb: *x\nc: 1\n", Limits{Depth: 10, Nodes: 100})
	var at []int
	for _, i := range issues {
		if i.Code != "alias-cycle" || i.Warning {
			t.Errorf("got %+v", i)
		}
		at = append(at, i.Span.Begin.Column)
	}
	if diff := cmp.Diff([]int{8, 19, 26}, at); diff != "" {
		t.Error(diff)
	}
	if node(t, d, "b").Target != node(t, d, "a") || node(t, d, "c").Value != "1" {
		t.Error("the rest of the document is not in place")
	}
	for i := range d.nodes {
		if n := &d.nodes[i]; n.Kind == Alias && n.Target == nil && n.Line != 1 {
			t.Errorf("alias %q at line %d has no target", n.Value, n.Line)
		}
	}
}

// TestRedefinedAnchor follows aliases to the last anchor of their name above them.
func TestRedefinedAnchor(t *testing.T) {
	d := mustParse(t, "a: &x 1\nb: *x\nc: &x 2\nd: *x\n")
	if node(t, d, "b").Target != node(t, d, "a") || node(t, d, "d").Target != node(t, d, "c") {
		t.Error("an alias leads to the wrong anchor")
	}
}

// TestEmptyDocuments are the language's case 5 as far as reading goes.
func TestEmptyDocuments(t *testing.T) {
	for text, hasRoot := range map[string]bool{
		"": false, "\n": false, "# c": false, "# c\n\n# d\n": false, byteOrderMark: false, "...\n": false,
		"---": true, "---\n...\n": true, "null": true, "~\n": true, "--- # c\n": true,
	} {
		d, issues := parse(text, Limits{Bytes: 100, Depth: 10, Nodes: 10})
		if len(issues) > 0 || (d.Root != nil) != hasRoot {
			t.Errorf("%q: root %v, issues %v", text, d.Root, issues)
		}
		if d.Root == nil {
			continue
		}
		if r, issue := Resolve(d.Root, 0, 0); r.Kind != Null || issue != nil {
			t.Errorf("%q means %+v", text, r)
		}
		if s := d.Span(d.Root); s.End.Byte > len(text) {
			t.Errorf("%q: span %+v", text, s)
		}
	}
}

// TestNodes reads one node of each kind and style.
func TestNodes(t *testing.T) {
	d := mustParse(t, `%TAG !e! tag:example.com,2000:
---
a: &x !!str 'it''s'
b: [*x, "\u00e9", {? k}]
c: !e!t |
  z
d: !local >-
  y
  z
e: ! 5
f: !<tag:yaml.org,2002:map>
  - one
   two
`)
	want := []Node{
		{Kind: Mapping, Style: Block, Line: 3, Column: 1},
		{Value: "a", Line: 3, Column: 1},
		{Style: SingleQuoted, Value: "it's", Tag: "!!str", Anchor: "x", Line: 3, Column: 4},
		{Value: "b", Line: 4, Column: 1},
		{Kind: List, Style: Flow, Line: 4, Column: 4},
		{Kind: Alias, Value: "x", Line: 4, Column: 5},
		{Style: DoubleQuoted, Value: "é", Line: 4, Column: 9},
		{Kind: Mapping, Style: Flow, Line: 4, Column: 19},
		{Value: "k", Line: 4, Column: 22},
		{Line: 4, Column: 23},
		{Value: "c", Line: 5, Column: 1},
		{Style: Literal, Value: "z\n", Tag: "tag:example.com,2000:t", Line: 5, Column: 4},
		{Value: "d", Line: 7, Column: 1},
		{Style: Folded, Value: "y z", Tag: "!local", Line: 7, Column: 4},
		{Value: "e", Line: 10, Column: 1},
		{Value: "5", Tag: "!", Line: 10, Column: 4},
		{Value: "f", Line: 11, Column: 1},
		{Kind: List, Style: Block, Tag: "!!map", Line: 11, Column: 4},
		{Value: "one two", Line: 12, Column: 5},
	}
	ignore := cmpopts.IgnoreFields(Node{}, "Content", "Target", "role", "index")
	if diff := cmp.Diff(want, d.nodes, ignore, cmp.AllowUnexported(Node{})); diff != "" {
		t.Error(diff)
	}
	if target := node(t, d, "b", 0).Target; target != node(t, d, "a") {
		t.Errorf("the alias leads to %+v", target)
	}
}

// TestTextIsCopied changes the bytes that a document was read from.
func TestTextIsCopied(t *testing.T) {
	src := []byte("a: [1]\nb: é\n")
	d, _ := Parse(src, Limits{})
	clear(src)
	if got := d.Span(node(t, d, "a")); got.End.Column != 7 || d.LineText(2) != "b: é" {
		t.Errorf("got %+v, %q", got, d.LineText(2))
	}
}
