package syntax_test

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// literals are strings without interpolations and their text.
var literals = []struct{ text, want string }{
	{"", ""},
	{"plain", "plain"},
	{"$", "$"},
	{"$$", "$"},
	{"$$$", "$$"},
	{"$$$$", "$$"},
	{"$${a}", "${a}"},
	{"$${", "${"},
	{"$$$${a}", "$${a}"},
	{"$$<a>", "$<a>"},
	{"$$<a b", "$<a b"},
	{"$< a>", "$< a>"},
	{"$<7>", "$<7>"},
	{"$<", "$<"},
	{"$<>", "$<>"},
	{"$<$$", "$<$"},
	{"$<-a>", "$<-a>"},
	{"$<\xff>", "$<\xff>"},
	{"x $< y", "x $< y"},
	{"cp $< $@", "cp $< $@"},
	{"cost $5", "cost $5"},
	{"$a", "$a"},
	{"x$", "x$"},
	{"$ {a}", "$ {a}"},
	{`\$\\`, `\$\\`},
	{"{a} <a> }", "{a} <a> }"},
	{"a\xff$$\xfe", "a\xff$\xfe"},
}

// texts are strings with interpolations. The literal text in parts alternates with the paths.
var texts = []struct {
	text  string
	parts []any // string: literal text; syntax.Path: what is interpolated behind it
}{
	{"${a}", []any{"", pathOf("a")}},
	{"$<a>", []any{"", pathOf("a")}},
	{`$<["a"]>`, []any{"", pathOf("a")}},
	{"$<_>", []any{"", pathOf("_")}},
	{"$<à>", []any{"", pathOf("à")}},
	{" ${a}", []any{" ", pathOf("a")}},
	{"${a} ", []any{"", pathOf("a"), " "}},
	{"${a}}", []any{"", pathOf("a"), "}"}},
	{"$<a>>", []any{"", pathOf("a"), ">"}},
	{"$$${a}", []any{"$", pathOf("a")}},
	{"$$$<a>", []any{"$", pathOf("a")}},
	{"${a}$$${a}$$", []any{"", pathOf("a"), "$", pathOf("a"), "$"}},
	{`\${a}`, []any{`\`, pathOf("a")}},
	{"$x${a}$", []any{"$x", pathOf("a"), "$"}},
	{"v${a.b}-$<c[0]>.", []any{"v", pathOf("a", "b"), "-", pathOf("c", 0), "."}},
	{"${a}${b}", []any{"", pathOf("a"), "", pathOf("b")}},
	{"$<a}b>", []any{"", pathOf("a}b")}},
	{"${a>b}", []any{"", pathOf("a>b")}},
	{"${7}", []any{"", pathOf("7")}},
	{"${a.7}", []any{"", pathOf("a", "7")}},
	{"${a.b-c}", []any{"", pathOf("a", "b-c")}},
	{"${a.x]y}", []any{"", pathOf("a", "x]y")}},
	{"${app.db-1}", []any{"", pathOf("app", "db-1")}},
	{"${imports.proj/env@2.host}", []any{"", pathOf("imports", "proj/env@2", "host")}},
	{"${à}", []any{"", pathOf("à")}},
	{"${a$b}", []any{"", pathOf("a$b")}},
	{"${a$$b}", []any{"", pathOf("a$$b")}},
	{"${$}", []any{"", pathOf("$")}},
	{"$<a$>", []any{"", pathOf("a$")}},
	{`${a["k.e"]}`, []any{"", pathOf("a", "k.e")}},
	{`${a["q\"x"]}`, []any{"", pathOf("a", `q"x`)}},
	{`${a["$$ ${b} }"]}`, []any{"", pathOf("a", "$$ ${b} }")}},
	{`$<["$<b> >"].c>`, []any{"", pathOf("$<b> >", "c")}},
	{"${a\xff}\xfe", []any{"", pathOf("a\xff"), "\xfe"}},
	{"${a[99999999999999999999]}", []any{"", pathOf("a", math.MaxInt)}},
}

// Errors of interpolations other than those of the paths in them.
const (
	unclosedBrace = `unclosed-interpolation: interpolation is not closed; add "}"; write "$${" for literal text`
	blankInside   = `unclosed-interpolation: interpolation is not closed; add "}"; remove the white space in it, or write "$${" for literal text`
	unclosedAngle = `unclosed-interpolation: interpolation is not closed; add ">"; write "$$<" for literal text`
	nested        = "nested-interpolation: interpolations cannot be nested; give the inner value a name"
)

// badTexts are strings with bad interpolations; « and » mark what is to blame for the first error.
var badTexts = []struct {
	marked string
	errs   []string
}{
	{"«${}»", []string{"bad-path: " + isEmpty}},
	{"x «${}» y", []string{"bad-path: " + isEmpty}},
	{"${«.»a}", []string{"bad-path: " + dotFirst}},
	{"${«.»}", []string{"bad-path: " + dotFirst}},
	{"${a«.»}", []string{"bad-path: " + dotAlone}},
	{"$<a«.»>", []string{"bad-path: " + dotAlone}},
	{"${a«.».b}", []string{"bad-path: " + dotAlone}},
	{`${a«.»["b"]}`, []string{"bad-path: " + dotBracket}},
	{"${a[0]«x»}", []string{"bad-path: " + behindBracket}},
	{"${a[0]«>»}", []string{"bad-path: " + behindBracket}},
	{"${«[0]»}", []string{"bad-path: " + indexFirst}},
	{"$<«[0]»>", []string{"bad-path: " + indexFirst}},
	{"${a[«-»1]}", []string{"bad-path: " + inBracket}},
	{"${a[«+»1]}", []string{"bad-path: " + inBracket}},
	{"${a[«'»x']}", []string{"bad-path: " + inBracket}},
	{"${a[«b»]}", []string{"bad-path: " + inBracket}},
	{"${a[«}»", []string{"bad-path: " + inBracket}},
	{"${a[«01»]}", []string{"bad-path: " + zeroFirst}},
	{`${a[«""»]}`, []string{"bad-path: " + emptyQuote}},
	{"${a«[0»}", []string{"bad-path: " + openBracket}},
	{"${a«[»", []string{"bad-path: " + openBracket}},
	{`${a[«"»b]}`, []string{"bad-path: " + openQuote}},
	{"«$<a» b>", []string{strings.NewReplacer("}", ">", "{", "<").Replace(blankInside)}},
	{"«${a» b}", []string{blankInside}},
	{"«${a»", []string{unclosedBrace}},
	{"«$<a}»", []string{unclosedAngle}},
	{"«${a>»", []string{unclosedBrace}},
	{"«${»", []string{unclosedBrace}},
	{"«${» a}", []string{blankInside}},
	{"«${a.»", []string{unclosedBrace}},
	{"«${a.» b}", []string{blankInside}},
	{"«${a[0]» }", []string{blankInside}},
	{"«${a»\u00a0b}", []string{blankInside}},
	{"$$«${a»\n}", []string{unclosedBrace}},
	{"${b.«${»c}}", []string{nested}},
	{"${a«${»b}", []string{nested}},
	{"${«${»b}}", []string{nested}},
	{"$<a«$<»b>>", []string{nested}},
	{"$<a«${»b}>", []string{nested}},
	{"${a«$<»7}", []string{nested}},

	// What follows a bad interpolation is read, what was read in it is not read again.
	{"x ${«.»b} y ${c..d}", []string{"bad-path: " + dotFirst, "bad-path: " + dotAlone}},
	{"${ok} «${a» b} ${ok} $<", []string{blankInside}},
	{"«${a» ${b c} $<d", []string{unclosedBrace, blankInside, unclosedAngle}},
	{"${a«.».$${b}", []string{"bad-path: " + dotAlone}},
	{"${a«${»b", []string{nested, unclosedBrace}},
	{"${b.«${»c..d}}", []string{nested, "bad-path: " + dotAlone}},
	{"${a«${»b${c}}}", []string{nested, nested}},
	{"${a[«$»{b..c}]}", []string{"bad-path: " + inBracket, "bad-path: " + dotAlone}},
	{"${a[0]«$»{b..c}}", []string{"bad-path: " + behindBracket, "bad-path: " + dotAlone}},
	{`${a[«"»x ${b..c}`, []string{"bad-path: " + openQuote, "bad-path: " + dotAlone}},
	{`${a["${b..c}"]«x»}`, []string{"bad-path: " + behindBracket}},
	{`«${a["${b..c}"]» }`, []string{blankInside}},
}

func TestLiterals(t *testing.T) {
	for _, c := range literals {
		parts, got, errs := syntax.ParseText(c.text)
		if parts != nil || errs != nil || got != c.want {
			t.Errorf("ParseText(%q) = %v, %q, %v; want the literal %q", c.text, parts, got, errs, c.want)
		}
		if got, ok := syntax.Literal(c.text); !ok || got != c.want {
			t.Errorf("Literal(%q) = %q, %t; want %q", c.text, got, ok, c.want)
		}
	}
}

func TestLiteralRefusesInterpolations(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"${x}", "${x}"},
		{"$<x>", "$<x>"},
		{"p$<b", "p$<b"},
		{"${", "${"},
		{"$<[", "$<["},
		{"a$$b${", "a$b${"},
		{"$$$<é", "$$<é"},
		{"${ $$", "${ $"},
	} {
		if got, ok := syntax.Literal(c.text); ok || got != c.want {
			t.Errorf("Literal(%q) = %q, %t; want %q and false", c.text, got, ok, c.want)
		}
	}
}

