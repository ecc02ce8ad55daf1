package eval

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A replacement is one save to a directory, or the making of a file in it.
type replacement struct {
	directory
	old, new []byte
	create   bool // there must be no file, instead of one with the old text

	parent     *os.Root // the directory that the file itself is in, whatever the links to it
	parentPath string
	file       string      // its name there
	info       fs.FileInfo // what it was before; nil: there was none

	temporary *os.File
	names     *os.File // the parent, open for flushing its names
}

// A saveStep is a system call of a save, or a few that have no effect between them.
type saveStep struct {
	name, remedy string // "cannot NAME: error; REMEDY"
	do           func(*replacement) error
}

// preparing is what a save does under the lock before it touches the file, replacing the rest. The end of the context is
// obeyed between the two; the rename must not be left without the flush that makes it durable.
var (
	preparing = []saveStep{
		{"read it", "only a regular file that can be read is replaced", (*replacement).compare},
		{"write to it", "if it is meant to change, make it writable with chmod u+w", (*replacement).checkWritable},
		{"open its directory", "make the directory readable", (*replacement).openParent},
		{"remove an old temporary file", "remove it by hand", (*replacement).removeTemporary},
		{"create a temporary file", "make the directory writable, with room on its disk", (*replacement).createTemporary},
		{"keep its mode", "save as the owner of the file", (*replacement).keepMode},
		{"write a temporary file", "make room on the disk", (*replacement).write},
		{"flush a temporary file", "make room on the disk, and see that it is sound", (*replacement).flush},
		{"close a temporary file", "make room on the disk, and see that it is sound", (*replacement).close},
		{"read it again", "only a regular file that can be read is replaced", (*replacement).compare},
	}
	replacing = []saveStep{
		{"rename a temporary file", "see that the directory is writable and its disk sound, and save again", (*replacement).rename},
		{"flush the directory", "see that its disk is sound, and save again", (*replacement).flushNames},
	}
)

// find finds the file. The steps that follow need no other path than its name, even if a directory above it is renamed.
func (r *replacement) find(root *os.Root, path string) error {
	if err := r.begin("find"); err != nil {
		return err
	}
	info, err := root.Stat(path) // also refuses links that lead out, to nothing or in a circle
	if r.create && errors.Is(err, fs.ErrNotExist) {
		return r.makePlace(root, path)
	}
	if err != nil {
		return notCreated(err)
	}
	if err := checkRegular(info); err != nil {
		return err
	}
	dir, file, err := followLinks(root, filepath.FromSlash(path))
	if err != nil {
		return notCreated(err)
	}
	r.info, r.file, r.parentPath = info, file, filepath.Join(r.path, dir)
	r.parent, err = root.OpenRoot(dir)
	return err
}

// notCreated adds to the error of a missing file what to do about it.
func notCreated(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; create it first", systemError(err))
	}
	return err
}

func (r *replacement) run(ctx context.Context) error {
	unlock, err := r.lock(ctx)
	if err != nil {
		return err
	}
	defer func() {
		r.discard()
		r.begin("unlock")
		unlock()
	}()
	for _, step := range preparing {
		if err := r.perform(step); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("nothing was saved: %w", err)
	}
	for _, step := range replacing {
		if err := r.perform(step); err != nil {
			return fmt.Errorf("%w: %w", ErrUncertain, err)
		}
	}
	return nil
}

func (r *replacement) perform(s saveStep) error {
	err := r.begin(s.name)
	if err == nil {
		err = s.do(r)
	}
	if err == nil {
		return nil
	}
	switch {
	case err == fs.ErrExist: // of this file, not of one on the way to it
		return err
	case errors.Is(err, ErrConflict):
		return fmt.Errorf("%w; load it and repeat the change", err)
	}
	return fmt.Errorf("cannot %s: %w; %s", s.name, systemError(err), s.remedy)
}

// discard ends what a failure has left open. After a rename there is no temporary file to remove.
func (r *replacement) discard() {
	if r.names != nil {
		r.names.Close()
	}
	if r.temporary != nil {
		r.temporary.Close()
		r.parent.Remove(r.temporaryName())
	}
}

func (r *replacement) temporaryName() string { return "." + r.file + ".tmp" }

// compare finds a conflict. The new text is none: it is what an earlier try has written, perhaps not durably, and is
// therefore written again.
func (r *replacement) compare() error {
	info, err := r.parent.Lstat(r.file)
	if r.create && errors.Is(err, fs.ErrNotExist) {
		r.info = nil
		return nil
	}
	if err != nil {
		return err
	}
	if err := checkRegular(info); err != nil {
		return err
	}
	text, err := readEnvironment(context.Background(), r.parent.FS(), r.file)
	if err != nil {
		return err
	}
	switch {
	case bytes.Equal(text, r.new):
	case r.create:
		return fs.ErrExist
	case !bytes.Equal(text, r.old):
		return ErrConflict
	}
	r.info = info
	return nil
}

// checkWritable refuses what a rename would not: to replace a file that must not be written to.
func (r *replacement) checkWritable() error {
	if r.info == nil {
		return nil
	}
	if r.info.Mode().Perm()&0o222 == 0 { // a privileged user can open it all the same
		return fs.ErrPermission
	}
	f, err := r.parent.OpenFile(r.file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

func (r *replacement) openParent() (err error) {
	r.names, err = r.parent.Open(".")
	return err
}

func (r *replacement) removeTemporary() error {
	err := r.parent.Remove(r.temporaryName())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fileError(filepath.Join(r.parentPath, r.temporaryName()), err)
	}
	return nil
}

// createTemporary creates a file that nobody else can read until it has the owner and mode of the file it replaces. One that
// replaces none has those of any new file.
func (r *replacement) createTemporary() error {
	perm := fs.FileMode(0o600)
	if r.info == nil {
		perm = newFileMode
	}
	f, err := r.parent.OpenFile(r.temporaryName(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return fileError(filepath.Join(r.parentPath, r.temporaryName()), err)
	}
	r.temporary = f
	return nil
}

func (r *replacement) keepMode() error {
	if r.info == nil {
		return nil
	}
	keepOwner(r.temporary, r.info)
	info, err := r.temporary.Stat()
	if err != nil || info.Mode() == r.info.Mode() {
		return err
	}
	return r.temporary.Chmod(r.info.Mode())
}

func (r *replacement) write() error {
	_, err := r.temporary.Write(r.new)
	return err
}

func (r *replacement) flush() error { return r.temporary.Sync() }

func (r *replacement) close() error { return r.temporary.Close() }

func (r *replacement) rename() error { return r.parent.Rename(r.temporaryName(), r.file) }

func (r *replacement) flushNames() error { return syncNames(r.names) }
