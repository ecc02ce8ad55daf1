package yamltext

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pathOf reads a path whose parts are separated by blanks; numbers are indices.
func pathOf(s string) []any {
	var path []any
	for _, part := range strings.Fields(s) {
		if i, err := strconv.Atoi(part); err == nil {
			path = append(path, i)
		} else {
			path = append(path, part)
		}
	}
	return path
}

var (
	word  = str("word")
	block = mapping(Readable, "x", verbatim("1"), "y", list(word))
	items = list(verbatim("1"), word)
	text  = str("one\ntwo\n")
	flow  = mapping(OneLine, "x", verbatim("1"))
)

// TestEditCases shows what every kind of edit does to the text.
func TestEditCases(t *testing.T) {
	for _, c := range []struct {
		name, old, path string
		value           *Value
		want            string
	}{
		{"scalar on its key's line", "a: 1 # c\nb: 2\n", "a", word, "a: word # c\nb: 2\n"},
		{"scalar over several lines", "a: one\n  two # c\n", "a", word, "a: word # c\n"},
		{"scalar by flow", "a:   1 # c\n", "a", flow, "a:   {x: 1} # c\n"},
		{"scalar by block, comment", "state: null # c\nb: 2\n", "state", block, "state: # c\n  x: 1\n  y:\n    - word\nb: 2\n"},
		{"scalar by block", "a: 1  \nb: 2\n", "a", block, "a:\n  x: 1\n  y:\n    - word\nb: 2\n"},
		{"flow by block", "a: [1,\n  2] # c\nb: 2\n", "a", block, "a: # c\n  x: 1\n  y:\n    - word\nb: 2\n"},
		{"own line by scalar", "a:\n  1 # c\n", "a", word, "a:\n  word # c\n"},
		{"own line by block", "a:\n     1\n", "a", block, "a:\n     x: 1\n     y:\n       - word\n"},
		{"block scalar by scalar", "a: | # c\n  x\n\nb: 1\n", "a", word, "a: word # c\n\nb: 1\n"},
		{"block scalar by block scalar", "a: > # c\n  x\nb: 1\n", "a", text, "a: | # c\n  one\n  two\nb: 1\n"},
		{"block scalar by block", "a: > # c\n  x\nb: 1\n", "a", block, "a: # c\n  x: 1\n  y:\n    - word\nb: 1\n"},
		{"kept blank lines", "a: |+\n  x\n\nb: 1\n", "a", word, "a: word\nb: 1\n"},
		{"envelope by text", "fn::secret:\n  ciphertext: x # c\nb: 1\n", "fn::secret", quoted("s"), "fn::secret: \"s\" # c\nb: 1\n"},
		{"text by envelope", "fn::secret: |\n  x\n  y\n", "fn::secret", envelope("ZXNj"), "fn::secret: {ciphertext: ZXNj}\n"},
		{"block by scalar, comments between", "a: # c\n  # d\n  x: 1\nb: 1\n", "a", word, "a: word # c\n  # d\nb: 1\n"},
		{"… and behind", "a: # c\n  x: 1 # d\nb: 1\n", "a", word, "a: word # c\n  # d\nb: 1\n"},
		{"block by block", "a:\n    x: 1 # c\n    # d\n    z: 1\nb: 1\n", "a", items, "a:\n    - 1\n    - word\nb: 1\n"},
		{"absent by scalar", "a: # c\nb: 1\n", "a", word, "a: word # c\nb: 1\n"},
		{"absent by block", "a: # c\nb: 1\n", "a", block, "a: # c\n  x: 1\n  y:\n    - word\nb: 1\n"},
		{"absent item by scalar", "-\n- a\n", "0", word, "- word\n- a\n"},
		{"absent item by block", "-\n- a\n", "0", block, "- x: 1\n  y:\n    - word\n- a\n"},
		{"item by block", "-   1\n- a\n", "0", block, "-   x: 1\n    y:\n      - word\n- a\n"},
		{"anchored item by block", "- &k 1\n- *k\n", "0", items, "- &k\n  - 1\n  - word\n- *k\n"},
		{"literal", "a: 1 # c\nb: 1\n", "a", text, "a: | # c\n  one\n  two\nb: 1\n"},
		{"literal at the end of the file", "b: 1\na: 1", "a", text, "b: 1\na: |\n  one\n  two\n"},
		{"… without line end", "b: 1\na: 1", "a", str("one\ntwo"), "b: 1\na: |-\n  one\n  two"},
		{"literal before a comment like it", "a: 1\n  # c\nb: 1\n", "a", text, "a: \"one\\ntwo\\n\"\n  # c\nb: 1\n"},
		{"flow", "{a: 1, b: [2]}\n", "b", block, "{a: 1, b: {x: 1, y: [word]}}\n"},
		{"absent in flow", "{a, b: , c: }\n", "a", word, "{a: word, b: , c: }\n"},
		{"absent in flow with a colon", "{a, b: , c: }\n", "b", word, "{a, b: word , c: }\n"},
		{"reference in flow", "{a: 1}\n", "a", str("${b}"), "{a: \"${b}\"}\n"},
		{"member of flow", "a: {b: 1, # c\n}\n", "a new", word, "a: {b: 1, new: word, # c\n}\n"},
		{"member of empty flow", "a: { }\n", "a new", word, "a: {new: word }\n"},
		{"member behind an absent value", "{b: }\n", "new", word, "{b: , new: word }\n"},
		{"item behind a pair without value", "[a, b: ]\n", "2", word, "[a, b: , word ]\n"},
		{"item of flow", "[1, 2,]\n", "2", word, "[1, 2, word,]\n"},
		{"member of block", "a:\n  b: 1 # c\n# d\ne: 1\n", "a new", word, "a:\n  b: 1 # c\n  new: word\n# d\ne: 1\n"},
		{"member behind a block scalar", "a: |\n  x", "new", word, "new: word\na: |\n  x"},
		{"item of block", "a:\n- 1\nb: 1\n", "a 1", block, "a:\n- 1\n- x: 1\n  y:\n  - word\nb: 1\n"},
		{"missing parents", "a: 1\n", "b c d", word, "a: 1\nb:\n  c:\n    d: word\n"},
		{"missing parents below a null", "a:\nb: 1\n", "a c d", word, "a:\n  c:\n    d: word\nb: 1\n"},
		{"list not indented by mapping", "a:\n- 1\n- 2\nb: 1\n", "a", block, "a:\n  x: 1\n  y:\n  - word\nb: 1\n"},
		{"… by list", "a:\n- 1\n- 2\nb: 1\n", "a", items, "a:\n- 1\n- word\nb: 1\n"},
		{"anchor", "a: &k\n  x: 1\nb: *k\n", "a", word, "a: &k word\nb: *k\n"},
		{"alias of the same value", "a: &k word\nb: *k\n", "b", word, "a: &k word\nb: word\n"},
		{"alias", "a: &k 1\nb: *k\n", "b", word, "a: &k 1\nb: word\n"},
		{"merge", "b: &b {x: 1}\na:\n  <<: *b\n", "a new", word, "b: &b {x: 1}\na:\n  <<: *b\n  new: word\n"},
		{"remove", "a: 1\n# d\nb: 2 # c\nc: 3\n", "b", nil, "a: 1\n# d\nc: 3\n"},
		{"remove the last line", "a: 1\nb: 2", "b", nil, "a: 1"},
		{"remove the first item", "- a: 1\n  b: 2\n", "0 a", nil, "- b: 2\n"},
		{"remove the only member", "a: # c\n  b: 1\n", "a b", nil, "a: {} # c\n"},
		{"remove the only item, tag kept", "a: !t\n  - 1\nb: 1\n", "a 0", nil, "a: !t []\nb: 1\n"},
		{"remove in flow", "{a: 1, b: 2, c: 3}\n", "b", nil, "{a: 1, c: 3}\n"},
		{"remove the last in flow", "{a: , c: 3}\n", "c", nil, "{a: }\n"},
		{"remove what is not there", "a: 1\n", "b c", nil, "a: 1\n"},
		{"no final line end", "a: 1", "b", word, "a: 1\nb: word"},
		{"empty document", "", "a", word, "a: word\n"},
		{"comment only", "# c", "a b", word, "# c\na:\n  b: word"},
		{"between the markers", "---\n...\n", "a", word, "---\na: word\n...\n"},
		{"behind the marker", "--- 1\n", "", block, "---\nx: 1\ny:\n  - word\n"},
		{"BOM and CRLF", "\ufeffa: 1\r\nb: 2\r\n", "a", block, "\ufeffa:\r\n  x: 1\r\n  y:\r\n    - word\r\nb: 2\r\n"},
		{"CRLF literal", "a: 1\r\nb: 2\r\n", "a", text, "a: |\r\n  one\r\n  two\r\nb: 2\r\n"},
		{"step of four", "a:\n    b: 1\n", "c", block, "a:\n    b: 1\nc:\n    x: 1\n    y:\n        - word\n"},
		{"lists not indented", "a:\n- 1\n", "c", block, "a:\n- 1\nc:\n  x: 1\n  y:\n  - word\n"},
		{"double quotes stay", "a: \"x, y\"\n", "a", str("1, 2"), "a: \"1, 2\"\n"},
		{"single quotes stay", "a: 'x, y'\n", "a", str("it's, ok"), "a: 'it''s, ok'\n"},
		{"no literal in place of quotes", "a: 'x, y'\n", "a", text, "a: \"one\\ntwo\\n\"\n"},
		{"a number loses the quotes", "a: 'x'\n", "a", verbatim("1"), "a: 1\n"},
		{"already there", "a: 0x1F # c\n", "a", verbatim("31"), "a: 0x1F # c\n"},
		{"already there in quotes", "a: 'word'\n", "a", word, "a: 'word'\n"},
		{"a key like a merge", "a: 1\n", "<<", word, "a: 1\n\"<<\": word\n"},
		{"a state", "s:\n  # id\n  id: \"1\" # c\n  old: 1\n  k: {b: 1}\n", "s",
			mapping(Quoted, "id", quoted("2"), "k", mapping(Quoted, "b", verbatim("2")), "t.k", quoted("$$")),
			"s:\n  # id\n  id: \"2\" # c\n  k: {b: 2}\n  \"t.k\": \"$$\"\n"},
		{"nothing stays", "s: {b: 1}\n", "s", block, "s:\n  x: 1\n  y:\n    - word\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := mustParse(t, c.old)
			got, err := d.Edit(Edit{Path: pathOf(c.path), Value: c.value})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got.Bytes())); diff != "" {
				t.Error(diff)
			}
			if string(d.Bytes()) != c.old {
				t.Error("the document itself has changed")
			}
		})
	}
}

