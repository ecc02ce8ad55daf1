// Package api_test keeps the public API of the library in api.txt, so that each change of it shows in the diff of a commit,
// and holds every exported name to have documentation.
package api_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write api.txt")

const (
	root = "../.."
	file = "api.txt"
)

// TestAPI compares the API with api.txt. A change that programs of others may not survive needs an entry in the change
// log, and a version that says so.
func TestAPI(t *testing.T) {
	now := library(t).sorted()
	if *update {
		if err := os.WriteFile(file, []byte(strings.Join(now, "\n")+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	gone, new := changes(strings.Split(strings.TrimSpace(string(text)), "\n"), now)
	for _, line := range gone {
		t.Errorf("incompatible: no more %s", line)
	}
	for _, line := range new {
		t.Errorf("compatible: now also %s", line)
	}
	if t.Failed() {
		t.Log("if this is what you want, write it into examples/docs/CHANGELOG.md and run go test ./examples/api -update")
	}
	t.Logf("API: %d lines in %d packages", len(now), len(packages(t)))
}

// TestDocumented lists the packages, types, functions, methods, constants and variables without a comment.
func TestDocumented(t *testing.T) {
	l := library(t)
	for _, name := range l.undocumented {
		t.Errorf("%s has no documentation", name)
	}
	t.Logf("API surface documented: %d of %d", l.documented, l.documented+len(l.undocumented))
}

// changes returns the lines that are gone and those that are new.
func changes(before, after []string) (gone, new []string) {
	without := func(lines, others []string) []string {
		return slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return slices.Contains(others, line) })
	}
	return without(before, after), without(after, before)
}

func library(t *testing.T) *listing {
	t.Helper()
	l := newListing()
	for _, dir := range packages(t) {
		l.directory(t, dir, "")
	}
	return l
}

// packages returns the directories of the packages that programs of others can import, but for the examples.
func packages(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	for _, top := range []string{"eval", "providers", "rotators", "schema"} {
		err := fs.WalkDir(os.DirFS(root), top, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() && (d.Name() == "internal" || d.Name() == "testdata") {
				return fs.SkipDir
			}
			if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				found[filepath.ToSlash(filepath.Dir(path))] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var dirs []string
	for dir := range found {
		dirs = append(dirs, dir)
	}
	if len(dirs) < 10 {
		t.Fatalf("only %d packages", len(dirs))
	}
	slices.Sort(dirs)
	return dirs
}

// before is a package whose changes the table tells apart.
const before = `// Package p is documented.
package p

// Open opens.
func Open(name string, paths ...string) (*File, error) { return nil, nil }

// A File is open.
type File struct {
	Name string ` + "`json:\"name\"`" + `
	size int
}

// Close closes.
func (f *File) Close() error { return nil }

// A Loader loads.
type Loader interface{ Load(name string) ([]byte, error) }

// The kinds.
const (
	Null Kind = iota
	Bool
)

// A Kind is a kind.
type Kind uint8
`

// TestChanges makes sure that a change is noticed, and one that matters to nobody else is not.
func TestChanges(t *testing.T) {
	for _, test := range []struct {
		name, old, new string
		gone, now      string
	}{
		{"method removed", "func (f *File) Close() error { return nil }", "", "p: func (*File) Close() error", ""},
		{"parameter added", "name string, paths", "name string, deep bool, paths",
			"p: func Open(string, ...string) (*File, error)", "p: func Open(string, bool, ...string) (*File, error)"},
		{"result changed", "Close() error { return nil }", "Close() {}", "p: func (*File) Close() error", "p: func (*File) Close()"},
		{"receiver changed", "(f *File)", "(f File)", "p: func (*File) Close() error", "p: func (File) Close() error"},
		{"field removed", "Name string", "name string", "p: type File struct, field Name string `json:\"name\"`", ""},
		{"tag changed", `"name"`, `"n"`,
			"p: type File struct, field Name string `json:\"name\"`", "p: type File struct, field Name string `json:\"n\"`"},
		{"method of an interface added", "([]byte, error) }", "([]byte, error); List() []string }",
			"p: type Loader interface { Load(string) ([]byte, error) }",
			"p: type Loader interface { List() []string; Load(string) ([]byte, error) }"},
		{"constants change places", "Null Kind = iota\n\tBool", "Bool Kind = iota\n\tNull",
			"p: const Bool Kind = #1\np: const Null Kind = #0", "p: const Bool Kind = #0\np: const Null Kind = #1"},
		{"function added", "// A File", "// Shut shuts.\nfunc Shut() {}\n\n// A File", "", "p: func Shut()"},
		{"parameter renamed", "name string, paths", "path string, more", "", ""},
		{"comment changed", "Open opens.", "Open opens a file.", "", ""},
		{"unexported field added", "size int", "size, mode int", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			changed := strings.Replace(before, test.old, test.new, 1)
			if changed == before {
				t.Fatalf("%q is not there", test.old)
			}
			gone, now := changes(parse(t, before).sorted(), parse(t, changed).sorted())
			if got := strings.Join(gone, "\n"); got != test.gone {
				t.Errorf("gone: %q, want %q", got, test.gone)
			}
			if got := strings.Join(now, "\n"); got != test.now {
				t.Errorf("new: %q, want %q", got, test.now)
			}
		})
	}
}

// TestUndocumented makes sure that a missing comment is noticed.
func TestUndocumented(t *testing.T) {
	for comment, want := range map[string]string{
		"// Package p is documented.\n": "p",
		"// Open opens.\n":              "p.Open",
		"// Close closes.\n":            "p.*File.Close",
		"// A Kind is a kind.\n":        "p.Kind",
		"// The kinds.\n":               "p.Null p.Bool",
	} {
		l := parse(t, strings.Replace(before, comment, "", 1))
		if got := strings.Join(l.undocumented, " "); got != want {
			t.Errorf("without %q: %q, want %q", comment, got, want)
		}
	}
	if l := parse(t, before); len(l.undocumented) > 0 || l.documented == 0 {
		t.Errorf("%d documented, and not %q", l.documented, l.undocumented)
	}
}

func parse(t *testing.T, source string) *listing {
	t.Helper()
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, "p.go", source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	l := newListing()
	l.pkg(t, fset, "p", "", []*ast.File{parsed})
	return l
}
