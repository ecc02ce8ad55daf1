package eval

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The modes of what Create makes, from which the system takes what the user does not want.
const (
	newFileMode      fs.FileMode = 0o666
	newDirectoryMode fs.FileMode = 0o777
)

// placeStep is the step of makePlace.
const placeStep = "make its directories"

// makePlace makes the directories that a new file is to be in.
func (r *replacement) makePlace(root *os.Root, path string) error {
	// Anything else that is there by now was made by a rival, and is found under the lock.
	if info, err := root.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return errors.New("is a symbolic link to nothing; remove it")
	}
	dir, file := filepath.Split(filepath.FromSlash(path))
	dir = cmp.Or(strings.TrimSuffix(dir, string(filepath.Separator)), ".")
	if err := r.begin(placeStep); err != nil {
		return err
	}
	if err := makeDirectories(root, dir); err != nil {
		return err
	}
	parent, err := root.OpenRoot(dir)
	r.file, r.parentPath, r.parent = file, filepath.Join(r.path, dir), parent
	return err
}

// makeDirectories makes a directory and those above it durable, whoever has made them: if that was a process that died,
// nobody else has.
func makeDirectories(root *os.Root, dir string) error {
	if dir == "." {
		return nil
	}
	above := filepath.Dir(dir)
	if err := makeDirectories(root, above); err != nil {
		return err
	}
	if err := root.Mkdir(dir, newDirectoryMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	names, err := root.Open(above)
	if err != nil {
		return err
	}
	defer names.Close()
	return syncNames(names)
}
