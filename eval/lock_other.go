//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package eval

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
)

// tryLock fails: a save without a lock could undo another.
func tryLock(*os.Root, string, fs.FileMode) (unlock func(), err error) {
	return nil, fmt.Errorf("files cannot be locked on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}
