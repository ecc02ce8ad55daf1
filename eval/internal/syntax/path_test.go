package syntax_test

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// goodPaths are paths that stand alone, with their steps: names and indices.
var goodPaths = []struct {
	text  string
	steps []any
}{
	{"a", []any{"a"}},
	{"à", []any{"à"}},
	{"7", []any{"7"}},
	{"a.b.c", []any{"a", "b", "c"}},
	{"a.7", []any{"a", "7"}},
	{"a.b-c", []any{"a", "b-c"}},
	{"app.db-1", []any{"app", "db-1"}},
	{"imports.proj/env@2.host", []any{"imports", "proj/env@2", "host"}},
	{"a.x]y", []any{"a", "x]y"}},
	{`a"b"`, []any{`a"b"`}},
	{"a}b>c", []any{"a}b>c"}},
	{"a$b.$.$$", []any{"a$b", "$", "$$"}},
	{`a\.b\"`, []any{`a\`, `b\"`}},
	{"a\x00b", []any{"a\x00b"}},
	{"a\xff.\x85", []any{"a\xff", "\x85"}},
	{"a\u200bb", []any{"a\u200bb"}},
	{"a[0]", []any{"a", 0}},
	{"a[10][2]", []any{"a", 10, 2}},
	{"a[0].b[1]", []any{"a", 0, "b", 1}},
	{"a[9223372036854775808]", []any{"a", math.MaxInt}},
	{"a[" + strings.Repeat("9", 400) + "]", []any{"a", math.MaxInt}},
	{`["a"]`, []any{"a"}},
	{`["a"].b`, []any{"a", "b"}},
	{`["a"]["b"][3]`, []any{"a", "b", 3}},
	{`a["k.e"]`, []any{"a", "k.e"}},
	{`a["a b"]`, []any{"a", "a b"}},
	{`a["q\"x"]`, []any{"a", `q"x`}},
	{`a["\""]`, []any{"a", `"`}},
	{`a["\n\\n"]`, []any{"a", `\n\\n`}},
	{`a["\\"b"]`, []any{"a", `\"b`}},
	{`a["${b}"]`, []any{"a", "${b}"}},
	{`a["$$<]}[."]`, []any{"a", "$$<]}[."}},
	{"a[\"\n\"]", []any{"a", "\n"}},
	{`imports["b"].PATH`, []any{"imports", "b", "PATH"}},
	{`environments["org/p"].e.x`, []any{"environments", "org/p", "e", "x"}},
	{`values.db["fn::join"][1]`, []any{"values", "db", "fn::join", 1}},
}

// The reasons for which a path is bad, each as the message and the hint in full.
const (
	isEmpty       = "bad path: it is empty; write the name of a property"
	dotFirst      = "bad path: it begins with a dot; begin with a name"
	indexFirst    = "bad path: it begins with an index; begin with a name"
	dotAlone      = "bad path: a dot has no name behind it; remove the dot or add a name"
	dotBracket    = "bad path: a dot stands before a bracket; remove the dot"
	behindBracket = "bad path: a bracket is followed by neither a dot nor a bracket; write a dot before the next name"
	inBracket     = `bad path: a bracket holds neither an index nor a name in double quotes; write [0] or ["name"]`
	openBracket   = `bad path: a bracket is not closed; add "]"`
	openQuote     = `bad path: a quoted name is not closed; add a double quote and "]"`
	emptyQuote    = "bad path: a quoted name is empty; a path cannot address an empty name"
	zeroFirst     = "bad path: an index begins with a superfluous zero; write the index without it"
	whiteSpace    = "bad path: white space stands outside quotes; put the name in brackets and double quotes"
	openerInside  = "bad path: a name holds the beginning of an interpolation; put the name in brackets and double quotes"
)

// badPaths are paths that stand alone; « and » mark what is to blame.
var badPaths = []struct{ marked, want string }{
	{"«»", isEmpty},
	{"«.»", dotFirst},
	{"«.»a", dotFirst},
	{"«.»[0]", dotFirst},
	{"a«.»", dotAlone},
	{"a«.».b", dotAlone},
	{"a[0]«.»", dotAlone},
	{`a«.»["b"]`, dotBracket},
	{"a«.»[0]", dotBracket},
	{"a[0]«x»", behindBracket},
	{"a[0]«à»x", behindBracket},
	{"a[0]«]»", behindBracket},
	{`a["b"]«x»`, behindBracket},
	{`a["b"]«"»`, behindBracket},
	{"a[0]«\xff»", behindBracket},
	{"«[0]»", indexFirst},
	{"«[0]».a", indexFirst},
	{"a[«-»1]", inBracket},
	{"a[«+»1]", inBracket},
	{"a[«'»x']", inBracket},
	{"a[«b»]", inBracket},
	{"a[«à»]", inBracket},
	{"a[« »0]", inBracket},
	{"a[«]»", inBracket},
	{"a[«٣»]", inBracket},
	{"a[«$»{b}]", inBracket},
	{"a[«\xff»]", inBracket},
	{"a[«01»]", zeroFirst},
	{"a[«00»]", zeroFirst},
	{"«[»", openBracket},
	{"a«[»", openBracket},
	{"a«[0»", openBracket},
	{"a«[0»}", openBracket},
	{"a«[0» ]", openBracket},
	{"a«[1»x]", openBracket},
	{"a«[1».5]", openBracket},
	{`a«["b"»`, openBracket},
	{`a«["b"»x"]`, openBracket},
	{`a[«"»`, openQuote},
	{`a[«"»b]`, openQuote},
	{`a[«"»b\"]`, openQuote},
	{`a[«""»]`, emptyQuote},
	{`[«""»]`, emptyQuote},
	{"« »", whiteSpace},
	{"« »a", whiteSpace},
	{"a« »", whiteSpace},
	{"a« »b", whiteSpace},
	{"a.«\t»b", whiteSpace},
	{"a[0]«\n»", whiteSpace},
	{"a«\u00a0»b", whiteSpace},
	{"a«\u2028»b", whiteSpace},
	{"a«\u3000»b", whiteSpace},
	{"«${»a}", openerInside},
	{"a.b«$<»7", openerInside},
	{"a$«${»b", openerInside},
}

// unmark removes « and » from a text and returns where they stood.
func unmark(t testing.TB, marked string) (text string, from, to int) {
	t.Helper()
	before, rest, opened := strings.Cut(marked, "«")
	blamed, after, closed := strings.Cut(rest, "»")
	if !opened || !closed {
		t.Fatalf("%q lacks a mark", marked)
	}
	return before + blamed + after, len(before), len(before) + len(blamed)
}

// pathOf returns the path with these steps, without ranges.
func pathOf(steps ...any) syntax.Path {
	var p syntax.Path
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			p = append(p, syntax.Accessor{Name: step, Index: -1})
		case int:
			p = append(p, syntax.Accessor{Index: step})
		}
	}
	return p
}

