package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
)

// readGitHubFile reads the variables of $GITHUB_ENV by the rules that GitHub documents: a line NAME=VALUE, or NAME<<DELIMITER,
// the lines of the value and the delimiter. On Windows lines may end in a carriage return, too.
func readGitHubFile(t *testing.T, text string, windows bool) map[string]string {
	t.Helper()
	variables := map[string]string{}
	line := func() (content, end string) {
		content, rest, found := strings.Cut(text, "\n")
		text = rest
		if found {
			end = "\n"
		}
		if before, ok := strings.CutSuffix(content, "\r"); ok && windows {
			content, end = before, "\r\n"
		}
		return content, end
	}
	for text != "" {
		first, _ := line()
		name, delimiter, here := strings.Cut(first, "<<")
		if before, value, ok := strings.Cut(first, "="); ok && (!here || len(before) < len(name)) {
			variables[before] = value
			continue
		}
		if !here || name == "" || delimiter == "" {
			t.Fatalf("%q is no variable", first)
		}
		value, lastEnd := "", ""
		for {
			if text == "" {
				t.Fatalf("%q is not ended", first)
			}
			content, end := line()
			if content == delimiter {
				break
			}
			value, lastEnd = value+lastEnd+content, end
		}
		variables[name] = value
	}
	return variables
}

// readMasks returns what the runner masks: what the commands name, and no empty text.
func readMasks(t *testing.T, commands string) map[string]bool {
	t.Helper()
	masks := map[string]bool{}
	unescape := strings.NewReplacer("%25", "%", "%0D", "\r", "%0A", "\n")
	for line := range strings.Lines(commands) {
		data, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "::add-mask::")
		if !ok || strings.ContainsAny(data, "\r\n") || strings.TrimSpace(data) == "" {
			t.Fatalf("%q masks nothing", line)
		}
		masks[unescape.Replace(data)] = true
	}
	return masks
}

// variablesOf opens an environment with secret variables V0, V1 and so on, the others public.
func variablesOf(t *testing.T, texts []string) *eval.Environment {
	t.Helper()
	var doc bytes.Buffer
	doc.WriteString("values:\n  environmentVariables:\n")
	for i, text := range texts {
		fmt.Fprintf(&doc, "    V%d: {fn::fromBase64: {fn::secret: %q}}\n", i, base64.StdEncoding.EncodeToString([]byte(text)))
	}
	env, err := new(eval.Evaluator).OpenText(t.Context(), doc.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// TestGitHubReadsBack has 10,000 random texts read back by the rules of the runner, on either kind of machine.
func TestGitHubReadsBack(t *testing.T) {
	pieces := []string{
		"a", "hunter2", " ", "\t", "\n", "\r", "\r\n", "\n\n", "=", "<<", "V0<<esc", "EOF", "%", "%0A", "%25", "::", "::add-mask::x", "::stop-commands::y", "'", `"`, `\`, "$", "é", "😀",
		"\u2028", "\ufeff", "\x01", "\x1b", "\xff", "esc-",
	}
	r := rand.New(rand.NewPCG(3, 4))
	read, refused, masked := 0, 0, 0
	for read < 10_000 {
		var texts []string
		for len(texts) < 1000 {
			text := ""
			for range r.IntN(8) {
				text += pieces[r.IntN(len(pieces))]
			}
			if checkGitHub("V", "V", text) != nil {
				refused++
				continue
			}
			texts = append(texts, text)
		}
		env := variablesOf(t, texts)
		file, err := githubVariables(env)
		if err != nil {
			t.Fatal(err)
		}
		for _, windows := range []bool{false, true} {
			got := readGitHubFile(t, string(file), windows)
			for i, text := range texts {
				if name := fmt.Sprint("V", i); got[name] != text || len(got) != len(texts) {
					t.Fatalf("windows %v: %s is read as %q, want %q", windows, name, got[name], text)
				}
			}
		}
		masks := readMasks(t, string(githubMasks(env)))
		for _, text := range texts {
			for _, line := range append(strings.FieldsFunc(text, func(r rune) bool { return r == '\r' || r == '\n' }), text) {
				if whole := line == text; strings.TrimSpace(line) == "" || !whole && len(strings.TrimSpace(line)) < minRedacted {
					continue
				}
				if !masks[line] {
					t.Fatalf("%q of %q is not masked", line, text)
				}
				masked++
			}
		}
		read += len(texts)
	}
	t.Logf("github  the rules of the runner  %d texts read back, 0 wrong, %d refused; %d texts and lines masked", read, refused, masked)
}

func TestGitHubRefuses(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"NODE_OPTIONS", "x", `GitHub Actions does not let a step set "shown"`},
		{"Github_Token", "x", `GitHub Actions does not let a step set "shown"`},
		{"RUNNER_OS", "x", `GitHub Actions does not let a step set "shown"`},
		{"a<<b", "x", `"shown" cannot be the name of a variable in GitHub Actions`},
		{"a\nb", "x", `"shown" cannot be the name of a variable in GitHub Actions`},
		{"A", "\xff", "\"shown\" cannot be written as \"github\": it is not valid UTF-8\nuse esc run in the step that needs it"},
		{"A", "a\r", "\"shown\" cannot be written as \"github\": it ends in a carriage return\nuse esc run in the step that needs it"},
		{"A", "a\rb", ""},
	} {
		got := ""
		if err := checkGitHub(test.name, "shown", test.text); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%q=%q: %q, want %q", test.name, test.text, got, test.want)
		}
	}
}