func TestParseText(t *testing.T) {
	for _, c := range texts {
		parts, literal, errs := syntax.ParseText(c.text)
		if literal != "" || errs != nil {
			t.Errorf("ParseText(%q) = %v, %q, %v; want parts only", c.text, parts, literal, errs)
			continue
		}
		if diff := cmp.Diff(c.parts, flatten(parts), ignoreRanges); diff != "" {
			t.Errorf("ParseText(%q) (-want +got):\n%s", c.text, diff)
		}
		if got, want := syntax.IsReference(parts), len(c.parts) == 2 && c.parts[0] == ""; got != want {
			t.Errorf("IsReference of the parts of %q is %t", c.text, got)
		}
	}
}

// flatten returns the literal texts and the paths of parts, in turns.
func flatten(parts []syntax.Part) []any {
	var flat []any
	for _, p := range parts {
		flat = append(flat, p.Text)
		if p.Path != nil {
			flat = append(flat, p.Path)
		}
	}
	return flat
}

func TestParseTextRanges(t *testing.T) {
	parts, _, _ := syntax.ParseText(`à$$${b.c[0]["d"]}e$<f>g`)
	want := []syntax.Part{
		{Text: "à$", From: 4, To: 18, Path: syntax.Path{
			{Name: "b", Index: -1, From: 6, To: 7},
			{Name: "c", Index: -1, From: 8, To: 9},
			{Index: 0, From: 9, To: 12},
			{Name: "d", Index: -1, From: 12, To: 17},
		}},
		{Text: "e", From: 19, To: 23, Path: syntax.Path{{Name: "f", Index: -1, From: 21, To: 22}}},
		{Text: "g", From: 24, To: 24},
	}
	if diff := cmp.Diff(want, parts); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
}

