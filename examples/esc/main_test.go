package main

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers/awstest"
)

var update = flag.Bool("update", false, "write what the commands print to the files in the scripts that it is compared with")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"esc": main, "exits": exits, "hasty-esc": hasty})
}

// serveAWS lets a script have an AWS account: its users are admin, whose key is in ADMIN_ID and ADMIN_SECRET, app and
// web, who have none, and ada, who has a password. The address is in AWS.
func serveAWS(env *testscript.Env) error {
	sim, err := awstest.Simulate(awstest.Options{
		Clock: awstest.RealTime(1), Users: []awstest.User{{Name: "admin", Keys: []awstest.Key{{}}}, {Name: "app"}, {Name: "web"}, {Name: "ada", Password: "Temporary-1"}},
	})
	if err != nil {
		return err
	}
	server := httptest.NewServer(sim)
	env.Defer(server.Close)
	admin := sim.Credentials("admin")
	env.Setenv("AWS", server.URL)
	env.Setenv("ADMIN_ID", admin.AccessKeyID)
	env.Setenv("ADMIN_SECRET", admin.SecretAccessKey)
	return nil
}

// exits is the command "exits CODE PROGRAM ARGUMENT…" of scripts: it runs a program, which must end with that exit code.
func exits() {
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if got := strconv.Itoa(cmd.ProcessState.ExitCode()); got != os.Args[1] {
		fmt.Fprintf(os.Stderr, "the exit code is %s and not %s (%v)\n", got, os.Args[1], err)
		os.Exit(1)
	}
}

func TestScripts(t *testing.T) {
	environments, err := filepath.Abs("../environments")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("ENVIRONMENTS", environments)
			env.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector would wait a second at the end of each process
			return errors.Join(serveAWS(env), serveHooks(env), serveBucket(env), serveClinic(env))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"encrypt": encrypt, "lock": lock},
	})
}

// encrypt is the command "encrypt KEYFILE FILE WORD TEXT" of scripts: it replaces a word in a file by the ciphertext of a
// text.
func encrypt(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: encrypt KEYFILE FILE WORD TEXT")
	}
	file, word, text := ts.MkAbs(args[1]), args[2], args[3]
	keys, err := eval.ReadKeyFile(ts.MkAbs(args[0]))
	ts.Check(err)
	body, err := keys.Encrypt(context.Background(), "", []byte(text))
	ts.Check(err)
	document := ts.ReadFile(file)
	if !strings.Contains(document, word) {
		ts.Fatalf("%s does not hold %s", args[1], word)
	}
	ts.Check(os.WriteFile(file, []byte(strings.ReplaceAll(document, word, envelope(body))), 0o644))
}

// envelope writes a ciphertext as documents hold it.
func envelope(body []byte) string {
	text := binary.BigEndian.AppendUint32([]byte("escx"), 1)
	text = append(text, body...)
	text = binary.BigEndian.AppendUint32(text, crc32.ChecksumIEEE(text))
	return base64.StdEncoding.EncodeToString(text)
}

// TestHelp makes sure that every command, argument and flag says in one line what it is.
func TestHelp(t *testing.T) {
	parser, err := newParser(t.Context(), new(cli))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	check := func(what, help string) {
		seen++
		if help == "" || strings.Contains(help, "\n") || !strings.HasSuffix(help, ".") {
			t.Errorf("%s has the help %q", what, help)
		}
	}
	err = kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		switch node := node.(type) {
		case *kong.Application:
		case *kong.Node:
			check(node.FullPath(), node.Help)
			if example := "\n    " + node.FullPath(); len(node.Children) == 0 && !node.Hidden && !strings.Contains(node.Detail, example) {
				t.Errorf("the help of %s has no example", node.FullPath())
			}
		case *kong.Flag:
			check("--"+node.Name, node.Help)
		case *kong.Value:
			check(node.Name, node.Help)
		}
		return next(nil)
	})
	if err != nil || seen < 10 {
		t.Errorf("saw %d: %v", seen, err)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	g := &cli{storeFlags: storeFlags{Dir: "../environments"}}
	open := &openCmd{Env: "myapp/dev", Format: "json"}
	get := &getCmd{Env: "myapp/dev", selection: selection{Format: "json"}}
	check := &checkCmd{many: many{Envs: []string{"myapp/dev", "aws/login"}}}
	for _, err := range []error{open.Run(ctx, g), get.Run(ctx, g), check.Run(ctx, g)} {
		var out strings.Builder
		if code := g.report(&out, err); code != 1 || out.String() != "error: interrupted\n" {
			t.Errorf("%d %q", code, &out)
		}
	}
}

func TestDefect(t *testing.T) {
	panics := map[string]func(){
		"*errors.errorString in":  func() { panic(errors.New("hunter2")) },
		"string in":               func() { panic("hunter2") },
		"runtime.boundsError in":  func() { _ = os.Args[len(os.Args)] },
		"*runtime.PanicNilError ": func() { panic(nil) },
	}
	for want, f := range panics {
		var out strings.Builder
		code := 0
		func() {
			defer func() { code = reportDefect(&out, recover()) }()
			f()
		}()
		text := out.String()
		if code != 70 || !strings.Contains(text, want) || !strings.Contains(text, "TestDefect.func") {
			t.Errorf("%d %s, want %s", code, text, want)
		}
		if strings.Contains(text, "hunter2") || strings.Contains(text, "goroutine") {
			t.Errorf("says too much: %s", text)
		}
	}
}

// TestClosedPipe writes to a pipe whose reader is gone, as that of "esc open app | true" may be.
func TestClosedPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	var messages strings.Builder
	cmd := exec.Command("esc", "--dir", "../environments", "open", "myapp/dev")
	cmd.Stdout, cmd.Stderr = w, &messages
	if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() == exitDefect {
		t.Errorf("ended with %v", err)
	}
	if text := messages.String(); strings.Contains(text, "goroutine") || strings.Count(text, "\n") > 1 {
		t.Errorf("says too much: %s", text)
	}
}
