//go:build unix

package eval

import (
	"io/fs"
	"os"
	"syscall"
)

// isPrivate reports whether nobody but a user and root can read a file, and nobody but them write it: it is its owner's alone,
// or root's and handed to a group to read, as Kubernetes and systemd give a key to a service. root itself needs no group.
func isPrivate(info fs.FileInfo, user int) bool {
	mode := info.Mode().Perm()
	owner, ok := info.Sys().(*syscall.Stat_t)
	handed := ok && owner.Uid == 0 && user != 0 && mode&0o037 == 0
	return mode&0o077 == 0 || handed
}

// keepOwner gives a new file the owner and group of the old one. Only a privileged user can give files away, and others
// to groups of their own; otherwise the file becomes theirs, which is no reason to save nothing.
func keepOwner(f *os.File, old fs.FileInfo) {
	was, ok := old.Sys().(*syscall.Stat_t)
	if ok && f.Chown(int(was.Uid), int(was.Gid)) != nil {
		f.Chown(-1, int(was.Gid))
	}
}
