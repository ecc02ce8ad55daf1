package eval_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
)

func TestList(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, map[string]string{
		"b/dev.yaml": "", "a.yaml": "", "b.yaml": "", "b/c/deep.yaml": "", "d.yaml/e.yaml": "", // are environments
		"a@3.yaml": "", "default/a.yaml": "", "bad name.yaml": "", "bad name/a.yaml": "", "a.yml": "", "notes.txt": "", "c.yaml.bak": "",
		".hidden.yaml": "", ".git/a.yaml": "", "b/.dev.yaml.lock": "", "b/.dev.yaml.tmp": "",
		"link.yaml": "-> a.yaml", "team": "-> .versions/42", ".versions/42/live.yaml": "", "broken.yaml": "-> nowhere.yaml",
		"gone": "-> nowhere", "out.yaml": "-> ../a.yaml", "loop": "-> .", "b/up": "-> ..",
	})
	want := []string{"a", "b", "b/c/deep", "b/dev", "broken", "d.yaml/e", "link", "out", "team/live"}
	for name, loader := range map[string]eval.Loader{"FS": eval.FS(os.DirFS(dir)), "Dir": eval.Dir(dir)} {
		e := &eval.Evaluator{Loader: loader}
		got, err := e.List(t.Context())
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
		for _, listed := range got {
			_, err := loader.Load(t.Context(), listed)
			if missing := listed == "broken" || listed == "out"; missing != (err != nil) {
				t.Errorf("%s: %s: %v", name, listed, err)
			}
		}
	}
	memory := eval.Evaluator{Loader: eval.FS(fstest.MapFS{"x/y.yaml": {}, "x/.y.yaml": {}, "a.yaml": {}})}
	if got, err := memory.List(t.Context()); !cmp.Equal(got, []string{"a", "x/y"}) || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestListFails(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, map[string]string{"leads/out": "-> " + os.TempDir(), "file": ""})
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		ctx    context.Context
		loader eval.Loader
		want   string
	}{
		"no lister":     {t.Context(), struct{ eval.Loader }{eval.Dir(dir)}, "name them"},
		"no loader":     {t.Context(), nil, "name them"},
		"no directory":  {t.Context(), eval.Dir(filepath.Join(dir, "none")), `none": no such file`},
		"no directory ": {t.Context(), eval.FS(os.DirFS(filepath.Join(dir, "none"))), "no such file"},
		"a file":        {t.Context(), eval.Dir(filepath.Join(dir, "file")), `file": `},
		"leads out":     {t.Context(), eval.Dir(dir), `out": a symbolic link leads out of `},
		"canceled":      {canceled, eval.Dir(dir), "context canceled"},
	} {
		names, err := (&eval.Evaluator{Loader: test.loader}).List(test.ctx)
		if err == nil || names != nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "openat") {
			t.Errorf("%s: %q, %v", name, names, err)
		}
		if strings.HasPrefix(name, "no directory") && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
