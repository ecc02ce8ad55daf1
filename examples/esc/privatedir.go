package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A privateDir is a directory of files with secrets, for as long as an editor or another program needs them.
type privateDir struct {
	dir  string
	held io.Closer
}

// privatePrefix begins the names of private directories.
const privatePrefix = "esc-private-"

// newPrivateDir makes a directory that only its user can enter, in memory where the system has such a place.
func newPrivateDir() (*privateDir, error) {
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
				return &privateDir{dir, held}, nil
			}
			os.Remove(dir)
		}
	}
	return nil, errors.New("no directory for temporary files can be written to; name one in TMPDIR")
}

func (d *privateDir) file(name string) string { return filepath.Join(d.dir, name) }

// put writes a file that only its user can read.
func (d *privateDir) put(name string, text []byte) error {
	return os.WriteFile(d.file(name), text, 0o600)
}

func (d *privateDir) take(name string) ([]byte, error) { return os.ReadFile(d.file(name)) }

func (d *privateDir) clear() error {
	defer d.held.Close()
	if err := os.RemoveAll(d.dir); err != nil {
		return fmt.Errorf("secrets are still in %q; remove it: %w", d.dir, err)
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
