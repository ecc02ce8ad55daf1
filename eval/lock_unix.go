//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package eval

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// tryLock locks a file in dir, which it creates with perm if need be, and which unlock removes. It does not wait: while
// somebody else holds the lock the error is errLocked.
func tryLock(dir *os.Root, name string, perm fs.FileMode) (unlock func(), err error) {
	f, err := dir.OpenFile(name, os.O_RDWR|os.O_CREATE, perm)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f, dir, name); err != nil {
		f.Close()
		return nil, err
	}
	return func() {
		dir.Remove(name) // first, so that nobody can lock the file between the two and then lose it
		f.Close()
	}, nil
}

func lockFile(f *os.File, dir *os.Root, name string) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK), errors.Is(err, syscall.EINTR):
		return errLocked
	case err != nil:
		return err
	}
	// Who held the lock may have removed the file since it was opened here; another may be in its place, and locked.
	held, err := f.Stat()
	if err != nil {
		return err
	}
	present, err := dir.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errLocked
	case err != nil:
		return err
	case !present.Mode().IsRegular():
		return errors.New("is not a regular file")
	case !os.SameFile(held, present):
		return errLocked
	}
	return nil
}
