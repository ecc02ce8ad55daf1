//go:build unix

package eval_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/google/go-cmp/cmp"
)

// A link stays a link, whatever name the file is saved by, and all names share the one lock and the one temporary file
// beside the file itself.
func TestSaveFollowsLinksInside(t *testing.T) {
	tree := map[string]string{
		"envs/org/a.yaml":     "old",
		"envs/same.yaml":      "-> org/a.yaml",
		"envs/org/up.yaml":    "-> ../same.yaml",
		"envs/team":           "-> org",
		"envs/around.yaml":    "-> team/../org/a.yaml",
		"envs/deep/sub/x":     "",
		"envs/sub":            "-> deep/sub",
		"envs/physical.yaml":  "-> sub/../a.yaml", // is deep/a.yaml
		"envs/deep/a.yaml":    "-> ../org/a.yaml",
		"envs/org/other.yaml": "other",
		"link":                "-> $DIR/envs",
	}
	for _, path := range []string{"envs", "link"} {
		for _, name := range []string{"org/a", "same", "org/up", "team/a", "team/up", "around", "physical"} {
			dir := t.TempDir()
			makeTree(t, dir, tree)
			before := files(t, dir)
			var during []string
			saver := eval.DirStepping(filepath.Join(dir, path), func(step string) error {
				if step == "rename a temporary file" {
					during = files(t, dir)
				}
				return nil
			})
			if err := saver.Save(t.Context(), name, []byte("old"), []byte("new")); err != nil {
				t.Errorf("Dir(%q): Save(%q): %v", path, name, err)
				continue
			}
			want := slices.Sorted(slices.Values(append(slices.Clone(before), "envs/org/.a.yaml.lock", "envs/org/.a.yaml.tmp")))
			slices.Sort(during)
			if diff := cmp.Diff(want, during); diff != "" {
				t.Errorf("Save(%q): files before the rename (-want +got):\n%s", name, diff)
			}
			if diff := cmp.Diff(before, files(t, dir)); diff != "" {
				t.Errorf("Save(%q): files after it (-want +got):\n%s", name, diff)
			}
			for file, content := range tree {
				file = filepath.Join(dir, file)
				if target, ok := strings.CutPrefix(content, "-> "); ok {
					if got, err := os.Readlink(file); err != nil || got != strings.ReplaceAll(target, "$DIR", dir) {
						t.Errorf("Save(%q): the link %s became %q, %v", name, file, got, err)
					}
				} else if got, err := os.ReadFile(file); err != nil || string(got) != strings.ReplaceAll(content, "old", "new") {
					t.Errorf("Save(%q): the file %s became %q, %v", name, file, got, err)
				}
			}
		}
	}
}

