package supply_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestReproducible builds esc from copies of the repository in two directories. With -trimpath the programs have the same
// bytes, so that whoever builds a version can compare it with what others passed on. With -full each build compiles
// everything, the standard library too; otherwise both take what the cache has of unchanged packages, and link.
func TestReproducible(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds esc twice")
	}
	var built [2][]byte
	for i := range built {
		dir := t.TempDir()
		copyModule(t, dir)
		var env []string
		if *full {
			env = []string{"GOCACHE=" + t.TempDir()}
		}
		command(t, dir, env, "build", "-buildvcs=false", "-trimpath", "-o", "program", "./examples/esc")
		var err error
		if built[i], err = os.ReadFile(filepath.Join(dir, "program")); err != nil {
			t.Fatal(err)
		}
		if path := []byte(dir); bytes.Contains(built[i], path) {
			t.Errorf("the program holds the name of its directory, %s", path)
		}
	}
	if !bytes.Equal(built[0], built[1]) {
		t.Fatal("the programs differ")
	}
	t.Logf("reproducible: 2 builds of esc in different directories, %d equal bytes", len(built[0]))
}

// copyModule copies what there is to build.
func copyModule(t *testing.T, to string) {
	t.Helper()
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, name), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"eval", "examples", "providers", "rotators", "schema"} {
		if err := os.CopyFS(filepath.Join(to, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
}
