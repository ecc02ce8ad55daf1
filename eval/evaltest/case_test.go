package evaltest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval/evaltest"
)

// good is a case that holds; each test below breaks one thing in it.
const good = `7 1.1,1.2 a case
secret: s
public: a
unknown: u
known: a
calls: echo 1, boom 1
loads: b 1
absent: hunter2
-- r.yaml --
imports: [b]
values:
  a: 1
  s: {fn::secret: {ciphertext: ⟨hunter2⟩}}
  e: {fn::open::echo: {x: 1}}
  u: {fn::open::boom: {a: 1}} # want !provider-failed "no: 1" -"yes" @6-30
  o: 0777                     # want ?leading-zero @6
  environmentVariables: {V: 1}
-- b.yaml --
values: {b: 2}
-- values e --
{"x": 1}
-- redacted s --
"[secret]"
-- variables --
{"V": "1"}
-- files --
{}
-- output string o --
511
-- output json nope --
!no-value-at-path "nope"
`

func problems(t *testing.T, text string) []string {
	t.Helper()
	c, err := evaltest.ParseCase("case.txtar", text)
	if err != nil {
		t.Fatal(err)
	}
	return c.Problems(t.Context())
}

func TestCaseThatHolds(t *testing.T) {
	text := strings.Replace(good, "calls: echo 1, boom 1", "calls: echo 1, boom 1, decrypt 1", 1)
	if got := problems(t, text); got != nil {
		t.Errorf("problems: %s", strings.Join(got, "\n"))
	}
}

func TestCaseThatFails(t *testing.T) {
	base := strings.Replace(good, "calls: echo 1, boom 1", "calls: echo 1, boom 1, decrypt 1", 1)
	for _, tt := range []struct{ name, old, new, problem string }{
		{"secret", "secret: s", "secret: a", "a is not secret"},
		{"public", "public: a", "public: s", "s is not public"},
		{"unknown", "unknown: u", "unknown: a", "a is not unknown"},
		{"known", "known: a", "known: u", "u is not known"},
		{"path", "known: a", "known: zzz", "no value at zzz"},
		{"calls", "echo 1", "echo 2", "calls are"},
		{"loads", "loads: b 1", "loads: none", "loads are"},
		{"absent", "absent: hunter2", "absent: values", "holds \"values\""},
		{"error", "absent:", "error: zzz\nabsent:", "want one with \"zzz\""},
		{"missing", "o: 0777 ", "o: 777  ", "missing: r:7:6 ?leading-zero"},
		{"unexpected", "# want ?leading-zero @6", "", "unexpected: r:7:6: warning"},
		{"severity", "?leading-zero", "!leading-zero", "unexpected"},
		{"line", "# want ?leading-zero @6\n", "\n# want ?leading-zero\n", "unexpected"},
		{"column", "@6-30", "@7", "unexpected"},
		{"end", "@6-30", "@6-31", "unexpected"},
		{"part", `"no: 1"`, `"no: 2"`, "unexpected"},
		{"no part", `-"yes"`, `-"no:"`, "unexpected"},
		{"related", "@6-30", "~b:1", "unexpected"},
		{"document path", "@6-30", "=values.a", "unexpected"},
		{"values", `{"x": 1}`, `{"x": 1.0}`, "values e:"},
		{"redacted", `"[secret]"`, `"hunter2"`, "redacted s:"},
		{"variables", `{"V": "1"}`, `{}`, "variables:"},
		{"files", "-- files --\n{}", "-- files --\n{\"F\": \"\"}", "files:"},
		{"output", "511\n", "511", "output string o:"},
		{"output error", "!no-value-at-path", "!path-not-allowed", "output json nope: error is"},
		{"no output error", "json nope", "json", "output json: error is <nil>"},
		{"section", "-- files --", "-- fiels --", "unknown section"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(base, tt.old, tt.new, 1)
			if text == base {
				t.Fatalf("%q does not occur", tt.old)
			}
			if got := strings.Join(problems(t, text), "\n"); !strings.Contains(got, tt.problem) {
				t.Errorf("problems are %q, want %q among them", got, tt.problem)
			}
		})
	}
}

func TestParseCaseErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"first line", "7\n", "first line"},
		{"setting", "7 1.1 x\nfoo: 1\n", "unknown setting"},
		{"twice", "7 1.1 x\nop: open\nop: check\n", "stands twice"},
		{"variant", "7 1.1 x\n-- variant a --\nfoo: 1\n", "variant \"a\""},
	} {
		if _, err := evaltest.ParseCase("f", tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error is %v, want %q", tt.name, err, tt.want)
		}
	}
	for _, tt := range []struct{ name, text, want string }{
		{"want", "-- r.yaml --\na: 1 # want cycle\n", "begins with ! or ?"},
		{"condition", "-- r.yaml --\na: 1 # want !cycle x\n", "unknown condition"},
		{"place", "-- diagnostics --\nr !cycle\n", "not a place"},
		{"quoted", "-- r.yaml quoted --\nx\n", "not a Go string"},
		{"context", "context: [1]\n-- r.yaml --\n", "not an object"},
		{"limits", "limits: Foo=1\n-- r.yaml --\n", "is not such as"},
		{"provider", "-- provider p --\n{\n", "provider p"},
	} {
		if got := strings.Join(problems(t, "7 1.1 x\n"+tt.text), "\n"); !strings.Contains(got, tt.want) {
			t.Errorf("%s: problems are %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestVariants(t *testing.T) {
	const text = `7 1.1 variants
op: both
-- values --
{"a": 1}
-- variant one --
-- r.yaml --
values: {a: 1}
-- variant two --
op: open
-- r.yaml quoted --
"values: {a: \x31}\n"
-- values --
{"a": 1}
`
	if got := problems(t, text); got != nil {
		t.Errorf("problems: %v", got)
	}
	if got := problems(t, strings.Replace(text, `\x31`, `\x32`, 1)); len(got) != 1 {
		t.Errorf("problems of a wrong second variant: %v", got)
	}
}

func TestRunUpdates(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.txtar")
	const before = "1 1.1 x\n-- r.yaml --\nvalues: {a: 1}\n-- output json --\nold\n-- output json a quoted --\n\"old\"\n"
	const after = "1 1.1 x\n-- r.yaml --\nvalues: {a: 1}\n-- output json --\n{\n  \"a\": 1\n}\n-- output json a quoted --\n\"1\\n\"\n"
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if cases := evaltest.Run(t, file, true); len(cases) != 1 || cases[0].Number != "1" {
			t.Errorf("cases are %v", cases)
		}
		if text, err := os.ReadFile(file); err != nil || string(text) != after {
			t.Errorf("the file holds %q, %v", text, err)
		}
	}
}
