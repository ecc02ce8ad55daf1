package main

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awslogin"
)

// TestServe opens an environment of the examples with what the program says of itself.
func TestServe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "issuer.json")
	r, w := io.Pipe()
	failed := make(chan error, 1)
	go func() {
		failed <- (&cli{Addr: "127.0.0.1:0", Issuer: file, Speed: 1}).run(w)
		w.Close()
	}()
	lines := bufio.NewScanner(r)
	endpoint := ""
	for endpoint == "" && lines.Scan() {
		endpoint = regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(lines.Text())
	}
	if endpoint == "" {
		t.Fatal(<-failed)
	}
	calls := make(chan string)
	go func() {
		defer close(calls)
		for lines.Scan() {
			if strings.Contains(lines.Text(), ": ") {
				calls <- lines.Text()
			}
		}
	}()

	issuer, err := awslogin.ReadIssuer(file)
	if err != nil {
		t.Fatal(err)
	}
	login := &awslogin.Provider{Source: issuer, Endpoint: endpoint + "/sts/"}
	e := &eval.Evaluator{Loader: eval.Dir("../environments"), Providers: map[string]providers.Provider{"aws-login": login}}
	env, err := e.Open(t.Context(), "aws/oidc")
	if err != nil {
		t.Fatal(err)
	}
	if id, _ := env.Values.Lookup("aws.login.accessKeyId"); !strings.HasPrefix(id.Plain().(string), "ASIA") {
		t.Errorf("logged in as %v", id)
	}
	if call := <-calls; !strings.HasSuffix(call, " AssumeRoleWithWebIdentity: ok") {
		t.Errorf("printed %q", call)
	}
}

// TestCommand runs a command, which may stand behind "--" as that of esc run does.
func TestCommand(t *testing.T) {
	for _, command := range [][]string{{os.Args[0], "-test.list=^$"}, {"--", os.Args[0], "-test.list=^$"}} {
		c := &cli{Addr: "127.0.0.1:0", Issuer: filepath.Join(t.TempDir(), "issuer.json"), Speed: 1, Command: command}
		if err := c.run(io.Discard); err != nil {
			t.Errorf("%q: %v", command[0], err)
		}
	}
}

// TestLoadIssuer makes sure that an issuer stays the same.
func TestLoadIssuer(t *testing.T) {
	file := filepath.Join(t.TempDir(), "issuer.json")
	first, err := loadIssuer(file)
	if err != nil {
		t.Fatal(err)
	}
	again, err := loadIssuer(file)
	if err != nil {
		t.Fatal(err)
	}
	one, _ := first.Documents()
	other, _ := again.Documents()
	if string(one[".well-known/jwks.json"]) != string(other[".well-known/jwks.json"]) {
		t.Error("the issuer has changed")
	}
}
