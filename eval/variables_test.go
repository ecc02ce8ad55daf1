package eval

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

var variableFormats = []string{"dotenv", "fish", "powershell", "shell"}

func environmentWith(variables ...variable) *Environment {
	return &Environment{Name: "e", Values: objectOf(nil), variables: variables}
}

func TestVariableFormats(t *testing.T) {
	env := environmentWith(
		variable{"A", stringOf("")},
		variable{"B", stringOf("a$b `c` \"d\" é")},
		variable{"C", stringOf("it's")},
		variable{"D", stringOf("1\n2\t$x `y` \"z\"")},
		variable{"E", stringOf(`a\b`)},
		variable{"F", secretOf("s3")},
		variable{"_g1", Value{d: unknownDatum(nil, false)}},
	)
	tests := []struct {
		opts FormatOptions
		want string
	}{
		{FormatOptions{Format: "dotenv"}, `A=''
B='a$b ` + "`c`" + ` "d" é'
C="it's"
D='1
2	$x ` + "`y`" + ` "z"'
E='a\b'
F='[secret]'
_g1='[unknown]'
`},
		{FormatOptions{Format: "shell", Reveal: true}, `export A=''
export B='a$b ` + "`c`" + ` "d" é'
export C='it'\''s'
export D='1
2	$x ` + "`y`" + ` "z"'
export E='a\b'
export F='s3'
`},
		{FormatOptions{Format: "fish", Reveal: true}, `set -gx A ''
set -gx B 'a$b ` + "`c`" + ` "d" é'
set -gx C 'it\'s'
set -gx D '1
2	$x ` + "`y`" + ` "z"'
set -gx E 'a\\b'
set -gx F 's3'
`},
		{FormatOptions{Format: "powershell", Reveal: true}, `$env:A = ''
$env:B = -join('a$b ` + "`c`" + ` "d" ',[char]233)
$env:C = 'it''s'
$env:D = -join('1',[char]10,'2',[char]9,'$x ` + "`y`" + ` "z"')
$env:E = 'a\b'
$env:F = 's3'
`},
	}
	for _, test := range tests {
		if got := written(t, env, test.opts); got != test.want {
			t.Errorf("%s:\n%s\nwant:\n%s", test.opts.Format, got, test.want)
		}
	}
}

func written(t *testing.T, env *Environment, opts FormatOptions) string {
	t.Helper()
	var b strings.Builder
	if err := env.Write(&b, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFilesAmongVariables(t *testing.T) {
	env := environmentWith(variable{"A", stringOf("a")}, variable{"K", stringOf("hidden by the file")})
	env.files = []variable{{"F", stringOf("text of F")}, {"K", secretOf("text of K")}}
	files := map[string]string{"F": "/tmp/it's f", "K": "/tmp/k", "other": "/tmp/o"}
	for _, test := range []struct {
		files map[string]string
		want  string
	}{
		{nil, "export A='a'\n"},
		{files, "export A='a'\nexport F='/tmp/it'\\''s f'\nexport K='/tmp/k'\n"},
	} {
		if got := written(t, env, FormatOptions{Format: "shell", Files: test.files}); got != test.want {
			t.Errorf("got:\n%swant:\n%s", got, test.want)
		}
	}
	for _, format := range variableFormats {
		if got := written(t, environmentWith(), FormatOptions{Format: format}); got != "" {
			t.Errorf("%s without variables: %q", format, got)
		}
	}
}

func TestVariablesThatAreRefused(t *testing.T) {
	tests := []struct {
		name, value string
		code        string
	}{
		{"a.b", "x", "invalid-variable-name"},
		{"1a", "x", "invalid-variable-name"},
		{"", "x", "invalid-variable-name"},
		{"A=B", "x", "invalid-variable-name"},
		{"é", "x", "invalid-variable-name"},
		{"A\n", "x", "invalid-variable-name"},
		{"A", "a\x00b", "nul-in-variable"},
	}
	for _, test := range tests {
		for _, format := range variableFormats {
			var b strings.Builder
			err := environmentWith(variable{test.name, stringOf(test.value)}).Write(&b, FormatOptions{Format: format})
			if codeOf(err) != test.code || err != nil && b.Len() > 0 {
				t.Errorf("%s %q=%q: %v, wrote %q", format, test.name, test.value, err, b.String())
			}
		}
	}
}

func TestValuesThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"dotenv \xff":       "it is not valid UTF-8",
		"dotenv a\rb":       "it holds a carriage return",
		`dotenv a\`:         "it ends in a backslash or holds two in a row",
		`dotenv a\\b"`:      "it ends in a backslash or holds two in a row",
		`dotenv it's $5`:    "it holds a single quote and one of \", \\, $ and `",
		"powershell a\xffb": "it is not valid UTF-8",
	} {
		format, text, _ := strings.Cut(text, " ")
		err := environmentWith(variable{"A", secretOf(text)}).Write(io.Discard, FormatOptions{Format: format, Reveal: true})
		want = fmt.Sprintf(`error: "A" cannot be written as %q: %s; choose another format, or put it into "files" [unquotable-variable]`, format, want)
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestVariablesThatAreRefusedHaveAPlace(t *testing.T) {
	for text, want := range map[string]string{
		"environmentVariables: {a.b: x}":                "r:2:26:",
		"files: {A: x, \"2\": {fn::secret: s}}":         "r:2:17:",
		"environmentVariables: {A: \"a\\0b\", B: \"\"}": "r:2:29:",
	} {
		env := environmentOf(parseValues(t, "r", "values:\n  "+text+"\n"))
		err := env.Write(&strings.Builder{}, FormatOptions{Format: "shell", Files: map[string]string{"2": "/tmp/2"}})
		if err == nil || strings.Fields(err.Error())[0] != want {
			t.Errorf("%s: %v, want it at %s", text, err, want)
		}
	}
}

func TestNamesInASecretProjection(t *testing.T) {
	env := environmentWith(variable{canary + ".1", secretOf("x")})
	env.Values = objectOf(members{"environmentVariables": members{canary + ".1": secretOf("x")}.value(true)})
	if got := written(t, env, FormatOptions{Format: "dotenv"}); got != "" {
		t.Errorf("redacted: %q", got)
	}
	err := env.Write(&strings.Builder{}, FormatOptions{Format: "dotenv", Reveal: true})
	if codeOf(err) != "invalid-variable-name" || strings.Contains(err.Error(), canary) {
		t.Errorf("revealed: %v", err)
	}
}
