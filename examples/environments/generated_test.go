package environments_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/password"
)

// TestGenerated rotates the generated password: the one that was written by hand becomes the previous one, and neither
// text is seen anywhere but among the values.
func TestGenerated(t *testing.T) {
	const name = "rotators/generated"
	source, err := os.ReadFile(name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, filepath.FromSlash(name)+".yaml")
	if err := os.Mkdir(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, source, 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := eval.NewKey("")
	if err != nil {
		t.Fatal(err)
	}
	e := &eval.Evaluator{
		Loader: eval.Dir(dir), Crypter: eval.KeyRing{key}, Rotators: map[string]rotators.Rotator{"password": password.Rotator{}},
	}
	var seen strings.Builder
	opts := eval.RotateOptions{Report: func(path string, event rotators.Event) { fmt.Fprintln(&seen, path, event) }}
	plan, err := e.Plan(t.Context(), name, opts)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&seen, "%v %+v", plan, plan.Results)
	rotation, err := e.Rotate(t.Context(), name, opts)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&seen, "%v %+v %#v", rotation, rotation.Results, rotation.Environment)
	after, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	seen.Write(after)

	env, err := e.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	current, previous := reveal(t, env, "environmentVariables.DATABASE_PASSWORD"), reveal(t, env, "database.previous.password")
	if len(current) != 40 || previous != "correct-horse-battery-staple" {
		t.Errorf("%d characters, and the previous password is %q", len(current), previous)
	}
	for _, text := range []string{current, previous} {
		if forms := evaltest.CanaryOf(text).Leaks(seen.String()); forms != nil {
			t.Errorf("a password is seen as %q", forms)
		}
	}
}

func reveal(t *testing.T, env *eval.Environment, path string) string {
	t.Helper()
	value, _ := env.Values.Lookup(path)
	text, err := value.Reveal()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(text)
}
