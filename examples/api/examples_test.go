package api_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestExamples makes sure that each package has an example that is run, and that those of eval show each method of the
// evaluator.
func TestExamples(t *testing.T) {
	runs := 0
	for _, dir := range packages(t) {
		examples := runnable(t, dir)
		if len(examples) == 0 {
			t.Errorf("%s has no example", dir)
		}
		runs += len(examples)
		if dir != "eval" {
			continue
		}
		l := newListing()
		l.directory(t, dir, "")
		for _, line := range l.sorted() {
			method, ok := strings.CutPrefix(line, "eval: func (*Evaluator) ")
			if name, _, _ := strings.Cut(method, "("); ok && !calls(examples, name) {
				t.Errorf("no example of eval shows Evaluator.%s", name)
			}
		}
	}
	t.Logf("API: %d examples in %d packages", runs, len(packages(t)))
}

// runnable returns the examples of a package that go test runs.
func runnable(t *testing.T, dir string) []*doc.Example {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	var found []*doc.Example
	for _, e := range doc.Examples(files...) {
		if e.Output != "" || e.EmptyOutput {
			found = append(found, e)
		}
	}
	return found
}

// calls tells whether one of the examples calls a method of the name.
func calls(examples []*doc.Example, name string) bool {
	found := false
	for _, e := range examples {
		ast.Inspect(e.Code, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				method, isMethod := call.Fun.(*ast.SelectorExpr)
				found = found || isMethod && method.Sel.Name == name
			}
			return !found
		})
	}
	return found
}
