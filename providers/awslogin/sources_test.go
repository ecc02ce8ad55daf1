package awslogin_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/providers/internal/seeded"
)

// canary stands for what no message may hold.
const canary = "canary-of-the-sources"

// The test binary is the command of Exec, too.
func TestMain(m *testing.M) {
	if script, ok := os.LookupEnv("AWSLOGIN_TEST_COMMAND"); ok {
		os.Exit(command(script))
	}
	os.Exit(seeded.Run(m))
}

// command does what one of the commands of TestExec does, and returns its exit status.
func command(script string) int {
	switch script {
	case "token":
		fmt.Printf("\n  %s\n", jwt(nil))
	case "arguments":
		fmt.Print(strings.Join(os.Args[1:], "|"))
	case "nothing":
	case "much":
		fmt.Print(strings.Repeat("x", 20001))
	case "endless":
		for {
			if _, err := fmt.Println(strings.Repeat("x", 1000)); err != nil {
				return 1
			}
		}
	case "fail":
		fmt.Print(canary)
		fmt.Fprintf(os.Stderr, "cannot log in:\n\x1b[31m%s %s %s\x1b[0m %s", canary, jwt(nil), os.Getenv("PASSWORD"), strings.Repeat("y", 3000))
		return 3
	case "quiet":
		return 1
	case "hang":
		fmt.Fprint(os.Stderr, "waiting")
		time.Sleep(time.Minute)
	}
	return 0
}

func exec(script string, args ...string) awslogin.Exec {
	return awslogin.Exec{
		Args: append([]string{os.Args[0]}, args...),
		Env:  append(os.Environ(), "AWSLOGIN_TEST_COMMAND="+script, "PASSWORD=pass-"+canary),
	}
}

func tokenOf(t *testing.T, source awslogin.TokenSource) (string, error) {
	t.Helper()
	token, err := source.Token(t.Context(), awslogin.TokenRequest{Environment: "e"})
	silent(t, printed(err, token, source), canary, jwt(nil))
	return token.Text.Reveal(), err
}

func wantToken(t *testing.T, source awslogin.TokenSource, want, wantErr string) {
	t.Helper()
	got, err := tokenOf(t, source)
	if wantErr == "" {
		if err != nil || got != want {
			t.Errorf("%v: got %q, %v", source, got, err)
		}
		return
	}
	if err == nil || got != "" || !strings.Contains(err.Error(), wantErr) {
		t.Errorf("%v: got %q, %v\nwant %s", source, got, err, wantErr)
	}
}

