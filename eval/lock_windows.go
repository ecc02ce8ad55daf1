package eval

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"unsafe"
)

var (
	kernel32   = syscall.NewLazyDLL("kernel32.dll")
	lockFileEx = kernel32.NewProc("LockFileEx")
)

const (
	lockFailImmediately = 1 // LOCKFILE_FAIL_IMMEDIATELY
	lockExclusive       = 2 // LOCKFILE_EXCLUSIVE_LOCK

	errorLockViolation = syscall.Errno(33)
)

// tryLock locks a file in dir, which it creates if need be; the file stays. It does not wait: while somebody else holds
// the lock the error is errLocked.
func tryLock(dir *os.Root, name string, perm fs.FileMode) (unlock func(), err error) {
	f, err := dir.OpenFile(name, os.O_RDWR|os.O_CREATE, perm)
	if err != nil {
		return nil, err
	}
	var region syscall.Overlapped // begins at byte 0
	locked, _, err := lockFileEx.Call(f.Fd(), lockExclusive|lockFailImmediately, 0, 1, 0, uintptr(unsafe.Pointer(&region)))
	if locked != 0 {
		return func() { f.Close() }, nil // which ends the lock
	}
	f.Close()
	if errors.Is(err, errorLockViolation) || errors.Is(err, syscall.ERROR_IO_PENDING) {
		return nil, errLocked
	}
	return nil, err
}
