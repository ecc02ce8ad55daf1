//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package eval

import (
	"errors"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// Although whoever gives the lock up removes the file, nobody ever holds it together with somebody else.
func TestLockExcludes(t *testing.T) {
	const workers, count = 8, 3000
	dir, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	var group sync.WaitGroup
	var holders, refusals atomic.Int32
	for range workers {
		group.Go(func() {
			for held := 0; held < count; {
				unlock, err := tryLock(dir, "lock", 0o600)
				if errors.Is(err, errLocked) {
					refusals.Add(1)
					runtime.Gosched()
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d hold the lock", n)
				}
				runtime.Gosched()
				holders.Add(-1)
				unlock()
				held++
			}
		})
	}
	group.Wait()
	if _, err := dir.Lstat("lock"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock file was left: %v", err)
	}
	t.Logf("lock: held %d times, refused %d times, never held twice", workers*count, refusals.Load())
}