func TestIsReference(t *testing.T) {
	for _, parts := range [][]syntax.Part{nil, {{Text: "a"}}, {{}}, {{Text: "a", Path: pathOf("b")}}} {
		if syntax.IsReference(parts) {
			t.Errorf("%v is a reference", parts)
		}
	}
}

func TestParseTextErrors(t *testing.T) {
	for _, c := range badTexts {
		text, from, to := unmark(t, c.marked)
		parts, literal, errs := syntax.ParseText(text)
		var got []string
		for _, err := range errs {
			got = append(got, fmt.Sprintf("%s: %v", err.Code, err))
		}
		if diff := cmp.Diff(c.errs, got); diff != "" {
			t.Errorf("errors of %q (-want +got):\n%s", text, diff)
			continue
		}
		if errs[0].From != from || errs[0].To != to {
			t.Errorf("ParseText(%q) blames %d–%d, want %d–%d", text, errs[0].From, errs[0].To, from, to)
		}
		if parts != nil || literal != "" {
			t.Errorf("ParseText(%q) = %v, %q beside errors", text, parts, literal)
		}
	}
}

func TestEscapeRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.OneOf(rapid.String(), rapid.Custom(drawNastyText)).Draw(t, "text")
		escaped := syntax.Escape(want)
		if parts, got, errs := syntax.ParseText(escaped); parts != nil || errs != nil || got != want {
			t.Fatalf("ParseText(%q) = %v, %q, %v; want %q", escaped, parts, got, errs, want)
		}
		if got, ok := syntax.Literal(escaped); !ok || got != want {
			t.Fatalf("Literal(%q) = %q, %t; want %q", escaped, got, ok, want)
		}
	})
}