func TestSaveRefuses(t *testing.T) {
	t.Chdir(t.TempDir())
	makeTree(t, ".", map[string]string{
		"outside.yaml":             "old",
		"envs/a.yaml":              "old",
		"envs/out.yaml":            "-> ../outside.yaml",
		"envs/back.yaml":           "-> ../envs/a.yaml",
		"envs/absolute.yaml":       "-> /etc/hostname",
		"envs/up":                  "-> ..",
		"envs/dangling.yaml":       "-> nowhere.yaml",
		"envs/loop.yaml":           "-> loop.yaml",
		"envs/d.yaml/x":            "",
		"envs/todir.yaml":          "-> d.yaml",
		"envs/readonly.yaml":       "old",
		"envs/large.yaml":          "old",
		"envs/full.yaml":           "old",
		"envs/.full.yaml.tmp/x":    "a directory",
		"envs/locked.yaml":         "old",
		"envs/.locked.yaml.lock/x": "a directory",
		"envs/linked.yaml":         "old",
		"envs/.linked.yaml.lock":   "-> a.yaml",
		"envs/piped.yaml":          "old",
		"file":                     "",
	})
	if err := errors.Join(
		os.Chmod("envs/readonly.yaml", 0o444),
		os.Truncate("envs/large.yaml", 64<<20+1),
		syscall.Mkfifo("envs/pipe.yaml", 0o600),
		syscall.Mkfifo("envs/.piped.yaml.lock", 0o600),
	); err != nil {
		t.Fatal(err)
	}
	before := files(t, ".")
	const out = `: a symbolic link leads out of "envs"; use a relative link to a file in it, or a copy`
	for _, test := range []struct {
		dir, name string
		new       []byte
		want      string
		is        error
	}{
		{"envs", "none", nil, `"envs/none.yaml": no such file or directory; create it first`, fs.ErrNotExist},
		{"envs", "none/a", nil, `"envs/none/a.yaml": no such file or directory; create it first`, fs.ErrNotExist},
		{"envs", "dangling", nil, `"envs/dangling.yaml": no such file or directory; create it first`, fs.ErrNotExist},
		{"nowhere", "a", nil, `"nowhere": no such file or directory`, fs.ErrNotExist},
		{"file", "a", nil, `"file": not a directory`, nil},
		{"envs", "../outside", nil, `no file can have the name "../outside": invalid argument`, fs.ErrInvalid},
		{"envs", "", nil, `no file can have the name "": invalid argument`, fs.ErrInvalid},
		{"envs", "out", nil, `"envs/out.yaml"` + out, nil},
		{"envs", "back", nil, `"envs/back.yaml"` + out, nil},
		{"envs", "absolute", nil, `"envs/absolute.yaml"` + out, nil},
		{"envs", "up/outside", nil, `"envs/up/outside.yaml"` + out, nil},
		{"envs", "loop", nil, `"envs/loop.yaml": too many levels of symbolic links`, nil},
		{"envs", "d", nil, `"envs/d.yaml": is a directory and not a file`, nil},
		{"envs", "todir", nil, `"envs/todir.yaml": is a directory and not a file`, nil},
		{"envs", "pipe", nil, `"envs/pipe.yaml": is not a regular file`, nil},
		{"envs", "readonly", nil, `"envs/readonly.yaml": cannot write to it: permission denied; if it is meant to change, make it writable with chmod u+w`, fs.ErrPermission},
		{"envs", "large", nil, `"envs/large.yaml": cannot read it: has more than 67108864 bytes; only a regular file that can be read is replaced`, nil},
		{"envs", "a", make([]byte, 64<<20+1), `"envs/a.yaml": the new text has more than 67108864 bytes; split it`, nil},
		{"envs", "full", nil, `"envs/full.yaml": cannot remove an old temporary file: "envs/.full.yaml.tmp": directory not empty; remove it by hand`, nil},
		{"envs", "locked", nil, `"envs/locked.yaml": cannot lock it: "envs/.locked.yaml.lock": is a directory; the directory must be writable, and its file system able to lock`, nil},
		{"envs", "piped", nil, `"envs/piped.yaml": cannot lock it: "envs/.piped.yaml.lock": is not a regular file; the directory must be writable, and its file system able to lock`, nil},
		{"envs", "linked", nil, `"envs/linked.yaml": cannot lock it: "envs/.linked.yaml.lock": is not a regular file; the directory must be writable, and its file system able to lock`, nil},
	} {
		err := eval.Dir(test.dir).Save(t.Context(), test.name, []byte("old"), test.new)
		if err == nil || err.Error() != test.want {
			t.Errorf("Save(%q): error\n%v, want\n%s", test.name, err, test.want)
		}
		if test.is != nil && !errors.Is(err, test.is) || errors.Is(err, eval.ErrConflict) || errors.Is(err, eval.ErrUncertain) {
			t.Errorf("Save(%q): %v matches another error than it should", test.name, err)
		}
	}
	if diff := cmp.Diff(before, files(t, ".")); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for _, file := range []string{"outside.yaml", "envs/a.yaml", "envs/readonly.yaml", "envs/full.yaml", "envs/locked.yaml", "envs/linked.yaml"} {
		if text, err := os.ReadFile(file); err != nil || string(text) != "old" {
			t.Errorf("%s: %q, %v", file, text, err)
		}
	}
}