// TestRefusals has a document for every reason why an edit is refused.
func TestRefusals(t *testing.T) {
	deep := str("x")
	for range 4 {
		deep = list(deep)
	}
	limits := Limits{Bytes: 60, Depth: 4, Nodes: 40}
	for _, c := range []struct {
		old, path string
		value     *Value
		want      reason
		line      int
	}{
		{"a: [", "a", word, unreadableDocument, 0},
		{"k: 1\n&x a: |\n  text\n", "a", word, ambiguousText, 2},
		{"a: &x {b: 1}\nc: *x\n", "c b", word, aliasOnPath, 2},
		{"a:\n  b: 1\n", "a b c", word, scalarOnPath, 2},
		{"a:\n  b: 1\n", "a 0", word, scalarOnPath, 2},
		{"a: [1]\n", "a x", word, scalarOnPath, 1},
		{"a: 1\na: 2\n", "a", word, repeatedKey, 2},
		{"a: [1]\n", "a 2", word, noSuchItem, 1},
		{"a: 1\n", "", nil, noDocument, 0},
		{"a:\n  b: &x 1\nc: *x\n", "a", word, anchorInUse, 2},
		{"a: &x 1\nc: *x\n", "a", nil, anchorInUse, 1},
		{"a: !t &x 1\n", "a", word, tagFirst, 1},
		{"? a\n", "a", word, noColon, 1},
		{"a: [b: 1]\n", "a 0 new", word, singlePair, 1},
		{"- a: 1 # c\n  b: 2\n", "0 a", nil, commentBetween, 1},
		{"a: 1\n", "b", str(strings.Repeat("x", 60)), beyondLimits, 1},
		{"a: 1\n", "b", deep, beyondLimits, 1},
		{"a: 1\n", "b", list(make([]*Value, 1)...), badValue, 0},
		{"a: 1\n", "b", &Value{Kind: Mapping, Keys: []string{"a"}}, badValue, 0},
		{"a: 1\n", "b", mapping(Readable, "a", word, "a", word), badValue, 0},
		{"a: 1\n", "b", &Value{Kind: Alias}, badValue, 0},
		{"a: 1\n", "b", str("\xff"), notUTF8, 0},
		{"a: 1\n", "b", verbatim("x: y"), otherMeaning, 1},
		{"- |\n  x", "1", word, otherMeaning, 2},
	} {
		d, _ := Parse([]byte(c.old), limits)
		_, err := d.Edit(Edit{Path: pathOf(c.path), Value: c.value})
		var r *Refusal
		if !errors.As(err, &r) {
			t.Errorf("%q at %q: %v", c.old, c.path, err)
			continue
		}
		if r.Reason != c.want.text || r.Hint != c.want.hint || r.Span.Begin.Line != c.line {
			t.Errorf("%q at %q: %q at line %d, want %q at %d", c.old, c.path, r.Reason, r.Span.Begin.Line, c.want.text, c.line)
		}
	}
}

