package awslogin_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
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

func TestGitHubActions(t *testing.T) {
	value, err := json.Marshal(map[string]any{"count": 1, "value": jwt(nil)})
	if err != nil {
		t.Fatal(err)
	}
	ok := reply{status: 200, body: string(value)}
	tests := []struct {
		name    string
		answers []reply
		tries   int
		err     string
	}{
		{"token", []reply{ok}, 1, ""},
		{"out of order once", []reply{{status: 503}, ok}, 2, ""},
		{"lost twice", []reply{{}, {}, ok}, 3, ""},
		{"out of order", []reply{{status: 500, body: canary}}, 3, "answered 500"},
		{"too busy", []reply{{status: 429}}, 3, "answered 429"},
		{"lost", []reply{{}}, 3, "gave no answer: EOF"},
		{"refused", []reply{{status: 401, body: canary}}, 1, `answered 401; check that the job has "permissions: id-token: write"`},
		{"redirect", []reply{{status: 307, header: map[string]string{"Location": "/elsewhere"}}, ok}, 1, "answered 307"},
		{"no value", []reply{{status: 200, body: `{"count":1}`}}, 1, "holds no token"},
		{"HTML", []reply{{status: 200, body: "<html>" + canary}}, 1, "holds no token"},
		{"broken off", []reply{{status: 200, body: "{", header: map[string]string{"Content-Length": "99"}}}, 3, "broke off"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var mu sync.Mutex // net/http gives no order between what it serves and what it answers
			var asked []*http.Request
			clock := newClock()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				asked = append(asked, r)
				answer := test.answers[min(len(asked), len(test.answers))-1]
				mu.Unlock()
				if answer.status == 0 {
					panic(http.ErrAbortHandler)
				}
				for name, value := range answer.header {
					w.Header().Set(name, value)
				}
				w.WriteHeader(answer.status)
				_, _ = w.Write([]byte(answer.body))
			}))
			defer server.Close()
			t.Setenv("ACTIONS_ID_TOKEN_REQUEST_URL", server.URL+"/token?api-version=2.0&secret="+canary)
			t.Setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "bearer-"+canary)
			wantToken(t, awslogin.GitHubActions{Clock: clock}, jwt(nil), test.err)
			mu.Lock()
			defer mu.Unlock()
			if len(asked) != test.tries || len(clock.slept) != test.tries-1 {
				t.Errorf("%d tries and %d waits, want %d", len(asked), len(clock.slept), test.tries)
			}
			for _, r := range asked {
				query := r.URL.Query()
				if r.Method != http.MethodGet || r.Header.Get("Authorization") != "Bearer bearer-"+canary ||
					query.Get("audience") != "sts.amazonaws.com" || query.Get("api-version") != "2.0" {
					t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
				}
			}
		})
	}
	t.Logf("GitHub Actions: %d cells", len(tests))
}

// The bearer goes to nobody whom the runner did not name, and not in the clear.
func TestGitHubActionsVariables(t *testing.T) {
	for _, test := range []struct{ url, bearer, err string }{
		{"", "", `"permissions: id-token: write"`},
		{"https://example.com/", "", "are not both set"},
		{"", canary, "are not both set"},
		{"http://example.com/", canary, "holds no https URL"},
		{"http://localhost.example.com/", canary, "holds no https URL"},
		{"ftp://127.0.0.1/", canary, "holds no https URL"},
		{canary, canary, "holds no https URL"},
		{"https://exa mple.com/", canary, "holds no https URL"},
	} {
		t.Setenv("ACTIONS_ID_TOKEN_REQUEST_URL", test.url)
		t.Setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", test.bearer)
		wantToken(t, awslogin.GitHubActions{}, "", test.err)
	}
}

func TestGitHubActionsAudience(t *testing.T) {
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.Query().Get("audience")
		_, _ = w.Write([]byte(`{"value":"t"}`))
	}))
	defer server.Close()
	t.Setenv("ACTIONS_ID_TOKEN_REQUEST_URL", server.URL)
	t.Setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "b")
	wantToken(t, awslogin.GitHubActions{Audience: "a&b=c"}, "t", "")
	if got != "a&b=c" {
		t.Errorf("audience %q", got)
	}
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

func TestIssuerFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "issuer.json")
	made := awslogin.Issuer{URL: "https://oidc.example.com", Organization: "acme", Audience: "a",
		Attributes: map[string]string{"pulumi.user.login": "ci"}}
	created, err := awslogin.CreateIssuer(path, made)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	read, err := awslogin.ReadIssuer(path)
	if err != nil {
		t.Fatal(err)
	}
	read.Clock = newClock()
	token, err := read.Token(t.Context(), awslogin.TokenRequest{Environment: "e", SubjectAttributes: []string{"pulumi.user.login"}})
	if err != nil {
		t.Fatal(err)
	}
	_, claims := verify(t, token.Text.Reveal(), keysOf(t, created))
	if claims["aud"] != "a" || claims["iss"] != made.URL ||
		claims["sub"] != "pulumi:environments:pulumi.organization.login:acme:pulumi.user.login:ci" {
		t.Errorf("claims %v", claims)
	}
	if _, err := awslogin.CreateIssuer(path, made); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	made.URL = "example.com"
	other := filepath.Join(t.TempDir(), "other.json")
	_, err = awslogin.CreateIssuer(other, made)
	checkError(t, err, "bad-issuer", "has the URL")
	if _, err := os.Stat(other); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file was left: %v", err)
	}
}

func TestReadIssuer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "issuer.json")
	if _, err := awslogin.CreateIssuer(path, issuer(ecKey())); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	key := members["key"].(string)
	description := func(mode fs.FileMode, change map[string]any) string {
		all := map[string]any{}
		for name, value := range members {
			all[name] = value
		}
		for name, value := range change {
			all[name] = value
		}
		text, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		return write(t, "issuer.json", string(text), mode)
	}
	beside := description(0o600, map[string]any{"key": "key.pem"})
	if err := os.WriteFile(filepath.Join(filepath.Dir(beside), "key.pem"), []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	secretKey := rand.Text()
	tests := []struct {
		name, path, want string
	}{
		{"as written", path, ""},
		{"read-only", description(0o400, nil), ""},
		{"key beside it", beside, ""},
		{"key elsewhere", description(0o600, map[string]any{"key": filepath.Join(filepath.Dir(beside), "key.pem")}), ""},
		{"group can read", description(0o640, nil), `can be read by others than its owner (mode 0640); run "chmod 600" on it`},
		{"others can read", description(0o604, nil), "can be read by others than its owner (mode 0604)"},
		{"others can write", description(0o602, nil), "mode 0602"},
		{"key that others can read", description(0o600, map[string]any{"key": write(t, "key", key, 0o644)}), "the key of the issuer can be read by others"},
		{"absent", filepath.Join(t.TempDir(), "absent"), "no such file"},
		{"absent key", description(0o600, map[string]any{"key": secretKey}), "cannot read the key of the issuer: no such file"},
		{"directory", t.TempDir(), "it is no regular file"},
		{"no JSON", write(t, "issuer", secretKey, 0o600), "is no description of an issuer"},
		{"two values", write(t, "issuer", string(text)+"{}", 0o600), "is no description of an issuer"},
		{"unknown member", description(0o600, map[string]any{"keys": secretKey}), "is no description of an issuer"},
		{"number", description(0o600, map[string]any{"key": 5}), "is no description of an issuer"},
		{"huge", write(t, "issuer", strings.Repeat(" ", 65537), 0o600), "more than 65536 bytes"},
		{"no key", description(0o600, map[string]any{"key": ""}), "has no key"},
		{"key without PEM", description(0o600, map[string]any{"key": "a\n" + secretKey}), "has no key"},
		{"broken key", description(0o600, map[string]any{"key": "-----BEGIN PRIVATE KEY-----\n" + secretKey}), "not in PEM"},
		{"wrong URL", description(0o600, map[string]any{"url": "http://example.com"}), "has the URL"},
		{"wrong organization", description(0o600, map[string]any{"organization": "a b"}), "has the organization"},
		{"wrong attribute", description(0o600, map[string]any{"attributes": map[string]any{"a": "b"}}), `has the attribute "a"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i, err := awslogin.ReadIssuer(test.path)
			if test.want == "" {
				if err != nil || i.Organization != "acme" {
					t.Errorf("got %v, %v", i, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
			silent(t, printed(err), secretKey, strings.Split(key, "\n")[1])
		})
	}
	t.Logf("descriptions of issuers: %d cells", len(tests))
}
