package eval

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A textSource is a document for excerpts. Its secrets are between « and », which are no part of it.
type textSource struct {
	lines      []string
	secrets    []yamltext.Span
	unreadable bool
}

func newTextSource(text string) *textSource {
	s := &textSource{}
	for n, line := range strings.Split(text, "\n") {
		for {
			i := strings.IndexAny(line, "«»")
			if i < 0 {
				break
			}
			at := yamltext.Pos{Line: n + 1, Column: len([]rune(line[:i])) + 1, Byte: n<<20 + i}
			if strings.HasPrefix(line[i:], "«") {
				s.secrets = append(s.secrets, yamltext.Span{Begin: at})
			} else {
				s.secrets[len(s.secrets)-1].End = at
			}
			line = line[:i] + line[i+len("«"):]
		}
		s.lines = append(s.lines, line)
	}
	return s
}

func (s *textSource) LineText(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return s.lines[n-1]
}

func (s *textSource) SecretSpans() []yamltext.Span { return s.secrets }

func (s *textSource) Readable() bool { return !s.unreadable }

// rangeAt is a range in environment r from one line and column to another.
func rangeAt(line, column, endLine, endColumn int) Range {
	return Range{Environment: "r", Begin: Pos{Line: line, Column: column}, End: Pos{Line: endLine, Column: endColumn}}
}

// TestPrintOnce prints what follows from an error, and what is the same at many places.
func TestPrintOnce(t *testing.T) {
	text := newTextSource("a: 1\nb: 2\nc: 3")
	at := func(line int, code, message, hint string) *Diagnostic {
		return &Diagnostic{Code: code, Message: message, Hint: hint, Range: rangeAt(line, 1, line, 2), source: text}
	}
	ds := Diagnostics{
		at(1, "unknown-output", `"A" has no value`, "see the other errors"),
		at(1, "unknown-key-id", `no key "k"; add it`, ""),
		at(2, "unknown-output", `"B" has no value`, "see the other errors"),
		at(2, "unknown-key-id", `no key "k"; add it`, ""),
		at(2, "unknown-key-id", `no key "l"; add it`, ""),
		at(3, "unknown-output", `"C" has no value`, "see the other errors"),
		at(3, "rotation-skipped", "not rotated", "see unknown-key-id at r:1:1"),
	}
	want := `r:1:1: error: no key "k"; add it [unknown-key-id]
  a: 1
  ^
note: the same holds at another place
r:2:1: error: no key "l"; add it [unknown-key-id]
  b: 2
  ^
r:1:1: error: "A" has no value; see the other errors [unknown-output]
note: the same holds at 2 other places
r:3:1: error: not rotated; see unknown-key-id at r:1:1 [rotation-skipped]
`
	if diff := cmp.Diff(want, printed(t, ds, PrintOptions{})); diff != "" {
		t.Error(diff)
	}
}

func TestPrint(t *testing.T) {
	text := newTextSource("values:\n  url: ${databse}  # é\n  url: 1")
	ds := Diagnostics{
		{Code: "load-failed", Message: `cannot load environment "r"`},
		{
			Code: "unknown-property", Message: `property "databse" is not defined`, Hint: `did you mean "database"?`,
			Range: rangeAt(2, 10, 2, 17), source: text,
		},
		{
			Code: "duplicate-key", Message: `key "url" appears twice`, Warning: true, Range: rangeAt(3, 3, 3, 6), source: text,
			Related: []Related{
				{Note: "the first one", Range: rangeAt(2, 3, 2, 6)},
				{Note: "elsewhere", Range: Range{Environment: "b", Begin: Pos{Line: 7, Column: 1}, End: Pos{Line: 7, Column: 2}}},
				{Note: "the host"},
			},
		},
		{Code: "x", Message: "whole", Range: Range{Environment: "r"}, source: text},
	}
	want := `error: cannot load environment "r" [load-failed]
r:2:10: error: property "databse" is not defined [unknown-property]
    url: ${databse}  # é
           ^~~~~~~
hint: did you mean "database"?
r:3:3: warning: key "url" appears twice [duplicate-key]
    url: 1
    ^~~
r:2:3: note: the first one
    url: ${databse}  # é
    ^~~
b:7:1: note: elsewhere
note: the host
r: error: whole [x]
`
	if diff := cmp.Diff(want, printed(t, ds, PrintOptions{})); diff != "" {
		t.Error(diff)
	}
}