func TestExec(t *testing.T) {
	slow := exec("hang")
	slow.Timeout = 50 * time.Millisecond
	tests := []struct {
		name      string
		source    awslogin.Exec
		want, err string
	}{
		{"token", exec("token"), jwt(nil), ""},
		{"no shell", exec("arguments", "$HOME", "a b", "*", "|"), "$HOME|a b|*||", ""},
		{"nothing", exec("nothing"), "", "there is no token"},
		{"much", exec("much"), "", "there are more than 20000 bytes"},
		{"fails", exec("fail"), "", `the command failed (exit status 3) and said "cannot log in: [31m[secret] [secret] pass-[secret] [0m yyy`},
		{"fails quietly", exec("quiet"), "", "the command failed (exit status 1); run it by hand"},
		{"hangs", slow, "", `the command ran for longer than 50ms`},
		{"no command", awslogin.Exec{}, "", "there is no command; write one"},
		{"unknown command", awslogin.Exec{Args: []string{"/no/such/command"}}, "", "the command failed ("},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			wantToken(t, test.source, test.want, test.err)
		})
	}
	_, err := tokenOf(t, exec("fail"))
	if len(err.Error()) > 1200 {
		t.Errorf("%d bytes", len(err.Error()))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := exec("hang").Token(ctx, awslogin.TokenRequest{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	t.Logf("exec: %d cells", len(tests)+1)
}

// A command that writes without end is stopped by the time that it may take, or by the end of its pipe.
func TestExecEndless(t *testing.T) {
	source := exec("endless")
	source.Timeout = 100 * time.Millisecond
	wantToken(t, source, "", "the command ran for longer than 100ms")
}

func write(t *testing.T, name, text string, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
	return path
}

func TestFile(t *testing.T) {
	path := write(t, "token", "\n "+jwt(nil)+"\r\n", 0o600)
	source := awslogin.File{Path: path}
	wantToken(t, source, jwt(nil), "")
	if err := os.WriteFile(path, []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantToken(t, source, "another", "") // read afresh
	wantToken(t, awslogin.File{Path: write(t, "long", strings.Repeat("x", 20000), 0o600)}, strings.Repeat("x", 20000), "")
	wantToken(t, awslogin.File{Path: write(t, "longer", strings.Repeat("x", 20001), 0o600)}, "", "there are more than 20000 bytes")
	wantToken(t, awslogin.File{Path: write(t, "empty", " \n", 0o600)}, "", "there is no token")
	wantToken(t, awslogin.File{Path: filepath.Join(t.TempDir(), "absent")}, "", "cannot read the token: open ")
	wantToken(t, awslogin.File{Path: t.TempDir()}, "", "cannot read the token: ")

	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "")
	wantToken(t, awslogin.File{}, "", `the variable "AWS_WEB_IDENTITY_TOKEN_FILE" is not set`)
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", path)
	wantToken(t, awslogin.File{}, "another", "")
	_, err := awslogin.File{Path: "absent"}.Token(t.Context(), awslogin.TokenRequest{})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestEnv(t *testing.T) {
	t.Setenv("AWSLOGIN_TEST_TOKEN", " "+jwt(nil)+"\n")
	wantToken(t, awslogin.Env{Name: "AWSLOGIN_TEST_TOKEN"}, jwt(nil), "")
	t.Setenv("AWSLOGIN_TEST_TOKEN", "")
	wantToken(t, awslogin.Env{Name: "AWSLOGIN_TEST_TOKEN"}, "", `the variable "AWSLOGIN_TEST_TOKEN" is not set`)
	t.Setenv("AWSLOGIN_TEST_TOKEN", strings.Repeat("x", 20001))
	wantToken(t, awslogin.Env{Name: "AWSLOGIN_TEST_TOKEN"}, "", "there are more than 20000 bytes")
}

func TestParseSource(t *testing.T) {
	path := filepath.Join(t.TempDir(), "issuer.json")
	if _, err := awslogin.CreateIssuer(path, issuer(ecKey())); err != nil {
		t.Fatal(err)
	}
	good := map[string]awslogin.TokenSource{
		"file:/run/token:1":     awslogin.File{Path: "/run/token:1"},
		"file: with blanks":     awslogin.File{Path: " with blanks"},
		"env:TOKEN":             awslogin.Env{Name: "TOKEN"},
		"github":                awslogin.GitHubActions{},
		"exec: get-token  -a b": awslogin.Exec{Args: []string{"get-token", "-a", "b"}},
	}
	for text, want := range good {
		got, err := awslogin.ParseSource(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", text, diff)
		}
	}
	got, err := awslogin.ParseSource("issuer:" + path)
	if read, ok := got.(awslogin.Issuer); err != nil || !ok || read.URL != "https://oidc.example.com/acme" {
		t.Errorf("got %v, %v", got, err)
	}
	for _, text := range []string{"", canary, "file", "file:", "env:", "env: ", "exec:", "exec: ", "issuer:", "github:" + canary,
		"File:" + canary, " github", "vault:" + canary} {
		got, err := awslogin.ParseSource(text)
		checkError(t, err, "bad-source", "write one of file:PATH, env:NAME, github, exec:COMMAND ARGUMENT..., issuer:FILE")
		silent(t, printed(err), canary)
		if got != nil {
			t.Errorf("%q: got %v", text, got)
		}
	}
	if got, err := awslogin.ParseSource("issuer:" + path + "x"); got != nil || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, %v", got, err)
	}
}