func TestInterpolationForms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := drawPath(t)
		braced, _, errs := syntax.ParseText("${" + path.String() + "}")
		if errs != nil || !syntax.IsReference(braced) {
			t.Fatalf("${%v} gives %v, %v", path, braced, errs)
		}
		if diff := cmp.Diff(path, braced[0].Path, ignoreRanges); diff != "" {
			t.Fatalf("path of ${%v} (-want +got):\n%s", path, diff)
		}
		angled, _, errs := syntax.ParseText("$<" + path.String() + ">")
		if diff := cmp.Diff(braced, angled); diff != "" || errs != nil {
			t.Fatalf("${%v} and $<%v> differ (%v):\n%s", path, path, errs, diff)
		}
	})
}

var (
	modelOpener        = regexp.MustCompile(`\A(?:\$\{|\$<[\pL_\[])`)
	modelInterpolation = regexp.MustCompile(`\A(?:\$\{` + pathPattern(`}`) + `\}|\$<` + pathPattern(`>`) + `>)`)
)

// modelText reads s by the rules of the language, one token at a time. It returns the literal texts and, between them,
// the interpolations as they are written, and false if one of these is bad.
func modelText(s string) (tokens []string, ok bool) {
	var literal strings.Builder
	for s != "" {
		switch {
		case strings.HasPrefix(s, "$$"):
			literal.WriteByte('$')
			s = s[2:]
		case modelOpener.MatchString(s):
			interpolation := modelInterpolation.FindString(s)
			if interpolation == "" {
				return nil, false
			}
			tokens = append(tokens, literal.String(), interpolation)
			literal.Reset()
			s = s[len(interpolation):]
		default:
			literal.WriteByte(s[0])
			s = s[1:]
		}
	}
	return append(tokens, literal.String()), true
}

// checkText holds ParseText(s) against the model and against itself.
func checkText(t testing.TB, s string) {
	t.Helper()
	parts, literal, errs := syntax.ParseText(s)
	want, ok := modelText(s)
	if ok != (errs == nil) {
		t.Fatalf("ParseText(%q): errors %v, but the model says %t", s, errs, ok)
	}
	if _, plain := syntax.Literal(s); plain != (parts == nil && errs == nil) {
		t.Fatalf("Literal(%q) and ParseText disagree", s)
	}
	if errs != nil {
		checkTextErrors(t, s, errs)
		return
	}
	got := []string{literal}
	if parts != nil {
		got = checkParts(t, s, parts)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("ParseText(%q) (-model +got):\n%s", s, diff)
	}
}

