//go:build unix

package eval_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/escapement-go/escapement/eval"
)

// Pipes and sockets are refused, and at once: opening a pipe would wait for a writer.
func TestIrregularFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir) // the path of a socket must be short
	if err := syscall.Mkfifo("pipe.yaml", 0o600); err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("unix", "socket.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	if err := os.Symlink("pipe.yaml", "link.yaml"); err != nil {
		t.Fatal(err)
	}

	for name, load := range map[string]func(name string) error{
		"Dir": func(name string) error {
			_, err := eval.Dir(dir).Load(t.Context(), name)
			return err
		},
		"FS": func(name string) error {
			_, err := eval.FS(os.DirFS(dir)).Load(t.Context(), name)
			return err
		},
		"ReadKeyFile": func(name string) error {
			_, err := eval.ReadKeyFile(filepath.Join(dir, name+".yaml"))
			return err
		},
	} {
		for _, file := range []string{"pipe", "socket", "link"} {
			done := make(chan error, 1)
			go func() { done <- load(file) }()
			select {
			case err := <-done:
				if err == nil || !strings.HasSuffix(err.Error(), file+`.yaml": is not a regular file`) {
					t.Errorf("%s of %s: error %v", name, file, err)
				}
			case <-time.After(10 * time.Second):
				t.Fatalf("%s of %s hangs", name, file)
			}
		}
	}
	if _, err := eval.ReadKeyFile("/dev/zero"); err == nil || err.Error() != `"/dev/zero": is not a regular file` {
		t.Errorf("ReadKeyFile of a device: %v", err)
	}
}

func TestReadKeyFileMode(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := eval.WriteKeyFile("keys", eval.KeyRing{mustKey(t, "k1")}); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("keys", "link"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		mode os.FileMode
		ok   bool
	}{
		{0o600, true}, {0o400, true}, {0o700, true},
		{0o640, false}, {0o620, false}, {0o610, false}, {0o604, false}, {0o602, false}, {0o601, false}, {0o666, false}, {0o644, false},
	} {
		if err := os.Chmod("keys", test.mode); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"keys", "link"} {
			ring, err := eval.ReadKeyFile(path)
			if test.ok {
				if err != nil || len(ring) != 1 {
					t.Errorf("mode %04o of %s: %v, %v", test.mode, path, ring, err)
				}
				continue
			}
			if err == nil || !strings.Contains(err.Error(), "make it private with chmod 600") {
				t.Errorf("mode %04o of %s: %v, %v", test.mode, path, ring, err)
			}
		}
	}
}

// However open the process is, its key files are not.
func TestWriteKeyFileUmask(t *testing.T) {
	t.Chdir(t.TempDir())
	defer syscall.Umask(syscall.Umask(0))
	if err := eval.WriteKeyFile("keys", eval.KeyRing{mustKey(t, "k1")}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat("keys"); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
}
