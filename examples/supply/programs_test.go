// Package supply_test looks at what comes with the library and with esc: the modules that they link and their licences, the
// size of programs, whether they can be built again, and what happens on importing a package.
package supply_test

import (
	"debug/buildinfo"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

var full = flag.Bool("full", false, "compile everything anew for each of the builds that are compared, which takes minutes")

const (
	module = "github.com/escapement-go/escapement"
	root   = "../.."
)

// A program is one to be built: a package of the repository, or one that does no more than import some.
type program struct {
	name    string
	target  string
	imports []string // of the library, if there is no target
}

var programs = []program{
	{name: "eval only", imports: []string{"eval"}},
	{name: "with AWS", imports: []string{
		"eval", "providers/awslogin", "providers/awssecrets", "providers/awsparams", "rotators/awsiam", "rotators/awspassword", "rotators/password",
	}},
	{name: "esc", target: "./examples/esc"},
}

// source returns what to build. Of a package that is only imported the linker leaves most out, so the program prints a value
// of each.
func (p program) source(t *testing.T) string {
	t.Helper()
	if p.target != "" {
		return p.target
	}
	values := map[string]string{
		"eval": "(&eval.Evaluator{}).Open(context.Background(), \"a\")", "rotators/awsiam": "&awsiam.Rotator{}", "rotators/awspassword": "&awspassword.Rotator{}",
		"rotators/password": "&password.Rotator{}", "providers/awslogin": "&awslogin.Provider{}", "providers/awssecrets": "&awssecrets.Provider{}",
		"providers/awsparams": "&awsparams.Provider{}",
	}
	var imports, body strings.Builder
	for _, path := range p.imports {
		fmt.Fprintf(&imports, "import %q\n", module+"/"+path)
		fmt.Fprintf(&body, "fmt.Println(%s)\n", values[path])
	}
	file := filepath.Join(t.TempDir(), "main.go")
	text := "package main\nimport \"context\"\nimport \"fmt\"\n" + imports.String() + "func main() {\n" + body.String() + "}\n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

// command runs the go command in a directory and returns what it prints.
func command(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), "go", args...)
	c.Dir, c.Env, c.Stderr = dir, append(os.Environ(), env...), os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("go %q: %v", args, err)
	}
	return string(out)
}

// TestPrograms builds each program and prints how many modules it links and how large it is.
func TestPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("it links programs")
	}
	for _, p := range programs {
		file := filepath.Join(t.TempDir(), "program")
		command(t, root, nil, "build", "-buildvcs=false", "-o", file, p.source(t))
		info, err := buildinfo.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		stat, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		others := slices.DeleteFunc(info.Deps, func(m *debug.Module) bool { return m.Path == module })
		t.Logf("program: %s links %d modules of others, %.1f MB, %s", p.name, len(others), float64(stat.Size())/1e6, info.GoVersion)
		if len(others) < 2 {
			t.Errorf("%s: %v", p.name, others)
		}
	}
}
