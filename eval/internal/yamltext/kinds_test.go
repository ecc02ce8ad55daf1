package yamltext

import (
	"regexp"
	"strings"
	"testing"
)

// kindsOfDocuments are the shapes of which the corpus must have two documents, whether they can be edited or,
// because tokens and tree disagree about them, not.
var kindsOfDocuments = map[string]*regexp.Regexp{
	"environment":                   regexp.MustCompile(`(?m)^values:`),
	"rotator":                       regexp.MustCompile(`fn::rotate::[a-z-]+:`),
	"secret":                        regexp.MustCompile(`fn::secret: [^{\n]`),
	"ciphertext":                    regexp.MustCompile(`ciphertext: `),
	"comment above":                 regexp.MustCompile(`(?m)^ *# .*\n *\w+:`),
	"comment behind a value":        regexp.MustCompile(`: \w+ +#`),
	"comment behind a key":          regexp.MustCompile(`(?m)^ *\w+: +#`),
	"comment behind a dash":         regexp.MustCompile(`(?m)^ *- #`),
	"comment in flow":               regexp.MustCompile(`[,\[{] # `),
	"comment behind a header":       regexp.MustCompile(`[|>] +#`),
	"comment only":                  regexp.MustCompile(`^\s*#[^\n]*\n*$`),
	"empty":                         regexp.MustCompile(`^\s*$`),
	"blank lines":                   regexp.MustCompile(`\n\n`),
	"byte-order mark":               regexp.MustCompile("^\ufeff"),
	"CRLF":                          regexp.MustCompile(`^[^\r]+\r\n`),
	"CR":                            regexp.MustCompile(`^[^\n]+\r[^\n]*$`),
	"mixed line ends":               regexp.MustCompile(`(?s)\r\n.*[^\r]\n|[^\r]\n.*\r\n`),
	"no final line end":             regexp.MustCompile(`[^\r\n]$`),
	"start":                         regexp.MustCompile(`(?m)^---`),
	"end":                           regexp.MustCompile(`(?m)^\.\.\.`),
	"directive":                     regexp.MustCompile(`(?m)^%[A-Z]+ `),
	"step of one":                   regexp.MustCompile(`(?m)^\w+:\n \w`),
	"step of two":                   regexp.MustCompile(`(?m)^\w+:\n  \w`),
	"step of three":                 regexp.MustCompile(`(?m)^\w+:\n   [\w-]`),
	"step of four":                  regexp.MustCompile(`(?m)^\w+:\r?\n    [\w-]`),
	"step of eight":                 regexp.MustCompile(`(?m)^\w+:\n        [\w-]`),
	"list not indented":             regexp.MustCompile(`(?m)^\w+:\n- `),
	"list in a list":                regexp.MustCompile(`(?m)^ *- - `),
	"mapping in a list":             regexp.MustCompile(`(?m)^ *- \w+: `),
	"flow over lines":               regexp.MustCompile(`\[\n|\{\n`),
	"trailing comma":                regexp.MustCompile(`,\s*[\]}]`),
	"JSON with tabs":                regexp.MustCompile(`\{\r?\n\t"`),
	"literal":                       regexp.MustCompile(`: \|\n`),
	"literal, strip":                regexp.MustCompile(`: \|-\n`),
	"literal, keep":                 regexp.MustCompile(`: \|\+\n`),
	"folded":                        regexp.MustCompile(`: >\n`),
	"folded, strip":                 regexp.MustCompile(`: >-\n`),
	"folded, keep":                  regexp.MustCompile(`: >\+\n`),
	"indicator":                     regexp.MustCompile(`[|>][-+]?[1-9]`),
	"block scalar last":             regexp.MustCompile(`[|>]\n[^\n:]*\n?$`),
	"plain over lines":              regexp.MustCompile(`(?m): [a-z]+\n +[a-z]+$`),
	"double-quoted over lines":      regexp.MustCompile(`"[^"\n]+\n[^"]*"`),
	"single-quoted over lines":      regexp.MustCompile(`'[^'\n]+\n[^']*'`),
	"escape":                        regexp.MustCompile(`"[^"\n]*\\[^"\n]+"`),
	"quotes in plain text":          regexp.MustCompile(`: \w+['"]`),
	"tab in a value":                regexp.MustCompile(`\w\t\w`),
	"tab behind a value":            regexp.MustCompile(`\w\t\n`),
	"wide":                          regexp.MustCompile(`日本`),
	"combining":                     regexp.MustCompile(`\p{M}`),
	"private use":                   regexp.MustCompile(`\p{Co}`),
	"long line":                     regexp.MustCompile(`[^\n]{130}`),
	"anchor":                        regexp.MustCompile(`: &\w+ `),
	"alias":                         regexp.MustCompile(`: \*\w+`),
	"merge":                         regexp.MustCompile(`<<: `),
	"redefined anchor":              regexp.MustCompile(`(?s)&x.*&x`),
	"tag before an anchor":          regexp.MustCompile(`!\S* &`),
	"tag behind an anchor":          regexp.MustCompile(`&\w+ !`),
	"collection as a key":           regexp.MustCompile(`(?m)^\? [\[{-]`),
	"explicit key":                  regexp.MustCompile(`(?m)^\? \w+\r?\n:`),
	"explicit key without a value":  regexp.MustCompile(`(?m)^\? \w+\n(\?|$)`),
	"absent value":                  regexp.MustCompile(`(?m)^ *\w+:\n\w`),
	"absent item":                   regexp.MustCompile(`(?m)^ *-\n *-`),
	"absent value in flow":          regexp.MustCompile(`: ?[,}]`),
	"repeated key":                  regexp.MustCompile(`(?m)^( *)a: \d\n( *)a: `),
	"double colon in flow":          regexp.MustCompile(`\{\w+::\w+: `),
	"colon on the next line":        regexp.MustCompile(`"\n *:b`),
	"tab behind a quoted key":       regexp.MustCompile(`"\t:`),
	"key with an anchor or a tag":   regexp.MustCompile(`(?m)^(&|!!)\w+ \w+: [|>]`),
	"dash that goes on plain text":  regexp.MustCompile(`(?m): one\n +- two`),
	"strip with blanks at the end":  regexp.MustCompile(`(?s)[|>]-\n.*\S +\nb`),
	"keep with blank lines only":    regexp.MustCompile(`[|>]\+\n\n`),
	"lone tag":                      regexp.MustCompile(`: !( |\n)`),
	"tag at the end":                regexp.MustCompile(`![a-z]$`),
	"long keys with several words":  regexp.MustCompile(`(?m)^\w+ \w+ *:`),
	"null, true and other literals": regexp.MustCompile(`: (null|true|~)`),
}

// TestKinds asserts that the corpus has every kind of document twice.
func TestKinds(t *testing.T) {
	found := map[string]int{}
	editable := 0
	for _, s := range corpus(t) {
		if s.code != "" {
			continue
		}
		if !s.misfit {
			editable++
		}
		for kind, pattern := range kindsOfDocuments {
			if pattern.MatchString(s.text) {
				found[kind]++
			}
		}
	}
	var few []string
	for kind := range kindsOfDocuments {
		if found[kind] < 2 {
			few = append(few, kind)
		}
	}
	t.Logf("corpus: %d documents can be edited, of %d kinds", editable, len(kindsOfDocuments))
	if editable < 200 || len(few) > 0 {
		t.Errorf("%d documents can be edited; too few of: %s", editable, strings.Join(few, ", "))
	}
}
