package git_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/stores/git"
)

// An environment as it is, and as it was at a tag.
func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	write := func(text string) error { return os.WriteFile(filepath.Join(dir, "app.yaml"), []byte(text), 0o600) }
	write("values: {port: 8080}\n")
	for _, args := range [][]string{
		{"init", "-q"},
		{"add", "app.yaml"},
		{"-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false", "commit", "-qm", "The app"},
		{"tag", "v1"},
	} {
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			fmt.Println(err, string(out))
			return
		}
	}
	write("values: {port: 8081}\n")

	e := &eval.Evaluator{Loader: &git.Store{Dir: dir}}
	for _, name := range []string{"app", "app@v1"} {
		env, err := e.Open(context.Background(), name)
		fmt.Println(env.Name, env.Values, err)
	}
	// Output:
	// app {"port":8081} <nil>
	// app@v1 {"port":8080} <nil>
}
