package eval_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/escapement-go/escapement/eval"
)

func init() { children["full"] = saveToFullDisk }

// saveToFullDisk saves on a disk that has room for one version and not for two. Nobody else sees its mount.
func saveToFullDisk(args []string) error {
	dir := args[0]
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=200k"); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	if err := os.WriteFile(dir+"/dev.yaml", version("old"), 0o644); err != nil {
		return err
	}
	err := eval.Dir(dir).Save(context.Background(), "dev", version("old"), version("new"))
	if !errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("unexpected error: %w", err)
	}
	text, readErr := os.ReadFile(dir + "/dev.yaml")
	entries, listErr := os.ReadDir(dir)
	if string(text) != string(version("old")) || len(entries) != 1 {
		return fmt.Errorf("%d bytes, %v, %v, %v", len(text), entries, readErr, listErr)
	}
	return err
}

func TestSaveToFullDisk(t *testing.T) {
	dir := t.TempDir()
	c := newChild(t, "full", dir)
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	if err := c.Start(); err != nil {
		t.Skip("a disk of one's own is not allowed here:", err)
	}
	t.Cleanup(c.kill)
	said := c.line()
	if strings.HasPrefix(said, "mount:") {
		t.Skip("a disk of one's own is not allowed here:", said)
	}
	want := fmt.Sprintf("%q: cannot write a temporary file: no space left on device; make room on the disk", dir+"/dev.yaml")
	if said != want {
		t.Errorf("error\n%s, want\n%s", said, want)
	}
}