// checkParts returns the tokens that parts were read from, after checking their ranges and paths.
func checkParts(t testing.TB, s string, parts []syntax.Part) []string {
	t.Helper()
	var tokens []string
	end := 0
	for i, p := range parts {
		if int(p.From) < end || int(p.To) < int(p.From) || int(p.To) > len(s) {
			t.Fatalf("part %d of %q is at %d–%d, behind %d", i, s, int(p.From), int(p.To), end)
		}
		if got, _ := syntax.Literal(s[end:int(p.From)]); got != p.Text {
			t.Fatalf("part %d of %q holds %q, want %q", i, s, p.Text, got)
		}
		tokens = append(tokens, p.Text)
		if p.Path == nil {
			if i != len(parts)-1 || p.Text == "" || int(p.From) != len(s) {
				t.Fatalf("part %d of %q is %+v, the last literal", i, s, p)
			}
			return tokens
		}
		checkPathRanges(t, s, int(p.From)+len("${"), int(p.To)-len("}"), p.Path)
		alone, err := syntax.ParsePath(s[int(p.From)+len("${") : int(p.To)-len("}")])
		if diff := cmp.Diff(alone, p.Path, ignoreRanges); diff != "" || err != nil {
			t.Fatalf("path %d of %q differs from the same path alone (%v):\n%s", i, s, err, diff)
		}
		tokens = append(tokens, s[int(p.From):int(p.To)])
		end = int(p.To)
	}
	if end != len(s) {
		t.Fatalf("the parts of %q end at %d", s, end)
	}
	return append(tokens, "")
}

func checkTextErrors(t testing.TB, s string, errs []*syntax.Error) {
	t.Helper()
	var last syntax.Error
	for i, err := range errs {
		if err.From < last.From || err.From >= err.To || err.To > len(s) || *err == last {
			t.Fatalf("error %d of %q is %+v, behind %+v", i, s, *err, last)
		}
		if blamed := s[err.From:err.To]; err.Code == "unclosed-interpolation" && !modelOpener.MatchString(blamed+s[err.To:]) {
			t.Fatalf("error %d of %q blames %q", i, s, blamed)
		}
		last = *err
	}
}

func TestParseTextAgainstModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) { checkText(t, drawNastyText(rt)) })
}

func FuzzParseText(f *testing.F) {
	if len(literals) == 0 || len(texts) == 0 || len(badTexts) == 0 {
		f.Fatal("no seeds")
	}
	for _, c := range literals {
		f.Add(c.text)
	}
	for _, c := range texts {
		f.Add(c.text)
	}
	for _, c := range badTexts {
		text, _, _ := unmark(f, c.marked)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, s string) { checkText(t, s) })
}

// TestParseTextIsLinear reads strings that invite a reader to start over again and again. Quadratic time would be
// minutes for each.
func TestParseTextIsLinear(t *testing.T) {
	const size, limit = 1 << 20, 5 * time.Second
	for _, c := range []struct{ head, piece string }{
		{"", "$"}, {"", "$$"}, {"", "${"}, {"", "$<"}, {"", "$<a"}, {"", "${}"}, {"", "${a "}, {"", "${a}"}, {"", "${a..b"},
		{"", `${a["`}, {"", `${a["\`}, {"", `${a["b"]`}, {"", `${a["b"]x`}, {"", "${a[0"}, {"", "${a["},
		{"${a", `["${a"]`}, {"${a", `["${a"]["b"]x`}, {`${a["`, `\"`}, {`${a["`, `${a[\"`}, {"${a", "[0]"}, {"${a", ".a"},
		{"${a[", "1"}, {"${", "a"}, {"${", "$"}, {"${", "\xff"},
	} {
		s := c.head + strings.Repeat(c.piece, size/len(c.piece))
		begin := time.Now()
		syntax.ParseText(s)
		if took := time.Since(begin); took > limit {
			t.Errorf("%q and 1 MiB of %q take %v", c.head, c.piece, took)
		}
	}
}

func TestParseTextDoesNotAllocate(t *testing.T) {
	for _, s := range []string{"", "a string without any dollar sign in it", "cost $5 and $< 7"} {
		if n := testing.AllocsPerRun(100, func() { syntax.ParseText(s) }); n != 0 {
			t.Errorf("ParseText(%q) allocates %v times", s, n)
		}
	}
}

func BenchmarkParseText(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"literal", strings.Repeat("a plain piece of text ", 10)},
		{"reference", "${app.database.host}"},
		{"text", "postgres://${db.user}:${db.password}@${db.host}/app"},
		{"openers", strings.Repeat("${", 1<<19)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				syntax.ParseText(c.text)
			}
		})
	}
}