// The mode stays, whatever the umask; nobody else can read the new text before it has that mode.
func TestSaveKeepsMode(t *testing.T) {
	for _, umask := range []int{0, 0o022, 0o777} {
		for _, mode := range []fs.FileMode{0o600, 0o640, 0o644, 0o664, 0o666, 0o755, 0o200 | 0o400 | fs.ModeSetgid} {
			dir := newDirectory(t)
			file := filepath.Join(dir, "dev.yaml")
			makeTree(t, dir, map[string]string{".dev.yaml.tmp": "left by a dead process"})
			if err := errors.Join(os.Chmod(file, mode), os.Chmod(filepath.Join(dir, ".dev.yaml.tmp"), 0o666)); err != nil {
				t.Fatal(err)
			}
			saver := eval.DirStepping(dir, func(step string) error {
				if info, err := os.Stat(filepath.Join(dir, ".dev.yaml.tmp")); step == "keep its mode" && (err != nil || info.Mode()&^0o600 != 0 || info.Size() > 0) {
					t.Errorf("the temporary file begins with %v, %v", info, err)
				}
				return nil
			})
			before := syscall.Umask(umask)
			err := saver.Save(t.Context(), "dev", version("old"), version("new"))
			syscall.Umask(before)
			if err != nil {
				t.Errorf("mode %v, umask %04o: %v", mode, umask, err)
			}
			if info, err := os.Stat(file); err != nil || info.Mode() != mode {
				t.Errorf("mode %v, umask %04o: became %v, %v", mode, umask, info.Mode(), err)
			}
			checkVersion(t, dir, "new")
		}
	}
}

func TestSaveKeepsOwner(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give a file away")
	}
	dir := newDirectory(t)
	file := filepath.Join(dir, "dev.yaml")
	if err := errors.Join(os.Chown(file, 12, 34), os.Chmod(file, 0o640)); err != nil {
		t.Fatal(err)
	}
	if err := eval.Dir(dir).Save(t.Context(), "dev", version("old"), version("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if s := info.Sys().(*syscall.Stat_t); s.Uid != 12 || s.Gid != 34 || info.Mode() != 0o640 {
		t.Errorf("owner %d, group %d, mode %v, want 12, 34, 0640", s.Uid, s.Gid, info.Mode())
	}
	checkVersion(t, dir, "new")
}

func init() {
	children["limited"] = saveLimited
	children["unprivileged"] = saveUnprivileged
}

// saveLimited saves a text that is longer than a file may be.
func saveLimited([]string) error {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1000, Max: 1000}); err != nil {
		return err
	}
	return eval.Dir(".").Save(context.Background(), "dev", version("old"), version("new"))
}

// saveUnprivileged saves as somebody to whom modes mean something.
func saveUnprivileged([]string) error {
	if os.Getuid() == 0 {
		if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(65534), syscall.Setuid(65534)); err != nil {
			return err
		}
	}
	return eval.Dir(".").Save(context.Background(), "dev", version("old"), version("new"))
}

