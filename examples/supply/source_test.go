package supply_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A source is packages with their types, and the functions of all of them by their full names.
type source struct {
	fset      *token.FileSet
	importer  types.Importer
	packages  []*sourcePackage
	functions map[string]function
}

type sourcePackage struct {
	path  string
	files []*ast.File
	info  *types.Info
}

type function struct {
	*ast.FuncDecl
	in *sourcePackage
}

// A listed package is what the go command says of one.
type listedPackage struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	Module                  *struct{ Main bool }
}

// newSource loads the packages of ours among those that match, as they are compiled on this system.
func newSource(t *testing.T, patterns ...string) *source {
	t.Helper()
	s := &source{fset: token.NewFileSet(), functions: map[string]function{}}
	exports := map[string]string{}
	s.importer = importer.ForCompiler(s.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	args := append([]string{"list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,Module"}, patterns...)
	for d := json.NewDecoder(strings.NewReader(command(t, root, nil, args...))); ; {
		var p listedPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return s
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
		if p.Module == nil || !p.Module.Main {
			continue
		}
		var texts []string
		for _, name := range p.GoFiles {
			text, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, string(text))
		}
		s.add(t, p.ImportPath, texts...) // what it imports stands before it in the list
	}
}

// add adds a package with its files.
func (s *source) add(t *testing.T, path string, texts ...string) *sourcePackage {
	t.Helper()
	p := &sourcePackage{path: path, info: &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}}
	for _, text := range texts {
		file, err := parser.ParseFile(s.fset, path, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		p.files = append(p.files, file)
	}
	config := types.Config{Importer: s.importer}
	if _, err := config.Check(path, s.fset, p.files, p.info); err != nil {
		t.Fatal(err)
	}
	for _, file := range p.files {
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok {
				s.functions[p.info.Defs[f.Name].(*types.Func).FullName()] = function{f, p}
			}
		}
	}
	s.packages = append(s.packages, p)
	return p
}
