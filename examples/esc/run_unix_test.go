//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// runDirs are a directory with the environment app, which has a file, and one for what esc run keeps while it runs.
func runDirs(t *testing.T) (dir, private string) {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("the programs are shell scripts")
	}
	dir, private = t.TempDir(), t.TempDir()
	text := "values: {environmentVariables: {WORD: {fn::secret: hunter2}}, files: {KEY: {fn::secret: text}}}\n"
	if err := os.WriteFile(filepath.Join(dir, "app.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, private
}

// TestSignalsArePassedOn sends signals to esc while it runs a program, which decides what comes of them.
func TestSignalsArePassedOn(t *testing.T) {
	dir, private := runDirs(t)
	const script = `for s in HUP INT QUIT USR1 USR2 ALRM TERM; do trap "echo $s; exit 4" $s; done; trap "echo TERM" TERM
cat "$KEY"; echo; while :; do sleep 0.01; done`
	signals := map[string]syscall.Signal{
		"HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT, "USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2, "ALRM": syscall.SIGALRM,
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute) // where a signal does not arrive, the script goes on for ever
	defer stop()
	for name, s := range signals {
		if signal.Ignored(s) { // as under nohup; what this process ignores, its children do too, and what it catches, they do not
			signal.Notify(make(chan os.Signal, 1), s)
			defer signal.Ignore(s)
		}
		cmd := exec.CommandContext(ctx, "esc", "--dir", dir, "run", "app", "--no-redact", "--", "sh", "-c", script)
		cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+private, "GORACE=atexit_sleep_ms=0")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no terminal sends anything
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		var got []string
		next := func() {
			if !lines.Scan() {
				t.Fatalf("%s: the output ends behind %q", name, got)
			}
			got = append(got, lines.Text())
		}
		next()
		if files, _ := filepath.Glob(filepath.Join(private, "*/*")); len(files) != 1 {
			t.Errorf("%s: while the program runs there are the files %q", name, files)
		}
		for range 2 { // the program goes on, and so does esc
			cmd.Process.Signal(syscall.SIGTERM)
			next()
		}
		cmd.Process.Signal(s)
		next()
		cmd.Wait()
		if want := fmt.Sprint([]string{"text", "TERM", "TERM", name}); fmt.Sprint(got) != want || cmd.ProcessState.ExitCode() != 4 {
			t.Errorf("%s: %q, exit code %d", name, got, cmd.ProcessState.ExitCode())
		}
		if left, _ := filepath.Glob(filepath.Join(private, "*")); len(left) > 0 {
			t.Errorf("%s leaves %q", name, left)
		}
	}
}

// TestFilesGoAfterPanic lets the code panic that passes the output on.
func TestFilesGoAfterPanic(t *testing.T) {
	_, private := runDirs(t)
	t.Setenv("XDG_RUNTIME_DIR", private)
	patterns, _ := patternsOf([]string{"hunter2"})
	p := &program{args: []string{"sh", "-c", "echo text; exit 3"}, environ: os.Environ()}
	run := func() (v any) {
		defer func() { v = recover() }()
		defer p.clear()
		if _, err := p.putFile("1", "text"); err != nil {
			t.Fatal(err)
		}
		redact := true
		if err := p.connect(patterns, &redact); err != nil {
			t.Fatal(err)
		}
		p.outputs[0].via.w = panicking{}
		if err := p.start(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.wait()
		return nil
	}
	if v := run(); v != "a defect" {
		t.Errorf("ended with %v", v)
	}
	if left, _ := filepath.Glob(filepath.Join(private, "*")); len(left) > 0 {
		t.Errorf("leaves %q", left)
	}
}

type panicking struct{}

func (panicking) Write([]byte) (int, error) { panic("a defect") }

// TestOutputIsWhole cuts an output off while another process still has the pipe: what was written before is passed on.
func TestOutputIsWhole(t *testing.T) {
	patterns, _ := patternsOf([]string{"hunter2"})
	o, err := newOutput(nil, patterns)
	if err != nil {
		t.Fatal(err)
	}
	defer o.child.Close()
	var out bytes.Buffer
	o.via.w = &out
	text := strings.Repeat("all work and no play\n", 3000) + "hunter2 hunt"
	if _, err := io.WriteString(o.child, text); err != nil {
		t.Fatal(err)
	}
	o.from.SetReadDeadline(time.Now().Add(-time.Hour))
	if err := errors.Join(o.pass(), o.via.Close()); err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(text, "hunter2", "[secret]", 1); out.String() != want {
		t.Errorf("passes on %d bytes of %d", out.Len(), len(want))
	}
}
