// Package environments_test opens the documents of this directory and compares each with the file beside it.
package environments_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/providers/awsparams"
	"github.com/escapement-go/escapement/providers/awssecrets"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/awsiam"
	"github.com/escapement-go/escapement/rotators/awspassword"
	"github.com/escapement-go/escapement/rotators/password"
)

var update = flag.Bool("update", false, "write what the documents yield to the files beside them")

// newEvaluator returns an evaluator whose AWS is a simulated account, the same in each test.
func newEvaluator(t *testing.T) *eval.Evaluator {
	t.Helper()
	sim := awstest.New(t, awstest.Options{
		Account: "012345678912", Region: "us-west-2",
		Users: []awstest.User{{
			Name: "reader", Keys: []awstest.Key{{ID: "AKIAIOSFODNN7EXAMPLE", Secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}},
		}},
		Secrets: []awstest.Secret{{Name: "api-key", Text: "my-old-api-key"}, {Name: "api-key", Text: "my-api-key"}},
		Parameters: []awstest.Parameter{
			{Name: "/myapp/db/password", Type: "SecureString", Value: "my-password"},
			{Name: "/myapp/db/hosts", Type: "StringList", Value: "a.example.com,b.example.com"},
			{Name: "/myapp/log-level", Value: "debug", Labels: []string{"test"}},
			{Name: "/myapp/log-level", Value: "info"},
		},
	})
	key, err := awslogin.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	issuer := awslogin.Issuer{URL: "https://esc.example.com", Organization: "acme", Key: key, Clock: sim.Clock()}
	documents, err := issuer.Documents()
	if err != nil {
		t.Fatal(err)
	}
	trust, err := issuer.TrustPolicy("aws", sim.Account(), "pulumi:environments:org:acme:env:aws/oidc",
		"pulumi:environments:pulumi.organization.login:acme:currentEnvironment.name:aws/scoped:rootEnvironment.name:*")
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.AddIssuer(awstest.Issuer{URL: issuer.URL, ClientIDs: []string{"aws:acme"}, Documents: documents}); err != nil {
		t.Fatal(err)
	}
	if err := sim.AddRole(awstest.Role{Name: "deployer", TrustPolicy: string(trust)}); err != nil {
		t.Fatal(err)
	}
	login := &awslogin.Provider{Source: issuer, HTTPClient: sim.HTTPClient(), Clock: sim.Clock()}
	store := awsclient.Options{Transport: sim.HTTPClient().Transport}
	return &eval.Evaluator{
		Loader: eval.Dir("."),
		Providers: map[string]providers.Provider{
			"aws-login":           login,
			"aws-secrets":         &awssecrets.Provider{Options: store, Clock: sim.Clock()},
			"aws-parameter-store": &awsparams.Provider{Options: store, Clock: sim.Clock()},
		},
		Rotators: map[string]rotators.Rotator{
			"aws-iam": &awsiam.Rotator{}, "aws-iam-password": &awspassword.Rotator{}, "password": password.Rotator{},
		},
	}
}

// TestOpen compares NAME.json with what esc open NAME prints, and NAME.txt with its warnings, if there are any.
func TestOpen(t *testing.T) {
	evaluator := newEvaluator(t)
	for _, name := range names(t, ".yaml") {
		t.Run(name, func(t *testing.T) {
			env, err := evaluator.Open(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			var values, warnings strings.Builder
			if err := env.Write(&values, eval.FormatOptions{Reveal: true}); err != nil {
				t.Fatal(err)
			}
			if err := env.Diagnostics.Print(&warnings, eval.PrintOptions{}); err != nil {
				t.Fatal(err)
			}
			compare(t, name+".json", values.String())
			compare(t, name+".txt", warnings.String())
		})
	}
}

// compare compares a text with a file, which is not there if the text is empty.
func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		write(t, file, got)
	}
	want, err := os.ReadFile(file)
	if err != nil && (got != "" || !os.IsNotExist(err)) {
		t.Fatalf("%v; run go test -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: -want +got; perhaps run go test -update\n%s", file, diff)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if text == "" {
		os.Remove(file)
	} else if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestCheck makes sure that Check, which calls nothing, has nothing to say that Open does not say.
func TestCheck(t *testing.T) {
	evaluator := newEvaluator(t)
	for _, name := range names(t, ".yaml") {
		env, err := evaluator.Check(t.Context(), name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var warnings strings.Builder
		if err := env.Diagnostics.Print(&warnings, eval.PrintOptions{}); err != nil {
			t.Fatal(err)
		}
		want, _ := os.ReadFile(name + ".txt")
		if diff := cmp.Diff(string(want), warnings.String()); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// TestComplete makes sure that no document is missing and that no result is left of one that is gone.
func TestComplete(t *testing.T) {
	documents := names(t, ".yaml")
	for _, name := range []string{"aws/login", "myapp/dev"} {
		if !slices.Contains(documents, name) {
			t.Errorf("%s.yaml is missing", name)
		}
	}
	if diff := cmp.Diff(documents, names(t, ".json")); diff != "" {
		t.Errorf("documents have results beside them: -documents +results\n%s", diff)
	}

	var text strings.Builder
	for _, name := range documents {
		source, err := os.ReadFile(name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		text.Write(source)
	}
	functions := []string{
		"concat", "final", "fromBase64", "fromJSON", "join", "open", "open::aws-login", "open::aws-parameter-store",
		"open::aws-secrets", "rotate::aws-iam", "rotate::aws-iam-password", "rotate::password", "secret", "split", "toBase64",
		"toJSON", "toString", "toYAML", "validate",
	}
	for _, function := range functions {
		if !strings.Contains(text.String(), "fn::"+function+":") {
			t.Errorf("no document shows fn::%s", function)
		}
	}
	if !strings.Contains(text.String(), "${environments.") {
		t.Error("no document refers to an environment that it does not import")
	}
}

// names returns the files of this directory with an extension, without it, in ascending order.
func names(t *testing.T, extension string) []string {
	t.Helper()
	var found []string
	err := fs.WalkDir(os.DirFS("."), ".", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == extension {
			found = append(found, strings.TrimSuffix(path, extension))
		}
		return err
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("found %d files *%s: %v", len(found), extension, err)
	}
	slices.Sort(found)
	return found
}
