package git_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/eval/stores/git"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/password"
)

// A commit has the file of the environment and nothing else, and what is staged or changed elsewhere stays so.
func TestCommit(t *testing.T) {
	r := initialized(t)
	r.write("envs/a.yaml", "values: {v: 1}\n")
	r.write("envs/b.yaml", "values: {v: 1}\n")
	r.commitAll("environments")
	bare := filepath.Join(t.TempDir(), "bare")
	r.git("init", "--quiet", "--bare", bare)
	r.git("remote", "add", "origin", bare)
	r.write("envs/b.yaml", "values: {v: changed}\n")
	r.write("staged", "staged\n")
	r.write("README", "staged\n")
	r.git("add", "staged", "README")
	r.write("README", "changed again\n")
	before := r.git("status", "--porcelain")

	s := &git.Store{Dir: r.dir, Commit: true}
	for _, step := range [][2]string{{"1", "2"}, {"1", "2"}, {"2", "3"}} { // saved again, nothing is committed
		if err := s.Save(t.Context(), "a", []byte("values: {v: "+step[0]+"}\n"), []byte("values: {v: "+step[1]+"}\n")); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(before, r.git("status", "--porcelain")); diff != "" {
		t.Errorf("status: -before +after\n%s", diff)
	}
	want := strings.Repeat("Change the environment a|Ada envs/a.yaml ", 2)
	if got := strings.Join(strings.Fields(r.git("log", "-2", "--format=%s|%an", "--name-only")), " ") + " "; got != want {
		t.Errorf("the log is\n%s\nwant\n%s", got, want)
	}
	if text := r.git("show", "HEAD:envs/a.yaml"); text != "values: {v: 3}" {
		t.Errorf("committed %q", text)
	}
	if refs, err := os.ReadDir(filepath.Join(bare, "refs/heads")); err != nil || len(refs) != 0 {
		t.Errorf("pushed %v, %v", refs, err)
	}
}

// An environment that is made is committed, and nothing else; one that is there already is not.
func TestCommitOfCreate(t *testing.T) {
	r := initialized(t)
	r.write("staged", "staged\n")
	r.git("add", "staged")
	s := &git.Store{Dir: r.dir, Commit: true}
	for range 2 { // made again, it is the same
		if err := s.Create(t.Context(), "team/app", []byte("values: {v: 1}\n")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Create(t.Context(), "team/app", []byte("values: {v: 2}\n")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("%v, want that it exists", err)
	}
	if err := s.Create(t.Context(), "team/app@main", nil); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("a revision: %v", err)
	}
	if got := strings.Fields(r.git("log", "-2", "--format=%s", "--name-only")); strings.Join(got, " ") != "Add the environment team/app envs/team/app.yaml first README" {
		t.Errorf("the log is %q", got)
	}
	if got := r.git("status", "--porcelain"); got != "A  staged" {
		t.Errorf("status: %q", got)
	}
}

// A file that git does not know yet is committed, too, even as the first of all; a link leads to the file that is.
func TestCommitOfNewFiles(t *testing.T) {
	r := newRepository(t)
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	r.git("init", "--quiet", "--initial-branch=main")
	r.git("config", "user.name", "Ada")
	r.git("config", "user.email", "ada@example.com")
	s := &git.Store{Dir: r.dir, Commit: true}
	for n, name := range []string{"first", "second"} {
		r.write("envs/"+name+".yaml", "old\n")
		if err := s.Save(t.Context(), name, []byte("old\n"), []byte("new\n")); err != nil {
			t.Fatal(err)
		}
		if got := r.git("rev-list", "--count", "HEAD"); got != fmt.Sprint(n+1) {
			t.Errorf("%s: %s commits", name, got)
		}
	}
	if err := os.Symlink("second.yaml", filepath.Join(r.dir, "link.yaml")); err != nil {
		t.Skip(err)
	}
	if err := s.Save(t.Context(), "link", []byte("new\n"), []byte("newer\n")); err != nil {
		t.Fatal(err)
	}
	if got := r.git("show", "HEAD:envs/second.yaml"); got != "newer" {
		t.Errorf("committed %q", got)
	}
}

// Why a commit fails, and that the text is saved all the same: Save succeeds if somebody is told, and else its error is
// neither a conflict nor an uncertain save. The next save commits.
func TestFailedCommits(t *testing.T) {
	for name, c := range map[string]struct {
		spoil, mend func(r *repository)
		says        string
	}{
		"hook": {
			func(r *repository) { r.hook("pre-commit", "echo no good >&2; exit 1") },
			func(r *repository) { os.Remove(filepath.Join(r.root, ".git/hooks/pre-commit")) }, "no good",
		},
		"hook that shows the file": {
			func(r *repository) { r.hook("pre-commit", "cat envs/*.yaml; cat envs/*.yaml >&2; exit 1") },
			func(r *repository) { os.Remove(filepath.Join(r.root, ".git/hooks/pre-commit")) }, "is left out",
		},
		"nobody": {
			func(r *repository) {
				r.git("config", "--unset", "user.name")
				r.git("config", "user.useConfigOnly", "true")
			},
			func(r *repository) { r.git("config", "user.name", "Ada") }, "user.name",
		},
		"merge": {
			func(r *repository) { r.write(".git/MERGE_HEAD", r.git("rev-parse", "HEAD")+"\n") },
			func(r *repository) { os.Remove(filepath.Join(r.root, ".git/MERGE_HEAD")) }, "during a merge",
		},
		"ignored": {
			func(r *repository) { r.write(".gitignore", "envs\n") },
			func(r *repository) { os.Remove(filepath.Join(r.root, ".gitignore")) }, "ignored",
		},
	} {
		for _, told := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, told %t", name, told), func(t *testing.T) {
				r := initialized(t)
				canary := evaltest.NewCanary()
				old, new := "values: {v: old}\n", "values:\n  v: "+canary.Text()+"\n"
				r.write("envs/a.yaml", old)
				if name != "ignored" {
					r.commitAll("a")
				}
				c.spoil(r)
				before := r.git("status", "--porcelain", "--ignored")
				var failed error
				s := &git.Store{Dir: r.dir, Commit: true}
				if told {
					s.CommitFailed = func(err error) { failed = err }
				}
				err := s.Save(t.Context(), "a", []byte(old), []byte(new))
				if told && err != nil || !told && failed != nil {
					t.Fatalf("Save: %v, told %v", err, failed)
				}
				err = errors.Join(err, failed)
				commitError, ok := errors.AsType[*git.CommitError](err)
				if !ok || commitError.Name != "a" || errors.Is(err, eval.ErrConflict) || errors.Is(err, eval.ErrUncertain) || !strings.Contains(err.Error(), c.says) {
					t.Errorf("the error is %v", err)
				}
				if leaks := canary.Leaks(fmt.Sprintf("%v %+v %#v", err, err, commitError.Err)); leaks != nil {
					t.Errorf("the error holds the text as %q", leaks)
				}
				if got := load(t, s, "a"); got != new {
					t.Error("the text is not saved")
				}
				if diff := cmp.Diff(before, r.git("status", "--porcelain", "--ignored")); name == "ignored" && diff != "" {
					t.Errorf("status: -before +after\n%s", diff)
				}
				c.mend(r)
				if err := s.Save(t.Context(), "a", []byte(old), []byte(new)); err != nil {
					t.Fatal(err)
				}
				if got := r.git("show", "HEAD:envs/a.yaml"); got != strings.TrimSpace(new) {
					t.Error("the next save has not committed it")
				}
			})
		}
	}
}

