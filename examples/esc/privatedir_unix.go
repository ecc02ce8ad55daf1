//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package main

import (
	"io"
	"os"
	"syscall"
)

// hold marks a directory as in use until the result is closed or this process ends, however it ends.
func hold(dir string) (io.Closer, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
	if err == nil {
		_, err = os.Stat(dir) // it may have been removed before it was held
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// abandoned reports whether a directory is the user's own, and the process that held it has ended. Others may have put
// something there of that name, for esc to lose its time with.
func abandoned(dir string) bool {
	f, err := os.OpenFile(dir, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.IsDir() {
		return false
	}
	if owned, ok := info.Sys().(*syscall.Stat_t); !ok || int(owned.Uid) != os.Geteuid() {
		return false
	}
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
