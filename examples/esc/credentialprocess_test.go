package main

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"

	"github.com/escapement-go/escapement/eval"
)

// TestCredentialProcess lets AWS's SDK run esc.
func TestCredentialProcess(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("the SDK runs the command in a shell")
	}
	dir := t.TempDir()
	text := `values:
  aws: {login: {accessKeyId: AKIA, secretAccessKey: {fn::secret: "a/b+<c>&\"'d"}, sessionToken: {fn::secret: token}, expiresAt: "2036-01-02T03:04:05Z"}}
  keys: {current: {accessKeyId: AKIB, createdAt: x, secretAccessKey: {fn::secret: other}}}
`
	if err := os.WriteFile(filepath.Join(dir, "app.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"":             `AKIA a/b+<c>&"'d token true 2036-01-02 03:04:05 +0000 UTC`,
		"keys.current": "AKIB other  false 0001-01-01 00:00:00 +0000 UTC",
	} {
		command := fmt.Sprintf("esc --dir '%s' open app %s -f credential-process", dir, path)
		c, err := processcreds.NewProvider(command).Retrieve(t.Context())
		got := fmt.Sprintf("%s %s %s %v %v", c.AccessKeyID, c.SecretAccessKey, c.SessionToken, c.CanExpire, c.Expires)
		if err != nil || got != want {
			t.Errorf("%q: %s, %v, want %s", path, got, err, want)
		}
	}
}

// TestCredentialsReadBack has AWS's SDK read random texts as credentials, one process for each.
func TestCredentialsReadBack(t *testing.T) {
	if _, err := exec.LookPath("cat"); err != nil {
		t.Skip("there is no cat")
	}
	count := 100
	if *full {
		count = 10_000
	}
	file := filepath.Join(t.TempDir(), "credentials")
	provider := processcreds.NewProvider("cat " + file)
	r := rand.New(rand.NewPCG(5, 6))
	for range count {
		texts := make([]string, 3)
		for i := range texts {
			texts[i] = strings.ToValidUTF8(randomSecret(r), "?")
		}
		doc := "values:\n"
		for i, name := range []string{"accessKeyId", "secretAccessKey", "sessionToken"} {
			doc += fmt.Sprintf("  %s: {fn::fromBase64: %s}\n", name, base64.StdEncoding.EncodeToString([]byte(texts[i])))
		}
		env, err := new(eval.Evaluator).OpenText(t.Context(), []byte(doc))
		if err != nil {
			t.Fatalf("%q: %v", doc, err)
		}
		text, err := credentialText(env.Values)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := provider.Retrieve(t.Context())
		if got := []string{c.AccessKeyID, c.SecretAccessKey, c.SessionToken}; err != nil || fmt.Sprintf("%q", got) != fmt.Sprintf("%q", texts) {
			t.Fatalf("reads %q, %v, want %q", got, err, texts)
		}
	}
	t.Logf("credential-process  AWS's SDK  %d texts read back, 0 wrong", 3*count)
}

func TestCredentialsRefused(t *testing.T) {
	for doc, want := range map[string]string{
		`{accessKeyId: a, secretAccessKey: s, expiresAt: "2036-01-02T03:04:05Z"}`: "",
		`{accessKeyId: a}`:                                                          `"secretAccessKey" is missing`,
		`{secretAccessKey: s}`:                                                      `"accessKeyId" is missing`,
		`{accessKeyId: 5, secretAccessKey: s}`:                                      `"accessKeyId" is no text`,
		`{accessKeyId: a, secretAccessKey: {fn::fromBase64: /w==}}`:                 `"secretAccessKey" is not valid UTF-8`,
		`{accessKeyId: a, secretAccessKey: s, expiresAt: {fn::secret: "tomorrow"}}`: `"expiresAt" is no time such as 2025-01-01T12:00:00Z`,
	} {
		env, err := new(eval.Evaluator).OpenText(t.Context(), []byte("values: "+doc))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if _, err := credentialsOf(env.Values); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", doc, got, want)
		}
	}
}
