package eval_test

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/escapement-go/escapement"

// A linkedPackage is what the go command says of a package.
type linkedPackage struct {
	ImportPath                         string
	Standard                           bool
	Imports, TestImports, XTestImports []string
	Deps                               []string
	TestGoFiles, XTestGoFiles, GoFiles []string
}

func listPackages(t *testing.T) map[string]linkedPackage {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command")
	}
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json", "-deps", module+"/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := map[string]linkedPackage{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p linkedPackage
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages[p.ImportPath] = p
	}
	if len(packages) < 10 {
		t.Fatalf("only %d packages", len(packages))
	}
	return packages
}

// layers says which packages of ours each package may import: those of its own line and of the lines above.
var layers = [][]string{
	{
		"schema", "eval/internal/yamltext", "providers/awspartition", "providers/internal/hidden", "providers/internal/seeded",
		"rotators/internal/age", "rotators/internal/draw", "rotators/internal/leaks", "rotators/internal/traces",
	},
	{"eval/internal/syntax"},
	{"providers"},
	{"rotators"},
	{"providers/awsclient"},
	{"rotators/internal/iamuser", "providers/internal/awsget"},
	{"eval", "providers/awslogin", "providers/awssecrets", "providers/awsparams", "rotators/awsiam", "rotators/awspassword", "rotators/password"},
	{
		"providers/providertest", "rotators/rotatortest", "providers/awstest", "providers/internal/awsgettest", "eval/evaltest",
		"eval/storetest", "eval/stores/", "examples/",
	},
}

func layerOf(path string) int {
	name := strings.TrimPrefix(path, module+"/")
	return slices.IndexFunc(layers, func(names []string) bool {
		return slices.ContainsFunc(names, func(n string) bool {
			return n == name || strings.HasSuffix(n, "/") && strings.HasPrefix(name, n)
		})
	})
}

// TestLayers checks that imports only go down.
func TestLayers(t *testing.T) {
	for path, p := range listPackages(t) {
		if !strings.HasPrefix(path, module) {
			continue
		}
		layer := layerOf(path)
		if layer < 0 {
			t.Errorf("%s has no layer", path)
		}
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, module) && layerOf(imported) > layer {
				t.Errorf("%s imports %s, which is above it", path, imported)
			}
		}
		inEval := strings.HasPrefix(path, module+"/eval") || strings.HasPrefix(path, module+"/examples")
		if !inEval && slices.ContainsFunc(p.Imports, func(i string) bool { return strings.HasPrefix(i, module+"/eval") }) {
			t.Errorf("%s imports the evaluator", path)
		}
	}
}

// TestLinked checks what modules other than the standard library each package links.
func TestLinked(t *testing.T) {
	yaml := []string{"go.yaml.in/yaml/v4", "github.com/goccy/go-yaml"}
	sdk := []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"}
	login := append([]string{"github.com/go-jose/go-jose/v4"}, sdk...)
	program := append(slices.Clone(yaml), login...) // one that logs in
	command := slices.Concat([]string{"github.com/alecthomas/kong", "golang.org/x/"}, program, sdk)
	packages := listPackages(t)
	for path, p := range packages {
		name, ours := strings.CutPrefix(path, module+"/")
		if !ours {
			continue
		}
		var may []string
		switch {
		case name == "examples/esc":
			may = command
		case name == "examples/awssim":
			may = slices.Concat(command, sdk)
		case name == "providers/awstest", name == "providers/awsclient", name == "rotators/internal/iamuser", name == "rotators/awsiam",
			name == "rotators/awspassword", name == "providers/internal/awsget", name == "providers/internal/awsgettest",
			name == "providers/awssecrets", name == "providers/awsparams":
			may = sdk
		case name == "providers/awslogin":
			may = login
		case strings.HasPrefix(name, "examples/"):
			may = program
		case name == "eval/stores/s3":
			may = append(slices.Clone(yaml), sdk...)
		case strings.HasPrefix(name, "eval"):
			may = yaml
		}
		for _, dep := range p.Deps {
			if packages[dep].Standard || strings.HasPrefix(dep, module) {
				continue
			}
			if !slices.ContainsFunc(may, func(m string) bool { return strings.HasPrefix(dep, m) }) {
				t.Errorf("%s links %s", path, dep)
			}
		}
		for _, imported := range p.Imports {
			isYAML := slices.ContainsFunc(yaml, func(m string) bool { return strings.HasPrefix(imported, m) })
			if isYAML && name != "eval/internal/yamltext" {
				t.Errorf("%s imports %s; only yamltext may", path, imported)
			}
		}
	}
}
