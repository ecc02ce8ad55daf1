package eval_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

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

// TestExplainLayers explains the values of random environments that import one another. Each literal is written once, so
// that it tells where a value comes from.
func TestExplainLayers(t *testing.T) {
	explained := 0
	rapid.Check(t, func(t *rapid.T) {
		host := &evaltest.Host{Files: drawLayers(t)}
		e := host.Evaluator()
		env, err := e.Check(t.Context(), "e0")
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range somePaths(env.Values) {
			v, _ := env.Values.Lookup(path)
			explanation, err := e.Explain(t.Context(), "e0", path)
			if err != nil || explanation.Value.String() != v.String() {
				t.Fatalf("%s is %v and not %v: %v", path, explanation.Value, v, err)
			}
			if v.Kind() == eval.Number {
				explained++
				if l := decisive(explanation); l == nil || l.Literal.String() != v.String() {
					t.Fatalf("%s is %v, but is explained as\n%s", path, v, explanationText(explanation, err))
				}
			}
		}
	})
	if explained < 10 {
		t.Errorf("only %d values were explained", explained)
	}
}

// drawLayers draws environments of which each imports some of the next ones.
func drawLayers(t *rapid.T) map[string]string {
	files := map[string]string{}
	literal := 0
	var value func(depth int) string
	value = func(depth int) string {
		switch kind := rapid.IntRange(0, 9).Draw(t, "kind"); {
		case kind < 4 && depth < 3:
			var members []string
			for _, key := range []string{"a", "b"} {
				if rapid.Bool().Draw(t, "has "+key) {
					members = append(members, key+": "+value(depth+1))
				}
			}
			return "{" + strings.Join(members, ", ") + "}"
		case kind == 4:
			return "{fn::final: " + value(depth) + "}"
		case kind == 5 && depth > 0:
			return "'${target}'"
		}
		literal++
		return strconv.Itoa(literal)
	}
	const n = 6
	for i := range n {
		var b strings.Builder
		b.WriteString("imports: [")
		for k := i + 1; k < n; k++ {
			if rapid.Bool().Draw(t, "import") {
				fmt.Fprintf(&b, "e%d, ", k)
			}
		}
		b.WriteString("]\nvalues:\n")
		for _, key := range []string{"x", "y"} {
			if rapid.Bool().Draw(t, "has "+key) {
				fmt.Fprintf(&b, "  %s: %s\n", key, value(0))
			}
		}
		literal += 2
		fmt.Fprintf(&b, "  target: {a: %d, b: %d}\n", literal-1, literal)
		files[fmt.Sprintf("e%d", i)] = b.String()
	}
	return files
}

// decisive follows an explanation to the layer that is the value, nil if there is none.
func decisive(e *eval.Explanation) *eval.Layer {
	for e != nil {
		i := slices.IndexFunc(e.Layers, func(l eval.Layer) bool { return l.Role == eval.RoleValue })
		switch {
		case i < 0:
			return nil
		case e.Layers[i].Kind != eval.LayerReference:
			return &e.Layers[i]
		}
		e = e.Layers[i].References[0].To
	}
	return nil
}
