package eval_test

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/escapement-go/escapement/eval"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// makeTree makes files from their content, and symbolic links from "-> target".
func makeTree(t testing.TB, dir string, tree map[string]string) {
	t.Helper()
	for name, content := range tree {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, ok := strings.CutPrefix(content, "-> "); ok {
			err = os.Symlink(strings.ReplaceAll(target, "$DIR", dir), path)
		} else {
			err = os.WriteFile(path, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestLoad(t *testing.T) {
	tree := map[string]string{
		"a.yaml":           "one",
		"a@3.yaml":         "three",
		"empty.yaml":       "",
		"org/app/dev.yaml": "values:\r\n  \xff\x00",
		"org/app.yaml":     "beside the directory",
		"v1.2.yaml":        "dots",
		"-_.yaml":          "marks",
		"b.yml":            "other extension",
		"c.yaml.yaml":      "twice",
	}
	dir := t.TempDir()
	makeTree(t, dir, tree)
	for name, loader := range map[string]eval.Loader{"FS": eval.FS(os.DirFS(dir)), "Dir": eval.Dir(dir)} {
		for file, want := range tree {
			env, ok := strings.CutSuffix(file, ".yaml")
			if !ok {
				continue
			}
			if got, err := loader.Load(t.Context(), env); err != nil || string(got) != want {
				t.Errorf("%s: Load(%q) = %q, %v, want %q", name, env, got, err, want)
			}
		}
		for _, env := range []string{"b", "a@4", "org", "org/app/dev/x", "a.yaml", "none/a", "a/b"} {
			if got, err := loader.Load(t.Context(), env); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: Load(%q) = %q, %v, want fs.ErrNotExist", name, env, got, err)
			}
		}
	}
	if _, err := eval.FS(embed.FS{}).Load(t.Context(), "a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("empty file system: %v", err)
	}
}

func TestLoadFollowsLinksInside(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, map[string]string{
		"envs/org/a.yaml":    "a",
		"envs/same.yaml":     "-> org/a.yaml",
		"envs/org/up.yaml":   "-> ../same.yaml",
		"envs/team":          "-> org",
		"envs/around.yaml":   "-> org/../team/a.yaml",
		"envs/dangling.yaml": "-> nowhere.yaml",
		"link":               "-> $DIR/envs",
	})
	for _, path := range []string{"envs", "link"} {
		loader := eval.Dir(filepath.Join(dir, path))
		for _, env := range []string{"org/a", "same", "org/up", "team/a", "team/up", "around"} {
			if got, err := loader.Load(t.Context(), env); err != nil || string(got) != "a" {
				t.Errorf("Dir(%q): Load(%q) = %q, %v", path, env, got, err)
			}
		}
		if _, err := loader.Load(t.Context(), "dangling"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Dir(%q): link to nothing: %v, want fs.ErrNotExist", path, err)
		}
	}
}

func TestLoadRefusesLinksOut(t *testing.T) {
	t.Chdir(t.TempDir())
	makeTree(t, ".", map[string]string{
		"outside.yaml":       "canary",
		"envs/a.yaml":        "a",
		"envs/file.yaml":     "-> ../outside.yaml",
		"envs/up":            "-> ..",
		"envs/far.yaml":      "-> up/outside.yaml",
		"envs/back.yaml":     "-> ../envs/a.yaml",
		"envs/absolute.yaml": "-> /etc/passwd",
		"envs/root":          "-> /",
		"envs/zero.yaml":     "-> /dev/zero",
	})
	for _, env := range []string{"file", "up/outside", "far", "back", "absolute", "root/etc/passwd", "zero"} {
		got, err := eval.Dir("envs").Load(t.Context(), env)
		if err == nil {
			t.Errorf("Load(%q) = %q, want an error", env, got)
			continue
		}
		want := fmt.Sprintf("%q: a symbolic link leads out of \"envs\"; use a relative link to a file in it, or a copy", filepath.Join("envs", env+".yaml"))
		if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Errorf("error (-want +got):\n%s", diff)
		}
	}
}

func TestLoadRefusesOtherNames(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, map[string]string{"x.yaml": "canary", "envs/.yaml": "canary", "envs/a.yaml": "a"})
	for name, loader := range map[string]eval.Loader{"FS": eval.FS(os.DirFS(filepath.Join(dir, "envs"))), "Dir": eval.Dir(filepath.Join(dir, "envs"))} {
		for _, env := range []string{"", ".", "..", "../x", "a/../../x", "a/../a", "./a", "/a", "a/", "a//b", "a/.", "\xff", filepath.ToSlash(dir) + "/x"} {
			got, err := loader.Load(t.Context(), env)
			if !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%s: Load(%q) = %q, %v, want fs.ErrInvalid", name, env, got, err)
			}
		}
		for _, env := range []string{"a\x00", strings.Repeat("a", 5000)} {
			if got, err := loader.Load(t.Context(), env); err == nil {
				t.Errorf("%s: Load(%q) = %q, want an error", name, env, got)
			}
		}
	}
}

// Whatever the name, nothing outside is read.
func TestDirCannotBeLeft(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, map[string]string{
		"x.yaml":        "canary",
		"in/x.yaml":     "inside",
		"in/up":         "-> ..",
		"in/sub/x.yaml": "inside",
		"in/sub/out":    "-> ../..",
		"in/sub/again":  "-> ../../in",
		"in/y.yaml":     "-> up/x.yaml",
	})
	loader := eval.Dir(filepath.Join(dir, "in"))
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"..", ".", "", "in", "sub", "up", "out", "again", "x", "y", dir, "\\"}), 1, 8).Draw(t, "parts")
		name := strings.Join(parts, "/")
		if text, err := loader.Load(t.Context(), name); err == nil && string(text) != "inside" {
			t.Fatalf("Load(%q) = %q", name, text)
		}
	})
}

