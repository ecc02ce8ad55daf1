package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/awsiam"
	"github.com/escapement-go/escapement/rotators/awspassword"
	"github.com/escapement-go/escapement/rotators/password"
)

// TestExamplesRotate rotates, in an account each, the documents of examples/environments as they are: the credentials that
// they hold are those of the account.
func TestExamplesRotate(t *testing.T) {
	const environments = "../environments"
	files, err := filepath.Glob(environments + "/rotators/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		name := "rotators/" + strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(environments)); err != nil {
				t.Fatal(err)
			}
			issuer, err := loadIssuer(filepath.Join(dir, "issuer.json"))
			if err != nil {
				t.Fatal(err)
			}
			sim, err := newAccount(issuer, 1)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(sim.Close)
			key, err := eval.NewKey("")
			if err != nil {
				t.Fatal(err)
			}
			client := sim.HTTPClient()
			e := &eval.Evaluator{
				Loader:    eval.Dir(dir),
				Crypter:   eval.KeyRing{key},
				Providers: map[string]providers.Provider{"aws-login": &awslogin.Provider{Source: issuer, HTTPClient: client}},
				Rotators: map[string]rotators.Rotator{
					"aws-iam":          &awsiam.Rotator{Transport: client.Transport},
					"aws-iam-password": &awspassword.Rotator{Transport: client.Transport},
					"password":         password.Rotator{},
				},
			}
			rotation, err := e.Rotate(t.Context(), name, eval.RotateOptions{Force: true})
			if err != nil {
				t.Fatalf("%v\n%s", err, sim.Trace())
			}
			for _, r := range rotation.Results {
				if last := r.Events[len(r.Events)-1]; r.Status != eval.Succeeded || last.Kind != "rotated" {
					t.Errorf("%s %s, at last %s", r.Path, r.Status, last.Kind)
				}
			}
			if _, err := e.Open(t.Context(), name); err != nil {
				t.Error(err)
			}
		})
	}
}
