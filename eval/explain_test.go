package eval_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
)

// toldCorpus goes through archives of environments, NAME.yaml, beside which stands what is told of them: in a section that
// is named by its arguments, the text that tell makes. ⟨hunter2⟩ stands for a ciphertext of that text.
func toldCorpus(t *testing.T, dir string, tell func(host *evaltest.Host, args []string) string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			archive := evaltest.ParseArchive(string(text))
			host := &evaltest.Host{Files: map[string]string{}}
			told := 0
			for _, s := range archive.Sections {
				if name, ok := strings.CutSuffix(s.Name, ".yaml"); ok {
					host.Files[name] = strings.ReplaceAll(s.Body, "⟨hunter2⟩", evaltest.Envelope(name, "hunter2"))
				}
			}
			for _, s := range archive.Sections {
				if strings.HasSuffix(s.Name, ".yaml") {
					continue
				}
				told++
				got := tell(host, strings.Fields(s.Name))
				if *update {
					s.Body = got
				} else if diff := cmp.Diff(s.Body, got); diff != "" {
					t.Errorf("%s: -want +got\n%s", s.Name, diff)
				}
				if strings.Contains(got, "hunter2") {
					t.Errorf("%s tells a secret:\n%s", s.Name, got)
				}
			}
			if told == 0 {
				t.Error("nothing is told")
			}
			for call := range host.Calls() {
				if !strings.HasPrefix(call, "load ") {
					t.Errorf("%s was called", call)
				}
			}
			if *update {
				if err := os.WriteFile(file, []byte(archive.String()), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestExplain compares explanations with testdata/explain. Each is made twice, and has to come out the same.
func TestExplain(t *testing.T) {
	toldCorpus(t, "testdata/explain", func(host *evaltest.Host, args []string) string {
		explanation, err := host.Evaluator().Explain(t.Context(), args[0], args[1])
		told := explanationText(explanation, err)
		again, err := host.Evaluator().Explain(t.Context(), args[0], args[1])
		if diff := cmp.Diff(told, explanationText(again, err)); diff != "" {
			t.Errorf("the second time: %s", diff)
		}
		if shown := fmt.Sprintf("%v %+v %#v", explanation.Value, *explanation, explanation.Layers); strings.Contains(shown, "hunter2") {
			t.Errorf("it prints a secret: %s", shown)
		}
		return told
	})
}

func explanationText(e *eval.Explanation, err error) string {
	var b strings.Builder
	writeExplanation(&b, "", e)
	writeDiagnostics(&b, e.Diagnostics, err)
	return b.String()
}

func writeDiagnostics(b *strings.Builder, ds eval.Diagnostics, err error) {
	for _, d := range ds {
		fmt.Fprintln(b, d)
	}
	if err != nil && len(ds) == 0 {
		fmt.Fprintln(b, err)
	}
}

func writeExplanation(b *strings.Builder, indent string, e *eval.Explanation) {
	if e == nil {
		fmt.Fprintf(b, "%snothing\n", indent)
		return
	}
	value, _ := json.Marshal(e.Value)
	fmt.Fprintf(b, "%s%s of %q = %s%s%s%s\n", indent, e.Path, e.Environment, value,
		note(e.Secret, "secret"), note(e.Repeated, "repeated"), note(e.Truncated, "truncated"))
	for _, l := range e.Layers {
		literal := ""
		if l.Kind == eval.LayerLiteral {
			literal = " " + l.Literal.String()
		}
		fmt.Fprintf(b, "%s  %s %s: %s %s%s%s%s%s%s%s\n", indent, shortRange(l.Range), l.Path, l.Role, l.Kind,
			note(l.Name != "", l.Name), literal, note(l.Part != "", "part "+l.Part), note(l.Secret, "secret"), note(l.Final, "final"),
			note(l.Truncated, "truncated"))
		for _, r := range l.References {
			fmt.Fprintf(b, "%s    %s ${%s}\n", indent, shortRange(r.Range), r.Path)
			writeExplanation(b, indent+"      ", r.To)
		}
	}
}

func note(is bool, text string) string {
	if is {
		return " " + text
	}
	return ""
}

func shortRange(r eval.Range) string {
	if r.IsZero() {
		return r.Environment + ":-"
	}
	return fmt.Sprintf("%s:%d:%d", r.Environment, r.Begin.Line, r.Begin.Column)
}

// TestExplainBounds explains what refers to itself over and over: the tree stays small.
func TestExplainBounds(t *testing.T) {
	var text strings.Builder
	text.WriteString("values:\n  v0: {k: x}\n")
	for i := range 400 {
		fmt.Fprintf(&text, "  v%d: '${v%d}'\n", i+1, i)
	}
	text.WriteString("  many:\n    fn::join: [',', [" + strings.TrimSuffix(strings.Repeat("'${v0.k}', ", 3000), ", ") + "]]\n")
	host := &evaltest.Host{Files: map[string]string{"r": text.String()}}
	count := func(path string) (explanations, references int) {
		e, err := host.Evaluator().Explain(t.Context(), "r", path)
		if err != nil {
			t.Fatal(err)
		}
		var visit func(e *eval.Explanation)
		visit = func(e *eval.Explanation) {
			explanations++
			for _, l := range e.Layers {
				references += len(l.References)
				for _, r := range l.References {
					visit(r.To)
				}
			}
		}
		visit(e)
		return explanations, references
	}
	if n, _ := count("v400"); n != 201 {
		t.Errorf("a chain of 400 references makes %d explanations, want 200 and one that is truncated", n)
	}
	if _, n := count("many"); n != 1000 {
		t.Errorf("3000 references make %d", n)
	}
}

// FuzzExplain explains values of any text and draws its graph, and asserts what holds for all of them.
func FuzzExplain(f *testing.F) {
	for _, text := range documents(f) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.Contains(text, []byte("7f3a9c")) {
			t.Skip("the document knows the secret")
		}
		host := &evaltest.Host{Files: maps.Clone(fuzzFiles)}
		host.Files["r"] = string(text)
		e := host.Evaluator()
		e.Limits = fuzzLimits
		env, checkErr := e.Check(t.Context(), "r")
		told := ""
		for _, path := range somePaths(env.Values) {
			explanation, err := e.Explain(t.Context(), "r", path)
			if (err != nil) != (explanation.Diagnostics.Err() != nil) {
				t.Errorf("%s: error %v, diagnostics %v", path, err, explanation.Diagnostics)
			}
			if checkErr == nil {
				checkExplanation(t, path, explanation, env, err)
			}
			told += explanationText(explanation, err)
		}
		g, err := e.Graph(t.Context(), "r")
		checkGraph(t, g)
		told += graphText(g, err)
		if leaks := evaltest.CanaryOf(fuzzSecret).Leaks(told); leaks != nil {
			t.Errorf("it leaks a secret as %v:\n%s", leaks, told)
		}
		for call := range host.Calls() {
			if !strings.HasPrefix(call, "load ") {
				t.Errorf("%s was called", call)
			}
		}
	})
}

// somePaths returns the paths of some parts of a value.
func somePaths(v eval.Value) (paths []string) {
	var visit func(path string, v eval.Value)
	visit = func(path string, v eval.Value) {
		for key, part := range v.All() {
			p := fmt.Sprintf("%s[%v]", path, key)
			if name, ok := key.(string); ok {
				p = fmt.Sprintf(`%s["%s"]`, path, strings.ReplaceAll(name, `"`, `\"`))
			}
			if len(paths) < 30 {
				paths = append(paths, p)
				visit(p, part)
			}
		}
	}
	visit("", v)
	return paths
}

// checkExplanation checks the explanation of a value in an environment without errors.
func checkExplanation(t *testing.T, path string, e *eval.Explanation, env *eval.Environment, err error) {
	v, ok := env.Values.Lookup(path)
	if !ok {
		return // a name without a quoted form
	}
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	if e.Value.String() != v.String() {
		t.Errorf("%s is %v and not %v", path, e.Value, v)
	}
	role := eval.RoleValue // of the next layer that is not ignored
	for _, l := range e.Layers {
		switch {
		case l.Role == eval.RoleIgnored:
			continue
		case role == eval.RoleValue && l.Role != role, role != eval.RoleValue && l.Role == eval.RoleValue,
			role == eval.RoleOverridden && l.Role != role:
			t.Errorf("%s: a layer is %s where %s was expected", path, l.Role, role)
		}
		role = eval.RoleMerged
		if l.Role == eval.RoleOverridden {
			role = eval.RoleOverridden
		}
	}
	if role == eval.RoleValue {
		t.Errorf("%s comes from nowhere", path)
	}
}

func checkGraph(t *testing.T, g *eval.Graph) {
	if len(g.Nodes) == 0 || g.Nodes[0].Environment != "r" {
		t.Errorf("the graph does not begin with the root: %v", g.Nodes)
	}
	for _, e := range g.Edges {
		if max(e.From, e.To) >= len(g.Nodes) || min(e.From, e.To) < 0 {
			t.Errorf("an edge leads out of the graph: %v", e)
		}
	}
}