func TestLoadErrors(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the texts of the system differ")
	}
	t.Chdir(t.TempDir())
	makeTree(t, ".", map[string]string{
		"envs/d.yaml/x": "",
		"envs/loop":     "-> loop",
		"file":          "",
	})
	fsys := fstest.MapFS{
		"d.yaml/x":    {},
		"pipe.yaml":   {Mode: fs.ModeNamedPipe},
		"device.yaml": {Mode: fs.ModeDevice | fs.ModeCharDevice},
	}
	for _, test := range []struct {
		name   string
		loader eval.Loader
		env    string
		want   string
		is     error
	}{
		{"directory", eval.Dir("envs"), "d", `"envs/d.yaml": is a directory and not a file`, nil},
		{"absent", eval.Dir("envs"), "a/b@3", `"envs/a/b@3.yaml": no such file or directory`, fs.ErrNotExist},
		{"loop of links", eval.Dir("envs"), "loop/a", `"envs/loop/a.yaml": too many levels of symbolic links`, nil},
		{"no such path", eval.Dir("nowhere"), "a", `"nowhere": no such file or directory`, fs.ErrNotExist},
		{"no path", eval.Dir(""), "a", `"": no such file or directory`, fs.ErrNotExist},
		{"path is a file", eval.Dir("file"), "a", `"file": not a directory`, nil},
		{"other name", eval.Dir("envs"), "../a", `no file can have the name "../a": invalid argument`, fs.ErrInvalid},
		{"FS: directory", eval.FS(fsys), "d", `"d.yaml": is a directory and not a file`, nil},
		{"FS: absent", eval.FS(fsys), "a", `"a.yaml": file does not exist`, fs.ErrNotExist},
		{"FS: pipe", eval.FS(fsys), "pipe", `"pipe.yaml": is not a regular file`, nil},
		{"FS: device", eval.FS(fsys), "device", `"device.yaml": is not a regular file`, nil},
		{"FS: unreadable", eval.FS(brokenFS{openError: fs.ErrPermission}), "a", `"a.yaml": permission denied`, fs.ErrPermission},
		{"FS: fails in the middle", eval.FS(brokenFS{readError: io.ErrUnexpectedEOF}), "a", `"a.yaml": unexpected EOF`, io.ErrUnexpectedEOF},
	} {
		t.Run(test.name, func(t *testing.T) {
			text, err := test.loader.Load(t.Context(), test.env)
			if err == nil {
				t.Fatalf("Load = %q, want error %q", text, test.want)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("error %v does not match %v", err, test.is)
			}
		})
	}
}

// A brokenFS has every file; it cannot be opened, or fails after its first bytes, or never ends.
type brokenFS struct {
	openError, readError error
	read                 *int // counts the bytes of a file without end
}

func (b brokenFS) Stat(name string) (fs.FileInfo, error) { return fstest.MapFS{name: {}}.Stat(name) }

func (b brokenFS) Open(name string) (fs.File, error) {
	if b.openError != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: b.openError}
	}
	return brokenFile{nil, b}, nil
}

type brokenFile struct {
	fs.File
	brokenFS
}

func (brokenFile) Close() error { return nil }

func (f brokenFile) Stat() (fs.FileInfo, error) { return f.brokenFS.Stat("a") }

func (f brokenFile) Read(p []byte) (int, error) {
	if f.readError != nil {
		return copy(p, "text"), f.readError
	}
	*f.read += len(p)
	return len(p), nil
}

func TestLoadReadsAtMost64MiB(t *testing.T) {
	const limit = 64 << 20
	read := 0
	_, err := eval.FS(brokenFS{read: &read}).Load(t.Context(), "a")
	if want := `"a.yaml": has more than 67108864 bytes`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if read != limit+1 {
		t.Errorf("%d bytes of an endless file were read, want %d", read, limit+1)
	}

	dir := t.TempDir()
	makeTree(t, dir, map[string]string{"exact.yaml": ""})
	if err := os.Truncate(filepath.Join(dir, "exact.yaml"), limit); err != nil { // a hole takes no room
		t.Fatal(err)
	}
	if text, err := eval.Dir(dir).Load(t.Context(), "exact"); err != nil || len(text) != limit {
		t.Errorf("64 MiB: %d bytes, %v", len(text), err)
	}
}

// untouchedFS fails the test when it is used.
type untouchedFS struct{ *testing.T }

func (u untouchedFS) Open(name string) (fs.File, error) {
	u.Errorf("%q is opened", name)
	return nil, fs.ErrNotExist
}

func TestLoadCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	makeTree(t, dir, map[string]string{"a.yaml": "a"})
	for name, loader := range map[string]eval.Loader{"FS": eval.FS(untouchedFS{t}), "Dir": eval.Dir(dir)} {
		if text, err := loader.Load(ctx, "a"); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: Load = %q, %v, want context.Canceled", name, text, err)
		}
	}
}

func TestLoadConcurrently(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, map[string]string{"a.yaml": "a", "b/c.yaml": "b/c"})
	loader := eval.Dir(dir)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				for _, env := range []string{"a", "b/c"} {
					text, err := loader.Load(t.Context(), env)
					if err != nil || !bytes.Equal(text, []byte(env)) {
						t.Errorf("Load(%q) = %q, %v", env, text, err)
						return
					}
					text[0] = 'x' // each caller has a copy of its own
				}
			}
		})
	}
	group.Wait()
}
