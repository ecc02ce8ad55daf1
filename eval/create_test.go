//go:build unix || windows

package eval_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
)

// A new file and its directories have the modes of any that the user makes.
func TestCreateModes(t *testing.T) {
	dir := t.TempDir()
	if err := eval.Dir(dir).Create(t.Context(), "team/app/dev", []byte("values: {}\n")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "usual"), 0o777); err != nil {
		t.Fatal(err)
	}
	usual, err := os.Stat(filepath.Join(dir, "usual"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]fs.FileMode{"team": usual.Mode(), "team/app": usual.Mode(), "team/app/dev.yaml": usual.Mode().Perm() & 0o666}
	for path, mode := range want {
		got, err := os.Stat(filepath.Join(dir, path))
		if err != nil || got.Mode() != mode {
			t.Errorf("%s: %v, %v, want the mode %v", path, got, err, mode)
		}
	}
}

// What is in the way stays as it is.
func TestCreateRefuses(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, map[string]string{"inside/app.yaml": "old", "inside/file": "", "outside/x": ""})
	inside := filepath.Join(dir, "inside")
	if runtime.GOOS != "windows" {
		for link, target := range map[string]string{"link.yaml": "nothing.yaml", "out": "../outside"} {
			if err := os.Symlink(target, filepath.Join(inside, link)); err != nil {
				t.Fatal(err)
			}
		}
	}
	before := files(t, dir)
	for name, want := range map[string]string{
		"app": "file already exists", "file/app": "not a directory", "link": "is a symbolic link to nothing; remove it",
		"out/app": "a symbolic link leads out of", "a b": "no environment can have the name", "../outside/app": "no file can have the name",
	} {
		err := eval.Dir(inside).Create(t.Context(), name, []byte("new"))
		if err == nil || runtime.GOOS != "windows" && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
		if errors.Is(err, fs.ErrExist) != (name == "app") {
			t.Errorf("%s: whether it exists already: %v", name, err)
		}
	}
	if diff := cmp.Diff(before, files(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if err := eval.Dir(filepath.Join(dir, "nowhere")).Create(t.Context(), "app", nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a directory that is not there: %v", err)
	}
}

// A process that dies before any step leaves nothing under the name, or the text from the rename on; the next Create removes
// what it left.
func TestCreateKilledAtEveryStep(t *testing.T) {
	before, after := eval.SaveSteps()
	counts := map[string]int{}
	for _, step := range slices.Concat(before, []string{eval.PlaceStep}, after) {
		dir := t.TempDir()
		c := startChild(t, "create", dir, step)
		if said := c.line(); c.Wait() == nil || said != "" {
			t.Errorf("%s: the process was not killed: %q", step, said)
		}
		text, err := os.ReadFile(filepath.Join(dir, "team", "dev.yaml"))
		switch made := slices.Contains(after[1:], step); {
		case made && (err != nil || !bytes.Equal(text, version("new"))):
			t.Errorf("%s: the file has %d bytes, %v", step, len(text), err)
		case !made && !errors.Is(err, fs.ErrNotExist):
			t.Errorf("%s: there is a file of %d bytes, %v", step, len(text), err)
		case made:
			counts["made"]++
		default:
			counts["absent"]++
		}
		if err := eval.Dir(dir).Create(t.Context(), "team/dev", version("new")); err != nil {
			t.Errorf("%s: the next Create: %v", step, err)
		}
		if diff := cmp.Diff([]string{"team/dev.yaml"}, files(t, dir)); diff != "" {
			t.Errorf("%s: files (-want +got):\n%s", step, diff)
		}
	}
	t.Logf("kills while creating: %d steps, %d absent, %d made, 0 other", len(before)+1+len(after), counts["absent"], counts["made"])
}

func TestEvaluatorCreate(t *testing.T) {
	memory := &eval.Memory{}
	e := &eval.Evaluator{Loader: memory}
	parse := func(name, text string) *eval.Document {
		t.Helper()
		d, err := eval.Parse(name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	made, err := e.Create(t.Context(), parse("app", "values: {a: 1}\n"))
	if err != nil {
		t.Fatal(err)
	}
	changed, err := made.SetText("a", "2")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Save(t.Context(), changed); err != nil {
		t.Errorf("saving what was made: %v", err)
	}
	if text, err := memory.Load(t.Context(), "app"); string(text) != "values: {a: 2}\n" {
		t.Errorf("%q, %v", text, err)
	}

	_, err = e.Create(t.Context(), parse("app", "values: {a: 3}\n"))
	wantCodes(t, err, "environment-exists")
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("%v does not match fs.ErrExist", err)
	}
	_, err = e.Create(t.Context(), parse("app@3", ""))
	wantCodes(t, err, "pinned-version")
	_, err = e.Create(t.Context(), new(eval.Document))
	wantCodes(t, err, "invalid-environment-name")
	_, err = (&eval.Evaluator{Loader: &evaltest.Host{}}).Create(t.Context(), parse("app", ""))
	wantCodes(t, err, "not-writable")

	secret := parse("app", "values: {a: {fn::secret: hunter2}}\n")
	for code, create := range map[string]func() error{
		"broken": func() error { return errors.New("quotes hunter2") },
		"panics": func() error { panic("hunter2") },
	} {
		_, err := (&eval.Evaluator{Loader: &creating{create: create}}).Create(t.Context(), secret)
		wantCodes(t, err, "save-failed")
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error has a secret: %v", code, err)
		}
	}
}

// creating is a Creator that makes nothing.
type creating struct {
	eval.Memory
	create func() error
}

func (c *creating) Create(context.Context, string, []byte) error { return c.create() }
