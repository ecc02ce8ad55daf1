//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// writable tells whether files can be made in a directory.
func writable(dir string) bool {
	const forWriting = 2
	return syscall.Access(dir, forWriting) == nil
}

// holder says who holds the lock on a file, if somebody does.
func holder(lock string) (who string, held bool) {
	f, err := os.Open(lock)
	if err != nil {
		return "", false
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err == nil {
		return "", false // a dead process has left the file; closing it ends this lock
	}
	who = "another program"
	info, err := f.Stat()
	if err != nil {
		return who, true
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return who, true
	}
	locks, _ := os.ReadFile("/proc/locks") // where there is none, nobody can tell
	for line := range strings.Lines(string(locks)) {
		// such as "1: FLOCK  ADVISORY  WRITE 4711 08:01:1234 0 EOF"
		words := strings.Fields(line)
		if len(words) > 5 && words[1] == "FLOCK" && words[4] != "0" && strings.HasSuffix(words[5], fmt.Sprintf(":%d", stat.Ino)) {
			name, _ := os.ReadFile("/proc/" + words[4] + "/comm")
			return strings.TrimSpace(fmt.Sprintf("process %s %s", words[4], name)), true
		}
	}
	return who, true
}
