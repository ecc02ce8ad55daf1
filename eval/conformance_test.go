package eval_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval/evaltest"
)

var update = flag.Bool("update", false, "rewrite the expected outputs of the corpus")

// inGo lists the cases and differences that only a Go test can state; each has one beside this file.
var inGo = []string{"93", "155", "158", "159", "160", "161", "D32", "D52"}

func TestConformance(t *testing.T) {
	complete(t, evaltest.Run(t, "testdata/conformance/*.txtar", *update), "", 173)
}

func TestDifferences(t *testing.T) {
	complete(t, evaltest.Run(t, "testdata/differences/*.txtar", *update), "D", 60)
}

// complete checks that each number of the language has a case, and no number two.
func complete(t *testing.T, cases []*evaltest.Case, prefix string, last int) {
	t.Helper()
	seen := map[string]string{}
	for _, c := range cases {
		if other, ok := seen[c.Number]; ok {
			t.Errorf("case %s stands in %s and in %s", c.Number, other, c.File)
		}
		seen[c.Number] = c.File
	}
	for n := 1; n <= last; n++ {
		number := prefix + strconv.Itoa(n)
		if seen[number] == "" && !slices.Contains(inGo, number) {
			t.Errorf("there is no case %s", number)
		}
	}
	if !t.Failed() {
		t.Logf("%d cases yield what is expected of them", len(cases))
	}
}

// TestChangedText checks that an evaluator which remembers texts sees that one has changed.
func TestChangedText(t *testing.T) {
	host := &evaltest.Host{Files: map[string]string{"r": "imports: [b]\nvalues: {x: 1}\n", "b": "values: {y: 1}\n"}}
	e := host.Evaluator()
	for _, step := range []struct{ name, text, want string }{
		{"", "", `{"x":1,"y":1}`},
		{"b", "values: {y: 2}\n", `{"x":1,"y":2}`},
		{"r", "imports: [b]\nvalues: {x: '${y}'}\n", `{"x":2,"y":2}`},
		{"b", "values: {y: '${'}\n", ""},
		{"b", "values: {z: 3, y: 4}\n", `{"x":4,"y":4,"z":3}`},
	} {
		if step.name != "" {
			host.Files[step.name] = step.text
		}
		env, err := e.Open(t.Context(), "r")
		if (err != nil) != (step.want == "") || step.want != "" && env.Values.String() != step.want {
			t.Errorf("after %q: %v, %v; want %s", step.text, env.Values, err, step.want)
		}
	}
}

// FuzzOpen evaluates whatever text: nothing panics, and what every case must fulfil holds. The seeds are the corpus.
func FuzzOpen(f *testing.F) {
	for _, pattern := range []string{"testdata/conformance/*.txtar", "testdata/differences/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds at %q: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			for _, s := range evaltest.ParseArchive(string(text)).Sections {
				if strings.HasSuffix(s.Name, ".yaml") {
					f.Add(s.Body)
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if problems := evaltest.Lint(t.Context(), text); problems != nil {
			t.Error(strings.Join(problems, "\n"))
		}
	})
}
