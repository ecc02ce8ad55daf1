package yamltext

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// TestImports lists the imports of the whole module: only this package imports the two YAML
// libraries, and of the second one only the lexer and its tokens.
func TestImports(t *testing.T) {
	const (
		reader = "go.yaml.in/yaml/v4"
		lexer  = "github.com/goccy/go-yaml"
		own    = "github.com/escapement-go/escapement/eval/internal/yamltext"
	)
	out, err := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports",
		"github.com/escapement-go/escapement/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for decoder := json.NewDecoder(strings.NewReader(string(out))); decoder.More(); {
		var p struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
		}
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		for _, path := range append(append(p.Imports, p.TestImports...), p.XTestImports...) {
			foreign := path == reader || strings.HasPrefix(path, reader+"/") || path == lexer || strings.HasPrefix(path, lexer+"/")
			allowed := p.ImportPath == own && (path == reader || path == lexer+"/lexer" || path == lexer+"/token")
			if foreign && !allowed {
				t.Errorf("%s imports %s", p.ImportPath, path)
			}
			if foreign && allowed {
				found++
			}
		}
	}
	if found < 3 {
		t.Errorf("found only %d of the imports of %s", found, own)
	}
}
