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

// TestSignalWhileRotating tells esc to end at the very moment at which AWS has made a key and not yet answered. The secret is
// saved before esc ends, and the next rotation goes on with that key.
func TestSignalWhileRotating(t *testing.T) {
	for _, which := range []string{"app", "--all"} {
		t.Run(which, func(t *testing.T) { testSignal(t, which) })
	}
}

func testSignal(t *testing.T, which string) {
	clock := awstest.NewClock(time.Now())
	sim := awstest.New(t, awstest.Options{Clock: clock, Users: []awstest.User{{Name: "admin", Keys: []awstest.Key{{}}}, {Name: "app"}}})
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	key, err := eval.NewKey("")
	if err != nil {
		t.Fatal(err)
	}
	keyFile, file := filepath.Join(dir, "my.key"), filepath.Join(dir, "app.yaml")
	admin := sim.Credentials("admin")
	text := fmt.Sprintf("values:\n  keys:\n    fn::rotate::aws-iam:\n      inputs:\n        userArn: %s\n        login: {accessKeyId: %s, secretAccessKey: {fn::secret: %s}}\n",
		sim.UserARN("app"), admin.AccessKeyID, admin.SecretAccessKey)
	if err := errors.Join(eval.WriteKeyFile(keyFile, eval.KeyRing{key}), os.WriteFile(file, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	esc := func() *exec.Cmd {
		cmd := exec.Command("esc", "--dir", dir, "--key", keyFile, "--aws-endpoint", server.URL, "rotate", which, "-f", "json")
		cmd.Stdout, cmd.Stderr = new(strings.Builder), new(strings.Builder)
		return cmd
	}

	var process atomic.Pointer[os.Process]
	sim.After(func(c awstest.Call) {
		if p := process.Load(); p != nil && c.Action == "CreateAccessKey" {
			p.Signal(syscall.SIGTERM)
			process.Store(nil)
		}
	})
	first := esc()
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	process.Store(first.Process)
	_ = first.Wait()
	made := sim.Keys("app")
	saved, err := os.ReadFile(file)
	if err != nil || len(made) != 1 || !strings.Contains(string(saved), made[0].ID) || !strings.Contains(string(saved), "pending:") {
		t.Fatalf("AWS has %d keys, and the file does not hold the new one (%v)\n%s\n%s", len(made), err, saved, first.Stderr)
	}
	if code := first.ProcessState.ExitCode(); code == exitDone || code < 0 {
		t.Errorf("the exit code is %d\n%s", code, first.Stderr)
	}

	clock.Advance(10 * time.Minute) // so that the one who was told to end is given up
	second := esc()
	if err := second.Run(); err != nil || !strings.Contains(fmt.Sprint(second.Stdout), `"rolled-forward"`) && !strings.Contains(fmt.Sprint(second.Stdout), `"rotated"`) {
		t.Errorf("%v: %s%s", err, second.Stdout, second.Stderr)
	}
	if after := sim.Keys("app"); len(after) != 1 || after[0].ID != made[0].ID {
		t.Errorf("the next rotation made another key: %v", after)
	}
}
