package awslogin_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/providers/awslogin"
)

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