// A commit waits for another git command that is at work.
func TestCommitWaits(t *testing.T) {
	r := initialized(t)
	r.write("envs/a.yaml", "old\n")
	r.write(".git/index.lock", "")
	time.AfterFunc(20*time.Millisecond, func() { os.Remove(filepath.Join(r.root, ".git/index.lock")) })
	if err := (&git.Store{Dir: r.dir, Commit: true}).Save(t.Context(), "a", []byte("old\n"), []byte("new\n")); err != nil {
		t.Fatal(err)
	}
	if got := r.git("show", "HEAD:envs/a.yaml"); got != "new" {
		t.Errorf("committed %q", got)
	}
}

// No text reaches the arguments of git, and no name stands where an option could.
func TestArguments(t *testing.T) {
	r := initialized(t)
	canary := evaltest.NewCanary()
	r.write("envs/--all.yaml", canary.Text())
	log := filepath.Join(t.TempDir(), "log")
	shim := t.TempDir()
	real := strings.TrimSuffix(r.git("--exec-path"), "\n")
	script := "#!/bin/sh\nprintf '%s\\n' \"$@\" >>" + log + "\nexec " + filepath.Join(real, "git") + " \"$@\"\n"
	if err := os.WriteFile(filepath.Join(shim, "git"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", shim+string(os.PathListSeparator)+os.Getenv("PATH"))
	s := &git.Store{Dir: r.dir, Commit: true}
	if err := s.Save(t.Context(), "--all", []byte(canary.Text()), []byte(canary.Text()+canary.Text())); err != nil {
		t.Fatal(err)
	}
	load(t, s, "--all@HEAD")
	args, err := os.ReadFile(log)
	if err != nil || len(args) == 0 {
		t.Fatalf("git was not run: %v", err)
	}
	if leaks := canary.Leaks(string(args)); leaks != nil {
		t.Errorf("the arguments of git hold the text as %q", leaks)
	}
	for arg := range strings.Lines(string(args)) {
		if strings.HasPrefix(arg, "--all") {
			t.Error("a name stands where an option could")
		}
	}
}

// A rotation through a store that commits: each save is a commit, and the former passwords are in the history, encrypted.
// It does not fail with its commits.
func TestRotation(t *testing.T) {
	r := initialized(t)
	r.write("envs/db.yaml", "values:\n  db: {fn::rotate::password: {inputs: {}}}\n")
	r.commitAll("db")
	key, err := eval.NewKey("")
	if err != nil {
		t.Fatal(err)
	}
	failures := 0
	e := &eval.Evaluator{
		Loader:   &git.Store{Dir: r.dir, Commit: true, CommitFailed: func(error) { failures++ }},
		Crypter:  eval.KeyRing{key},
		Rotators: map[string]rotators.Rotator{"password": password.Rotator{}},
	}
	var passwords []string
	for n := range 3 {
		if n == 2 {
			r.hook("pre-commit", "exit 1")
		}
		if _, err := e.Rotate(t.Context(), "db", eval.RotateOptions{Force: true}); err != nil {
			t.Fatal(err)
		}
		passwords = append(passwords, reveal(t, e, "db"))
		if n < 2 {
			r.git("tag", fmt.Sprintf("rotation-%d", n))
		}
	}
	if failures != 1 || r.git("rev-list", "--count", "HEAD") != "4" {
		t.Errorf("%d commits failed, and there are %s", failures, r.git("rev-list", "--count", "HEAD"))
	}
	for n := range 2 {
		if got := reveal(t, e, fmt.Sprintf("db@rotation-%d", n)); got != passwords[n] || passwords[n] == passwords[n+1] {
			t.Errorf("rotation %d had another password", n)
		}
	}
	if _, err := e.Rotate(t.Context(), "db@rotation-0", eval.RotateOptions{}); err == nil {
		t.Error("a revision was rotated")
	}
}

func reveal(t *testing.T, e *eval.Evaluator, name string) string {
	t.Helper()
	env, err := e.Open(context.WithoutCancel(t.Context()), name)
	if err != nil {
		t.Fatal(err)
	}
	value, _ := env.Values.Lookup("db.current.password")
	text, err := value.Reveal()
	if err != nil {
		t.Fatal(err)
	}
	return text.(string)
}
