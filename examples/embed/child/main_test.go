package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/escapement-go/escapement/eval"
)

// With one argument the test binary is the child: it prints the variable of that name.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "GREETING" {
		fmt.Print(os.Getenv(os.Args[1]))
		return
	}
	m.Run()
}

func TestRun(t *testing.T) {
	t.Setenv("GREETING", "that of the parent")
	e := &eval.Evaluator{Loader: eval.FS(fstest.MapFS{"app.yaml": {Data: []byte(`
values:
  name: {fn::secret: "Ada, 'the first'"}
  environmentVariables:
    GREETING: Hello ${name}
`)}})}
	var out strings.Builder
	cmd := exec.Command(os.Args[0], "GREETING")
	cmd.Stdout = &out
	if err := run(t.Context(), e, "app", cmd); err != nil {
		t.Fatal(err)
	}
	if want := "Hello Ada, 'the first'"; out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
}

func TestRunWithoutTheEnvironment(t *testing.T) {
	cmd := exec.Command(os.Args[0], "GREETING")
	if err := run(t.Context(), &eval.Evaluator{}, "app", cmd); err == nil || cmd.Process != nil {
		t.Errorf("%v, process %v", err, cmd.Process)
	}
}
