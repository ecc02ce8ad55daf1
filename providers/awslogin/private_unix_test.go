//go:build unix

package awslogin

import (
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A file is what is known of one.
type file struct {
	fs.FileInfo
	mode  fs.FileMode
	owner uint32
}

func (f file) Mode() fs.FileMode { return f.mode }
func (f file) Sys() any          { return &syscall.Stat_t{Uid: f.owner} }

// The key of an issuer is for its owner alone, or for a service that root has handed it to.
func TestPrivateFiles(t *testing.T) {
	const root, service = 0, 65532
	for _, test := range []struct {
		mode        fs.FileMode
		owner, user uint32
		want        bool
	}{
		{0o600, service, service, true}, {0o400, root, root, true}, {0o600, root, service, true},
		{0o440, root, service, true}, {0o640, root, service, true}, // so Kubernetes and systemd hand over keys
		{0o440, root, root, false}, {0o440, service, service, false}, {0o440, 1000, service, false},
		{0o444, root, service, false}, {0o460, root, service, false}, {0o450, root, service, false}, {0o404, root, service, false},
	} {
		if got := isPrivate(file{mode: test.mode, owner: test.owner}, int(test.user)); got != test.want {
			t.Errorf("a file of %d with mode %04o is private to %d: %v", test.owner, test.mode, test.user, got)
		}
	}
}

// A pipe is refused at once, though nobody writes into it.
func TestPipeIsNoIssuer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadIssuer(path); err == nil || !strings.Contains(err.Error(), "it is no regular file; name one") {
		t.Error(err)
	}
}
