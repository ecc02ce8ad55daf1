package git_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/stores/git"
)

// history is a repository whose environments have changed from v1 to v2, and whose files have changed once more.
func history(t *testing.T) *repository {
	r := initialized(t)
	for _, version := range []string{"v1", "v2", "now"} {
		r.write("envs/myapp/dev.yaml", "imports: [shared/base]\nvalues: {v: "+version+", other: '${environments.shared.net.n}'}\n")
		r.write("envs/shared/base.yaml", "imports: [deep]\nvalues: {base: "+version+"}\n")
		r.write("envs/deep.yaml", "values: {deep: "+version+"}\n")
		r.write("envs/shared/net.yaml", "values: {n: "+version+"}\n")
		if version != "now" {
			r.write("envs/only-"+version+".yaml", "values: {}\n")
			r.commitAll(version)
			r.git("tag", version)
			os.Remove(filepath.Join(r.dir, "only-"+version+".yaml"))
		}
	}
	return r
}

// An environment at a revision is opened with what it imports and refers to at that revision.
func TestRevisions(t *testing.T) {
	r := history(t)
	r.git("tag", "-a", "-m", "annotated", "release-1", "v1")
	r.git("branch", "old", "v1")
	id := r.git("rev-parse", "v1")
	r.write("envs/mixed.yaml", "imports: [shared/base, myapp/dev@v2]\nvalues: {deep2: '${imports[\"myapp/dev@v2\"].deep}'}\n")
	r.commitAll("mixed")
	all := func(v string) string {
		return fmt.Sprintf(`{"base":"%s","deep":"%s","other":"%s","v":"%s"}`, v, v, v, v)
	}
	for name, want := range map[string]string{
		"myapp/dev": all("now"), "myapp/dev@v1": all("v1"), "myapp/dev@v2": all("v2"), "myapp/dev@HEAD": all("now"), "myapp/dev@main": all("now"),
		"myapp/dev@release-1": all("v1"), "myapp/dev@old": all("v1"), "myapp/dev@" + id: all("v1"), "myapp/dev@" + id[:7]: all("v1"),
		"myapp/dev@latest": all("now"),
		"mixed@main":       `{"base":"v2","deep":"v2","deep2":"v2","other":"v2","v":"v2"}`,
	} {
		env, err := (&eval.Evaluator{Loader: &git.Store{Dir: r.dir}}).Open(t.Context(), name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, _ := env.Values.MarshalJSON()
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// What a revision does not have is absent, and a revision that is none is, too.
func TestAbsentRevisions(t *testing.T) {
	s := &git.Store{Dir: history(t).dir}
	load(t, s, "only-v1@v1")
	for _, name := range []string{"only-v1", "only-v1@HEAD", "only-v2@v1", "myapp/dev@v9", "myapp/dev@3", "myapp@v1", "myapp/dev/x@v1", "README@v1"} {
		if text, err := s.Load(t.Context(), name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

// Nothing that a document can write reaches git as an option, a range, a place in the reflog or a path outside.
func TestSmuggledNames(t *testing.T) {
	r := history(t)
	r.write("outside.yaml", "values: {canary: true}\n")
	r.commitAll("outside")
	s := &git.Store{Dir: r.dir}
	for _, name := range []string{
		"a@-x", "a@--upload-pack=touch", "a@v1..v2", "a@v1...v2", "a@{1}", "a@@{1}", "a@HEAD@{1}", "a@HEAD~1", "a@v1^", "a@:0", "a@", "a@v1:deep", "a@v1 v2",
		"a@.git", "a@../x", "a@/", "a@a/b", "a@v1\n", "a@\x00", "a@ü", "a@" + strings.Repeat("a", 501), "a@$(touch x)", "a@%s",
		"../outside@v1", "../outside@HEAD", "./deep@v1", "/deep@v1", "shared/../deep@v1", "@v1", ".@v1", "a:b@v1", ":(top)outside@HEAD", ":/outside@HEAD", "a\\b@v1",
		"deep\n@v1", "deep\x00@v1", "../outside", ":/outside",
	} {
		if text, err := s.Load(t.Context(), name); err == nil || errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("Load(%q) = %q, %v", name, text, err)
		}
		if err := s.Save(t.Context(), name, nil, []byte("x")); err == nil || errors.Is(err, eval.ErrConflict) {
			t.Errorf("Save(%q): %v", name, err)
		}
	}
	// A name may begin with a dash; it is a path all the same.
	r.write("envs/-x.yaml", "values: {}\n")
	r.write("envs/--help.yaml", "values: {}\n")
	r.commitAll("dashes")
	for _, name := range []string{"-x@HEAD", "--help@HEAD", "-x", "--help"} {
		if got := load(t, s, name); got != "values: {}\n" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// Only files are environments, and only a repository has revisions.
func TestOddEntries(t *testing.T) {
	r := initialized(t)
	r.write("secret.yaml", "values: {canary: true}\n")
	r.write("envs/real.yaml", "values: {}\n")
	r.write("envs/dir.yaml/x", "")
	for link, target := range map[string]string{"link": "real.yaml", "out": "../secret.yaml", "far": "/etc/passwd"} {
		if err := os.Symlink(target, filepath.Join(r.dir, link+".yaml")); err != nil {
			t.Skip(err)
		}
	}
	if err := os.Symlink("..", filepath.Join(r.dir, "up")); err != nil {
		t.Fatal(err)
	}
	r.commitAll("odd")
	s := &git.Store{Dir: r.dir}
	for name, want := range map[string]string{
		"link@HEAD": "is not a regular file", "out@HEAD": "is not a regular file", "far@HEAD": "is not a regular file", "dir@HEAD": "is not a regular file",
		"up/secret@HEAD": "file does not exist",
	} {
		if text, err := s.Load(t.Context(), name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	elsewhere := &git.Store{Dir: t.TempDir()}
	if _, err := elsewhere.Load(t.Context(), "a@HEAD"); err == nil || !strings.Contains(err.Error(), "not a git repository") || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("outside of a repository: %v", err)
	}
	if err := s.Save(t.Context(), "real@HEAD", []byte("values: {}\n"), []byte("x")); err == nil || !strings.Contains(err.Error(), `save "real"`) {
		t.Errorf("saving a revision: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := s.Load(t.Context(), "real@HEAD"); err == nil || !strings.Contains(err.Error(), "the program git is needed") {
		t.Errorf("without git: %v", err)
	}
}

// A repository that the environment of the process names, as in a hook, is another one.
func TestVariablesOfHooks(t *testing.T) {
	r := history(t)
	t.Setenv("GIT_DIR", filepath.Join(t.TempDir(), "nowhere"))
	t.Setenv("GIT_WORK_TREE", t.TempDir())
	t.Setenv("GIT_INDEX_FILE", "/nowhere")
	s := &git.Store{Dir: r.dir}
	if got := load(t, s, "deep@v1"); got != "values: {deep: v1}\n" {
		t.Errorf("got %q", got)
	}
}
