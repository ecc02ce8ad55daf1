package eval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// Dir returns a Creator that finds the environment NAME in the file NAME.yaml under the directory path. A version is part
// of the name: a/b@3 is the file a/b@3.yaml. Only regular files of at most 64 MiB are read and written. A relative path is
// relative to the working directory at the time of each call.
//
// A symbolic link is followed if it is relative and stays under path; one that leads out is an error. The path itself may
// be a link.
//
// Save replaces a file as a whole: it writes .NAME.yaml.tmp beside it, flushes that to the disk, renames it and flushes the
// directory, so that a process or machine that dies at any moment leaves the old text or the new one. What such a process
// leaves behind, the next save of that environment removes. The mode stays; owner and group stay where the system lets
// them; a link stays a link, and the file it leads to is replaced. What else belongs to the file, such as further hard
// links and extended attributes, does not follow. A file that is not writable is not replaced, since that is what its mode
// asks for.
//
// Create makes a file as Save replaces one, with the mode that the system gives to new files, and before it the directories
// of its name. The directory path itself must be there. A link to nothing is an error.
//
// Saves of one file exclude each other, in one process and among several, by a lock on .NAME.yaml.lock beside it, which
// is there only during a save (on Windows it stays). Save waits for the lock until the context ends, and at most 10 s.
// Editors and other programs take no lock; Save compares the text last thing before the rename. Where files cannot be
// locked, which is everywhere but on Windows, Linux, macOS, the BSDs and illumos, Save fails.
//
// An error of Save or Create that does not match [ErrUncertain] says that the file is untouched.
func Dir(path string) Creator {
	return directory{path: path}
}

type directory struct {
	path string
	step func(name string) error // nil, or a test's: called before each step of a save, which fails with its error
}

// begin is called before each step of a save.
func (d directory) begin(step string) error {
	if d.step == nil {
		return nil
	}
	return d.step(step)
}

func (d directory) Load(ctx context.Context, name string) ([]byte, error) {
	file, err := environmentFile(ctx, name)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return nil, fileError(d.path, err)
	}
	defer root.Close()

	text, err := readEnvironment(ctx, root.FS(), file)
	if err != nil {
		return nil, d.fileError(root, file, err)
	}
	return text, nil
}

func (d directory) Save(ctx context.Context, name string, old, new []byte) error {
	file, err := environmentFile(ctx, name)
	if err != nil {
		return err
	}
	return d.put(ctx, file, &replacement{directory: d, old: old, new: new})
}

func (d directory) Create(ctx context.Context, name string, text []byte) error {
	file, err := environmentFile(ctx, name)
	switch {
	case err != nil:
		return err
	case !syntax.IsCanonical(name):
		return fmt.Errorf("no environment can have the name %q: %w", name, fs.ErrInvalid)
	}
	return d.put(ctx, file, &replacement{directory: d, new: text, create: true})
}

// put performs a save, or makes a file.
func (d directory) put(ctx context.Context, file string, r *replacement) error {
	path := filepath.Join(d.path, file)
	if len(r.new) > maxFileSize {
		return fmt.Errorf("%q: the new text has more than %d bytes; split it", path, maxFileSize)
	}
	if err := d.begin("open"); err != nil {
		return fileError(d.path, err)
	}
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return fileError(d.path, err)
	}
	defer root.Close()

	if err := r.find(root, file); err != nil {
		return d.fileError(root, file, err)
	}
	defer r.parent.Close()
	if err := r.run(ctx); err != nil {
		return fmt.Errorf("%q: %w", path, err)
	}
	return nil
}

// fileError is the error of an operation in root. It says so if a link leads out.
func (d directory) fileError(root *os.Root, file string, err error) error {
	if leavesRoot(root, err) {
		err = fmt.Errorf("a symbolic link leads out of %q; use a relative link to a file in it, or a copy", d.path)
	}
	return fileError(filepath.Join(d.path, file), err)
}

// leavesRoot reports whether err is how root refuses a path that leads out of it. Package os does not export that error,
// so the root is asked for one.
func leavesRoot(root *os.Root, err error) bool {
	_, outside := root.Lstat("..")
	return errors.Is(err, errors.Unwrap(outside))
}

// maxLinks is far more than any system follows.
const maxLinks = 255

// followLinks follows the links that a path ends with. It returns the directory that the file itself is in, as a path that may
// begin with further links, and the name of the file.
func followLinks(root *os.Root, path string) (dir, file string, err error) {
	for range maxLinks {
		dir, file := filepath.Split(path)
		info, err := root.Lstat(path)
		if err != nil {
			return "", "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			return cmp.Or(dir, "."), file, nil
		}
		target, err := root.Readlink(path)
		if err != nil {
			return "", "", err
		}
		path = dir + target // not cleaned: what is above a link is not what is above its target
	}
	return "", "", errors.New("too many levels of symbolic links")
}