// The system refuses, and not a hook. The child runs in the directory, since an unprivileged one might not get there.
func TestSaveIsRefusedBySystem(t *testing.T) {
	for _, test := range []struct {
		name, job string
		file, dir fs.FileMode
		lock      fs.FileMode // of a lock file that was left, if any
		want      string
	}{
		{"the file would be too large", "limited", 0o644, 0o755, 0,
			"cannot write a temporary file: file too large; make room on the disk"},
		{"the directory is read-only", "unprivileged", 0o666, 0o555, 0,
			`cannot lock it: ".dev.yaml.lock": permission denied; make the directory writable, or remove the lock file that a dead process of another user has left`},
		{"the lock of another user was left", "unprivileged", 0o666, 0o777, 0o400,
			`cannot lock it: ".dev.yaml.lock": permission denied; make the directory writable, or remove the lock file that a dead process of another user has left`},
		{"the directory is read-only, and a lock was left", "unprivileged", 0o666, 0o555, 0o666,
			`cannot create a temporary file: ".dev.yaml.tmp": permission denied; make the directory writable, with room on its disk`},
		{"the file is read-only", "unprivileged", 0o444, 0o777, 0,
			"cannot write to it: permission denied; if it is meant to change, make it writable with chmod u+w"},
		{"the file is writable for others alone", "unprivileged", 0o464, 0o777, 0,
			"cannot write to it: permission denied; if it is meant to change, make it writable with chmod u+w"},
		{"the file is unreadable", "unprivileged", 0o222, 0o777, 0,
			"cannot read it: permission denied; only a regular file that can be read is replaced"},
		{"the directory cannot be listed", "unprivileged", 0o666, 0o333, 0, ""},
		{"nothing", "unprivileged", 0o666, 0o777, 0, "-"},
	} {
		dir := newDirectory(t)
		lock := filepath.Join(dir, ".dev.yaml.lock")
		if test.lock != 0 {
			if err := errors.Join(os.WriteFile(lock, nil, 0o600), os.Chmod(lock, test.lock)); err != nil {
				t.Fatal(err)
			}
		}
		file := filepath.Join(dir, "dev.yaml")
		if err := errors.Join(os.Chmod(file, test.file), os.Chmod(dir, test.dir)); err != nil {
			t.Fatal(err)
		}
		c := newChild(t, test.job)
		c.Dir = dir
		c.start(t)
		said := c.line()
		err := c.Wait()
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		want := `"dev.yaml": ` + test.want
		switch test.want {
		case "-": // the control: without an obstacle it works
			if err != nil || said != "" {
				t.Errorf("%s in the way: %s, %v", test.name, said, err)
			}
			checkVersion(t, dir, "new")
			continue
		case "":
			want = `".": permission denied`
		}
		if err == nil || said != want {
			t.Errorf("%s: error %v\n%s, want\n%s", test.name, err, said, want)
		}
		if info, err := os.Stat(file); err != nil || info.Mode() != test.file {
			t.Errorf("%s: mode %v, %v", test.name, info.Mode(), err)
		}
		if err := os.Chmod(file, 0o644); err != nil {
			t.Fatal(err)
		}
		os.Remove(lock)
		checkVersion(t, dir, "old")
	}
}

// A lock file that a dead process has left is no obstacle.
func TestSaveRemovesLeftLock(t *testing.T) {
	dir := newDirectory(t)
	makeTree(t, dir, map[string]string{".dev.yaml.lock": "whatever", ".dev.yaml.tmp": "left"})
	locks := 0
	err := eval.DirStepping(dir, func(step string) error {
		if step == "lock" {
			locks++
		}
		return nil
	}).Save(t.Context(), "dev", version("old"), version("new"))
	if err != nil || locks != 1 {
		t.Errorf("%d tries to lock, %v", locks, err)
	}
	checkVersion(t, dir, "new")
}

// A reader meets one text or another, never a part and never none.
func TestLoadDuringSaves(t *testing.T) {
	dir := newDirectory(t)
	saver := eval.Dir(dir)
	done := make(chan error, 1)
	go func() {
		texts := [][]byte{version("old"), version("new")}
		for i := range 200 {
			if err := saver.Save(context.Background(), "dev", texts[i%2], texts[(i+1)%2]); err != nil {
				done <- fmt.Errorf("save %d: %w", i, err)
				return
			}
		}
		done <- nil
	}()
	loads := 0
	for {
		select {
		case err := <-done:
			if err != nil || loads == 0 {
				t.Errorf("%d loads, %v", loads, err)
			}
			return
		default:
			runtime.Gosched()
		}
		text, err := saver.Load(t.Context(), "dev")
		if err != nil || !bytes.Equal(text, version("old")) && !bytes.Equal(text, version("new")) {
			t.Fatalf("load %d: %d bytes, %v", loads, len(text), err)
		}
		loads++
	}
}
