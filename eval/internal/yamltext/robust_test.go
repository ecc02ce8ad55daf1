package yamltext

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// repeat returns a shape that writes part n times between a head and a foot. In part, %d is the
// number of the repetition.
func repeat(head, part, foot string) func(n int) string {
	return func(n int) string {
		var b strings.Builder
		b.WriteString(head)
		for i := range n {
			b.WriteString(strings.ReplaceAll(part, "%d", fmt.Sprint(i)))
		}
		b.WriteString(foot)
		return b.String()
	}
}

// around returns a shape that nests n times.
func around(head, open, inner, end string) func(n int) string {
	return func(n int) string {
		return head + strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
}

// shapes are texts that hurt readers, by size.
var shapes = map[string]func(n int) string{
	"block mapping":         repeat("", "key%d: value %d\n", ""),
	"block mapping, equal":  repeat("", "key: value\n", ""),
	"block list":            repeat("", "- value %d\n", ""),
	"block mappings":        repeat("", "k%d:\n  a: 1\n  b:\n    - 2\n", ""),
	"flow list":             repeat("[", "%d, ", "]"),
	"flow mapping":          repeat("{", "k%d: v, ", "}"),
	"flow pairs":            repeat("[", "x: y, ", "]"),
	"flow, lines":           repeat("{\n", "  \"k%d\": [1, {a: b}],\n", "}\n"),
	"flow, not closed":      repeat("[", "x: y, ", ""),
	"deep flow":             around("", "[", "", "]"),
	"deep flow, mappings":   around("", "{a: ", "1", "}"),
	"deep flow, not closed": around("a: ", "[", "", ""),
	"deep lists":            around("", "- ", "a", ""),
	"deep keys":             around("", "? ", "a", ""),
	"deep, closing":         around("a: ", "]", "", ""),
	"absent values":         repeat("", "k%d:\n", ""),
	"absent items":          repeat("", "-\n", ""),
	"absent keys":           repeat("", ": v\n", ""),
	"explicit keys":         repeat("", "? k%d\n: v\n", ""),
	"aliases":               repeat("a: &a 1\n", "k%d: *a\n", ""),
	"anchors":               repeat("", "k%d: &a%d {x: y}\nl%d: *a%d\n", ""),
	"anchor redefined":      repeat("", "k%d: &a [1]\nl%d: *a\n", ""),
	"merge keys":            repeat("a: &a {x: y}\n", "k%d: {<<: *a}\n", ""),
	"cycles":                repeat("&a [", "*a, ", "]"),
	"tags":                  repeat("", "k%d: !t%d v\n", ""),
	"verbatim tags":         repeat("", "k%d: !<tag:x,2000:y> v\n", ""),
	"comments":              repeat("", "# comment %d\n", "a: 1\n"),
	"comments behind":       repeat("", "k%d: v # comment\n", ""),
	"comment, long":         repeat("# ", "comment ", "\na: 1\n"),
	"blank lines":           repeat("a: 1\n", "\n", "b: 2\n"),
	"blanks":                repeat("a: 1", " ", "\nb: 2\n"),
	"plain, long":           repeat("a: ", "word ", "\n"),
	"plain, lines":          repeat("a:\n", "  word\n", ""),
	"plain, colons":         repeat("a: {x: ", "b:c", "}\n"),
	"key, long":             repeat("", "word ", ": 1\n"),
	"double, long":          repeat("a: \"", "word ", "\"\n"),
	"double, escapes":       repeat("a: \"", "\\n\\u00e9", "\"\n"),
	"double, lines":         repeat("a: \"", "word\n  ", "\"\n"),
	"double, not closed":    repeat("a: \"", "word\n", ""),
	"single, quotes":        repeat("a: '", "''", "'\n"),
	"single, lines":         repeat("a: '", "word\n\n  ", "'\n"),
	"tabs in plain":         repeat("a: x", "\t", "y\n"),
	"tabs in double":        repeat("a: \"x", "\t", "y\"\n"),
	"tabs in double, many":  repeat("", "k%d: \"x\ty\"\n", ""),
	"tabs between":          repeat("a:", "\t", "1\n"),
	"literal":               repeat("a: |\n", "  text %d\n", ""),
	"literals":              repeat("", "k%d: |\n  text\n", ""),
	"folded":                repeat("a: >\n", "  text %d\n", ""),
	"literal, blank lines":  repeat("a: |+\n  x\n", "\n", ""),
	"literal, one line":     repeat("a: |\n  ", "word ", "\n"),
	"wide characters":       repeat("a: ", "日本 ", "\n"),
	"wide flow":             repeat("[", "é%d, ", "]"),
	"private characters":    repeat("a: ", "\ue000", "\n"),
	"CRLF":                  repeat("", "k%d: [a,\r\n  b]\r\n", ""),
	"CR":                    repeat("", "k%d: v\r", ""),
	"documents":             repeat("", "---\na: 1\n", ""),
	"document ends":         repeat("a: 1\n", "...\n", ""),
	"directives":            repeat("", "%FOO bar\n", "---\na: 1\n"),
	"tag directives":        repeat("", "%TAG !e%d! x\n", "---\na: 1\n"),
	"indicators":            repeat("", "?-:,[]{}#&*!|>'\"%@`", ""),
	"dashes":                repeat("", "-", "\n"),
	"less-than":             repeat("", "<<  ", "\n"),
	"backslashes":           repeat("a: \"", "\\\\", "\"\n"),
	"ampersands":            repeat("a: ", "&", "\n"),
}

// work is all that may happen to a document: reading it, asking for spans.
func work(text string, limits Limits) (*Document, []Issue) {
	d, issues := Parse([]byte(text), limits)
	for i := range d.nodes {
		if n := &d.nodes[i]; n.Kind != Scalar || i%16 == 0 {
			d.Span(n)
			d.PartSpan(n, 0, len(n.Value))
		}
	}
	return d, issues
}

// TestRobust runs every shape in two sizes. The larger one must not cost more memory for each of its
// bytes, but for what growing slices round up, nor more time; that is asserted with -full only,
// because it depends on what else the machine does.
func TestRobust(t *testing.T) {
	small, limits := 256, Limits{Bytes: 1 << 20, Depth: 100, Nodes: 500_000}
	if *full {
		small = 1024
	}
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			read := func(text string) { work(text, limits) }
			smallBytes, smallTime := costPerByte(shape(small), read)
			largeBytes, largeTime := costPerByte(shape(16*small), read)
			if largeBytes > 1.6*smallBytes+16 {
				t.Errorf("%.0f bytes for each of the text, %.0f if it is short", largeBytes, smallBytes)
			}
			for attempt := 0; *full && largeTime > 4*smallTime+100; attempt++ {
				if attempt == 5 {
					t.Errorf("%.0f ns for each byte of the text, %.0f if it is short", largeTime, smallTime)
					return
				}
				_, again := costPerByte(shape(16*small), read)
				largeTime = min(largeTime, again)
			}
		})
	}
}

