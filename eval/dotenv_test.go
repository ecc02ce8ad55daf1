package eval

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func environmentWith(variables ...variable) *Environment {
	return &Environment{Name: "e", Values: objectOf(nil), variables: variables}
}

func TestDotenvAndShell(t *testing.T) {
	env := environmentWith(
		variable{"A", stringOf("")},
		variable{"B", stringOf("a$b `c` \"d\" é")},
		variable{"C", stringOf("it's")},
		variable{"D", stringOf("1\r\n2\t$x `y` \"z\"")},
		variable{"E", stringOf(`\`)},
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
D="1\r\n2	\$x ` + "\\`y\\`" + ` \"z\""
E="\\"
F='[secret]'
_g1='[unknown]'
`},
		{FormatOptions{Format: "shell", Reveal: true}, `export A=''
export B='a$b ` + "`c`" + ` "d" é'
export C='it'\''s'
export D='1` + "\r" + `
2	$x ` + "`y`" + ` "z"'
export E='\'
export F='s3'
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
	if got := written(t, environmentWith(), FormatOptions{Format: "dotenv"}); got != "\n" {
		t.Errorf("no variables: %q", got)
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
		{"A", "a\xffb", ""},
	}
	for _, test := range tests {
		for _, format := range []string{"dotenv", "shell"} {
			var b strings.Builder
			err := environmentWith(variable{test.name, stringOf(test.value)}).Write(&b, FormatOptions{Format: format})
			if codeOf(err) != test.code || err != nil && b.Len() > 0 {
				t.Errorf("%s %q=%q: %v, wrote %q", format, test.name, test.value, err, b.String())
			}
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
	if got := written(t, env, FormatOptions{Format: "dotenv"}); got != "\n" {
		t.Errorf("redacted: %q", got)
	}
	err := env.Write(&strings.Builder{}, FormatOptions{Format: "dotenv", Reveal: true})
	if codeOf(err) != "invalid-variable-name" || strings.Contains(err.Error(), canary) {
		t.Errorf("revealed: %v", err)
	}
}

func shells(t *testing.T) []string {
	var found []string
	for _, name := range []string{"sh", "dash", "bash", "ksh", "zsh"} {
		if path, err := exec.LookPath(name); err == nil {
			found = append(found, path)
		}
	}
	if len(found) == 0 {
		t.Skip("no shell")
	}
	return found
}

func TestShellsReadBack(t *testing.T) {
	shells := shells(t)
	rapid.Check(t, func(t *rapid.T) {
		var variables []variable
		var want bytes.Buffer
		print := "printf '%s\\0'"
		for i, text := range rapid.SliceOfN(textGen(false), 1, 30).Draw(t, "texts") {
			text = strings.ReplaceAll(text, "\x00", "")
			name := fmt.Sprintf("V%02d", i)
			variables = append(variables, variable{name, secretOf(text)})
			want.WriteString(text + "\x00")
			print += ` "$` + name + `"`
		}
		var script bytes.Buffer
		if err := environmentWith(variables...).Write(&script, FormatOptions{Format: "shell", Reveal: true}); err != nil {
			t.Fatal(err)
		}
		script.WriteString(print + "\n")
		for _, shell := range shells {
			command := exec.Command(shell, "-c", script.String())
			command.Env = []string{"LC_ALL=C"}
			got, err := command.Output()
			if err != nil || !bytes.Equal(got, want.Bytes()) {
				t.Fatalf("%s reads %q, %v, want %q from\n%s", shell, got, err, want.Bytes(), script.Bytes())
			}
		}
	})
}

func TestNothingRunsInAShell(t *testing.T) {
	trap := filepath.Join(t.TempDir(), "trap")
	text := "$(touch " + trap + ") 'q' `touch " + trap + "`; touch " + trap + "\n"
	script := written(t, environmentWith(variable{"X", stringOf(text)}), FormatOptions{Format: "shell", Reveal: true})
	for _, shell := range shells(t) {
		got, err := exec.Command(shell, "-c", script+`printf %s "$X"`).Output()
		if err != nil || string(got) != text {
			t.Errorf("%s reads %q, %v", shell, got, err)
		}
		if _, err := os.Stat(trap); err == nil {
			t.Fatalf("%s ran a part of the value", shell)
		}
	}
}

func TestDotenvReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := textGen(false).Draw(t, "text")
		line := string(quoteDotenv(nil, text))
		if strings.ContainsAny(line, "\n\r") {
			t.Fatalf("%q takes more than a line", line)
		}
		if got, ok := unquoteDotenv(line); !ok || got != text {
			t.Fatalf("%q is read from %s, want %q", got, line, text)
		}
	})
}

// unquoteDotenv reads what all readers of .env files agree on.
func unquoteDotenv(s string) (text string, ok bool) {
	if len(s) < 2 || s[0] != s[len(s)-1] {
		return "", false
	}
	quote, s := s[0], s[1:len(s)-1]
	if quote == '\'' {
		return s, !strings.ContainsAny(s, `'\`)
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			i++
			c = map[byte]byte{'n': '\n', 'r': '\r', '\\': '\\', '"': '"', '$': '$', '`': '`'}[s[i]]
			if c == 0 {
				return "", false
			}
		case strings.IndexByte("\"\\$`", c) >= 0:
			return "", false
		}
		b.WriteByte(c)
	}
	return b.String(), quote == '"'
}
