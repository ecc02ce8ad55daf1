package supply_test

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"regexp"
	"slices"
	"testing"
)

// pure matches the functions of others that variables of our packages may be made with, and what these are made with in
// turn. They have no effect, read nothing from outside, and do not wait.
var pure = regexp.MustCompile(`^\(?\*?(bytes|cmp|encoding/\w+|errors|maps|math(/\w+)*|reflect|regexp|slices|sort|strconv|strings|sync|unicode(/\w+)*)\.` +
	`|^fmt\.(Sprint|Errorf)|^net\.IPv4$|^net/url\.PathUnescape$|^time\.Date$` +
	`|^github\.com/aws/smithy-go(/transport/http/protocol/awsjson)?\.New\w+$` +
	`|^runtime/debug\.ReadBuildInfo$` + // of the program itself
	`|^os/signal\.Ignored$`) // in esc, which cannot know it later

// TestNoSideEffects makes sure that importing a package of ours does nothing: none has a function init, and the variables
// of packages are made with nothing but functions without effect.
func TestNoSideEffects(t *testing.T) {
	s := newSource(t, "./...")
	i := newInitial(s)
	files := 0
	for _, p := range s.packages {
		i.importing(p)
		files += len(p.files)
	}
	for _, name := range slices.Sorted(maps.Keys(i.foreign)) {
		if !pure.MatchString(name) {
			t.Errorf("importing a package calls %s", name)
		}
	}
	for _, what := range i.wrong {
		t.Error(what)
	}
	if files < 100 || len(i.foreign) < 5 || len(i.ours) < 5 {
		t.Errorf("only %d files, which call %d functions of ours and %d of others", files, len(i.ours), len(i.foreign))
	}
	t.Logf("side effects: %d files, %d wrong; variables of packages are made with %d functions of ours and %d of others without effect",
		files, len(i.wrong), len(i.ours), len(i.foreign))
}

// initial gathers what is called when packages are imported.
type initial struct {
	source  *source
	ours    map[string]bool
	foreign map[string]bool
	wrong   []string
}

func newInitial(s *source) *initial {
	return &initial{source: s, ours: map[string]bool{}, foreign: map[string]bool{}}
}

// importing looks at what importing a package calls. Functions that are only written down are not called.
func (i *initial) importing(p *sourcePackage) {
	for _, file := range p.files {
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					i.wrong = append(i.wrong, p.path+" has a function init")
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR {
					i.calls(p, d, false)
				}
			}
		}
	}
}

// calls looks at what a node calls. In the body of a function, those that are written down are taken to be called.
func (i *initial) calls(p *sourcePackage, node ast.Node, body bool) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return body
		case *ast.GoStmt:
			i.wrong = append(i.wrong, "importing "+p.path+" starts a goroutine")
		case *ast.CallExpr:
			if !body {
				i.handed(p, n)
			}
			i.call(p, n.Fun)
		}
		return true
	})
}

// handed looks at functions that are written down where they are called or handed to one that is.
func (i *initial) handed(p *sourcePackage, call *ast.CallExpr) {
	for _, part := range append([]ast.Expr{call.Fun}, call.Args...) {
		if literal, ok := part.(*ast.FuncLit); ok {
			i.calls(p, literal.Body, true)
		}
	}
}

// call looks at the function that is called, and at what it calls.
func (i *initial) call(p *sourcePackage, fun ast.Expr) {
	called, ok := p.info.Uses[nameOf(fun)].(*types.Func)
	if !ok {
		return // a conversion, a function of the language, or one that was handed over
	}
	name := called.Origin().FullName()
	f, ours := i.source.functions[name]
	if !ours {
		i.foreign[name] = true
	} else if !i.ours[name] {
		i.ours[name] = true
		i.calls(f.in, f.Body, true)
	}
}

// nameOf is the name of what is called, or nil.
func nameOf(called ast.Expr) *ast.Ident {
	switch f := ast.Unparen(called).(type) {
	case *ast.Ident:
		return f
	case *ast.SelectorExpr:
		return f.Sel
	case *ast.IndexExpr:
		return nameOf(f.X)
	case *ast.IndexListExpr:
		return nameOf(f.X)
	}
	return nil
}

func TestInitialCalls(t *testing.T) {
	const text = `package p
import ("os"; "slices"; e "errors"; "fmt")
type T struct{}
var a, b = f(1)
var _ = func() { os.Exit(1) }
var _ fmt.Stringer = (*T)(nil)
var c = func() error { return e.New("c") }()
var d = []byte(string(rune(1)))
var g = slices.IndexFunc(d, func(byte) bool { os.Getpid(); return false })
func f(n int) (*os.File, error) { defer func() { go h[int]() }(); return T{}.open() }
func h[N any]() { _ = os.Stdout.Sync() }
func (T) open() (*os.File, error) { return os.Open("x") }
func (*T) String() string { os.Exit(2); return "" }
func init() { os.Exit(3) }
func (T) init() {}
func unused() { os.Exit(4) }
`
	s := newSource(t, "os", "slices", "errors", "fmt")
	i := newInitial(s)
	i.importing(s.add(t, "m/p", text))
	want := []string{"(*os.File).Sync", "errors.New", "os.Getpid", "os.Open", "slices.IndexFunc"}
	if got := slices.Sorted(maps.Keys(i.foreign)); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if want := []string{"importing m/p starts a goroutine", "m/p has a function init"}; !slices.Equal(i.wrong, want) {
		t.Errorf("%q, want %q", i.wrong, want)
	}
}