// TestRobustEdits adds a member to every shape in two sizes. The larger one must not cost more memory for
// each of its bytes, but for what growing slices round up.
func TestRobustEdits(t *testing.T) {
	edit := func(text string) {
		d, _ := Parse([]byte(text), Limits{})
		d.Edit(Edit{Path: []any{"new"}, Value: str("one\ntwo\n")})
	}
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			small, _ := costPerByte(shape(128), edit)
			large, _ := costPerByte(shape(16*128), edit)
			if large > 2.5*small+16 {
				t.Errorf("%.0f bytes for each of the text, %.0f if it is short", large, small)
			}
		})
	}
}

// costPerByte returns the memory that work allocates and the nanoseconds that it takes for each byte
// of the text.
func costPerByte(text string, work func(text string)) (bytes, nanoseconds float64) {
	var before, after runtime.MemStats
	shortest := time.Duration(math.MaxInt64)
	for range 2 { // the first time fills pools and caches
		runtime.ReadMemStats(&before)
		begin := time.Now()
		work(text)
		shortest = min(shortest, time.Since(begin))
		runtime.ReadMemStats(&after)
	}
	n := float64(len(text))
	return float64(after.TotalAlloc-before.TotalAlloc) / n, float64(shortest.Nanoseconds()) / n
}

// TestHostile reads large texts that are made to hurt. Each must end soon, with the issue that is
// expected, "" for none.
func TestHostile(t *testing.T) {
	defaults := Limits{Bytes: 1 << 20, Depth: 100, Nodes: 500_000}
	loose := Limits{}
	bomb := func(levels int) string {
		var b strings.Builder
		b.WriteString("a0: &a0 [x]\n")
		for i := range levels {
			alias := fmt.Sprintf("*a%d", i)
			fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i+1, i+1, strings.Join(slices.Repeat([]string{alias}, 9), ", "))
		}
		return b.String()
	}
	for _, c := range []struct {
		name, text string
		limits     Limits
		code       string
	}{
		{"alias bomb", bomb(30), defaults, "too-many-nodes"},
		{"alias bomb without limits", bomb(90), loose, ""},
		{"merge bomb", strings.ReplaceAll(bomb(30), "[", "{<<: [") + "\n", defaults, "yaml-syntax"},
		{"deep flow", shapes["deep flow"](100_000), defaults, "too-deep"},
		{"deep flow without limits", shapes["deep flow"](100_000), loose, "too-deep"},
		{"deep flow, never closed", shapes["deep flow, not closed"](1_000_000), loose, "too-deep"},
		{"deep lists", shapes["deep lists"](100_000), defaults, "too-deep"},
		{"deep keys", shapes["deep keys"](100_000), defaults, "too-deep"},
		{"deep at the limit", shapes["deep flow"](100), defaults, ""},
		{"deep below the limit without limits", shapes["deep flow"](9_999), loose, ""},
		{"one line of 1 MiB", shapes["plain, long"](200_000), defaults, ""},
		{"one quoted line of 1 MiB", shapes["double, long"](200_000), defaults, ""},
		{"one key of 160 KB", shapes["key, long"](32_000), defaults, ""},
		{"one comment of 1 MiB", shapes["comment, long"](120_000), defaults, ""},
		{"40 000 documents", shapes["documents"](40_000), defaults, "multiple-documents"},
		{"40 000 tag directives", shapes["tag directives"](40_000), defaults, "yaml-syntax"},
		{"40 000 directives", shapes["directives"](40_000), defaults, ""},
		{"160 000 tabs in quotes", shapes["tabs in double"](160_000), defaults, ""},
		{"50 000 comments", shapes["comments"](50_000), defaults, ""},
		{"too large", shapes["block list"](100_000), defaults, "document-too-large"},
		{"too many nodes", shapes["absent items"](60_000), Limits{Nodes: 60_000}, "too-many-nodes"},
	} {
		begin := time.Now()
		_, issues := work(c.text, c.limits)
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("%s: takes %v", c.name, took)
		}
		code := ""
		if len(issues) > 0 {
			code = issues[0].Code
		}
		if code != c.code {
			t.Errorf("%s: issue %q, want %q", c.name, code, c.code)
		}
	}
}