// ignoreRanges compares paths by their names and indices.
var ignoreRanges = cmpopts.IgnoreFields(syntax.Accessor{}, "From", "To")

func TestParsePath(t *testing.T) {
	for _, c := range goodPaths {
		got, err := syntax.ParsePath(c.text)
		if err != nil {
			t.Errorf("ParsePath(%q): %v", c.text, err)
			continue
		}
		if diff := cmp.Diff(pathOf(c.steps...), got, ignoreRanges); diff != "" {
			t.Errorf("ParsePath(%q) (-want +got):\n%s", c.text, diff)
		}
		checkPathRanges(t, c.text, 0, len(c.text), got)
	}
}

func TestParsePathErrors(t *testing.T) {
	for _, c := range badPaths {
		text, from, to := unmark(t, c.marked)
		got, err := syntax.ParsePath(text)
		if err == nil {
			t.Errorf("ParsePath(%q) = %v, want an error", text, got)
			continue
		}
		if err.Code != "bad-path" || err.Error() != c.want || err.From != from || err.To != to {
			t.Errorf("ParsePath(%q): %s %q at %d–%d, want bad-path %q at %d–%d",
				text, err.Code, err.Error(), err.From, err.To, c.want, from, to)
		}
		if got != nil {
			t.Errorf("ParsePath(%q) = %v beside an error", text, got)
		}
	}
}

// checkPathRanges fails unless the accessors of p, with the dots between them, are exactly text[from:to].
func checkPathRanges(t testing.TB, text string, from, to int, p syntax.Path) {
	t.Helper()
	for i, a := range p {
		if i > 0 && int(a.From) > from && text[from] == '.' {
			from++
		}
		if int(a.From) != from || int(a.To) <= int(a.From) || int(a.To) > to {
			t.Fatalf("path %v of %q: accessor %d is at %d–%d, want it to begin at %d", p, text, i, int(a.From), int(a.To), from)
		}
		source := text[int(a.From):int(a.To)]
		if source != a.Name && !(source[0] == '[' && source[len(source)-1] == ']') {
			t.Fatalf("path %v of %q: accessor %d is read from %q", p, text, i, source)
		}
		from = int(a.To)
	}
	if from != to {
		t.Fatalf("path %v of %q ends at %d, want %d", p, text, from, to)
	}
}

func TestPathString(t *testing.T) {
	for _, c := range []struct {
		want  string
		steps []any
	}{
		{"", nil},
		{"a", []any{"a"}},
		{"_a-b9.Z", []any{"_a-b9", "Z"}},
		{"a[0][12].b", []any{"a", 0, 12, "b"}},
		{`["-a"]["9"]["a b"]["à"]`, []any{"-a", "9", "a b", "à"}},
		{`a["fn::join"][1]`, []any{"a", "fn::join", 1}},
		{`["proj/env@2"]`, []any{"proj/env@2"}},
		{`["q\"x"]["\n"]`, []any{`q"x`, `\n`}},
		{`[""]`, []any{""}},
	} {
		if got := pathOf(c.steps...).String(); got != c.want {
			t.Errorf("path of %q prints as %s, want %s", c.steps, got, c.want)
		}
	}
}