func printed(t failer, ds Diagnostics, opts PrintOptions) string {
	var b strings.Builder
	if err := ds.Print(&b, opts); err != nil {
		t.Fatalf("Print: %v", err)
	}
	return b.String()
}

func TestPrintInColor(t *testing.T) {
	ds := Diagnostics{
		{Code: "c", Message: "m", Hint: "h", Range: rangeAt(1, 1, 1, 2), source: newTextSource("ab")},
		{Code: "c", Message: "m", Warning: true},
	}
	want := "\x1b[1mr:1:1:\x1b[0m \x1b[1;31merror:\x1b[0m m [c]\n  ab\n  \x1b[1;31m^\x1b[0m\n\x1b[1;36mhint:\x1b[0m h\n" +
		"\x1b[1;33mwarning:\x1b[0m m [c]\n"
	if diff := cmp.Diff(want, printed(t, ds, PrintOptions{Color: true})); diff != "" {
		t.Error(diff)
	}
}

func TestPrintReturnsTheErrorOfTheWriter(t *testing.T) {
	want := errors.New("closed")
	if err := (Diagnostics{{}}).Print(brokenWriter{want}, PrintOptions{}); !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}

// excerptLines prints one diagnostic and returns the two lines of its excerpt without their indentation.
func excerptLines(t *testing.T, source excerptSource, r Range) (line, marker string) {
	t.Helper()
	lines := strings.Split(printed(t, Diagnostics{{Range: r, source: source}}, PrintOptions{}), "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[1], "  ") || !strings.HasPrefix(lines[2], "  ") {
		t.Fatalf("no excerpt: %q", lines)
	}
	return lines[1][2:], lines[2][2:]
}

func TestMarkers(t *testing.T) {
	tests := []struct {
		text         string
		r            Range
		line, marker string
	}{
		{"abc", rangeAt(1, 1, 1, 4), "abc", "^~~"},
		{"abc", rangeAt(1, 2, 1, 2), "abc", " ^"},
		{"abc", rangeAt(1, 4, 1, 4), "abc", "   ^"},
		{"abc", rangeAt(1, 9, 1, 12), "abc", "   ^"},
		{"abc", rangeAt(1, 3, 1, 1), "abc", "  ^"},
		{"abc\ndef", rangeAt(1, 2, 2, 3), "abc", " ^~"},
		{"", rangeAt(1, 1, 1, 1), "", "^"},
		{"abc", rangeAt(5, 2, 5, 4), "", "^"},
		{"a\tb\tc", rangeAt(1, 3, 1, 6), "a   b   c", "    ^~~~~"},
		{"é=日本", rangeAt(1, 3, 1, 5), "é=日本", "  ^~~~"},
		{"e\u0301x", rangeAt(1, 3, 1, 4), "e\u0301x", " ^"},
		{"😀x", rangeAt(1, 2, 1, 3), "😀x", "  ^"},
		{"👍🏽☁\ufe0fx", rangeAt(1, 5, 1, 6), "👍🏽☁\ufe0fx", "    ^"},
		{"\u1112\u1161\u11abx", rangeAt(1, 4, 1, 5), "\u1112\u1161\u11abx", "  ^"},
		{"🇩🇪x", rangeAt(1, 3, 1, 4), "🇩🇪x", "  ^"},
		{"a\u202eb\x1b[1m\x00\xff\u200d", rangeAt(1, 3, 1, 4), `a\u202eb\x1b[1m\x00\xff\u200d`, "       ^"},
		{"\xff\x00\ufffdx", rangeAt(1, 4, 1, 5), "\\xff\\x00\ufffdx", "         ^"},
		{"\u2028\u0085\ufeff", rangeAt(1, 3, 1, 4), `\u2028\u0085\ufeff`, "            ^~~~~~"},
	}
	for _, test := range tests {
		line, marker := excerptLines(t, newTextSource(test.text), test.r)
		if line != test.line || marker != test.marker {
			t.Errorf("%q %v:\n%s\n%s\nwant:\n%s\n%s", test.text, test.r, line, marker, test.line, test.marker)
		}
	}
}

