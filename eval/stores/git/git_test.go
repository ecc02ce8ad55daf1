package git_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/stores/git"
	"github.com/escapement-go/escapement/eval/storetest"
)

// A repository is a work tree with a directory of environments, and a remote that nothing is to be pushed to.
type repository struct {
	t         testing.TB
	root, dir string
}

func newRepository(t testing.TB) *repository {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git program")
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	return &repository{t: t, root: filepath.Join(home, "work"), dir: filepath.Join(home, "work", "envs")}
}

// initialized is a repository with a first commit.
func initialized(t testing.TB) *repository {
	t.Helper()
	r := newRepository(t)
	r.init()
	return r
}

func (r *repository) init() {
	r.t.Helper()
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		r.t.Fatal(err)
	}
	r.git("init", "--quiet", "--initial-branch=main")
	for _, setting := range []string{"user.name=Ada", "user.email=ada@example.com", "gc.auto=0", "commit.gpgSign=false"} {
		name, value, _ := strings.Cut(setting, "=")
		r.git("config", name, value)
	}
	r.write("README", "first\n")
	r.commitAll("first")
}

// git runs a command as the owner of the repository.
func (r *repository) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = r.root
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r *repository) commitAll(message string) {
	r.t.Helper()
	r.git("add", "--all")
	r.git("commit", "--quiet", "--allow-empty", "--message", message)
}

// write writes a file, the path of which begins at the root.
func (r *repository) write(path, text string) {
	r.t.Helper()
	file := filepath.Join(r.root, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// hook installs a hook.
func (r *repository) hook(name, script string) {
	r.t.Helper()
	r.write(".git/hooks/"+name, "#!/bin/sh\n"+script)
	if err := os.Chmod(filepath.Join(r.root, ".git/hooks", name), 0o755); err != nil {
		r.t.Fatal(err)
	}
}

// The store keeps the rules of stores, whether it commits or not.
func TestContract(t *testing.T) {
	for name, commit := range map[string]bool{"files": false, "commits": true} {
		t.Run(name, func(t *testing.T) {
			newRepository(t)
			storetest.Run(t, func() storetest.World {
				r := &repository{t: t, root: t.TempDir()}
				r.dir = filepath.Join(r.root, "envs")
				r.init()
				return storetest.World{
					Saver:   &git.Store{Dir: r.dir, Commit: commit},
					Put:     func(name string, text []byte) { r.write("envs/"+name+".yaml", string(text)) },
					Another: func() eval.Saver { return &git.Store{Dir: r.dir, Commit: commit} },
					Slow:    commit,
				}
			})
		})
	}
}

func load(t *testing.T, s eval.Loader, name string) string {
	t.Helper()
	text, err := s.Load(context.WithoutCancel(t.Context()), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