func TestJoinPath(t *testing.T) {
	for _, c := range []struct{ prefix, name, want string }{
		{"", "a", "a"},
		{"a", "b", "a.b"},
		{"a[0]", "b", "a[0].b"},
		{"", "a.b", `["a.b"]`},
		{"a", `q"x`, `a["q\"x"]`},
		{"a", "", `a[""]`},
	} {
		if got := syntax.JoinPath(c.prefix, c.name); got != c.want {
			t.Errorf("JoinPath(%q, %q) = %s, want %s", c.prefix, c.name, got, c.want)
		}
	}
}

func TestPathRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawPath(t)
		got, err := syntax.ParsePath(want.String())
		if err != nil {
			t.Fatalf("ParsePath(%q): %v", want.String(), err)
		}
		if diff := cmp.Diff(want, got, ignoreRanges); diff != "" {
			t.Fatalf("ParsePath(%q) (-want +got):\n%s", want.String(), diff)
		}
	})
}

// drawPath draws a path that a text can express.
func drawPath(t *rapid.T) syntax.Path {
	bare := rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_-]{0,4}`)
	name := rapid.OneOf(bare, rapid.String(), rapid.Custom(drawNastyText)).Filter(func(s string) bool {
		return s != "" && !strings.HasSuffix(s, `\`)
	})
	step := rapid.Custom(func(t *rapid.T) any {
		if rapid.Bool().Draw(t, "index") {
			return rapid.IntMin(0).Draw(t, "index")
		}
		return name.Draw(t, "name")
	})
	steps := []any{name.Draw(t, "first")}
	return pathOf(append(steps, rapid.SliceOfN(step, 0, 5).Draw(t, "rest")...)...)
}

// drawNastyText draws a text out of the pieces that the grammar of strings cares about.
func drawNastyText(t *rapid.T) string {
	return strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{
		"$", "$$", "${", "$<", "}", ">", "{", "<", "[", "]", `"`, `\`, `\"`, ".", "[0]", `["`, `"]`, "0", "1", "-", "a", "b", "_",
		" ", "\n", "\u00a0", "à", "\xff", "${a}", "$<a>", "${a.b", `a["b"]`, "a[1]",
	})).Draw(t, "pieces"), "")
}

// pathPattern returns a regular expression for a path before the closer, which is empty for a path that stands alone:
// the grammar, written down a second time.
func pathPattern(closer string) string {
	const space = `\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}`
	stops := `.\[` + space + closer
	name := `(?:(?:[^$` + stops + `]|\$+[^$<{` + stops + `])+\$*|\$+)`
	quoted := `"(?:[^"\\]|\\+[^"\\]|\\+")+"`
	index := `(?:0|[1-9][0-9]*)`
	return `(?:` + name + `|\[` + quoted + `\])(?:\.` + name + `|\[(?:` + quoted + `|` + index + `)\])*`
}

var standalonePath = regexp.MustCompile(`\A` + pathPattern("") + `\z`)

// checkPath holds ParsePath(text) against the grammar and against itself.
func checkPath(t testing.TB, text string) {
	t.Helper()
	p, err := syntax.ParsePath(text)
	if want := standalonePath.MatchString(text); want != (err == nil) {
		t.Fatalf("ParsePath(%q): error %v, but the grammar says %t", text, err, want)
	}
	if err != nil {
		if err.From < 0 || err.From > err.To || err.To > len(text) {
			t.Fatalf("ParsePath(%q): error at %d–%d", text, err.From, err.To)
		}
		return
	}
	checkPathRanges(t, text, 0, len(text), p)
	if !hasQuotedForm(p) {
		return
	}
	again, err := syntax.ParsePath(p.String())
	if err != nil {
		t.Fatalf("ParsePath(%q), printed from %q: %v", p.String(), text, err)
	}
	if diff := cmp.Diff(p, again, ignoreRanges); diff != "" {
		t.Fatalf("%q and its printed form %q differ:\n%s", text, p.String(), diff)
	}
}

// hasQuotedForm reports whether no name in p ends in a backslash, as a bare name may.
func hasQuotedForm(p syntax.Path) bool {
	return !slices.ContainsFunc(p, func(a syntax.Accessor) bool { return strings.HasSuffix(a.Name, `\`) })
}

func TestParsePathAgainstGrammar(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) { checkPath(t, drawNastyText(rt)) })
}

func FuzzParsePath(f *testing.F) {
	if len(goodPaths) == 0 || len(badPaths) == 0 {
		f.Fatal("no seeds")
	}
	for _, c := range goodPaths {
		f.Add(c.text)
	}
	for _, c := range badPaths {
		text, _, _ := unmark(f, c.marked)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkPath(t, text) })
}
