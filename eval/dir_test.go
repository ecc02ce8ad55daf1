//go:build unix || windows

package eval_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/rotators"
	"github.com/google/go-cmp/cmp"
)

// files lists what is in a directory and below, without the lock files that Windows keeps.
func files(t testing.TB, dir string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && (runtime.GOOS != "windows" || filepath.Ext(path) != ".lock") {
			rel, _ := filepath.Rel(dir, path)
			list = append(list, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// newDirectory is a directory with version "old" of the environment dev.
func newDirectory(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	makeTree(t, dir, map[string]string{"dev.yaml": string(version("old"))})
	return dir
}

// checkVersion fails unless the environment dev is a version, byte for byte, and alone in its directory.
func checkVersion(t testing.TB, dir, want string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "dev.yaml"))
	if err != nil || !bytes.Equal(text, version(want)) {
		t.Errorf("the file has %d bytes that begin with %.40q, %v; want version %s", len(text), text, err, want)
	}
	if diff := cmp.Diff([]string{"dev.yaml"}, files(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestSave(t *testing.T) {
	dir := newDirectory(t)
	saver := eval.Dir(dir)
	for _, step := range []struct {
		old, new, after string
		err             error
	}{
		{"old", "new", "new", nil},
		{"old", "new", "new", nil}, // what is there can be saved again
		{"old", "other", "new", eval.ErrConflict},
		{"other", "old", "new", eval.ErrConflict},
		{"new", "new", "new", nil},
		{"new", "old", "old", nil},
	} {
		err := saver.Save(t.Context(), "dev", version(step.old), version(step.new))
		if !errors.Is(err, step.err) || (err == nil) != (step.err == nil) {
			t.Errorf("Save(%s, %s): %v, want %v", step.old, step.new, err, step.err)
		}
		if step.err != nil {
			want := fmt.Sprintf("%q: changed by another in the meantime; load it and repeat the change", filepath.Join(dir, "dev.yaml"))
			if err.Error() != want {
				t.Errorf("error %v, want %s", err, want)
			}
		}
		checkVersion(t, dir, step.after)
	}
	if eval.ErrConflict != rotators.ErrConflict || eval.ErrUncertain != rotators.ErrUncertain {
		t.Error("the errors are not those of package rotators")
	}
}

func TestSaveEmptyTexts(t *testing.T) {
	dir := newDirectory(t)
	saver := eval.Dir(dir)
	for _, texts := range [][2][]byte{{version("old"), nil}, {nil, []byte("a")}, {[]byte("a"), {}}, {{}, version("new")}} {
		if err := saver.Save(t.Context(), "dev", texts[0], texts[1]); err != nil {
			t.Fatal(err)
		}
	}
	checkVersion(t, dir, "new")
}

// Every step is performed in the order that makes the result durable, also when the new text is there already.
func TestSaveSteps(t *testing.T) {
	dir := newDirectory(t)
	before, after := eval.SaveSteps()
	for range 2 {
		var steps []string
		saver := eval.DirStepping(dir, func(step string) error {
			steps = append(steps, step)
			return nil
		})
		if err := saver.Save(t.Context(), "dev", version("old"), version("new")); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(slices.Concat(before, after), steps); diff != "" {
			t.Errorf("steps (-want +got):\n%s", diff)
		}
	}
}

// No file but the document, its temporary file and its lock file is ever there, in the directory or in the system's one
// for temporary files.
func TestSaveMakesNoOtherFiles(t *testing.T) {
	base := t.TempDir()
	makeTree(t, base, map[string]string{"envs/app/dev.yaml": "old", "envs/prod.yaml": "prod", "tmp/x": ""})
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, filepath.Join(base, "tmp"))
	}
	t.Chdir(base)
	seen, listings := map[string]bool{}, 0
	look := func(string) error {
		listings++
		for _, file := range files(t, base) {
			seen[file] = true
		}
		return nil
	}
	if err := eval.DirStepping(filepath.Join(base, "envs"), look).Save(t.Context(), "app/dev", []byte("old"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"envs/app/dev.yaml", "envs/prod.yaml", "tmp/x", "envs/app/.dev.yaml.tmp", "envs/app/.dev.yaml.lock"} {
		if !seen[file] && runtime.GOOS != "windows" {
			t.Errorf("%s was never there", file)
		}
		delete(seen, file)
	}
	if len(seen) > 0 {
		t.Errorf("there were also %v", seen)
	}
	t.Logf("files: %d listings, 2 besides the document, 0 others", listings)
}

// What each step says when it fails with the error ERR.
var stepErrors = map[string]string{
	"open":                         `DIR: ERR`,
	"find":                         `FILE: ERR`,
	"lock":                         `FILE: cannot lock it: LOCK: ERR; the directory must be writable, and its file system able to lock`,
	"lock, refused":                `FILE: cannot lock it: LOCK: ERR; make the directory writable, or remove the lock file that a dead process of another user has left`,
	"read it":                      `FILE: cannot read it: ERR; only a regular file that can be read is replaced`,
	"write to it":                  `FILE: cannot write to it: ERR; if it is meant to change, make it writable with chmod u+w`,
	"open its directory":           `FILE: cannot open its directory: ERR; make the directory readable`,
	"remove an old temporary file": `FILE: cannot remove an old temporary file: ERR; remove it by hand`,
	"create a temporary file":      `FILE: cannot create a temporary file: ERR; make the directory writable, with room on its disk`,
	"keep its mode":                `FILE: cannot keep its mode: ERR; save as the owner of the file`,
	"write a temporary file":       `FILE: cannot write a temporary file: ERR; make room on the disk`,
	"flush a temporary file":       `FILE: cannot flush a temporary file: ERR; make room on the disk, and see that it is sound`,
	"close a temporary file":       `FILE: cannot close a temporary file: ERR; make room on the disk, and see that it is sound`,
	"read it again":                `FILE: cannot read it again: ERR; only a regular file that can be read is replaced`,
	"rename a temporary file":      `FILE: it is uncertain whether it was saved: cannot rename a temporary file: ERR; see that the directory is writable and its disk sound, and save again`,
	"flush the directory":          `FILE: it is uncertain whether it was saved: cannot flush the directory: ERR; see that its disk is sound, and save again`,
}

func TestSaveFailsAtEveryStep(t *testing.T) {
	before, after := eval.SaveSteps()
	count := 0
	for _, step := range slices.Concat(before, after) {
		for _, failure := range []error{syscall.ENOSPC, syscall.EIO, syscall.EACCES} {
			count++
			dir := newDirectory(t)
			file := filepath.Join(dir, "dev.yaml")
			was, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			err = eval.DirStepping(dir, func(name string) error {
				if name == step {
					return failure
				}
				return nil
			}).Save(t.Context(), "dev", version("old"), version("new"))
			if step == "unlock" { // which is after all that matters
				if err != nil {
					t.Errorf("%s: %v", step, err)
				}
				checkVersion(t, dir, "new")
				continue
			}

			text := step
			if step == "lock" && failure == syscall.EACCES {
				text = "lock, refused"
			}
			quote := func(path string) string { return fmt.Sprintf("%q", path) }
			want := strings.NewReplacer("DIR", quote(dir), "FILE", quote(file), "LOCK", quote(filepath.Join(dir, ".dev.yaml.lock")),
				"ERR", failure.Error()).Replace(stepErrors[text])
			if err == nil || err.Error() != want {
				t.Errorf("%s: error\n%v, want\n%s", step, err, want)
			}
			if uncertain := slices.Contains(after, step); !errors.Is(err, failure) || errors.Is(err, eval.ErrUncertain) != uncertain || errors.Is(err, eval.ErrConflict) {
				t.Errorf("%s: %v matches another error than it should", step, err)
			}
			if step == "flush the directory" {
				checkVersion(t, dir, "new")
			} else {
				checkVersion(t, dir, "old")
				if is, err := os.Stat(file); err != nil || is.Mode() != was.Mode() || !is.ModTime().Equal(was.ModTime()) || !os.SameFile(is, was) {
					t.Errorf("%s: the file is not the same any more: %v, %v", step, is, err)
				}
			}
			if err := eval.Dir(dir).Save(t.Context(), "dev", version("old"), version("new")); err != nil {
				t.Errorf("%s: saving again: %v", step, err)
			}
			checkVersion(t, dir, "new")
		}
	}
	t.Logf("failures: %d steps, %d failures, every file as before or uncertain, every repetition saved", len(before)+len(after), count)
}

func TestSaveCancelled(t *testing.T) {
	before, after := eval.SaveSteps()
	for _, step := range slices.Concat(before, after) {
		dir := newDirectory(t)
		ctx, cancel := context.WithCancel(t.Context())
		err := eval.DirStepping(dir, func(name string) error {
			if name == step {
				cancel()
			}
			return nil
		}).Save(ctx, "dev", version("old"), version("new"))
		if slices.Contains(before, step) {
			if !errors.Is(err, context.Canceled) || errors.Is(err, eval.ErrUncertain) {
				t.Errorf("%s: %v, want context.Canceled", step, err)
			}
			checkVersion(t, dir, "old")
		} else {
			if err != nil {
				t.Errorf("%s: %v, but the replacement had begun", step, err)
			}
			checkVersion(t, dir, "new")
		}
		if err := eval.Dir(dir).Save(ctx, "dev", version("old"), version("other")); err != context.Canceled {
			t.Errorf("%s: a context that has ended: %v", step, err)
		}
	}
}

// Whatever another program does to the file during a save, which no lock prevents, is not undone.
func TestSaveMeetsOthers(t *testing.T) {
	for _, step := range []string{"lock", "read it", "write a temporary file", "read it again"} {
		for _, test := range []struct {
			name  string
			do    func(file string) error
			is    error
			text  string
			after []string
		}{
			{"edits it", func(file string) error { return os.WriteFile(file, version("edited"), 0o644) }, eval.ErrConflict,
				"changed by another in the meantime", []string{"dev.yaml"}},
			{"removes it", os.Remove, fs.ErrNotExist, "cannot read it", nil},
			{"makes it a directory", func(file string) error {
				return errors.Join(os.Remove(file), os.Mkdir(file, 0o755), os.WriteFile(filepath.Join(file, "x"), nil, 0o644))
			}, nil, "is a directory and not a file", []string{"dev.yaml/x"}},
		} {
			dir := newDirectory(t)
			err := eval.DirStepping(dir, func(name string) error {
				if name == step {
					return test.do(filepath.Join(dir, "dev.yaml"))
				}
				return nil
			}).Save(t.Context(), "dev", version("old"), version("new"))
			if err == nil || !strings.Contains(err.Error(), test.text) || test.is != nil && !errors.Is(err, test.is) || errors.Is(err, eval.ErrUncertain) {
				t.Errorf("somebody %s before %q: %v", test.name, step, err)
			}
			if diff := cmp.Diff(test.after, files(t, dir)); diff != "" {
				t.Errorf("somebody %s before %q: files (-want +got):\n%s", test.name, step, diff)
			}
			if test.is == eval.ErrConflict {
				checkVersion(t, dir, "edited")
			}
		}
	}
}

// Of the goroutines that save over the same text, one wins.
func TestSaveConcurrently(t *testing.T) {
	const workers, rounds = 8, 25
	dir := newDirectory(t)
	saver := eval.Dir(dir)
	present := version("old")
	for round := range rounds {
		var group sync.WaitGroup
		results := make([]error, workers)
		texts := make([][]byte, workers)
		for i := range workers {
			group.Go(func() {
				texts[i] = version(fmt.Sprintf("%d of %d", round, i))
				results[i] = saver.Save(t.Context(), "dev", present, texts[i])
			})
		}
		group.Wait()
		winner := slices.Index(results, nil)
		if winner < 0 {
			t.Fatalf("nobody has saved: %v", results)
		}
		for i, err := range results {
			if i != winner && !errors.Is(err, eval.ErrConflict) {
				t.Errorf("round %d, worker %d: %v, want a conflict", round, i, err)
			}
		}
		present = texts[winner]
		if text, err := saver.Load(t.Context(), "dev"); err != nil || !bytes.Equal(text, present) {
			t.Fatalf("round %d: %.40q, %v is not what the winner saved", round, text, err)
		}
	}
	if diff := cmp.Diff([]string{"dev.yaml"}, files(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestSaveWaitsForTheLock(t *testing.T) {
	dir := newDirectory(t)
	holder := startChild(t, "hold", dir)
	if line := holder.line(); line != "held" {
		t.Fatal(line)
	}
	held := fmt.Sprintf("%q: cannot lock it: another save holds %q; let that program finish, or end it, and save again",
		filepath.Join(dir, "dev.yaml"), filepath.Join(dir, ".dev.yaml.lock"))
	save := func(ctx context.Context) error {
		return eval.Dir(dir).Save(ctx, "dev", version("old"), version("other"))
	}

	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if err := save(ctx); !errors.Is(err, context.DeadlineExceeded) || err.Error() != held+": context deadline exceeded" {
		t.Errorf("deadline: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	tries := 0
	err := eval.DirStepping(dir, func(step string) error {
		if tries++; step == "lock" && tries == 5 {
			stop()
		}
		return nil
	}).Save(ctx, "dev", version("old"), version("other"))
	if !errors.Is(err, context.Canceled) || err.Error() != held+": context canceled" {
		t.Errorf("cancelled: %v", err)
	}
	synctest.Test(t, func(t *testing.T) { // which need not wait
		start := time.Now()
		err := save(t.Context())
		if err == nil || err.Error() != held || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("no deadline: %v", err)
		}
		if waited := time.Since(start); waited != 10*time.Second {
			t.Errorf("waited %v, want 10s", waited)
		}
	})
	if text, err := eval.Dir(dir).Load(t.Context(), "dev"); err != nil || !bytes.Equal(text, version("old")) {
		t.Errorf("the file was touched: %.40q, %v", text, err)
	}

	holder.kill() // which ends the lock; the lock file and the temporary file are left
	if got := files(t, dir); runtime.GOOS != "windows" && len(got) != 3 {
		t.Errorf("a dead process left %v", got)
	}
	start := time.Now()
	if err := save(t.Context()); err != nil {
		t.Error(err)
	}
	if waited := time.Since(start); waited > 5*time.Second {
		t.Errorf("waited %v for a dead process", waited)
	}
	checkVersion(t, dir, "other")
}
