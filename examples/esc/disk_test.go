package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval/evaltest"
)

// TestNoPlaintextOnDisk looks at every file again and again while commands handle secrets. Only the text for an editor,
// and the files of a program, may hold one.
func TestNoPlaintextOnDisk(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("the editor is a shell command")
	}
	dir, private, canary := t.TempDir(), t.TempDir(), evaltest.NewCanary()
	key, file := filepath.Join(t.TempDir(), "key"), filepath.Join(dir, "app.yaml")
	if err := os.WriteFile(file, []byte("values: {a: 1}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	esc := func(input string, args ...string) {
		t.Helper()
		cmd := exec.Command("esc", append([]string{"--dir", dir, "--key", key}, args...)...)
		cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+private, "TMPDIR="+private, "GORACE=atexit_sleep_ms=0")
		cmd.Stdin = strings.NewReader(input)
		out, err := cmd.CombinedOutput()
		if err != nil || canary.Leaks(string(out)) != nil {
			t.Fatalf("esc %q: %v\n%s", args, err, out)
		}
	}
	esc("", "key", "new")

	done, looks := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		defer func() { looks <- n }()
		for {
			select {
			case <-done:
				return
			default:
				n++
				look(t, dir, canary)
			}
		}
	}()
	for range 10 {
		esc(canary.Text(), "set", "app", "b.c", "--secret")
		esc("", "edit", "app", "--editor", `sh -c 'grep -q "canary <" "$1" && echo "  # $$" >> "$1"' sh`)
		esc("", "encrypt", "app")
		esc("", "set", "app", "files.KEY", "${b.c}")
		esc("", "run", "app", "--", "sh", "-c", `grep -q "canary <" "$KEY" && cat "$KEY"`)
		esc("", "rm", "app", "files")
		esc("", "rm", "app", "b")
	}
	close(done)
	if n := <-looks; n < 10 {
		t.Errorf("looked %d times only", n)
	}
	look(t, private, canary)
}

// look makes sure that no file in a directory holds a canary, nor has it in its name. Files may go meanwhile.
func look(t *testing.T, dir string, canary evaltest.Canary) {
	filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil
		}
		text, _ := os.ReadFile(path)
		if forms := canary.Leaks(path + string(text)); forms != nil {
			t.Errorf("%q holds plain text as %v", path, forms)
		}
		return nil
	})
}