func TestSecretsAreMasked(t *testing.T) {
	tests := []struct {
		text         string
		r            Range
		line, marker string
	}{
		{"a: {fn::secret: «hunter2»}, b: x", rangeAt(1, 30, 1, 31), "a: {fn::secret: [secret]}, b: x", "                              ^"},
		{"a: {fn::secret: «hunter2»}", rangeAt(1, 17, 1, 24), "a: {fn::secret: [secret]}", "                ^~~~~~~~"},
		{"a: {fn::secret: «hunter2»}", rangeAt(1, 19, 1, 20), "a: {fn::secret: [secret]}", "                ^~~~~~~~"},
		{"a: {fn::secret: «hunter2»}", rangeAt(1, 4, 1, 25), "a: {fn::secret: [secret]}", "   ^~~~~~~~~~~~~~~~~~~~~~"},
		{"[«one»,«two», «é»]", rangeAt(1, 12, 1, 13), "[[secret],[secret], [secret]]", "                            ^"},
		{"k: «|\n  hunter2\n  hunter3»", rangeAt(1, 1, 1, 2), "k: [secret]", "^"},
		{"k: «|\n  hunter2\n  hunter3»", rangeAt(2, 3, 2, 4), "[secret]", "^~~~~~~~"},
		{"k: «'hunter2\n  hunter3'», b", rangeAt(2, 13, 2, 14), "[secret], b", "          ^"},
	}
	for _, test := range tests {
		line, marker := excerptLines(t, newTextSource(test.text), test.r)
		if line != test.line || marker != test.marker {
			t.Errorf("%q %v:\n%s\n%s\nwant:\n%s\n%s", test.text, test.r, line, marker, test.line, test.marker)
		}
	}
}

func TestUnreadableDocuments(t *testing.T) {
	source := newTextSource("a: b\nc: {FN::secret: 'hunter2}\n hunter3")
	source.unreadable = true
	for line, shown := range map[int]bool{1: true, 2: false, 3: false} {
		got := printed(t, Diagnostics{{Range: rangeAt(line, 1, line, 2), source: source}}, PrintOptions{})
		if strings.Contains(got, "hunter") || strings.Contains(got, "a: b") != shown {
			t.Errorf("line %d:\n%s", line, got)
		}
	}
}

func TestLongLines(t *testing.T) {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "%05d", i*5)
	}
	source := newTextSource(b.String())
	tests := []struct{ column, end int }{{1, 5}, {71, 76}, {250, 255}, {250, 480}, {496, 501}, {501, 501}}
	for _, test := range tests {
		line, marker := excerptLines(t, source, rangeAt(1, test.column, 1, test.end))
		if width := len([]rune(line)); width > 102 || len(marker) > 102 {
			t.Errorf("column %d: a row of %d columns, marker of %d", test.column, width, len(marker))
		}
		from := strings.IndexByte(marker, '^')
		if want := fmt.Sprintf("%05d", (test.column-1)/5*5); test.column < 501 && test.column%5 == 1 &&
			string([]rune(line)[from:from+5]) != want {
			t.Errorf("column %d: marker at\n%s\n%s", test.column, line, marker)
		}
	}
}