// TestLongKey adds a value to a key that covers two lines, which readers take in different ways.
func TestLongKey(t *testing.T) {
	d, _ := Parse([]byte("{a\n b}\n"), Limits{})
	_, err := d.Edit(Edit{Path: []any{"a b"}, Value: word})
	if r, ok := errors.AsType[*Refusal](err); !ok || r.Reason != longKey.text {
		t.Errorf("%v", err)
	}
}

// TestBatches makes edits that get into each other's way.
func TestBatches(t *testing.T) {
	remove := func(path string) Edit { return Edit{Path: pathOf(path)} }
	set := func(path string, v *Value) Edit { return Edit{Path: pathOf(path), Value: v} }
	for _, c := range []struct {
		name, old string
		edits     []Edit
		want      string
	}{
		{"none", "a: 1\n", nil, "a: 1\n"},
		{"apart", "a: 1\nb: 2\n", []Edit{set("a", word), set("b", text), set("c", word)}, "a: word\nb: |\n  one\n  two\nc: word\n"},
		{"the same place", "a: 1\n", []Edit{set("a", word), set("a", verbatim("2"))}, "a: 2\n"},
		{"new and changed", "a: 1\n", []Edit{set("b", word), set("b", verbatim("2"))}, "a: 1\nb: 2\n"},
		{"one parent", "a: 1\n", []Edit{set("b c", word), set("b d", word)}, "a: 1\nb:\n  c: word\n  d: word\n"},
		{"all members", "a: 1\nb: 2\n", []Edit{remove("a"), remove("b")}, "{}\n"},
		{"all items in flow", "[1, 2, 3]\n", []Edit{remove("0"), remove("0"), remove("0")}, "[]\n"},
		{"index moves", "- 1\n- 2\n- 3\n", []Edit{remove("0"), set("1", word), set("2", word)}, "- 2\n- word\n- word\n"},
		{"out and in", "a:\n  b: 1\n", []Edit{remove("a b"), set("a c", word)}, "a: {c: word}\n"},
		{"alias before its anchor", "a: &k 1\nb: *k\n", []Edit{set("b", word), remove("a")}, "b: word\n"},
		{"alias and what it names", "a: &k 1\nb: *k\n", []Edit{set("a", word), set("b", verbatim("1"))}, "a: &k word\nb: 1\n"},
		{"key by an alias", "a: &k b\n*k : 1\n", []Edit{set("a", word), set("word", verbatim("2"))}, "a: &k word\n*k : 2\n"},
	} {
		d, err := mustParse(t, c.old).Edit(c.edits...)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, d.text); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	if _, err := mustParse(t, "a: 1\n").Edit(set("a", word), set("b 1", word)); err == nil {
		t.Error("half of a batch is done")
	}
}
