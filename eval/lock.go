package eval

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"
)

// A save waits for the lock at most so long, and tries so often.
const (
	lockTimeout  = 10 * time.Second
	lockInterval = time.Millisecond
)

// errLocked says that somebody else holds a lock, or has just given it up.
var errLocked = errors.New("locked")

// lock keeps other saves of the file out until unlock is called. The lock is on a file of its own: one on the file itself
// would stay with the old text when that is replaced. The lock of a process ends with it, however it ends.
func (r *replacement) lock(ctx context.Context) (unlock func(), err error) {
	name := "." + r.file + ".lock"
	path := filepath.Join(r.parentPath, name)
	perm := newFileMode
	if r.info != nil {
		// Whoever may write to the file may need to lock it, also when its last user died and left the lock file.
		perm = r.info.Mode().Perm() | 0o600
	}
	waiting, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	for {
		err := r.begin("lock")
		if err == nil {
			unlock, err = tryLock(r.parent, name, perm)
		}
		if err == nil {
			return unlock, nil
		}
		if !errors.Is(err, errLocked) {
			return nil, cannotLock(path, err)
		}
		select {
		case <-time.After(lockInterval):
		case <-waiting.Done():
			return nil, waitedInVain(ctx, path)
		}
	}
}

func cannotLock(path string, err error) error {
	remedy := "the directory must be writable, and its file system able to lock"
	if errors.Is(err, fs.ErrPermission) {
		remedy = "make the directory writable, or remove the lock file that a dead process of another user has left"
	}
	return fmt.Errorf("cannot lock it: %w; %s", fileError(path, err), remedy)
}

func waitedInVain(ctx context.Context, path string) error {
	err := fmt.Errorf("cannot lock it: another save holds %q; let that program finish, or end it, and save again", path)
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %w", err, ctx.Err())
	}
	return err
}
