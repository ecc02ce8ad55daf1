package supply_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pure are the functions that may be called for the initial value of a variable of a package. They have no effect, read
// nothing from outside, and come back at once. Those of ours stand behind the name of their package.
var pure = []string{
	"awsjson.New11", "awslogin awsclient.Version", "base64.StdEncoding.Strict", "errors.New", "fmt.Sprintf", "net.IPv4",
	"reflect.TypeFor", "regexp.MustCompile", "slices.Clone", "slices.DeleteFunc", "smithy.NewOperationSchema",
	"strings.NewReplacer", "time.Date",
	"kernel32.NewProc", "syscall.NewLazyDLL", // these wait for the first use
	"awspassword schema.NewSecret", "awstest operationTable", "eval formsOf", "eval mapping", "eval pairOf", "eval syntax.NewMapping",
	"eval unknownDatum", "eval variables", "evaltest memoize",
}

// TestNoSideEffects makes sure that importing a package of ours does nothing: none has a function init, and its variables
// begin with the values of expressions that call nothing but functions without effect.
func TestNoSideEffects(t *testing.T) {
	files, calls, used := 0, 0, map[string]bool{}
	for _, file := range sources(t) {
		files++
		for _, c := range initialCalls(file) {
			calls++
			local := file.Name.Name + " " + c
			if !slices.Contains(pure, c) && !slices.Contains(pure, local) {
				t.Errorf("package %s calls %s when it is imported", file.Name.Name, c)
			}
			used[c], used[local] = true, true
		}
	}
	for _, name := range pure {
		if !used[name] {
			t.Errorf("no variable is made with %q", name)
		}
	}
	if files < 100 || calls < 10 {
		t.Errorf("only %d files with %d calls", files, calls)
	}
	t.Logf("side effects: %d files without func init, %d calls for variables of packages, all to %d functions without effect", files, calls, len(pure))
}

// sources are the files of the library and of the programs, but for tests.
func sources(t *testing.T) (files []*ast.File) {
	t.Helper()
	for _, top := range []string{"eval", "providers", "rotators", "schema", "examples"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
			files = append(files, file)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// initialCalls returns what a file calls on being imported, in the words of the source. A function that is only written
// down is not called, and a conversion of nil calls nothing.
func initialCalls(file *ast.File) (calls []string) {
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name == "init" {
				calls = append(calls, "init")
			}
		case *ast.GenDecl:
			if d.Tok == token.VAR {
				calls = append(calls, callsIn(d)...)
			}
		}
	}
	return calls
}

func callsIn(node ast.Node) (calls []string) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				calls = append(calls, "<-")
			}
		case *ast.CallExpr:
			switch f := n.Fun.(type) {
			case *ast.ParenExpr:
				if _, conversion := f.X.(*ast.StarExpr); !conversion {
					calls = append(calls, types.ExprString(f))
				}
			case *ast.FuncLit:
				calls = append(calls, callsIn(f.Body)...)
			case *ast.IndexExpr:
				calls = append(calls, types.ExprString(f.X))
			case *ast.Ident:
				if _, conversion := types.Universe.Lookup(f.Name).(*types.TypeName); !conversion {
					calls = append(calls, f.Name)
				}
			case *ast.ArrayType:
			default:
				calls = append(calls, types.ExprString(f))
			}
		}
		return true
	})
	return calls
}

func TestInitialCalls(t *testing.T) {
	const text = `package p
var a, b = f(g()), func() { h() }
var _ I = (*T)(nil)
var c = func() int { return x.k() }()
var d = []byte("a")
var e = q[int](string(s))
var l = <-m
func init() { n() }
func (T) init() { n() }
func o() { n() }
`
	file, err := parser.ParseFile(token.NewFileSet(), "p.go", text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	got := initialCalls(file)
	if want := []string{"f", "g", "x.k", "q", "<-", "init"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
