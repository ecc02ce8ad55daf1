package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// editorGrace is how long an editor that was told to end may take.
const editorGrace = 5 * time.Second

// A privateDir is a directory with one file, which holds secrets as long as a person edits them.
type privateDir struct {
	dir, name string
	held      io.Closer
}

// privatePrefix begins the names of private directories.
const privatePrefix = "esc-edit-"

// newPrivateDir makes a directory that only its user can enter, in memory where the system has such a place.
func newPrivateDir(name string) (*privateDir, error) {
	for _, parent := range []string{os.Getenv("XDG_RUNTIME_DIR"), "/dev/shm", os.TempDir()} {
		if parent == "" {
			continue
		}
		clearAbandoned(parent)
		for range 3 { // another esc may take it for abandoned before it is held
			dir, err := os.MkdirTemp(parent, privatePrefix)
			if err != nil {
				break
			}
			held, err := hold(dir)
			if err == nil {
				return &privateDir{dir, name, held}, nil
			}
			os.Remove(dir)
		}
	}
	return nil, errors.New("no directory for temporary files can be written to; name one in TMPDIR")
}

func (d *privateDir) file() string { return filepath.Join(d.dir, d.name) }

func (d *privateDir) put(text []byte) error { return os.WriteFile(d.file(), text, 0o600) }

func (d *privateDir) take() ([]byte, error) { return os.ReadFile(d.file()) }

func (d *privateDir) clear() error {
	defer d.held.Close()
	if err := os.RemoveAll(d.dir); err != nil {
		return fmt.Errorf("the text with its secrets is still in %q; remove it: %w", d.dir, err)
	}
	return nil
}

// clearAbandoned removes the private directories of processes that were killed.
func clearAbandoned(parent string) {
	dirs, _ := filepath.Glob(filepath.Join(parent, privatePrefix+"*"))
	for _, dir := range dirs {
		// What else has such a name is not ours, and opening it may wait forever.
		if info, err := os.Lstat(dir); err == nil && info.IsDir() && abandoned(dir) {
			os.RemoveAll(dir)
		}
	}
}
