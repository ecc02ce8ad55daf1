package eval

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// A Loader finds the text of environments. Its methods are called by several goroutines at once.
type Loader interface {
	// Load returns the text of an environment, which the caller does not change. The name is canonical: one or more
	// segments of "A-Z a-z 0-9 _ . -" joined by "/", then perhaps "@" and a version; what segments and versions mean
	// is the loader's matter. An error that matches fs.ErrNotExist says that there is no such environment.
	Load(ctx context.Context, name string) ([]byte, error)
}

// maxFileSize keeps a file that was put there by mistake out of memory. It is far above any sensible Limits.Bytes, which
// is what says how long a document may be.
const maxFileSize = 64 << 20

// FS returns a Loader that finds the environment NAME in the file NAME.yaml of fsys, such as an [embed.FS]. A version is
// part of the name: a/b@3 is the file a/b@3.yaml. Only regular files of at most 64 MiB are read.
//
// To read a directory use [Dir], which no symbolic link can leave, and not [os.DirFS], which follows links anywhere.
func FS(fsys fs.FS) Loader {
	return fsLoader{fsys}
}

type fsLoader struct {
	fsys fs.FS
}

func (l fsLoader) Load(ctx context.Context, name string) ([]byte, error) {
	file, err := environmentFile(ctx, name)
	if err != nil {
		return nil, err
	}
	text, err := readEnvironment(ctx, l.fsys, file)
	if err != nil {
		return nil, fileError(file, err)
	}
	return text, nil
}

// loadBeginning loads an environment for one who refuses a text of more bytes than most, and therefore needs no more of it than
// shows that: many such texts would fill the memory before the first is refused. Loaders of others read all of it, but it is
// not kept.
func loadBeginning(ctx context.Context, l Loader, name string, most int) ([]byte, error) {
	if most <= 0 {
		return l.Load(ctx, name)
	}
	text, err := l.Load(context.WithValue(ctx, mostKey{}, most), name)
	if len(text) > most {
		text = bytes.Clone(text[:most+1])
	}
	return text, err
}

// mostKey is that of a context which says how long a text may be.
type mostKey struct{}

// environmentFile returns the slash-separated path of the file that holds an environment. Canonical names are valid paths
// already, but a loader may be called with any text, and by others than the evaluator.
func environmentFile(ctx context.Context, name string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if !fs.ValidPath(name) || name == "." {
		return "", fmt.Errorf("no file can have the name %q: %w", name, fs.ErrInvalid)
	}
	return name + ".yaml", nil
}

func readEnvironment(ctx context.Context, fsys fs.FS, file string) ([]byte, error) {
	// Asked before opening, since opening a pipe waits for a writer, and opening a device may do anything.
	info, err := fs.Stat(fsys, file)
	if err != nil {
		return nil, err
	}
	if err := checkRegular(info); err != nil {
		return nil, err
	}
	f, err := fsys.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if most, ok := ctx.Value(mostKey{}).(int); ok && most < maxFileSize {
		return io.ReadAll(io.LimitReader(f, int64(most)+1))
	}
	return readAtMost(f, maxFileSize)
}

func checkRegular(info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return errors.New("is a directory and not a file")
	case !info.Mode().IsRegular():
		return errors.New("is not a regular file")
	}
	return nil
}

// readAtMost reads all of r, and no more than one byte beyond limit to see that r is too large.
func readAtMost(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("has more than %d bytes", limit)
	}
	return data, nil
}

// fileError says which file err is about, once, and without the name of a system call.
func fileError(file string, err error) error {
	return fmt.Errorf("%q: %w", file, systemError(err))
}

// systemError returns what the system said when an operation on a file failed, and err if it is no such failure.
func systemError(err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return pathError.Err
	}
	if linkError, ok := errors.AsType[*os.LinkError](err); ok {
		return linkError.Err
	}
	return err
}
