package schema_test

import (
	"os/exec"
	"strings"
	"testing"
)

// The package links the standard library and nothing else.
func TestImports(t *testing.T) {
	list, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "packages", strings.Fields(string(list)), []string{"github.com/escapement-go/escapement/schema"})
}
