//go:build unix

package main

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers/awstest"
)

// TestSignalWhileRotating tells esc to end at the very moment at which AWS has made a key and not yet answered, and again and
// again, as a terminal that is closed and programs that pass signals on do. The secret is saved before esc ends, and the next
// rotation goes on with that key.
func TestSignalWhileRotating(t *testing.T) {
	for _, which := range []string{"app", "--all"} {
		for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
			t.Run(fmt.Sprint(which, " ", signal), func(t *testing.T) { testSignal(t, which, signal) })
		}
	}
}

func testSignal(t *testing.T, which string, signal os.Signal) {
	s := newRotating(t, "")
	var process atomic.Pointer[os.Process]
	s.sim.After(func(c awstest.Call) {
		if p := process.Load(); p != nil && c.Action == "CreateAccessKey" {
			for range 1000 { // of which those that come too fast count as one
				p.Signal(signal)
			}
			process.Store(nil)
		}
	})
	first := s.esc("rotate", which, "-f", "json")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	process.Store(first.Process)
	_ = first.Wait()
	made := s.sim.Keys("app")
	saved, err := os.ReadFile(s.file)
	if err != nil || len(made) != 1 || !strings.Contains(string(saved), made[0].ID) || !strings.Contains(string(saved), "pending:") {
		t.Fatalf("AWS has %d keys, and the file does not hold the new one (%v)\n%s\n%s", len(made), err, saved, first.Stderr)
	}
	if code := first.ProcessState.ExitCode(); code == exitDone || code < 0 {
		t.Errorf("the exit code is %d\n%s", code, first.Stderr)
	}

	s.clock.Advance(10 * time.Minute) // so that the one who was told to end is given up
	second := s.esc("rotate", which, "-f", "json")
	if err := second.Run(); err != nil || !strings.Contains(fmt.Sprint(second.Stdout), `"rolled-forward"`) && !strings.Contains(fmt.Sprint(second.Stdout), `"rotated"`) {
		t.Errorf("%v: %s%s", err, second.Stdout, second.Stderr)
	}
	if after := s.sim.Keys("app"); len(after) != 1 || after[0].ID != made[0].ID {
		t.Errorf("the next rotation made another key: %v", after)
	}
}

// TestNobodyReadsWhileRotating takes away who reads what esc prints, as "| head" does. What it warns of on the way does not
// end it.
func TestNobodyReadsWhileRotating(t *testing.T) {
	s := newRotating(t, "        verify: false\n")
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	reader.Close()
	cmd := s.esc("rotate", "app")
	cmd.Stdout, cmd.Stderr = writer, writer
	_ = cmd.Run()
	if code, made := cmd.ProcessState.ExitCode(), s.sim.Keys("app"); code != exitFault || len(made) != 1 {
		t.Errorf("the exit code is %d, and AWS has %d keys", code, len(made))
	}
	if saved, err := os.ReadFile(s.file); err != nil || !strings.Contains(string(saved), "current:") {
		t.Errorf("there is no key in the file (%v)\n%s", err, saved)
	}
}

// TestIgnoredSignals has a shell start esc that ignores what it is sent when the terminal is closed, as nohup does.
func TestIgnoredSignals(t *testing.T) {
	s := newRotating(t, "")
	var process atomic.Pointer[os.Process]
	s.sim.After(func(c awstest.Call) {
		if p := process.Load(); p != nil && c.Action == "CreateAccessKey" {
			p.Signal(syscall.SIGHUP)
			p.Signal(syscall.SIGINT)
		}
	})
	cmd := s.esc("rotate", "app")
	cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", `trap "" HUP INT; exec "$@"`, "sh"}, cmd.Args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	process.Store(cmd.Process)
	if err := cmd.Wait(); err != nil || !strings.Contains(fmt.Sprint(cmd.Stdout), "succeeded  rotated") {
		t.Errorf("%v: %s%s", err, cmd.Stdout, cmd.Stderr)
	}
}

// rotating is what it takes to rotate the keys of a user.
type rotating struct {
	clock     *awstest.Clock
	sim       *awstest.Simulator
	dir, file string
	key, url  string
}

func newRotating(t *testing.T, inputs string) *rotating {
	clock := awstest.NewClock(time.Now())
	sim := awstest.New(t, awstest.Options{Clock: clock, Users: []awstest.User{{Name: "admin", Keys: []awstest.Key{{}}}, {Name: "app"}}})
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	key, err := eval.NewKey("")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s := &rotating{clock, sim, dir, filepath.Join(dir, "app.yaml"), filepath.Join(dir, "my.key"), server.URL}
	admin := sim.Credentials("admin")
	text := fmt.Sprintf("values:\n  keys:\n    fn::rotate::aws-iam:\n      inputs:\n        userArn: %s\n        login: {accessKeyId: %s, secretAccessKey: {fn::secret: %s}}\n%s",
		sim.UserARN("app"), admin.AccessKeyID, admin.SecretAccessKey, inputs)
	if err := errors.Join(eval.WriteKeyFile(s.key, eval.KeyRing{key}), os.WriteFile(s.file, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *rotating) esc(args ...string) *exec.Cmd {
	cmd := exec.Command("esc", append([]string{"--dir", s.dir, "--key", s.key, "--aws-endpoint", s.url}, args...)...)
	cmd.Stdout, cmd.Stderr = new(strings.Builder), new(strings.Builder)
	return cmd
}