func TestHugeLinesAreNotShown(t *testing.T) {
	ds := Diagnostics{{Code: "c", Message: "m", Range: rangeAt(1, 1, 1, 2), source: newTextSource(strings.Repeat("x", 5<<20))}}
	if got, want := printed(t, ds, PrintOptions{}), "r:1:1: error: m [c]\n"; got != want {
		t.Errorf("%d bytes, want %s", len(got), want)
	}
}

func TestMessagesCannotForgeOutput(t *testing.T) {
	evil := "a\nb\x1b[2J\u009b\u202e\u2066\u200b\r\tc\xff"
	const harmless = `a\nb\x1b[2J\u009b\u202e\u2066\u200b\r\tc\xff`
	ds := Diagnostics{{
		Code: evil, Message: evil, Hint: evil, Range: Range{Environment: evil, Begin: Pos{Line: 1, Column: 1}},
		Related: []Related{{Note: evil, Range: Range{Environment: evil}}},
	}}
	want := fmt.Sprintf("%[1]s:1:1: error: %[1]s [%[1]s]\n%[1]s: note: %[1]s\nhint: %[1]s\n", harmless)
	if diff := cmp.Diff(want, printed(t, ds, PrintOptions{})); diff != "" {
		t.Error(diff)
	}
}

func TestExcerptsOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := &textSource{lines: rapid.SliceOfN(textGen(false), 1, 3).Draw(t, "lines")}
		small := rapid.IntRange(0, 20)
		column := func() Pos { return Pos{Line: rapid.IntRange(0, 4).Draw(t, "line"), Column: small.Draw(t, "column")} }
		for range rapid.IntRange(0, 3).Draw(t, "secrets") {
			source.secrets = append(source.secrets, yamltext.Span{Begin: yamltext.Pos(column()), End: yamltext.Pos(column())})
		}
		out := printed(t, Diagnostics{{Range: Range{Environment: "r", Begin: column(), End: column()}, source: source}}, PrintOptions{})
		if i := strings.IndexFunc(out, func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }); i >= 0 {
			t.Fatalf("%q at %d", out, i)
		}
	})
}

func TestDiagnosticJSON(t *testing.T) {
	at := rangeAt(2, 3, 2, 5)
	at.Begin.Byte, at.End.Byte = 10, 12
	tests := []struct {
		d    *Diagnostic
		want string
	}{
		{&Diagnostic{Code: "c", Message: "m", Err: errors.New(canary)}, `{"code":"c","severity":"error","message":"m"}`},
		{
			&Diagnostic{
				Code: "c", Message: "m", Warning: true, Hint: "h", Path: "values.a", Range: at,
				Related: []Related{{Note: "n", Range: at}, {Note: "o"}},
			},
			`{"code":"c","severity":"warning","message":"m","hint":"h",` +
				`"range":{"environment":"r","begin":{"line":2,"column":3,"byte":10},"end":{"line":2,"column":5,"byte":12}},` +
				`"path":"values.a","related":[` +
				`{"note":"n","range":{"environment":"r","begin":{"line":2,"column":3,"byte":10},"end":{"line":2,"column":5,"byte":12}}},` +
				`{"note":"o"}]}`,
		},
	}
	for _, test := range tests {
		got, err := json.Marshal(Diagnostics{test.d})
		if err != nil || string(got) != "["+test.want+"]" {
			t.Errorf("%s, %v, want %s", got, err, test.want)
		}
	}
}

// TestMisspeltSecret looks for the text of what was perhaps meant to be a secret.
func TestMisspeltSecret(t *testing.T) {
	for _, name := range []string{"fn::secrt", "fn::Secret", "fn::secrets", "fn::sceret"} {
		_, err := (&Evaluator{}).CheckText(t.Context(), []byte("values:\n  a: {"+name+": "+canary+"}\n"))
		var ds Diagnostics
		var b strings.Builder
		if !errors.As(err, &ds) || ds.Print(&b, PrintOptions{}) != nil || strings.Contains(b.String(), canary) || !strings.Contains(b.String(), secretText) {
			t.Errorf("%s: %v\n%s", name, err, b.String())
		}
	}
}
