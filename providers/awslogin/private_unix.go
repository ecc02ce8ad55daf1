//go:build unix

package awslogin

import (
	"io/fs"
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
