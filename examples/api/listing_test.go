package api_test

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/doc"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/escapement-go/escapement/"

// A listing is the exported API of packages: a line for each thing that a program may use, which leaves out what may
// change without breaking the program, such as the names of parameters. So whatever takes a line away is incompatible.
type listing struct {
	lines        map[string]bool
	undocumented []string
	documented   int
}

func newListing() *listing { return &listing{lines: map[string]bool{}} }

// sorted returns the lines in ascending order.
func (l *listing) sorted() []string { return slices.Sorted(maps.Keys(l.lines)) }

// directory reads the package in a directory of the repository, as it is built for Linux. If only is not empty, it lists
// nothing but that type: an internal one that a public package gives another name.
func (l *listing) directory(t *testing.T, dir, only string) {
	t.Helper()
	target := build.Default
	target.GOOS, target.GOARCH, target.CgoEnabled = "linux", "amd64", false
	pkg, err := target.ImportDir(filepath.Join(root, dir), 0)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		file, err := parser.ParseFile(fset, filepath.Join(pkg.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	for alias := range l.pkg(t, fset, dir, only, files) {
		l.directory(t, alias.dir, alias.name)
	}
}

// A named is a type of a package in a directory.
type named struct{ dir, name string }

// pkg lists a package, or one type of it, and returns the internal types for which it has other names.
func (l *listing) pkg(t *testing.T, fset *token.FileSet, dir, only string, files []*ast.File) map[named]bool {
	t.Helper()
	imports := internalImports(files)
	p, err := doc.NewFromFiles(fset, files, module+dir)
	if err != nil {
		t.Fatal(err)
	}
	w := writer{listing: l, dir: dir, aliases: map[named]bool{}, imports: imports}
	if only == "" {
		w.documented(p.Doc, "")
		w.values(p.Consts, p.Vars)
		w.funcs(p.Funcs)
	}
	for _, typ := range p.Types {
		switch only {
		case typ.Name:
			typ.Consts, typ.Vars, typ.Funcs = nil, nil, nil // nobody outside can use them
			w.typ(typ)
		case "":
			w.typ(typ)
		}
	}
	return w.aliases
}

// internalImports returns the directories of the internal packages that files import, by the name in the files.
func internalImports(files []*ast.File) map[string]string {
	found := map[string]string{}
	for _, file := range files {
		for _, spec := range file.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if dir, ours := strings.CutPrefix(path, module); ours && strings.Contains(dir, "internal/") {
				found[filepath.Base(dir)] = dir
			}
		}
	}
	return found
}

// A writer adds one package to a listing.
type writer struct {
	*listing
	dir     string
	imports map[string]string
	aliases map[named]bool
}

func (w *writer) line(format string, args ...any) {
	w.lines[w.dir+": "+fmt.Sprintf(format, args...)] = true
}

// documented counts what has a comment, and notes what has none.
func (w *writer) documented(comment, name string) {
	if strings.TrimSpace(comment) == "" {
		w.undocumented = append(w.undocumented, strings.TrimSuffix(w.dir+"."+name, "."))
		return
	}
	w.listing.documented++
}

// values lists constants and variables. One comment may be about several of them.
func (w *writer) values(groups ...[]*doc.Value) {
	for _, v := range slices.Concat(groups...) {
		kind, typ := v.Decl.Tok.String(), ""
		for i, spec := range v.Decl.Specs {
			spec := spec.(*ast.ValueSpec)
			if spec.Type != nil || len(spec.Values) > 0 {
				typ = text(spec.Type)
			}
			for j, name := range spec.Names {
				if !name.IsExported() {
					continue
				}
				value := ""
				if kind == "const" {
					value = fmt.Sprintf(" = #%d", i) // of an enumeration
					if j < len(spec.Values) && text(spec.Values[j]) != "iota" {
						value = " = " + text(spec.Values[j])
					}
				}
				w.line("%s", strings.Join(strings.Fields(kind+" "+name.Name+" "+typ+value), " "))
				w.documented(v.Doc+spec.Doc.Text()+spec.Comment.Text(), name.Name)
			}
		}
	}
}

func (w *writer) funcs(funcs []*doc.Func) {
	for _, f := range funcs {
		if f.Level > 0 {
			continue // promoted from an embedded type
		}
		receiver := ""
		if f.Recv != "" {
			receiver = "(" + f.Recv + ") "
		}
		w.line("func %s%s%s%s", receiver, f.Name, typeParams(f.Decl.Type.TypeParams), signature(f.Decl.Type))
		w.documented(f.Doc, strings.TrimPrefix(f.Recv+"."+f.Name, "."))
	}
}

// typ lists a type with what belongs to it. The methods of an interface are one line, since one more breaks whoever
// implements it.
func (w *writer) typ(t *doc.Type) {
	spec := t.Decl.Specs[0].(*ast.TypeSpec)
	head := "type " + t.Name + typeParams(spec.TypeParams)
	if spec.Assign != 0 {
		head += " ="
		if s, ok := spec.Type.(*ast.SelectorExpr); ok && w.imports[text(s.X)] != "" {
			w.aliases[named{w.imports[text(s.X)], s.Sel.Name}] = true
		}
	}
	if s, ok := spec.Type.(*ast.StructType); ok {
		w.line("%s struct", head)
		w.fields(t.Name, s)
	} else {
		w.line("%s %s", head, text(spec.Type))
	}
	w.documented(t.Doc, t.Name)
	w.values(t.Consts, t.Vars)
	w.funcs(t.Funcs)
	w.funcs(t.Methods)
}

func (w *writer) fields(name string, s *ast.StructType) {
	for _, f := range s.Fields.List {
		tag := ""
		if f.Tag != nil {
			tag = " " + f.Tag.Value
		}
		if len(f.Names) == 0 {
			w.line("type %s struct, embedded %s%s", name, text(f.Type), tag)
		}
		for _, n := range f.Names {
			if n.IsExported() {
				w.line("type %s struct, field %s %s%s", name, n.Name, text(f.Type), tag)
			}
		}
	}
}
