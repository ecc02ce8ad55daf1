package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/providers/awsparams"
	"github.com/escapement-go/escapement/providers/awssecrets"
	"github.com/escapement-go/escapement/providers/awstest"
)

// What Pulumi's documentation of logins shows of their use.
const (
	baseDocument = `# myorg/aws/login
values:
  aws:
    login:
      fn::open::aws-login:
        oidc:
          roleArn: arn:aws:iam::012345678912:role/role-abcd123
          sessionName: pulumi-esc
`
	applicationDocument = `# myorg/myapp/dev
imports:
  - aws/login
values:
  aws:
    secrets:
      fn::open::aws-secrets:
        region: us-west-2
        login: ${aws.login}
        get:
          api-key:
            secretId: api-key
`
)

// newStoreEvaluator returns one whose AWS is the account.
func newStoreEvaluator(t *testing.T, dir string) (*eval.Evaluator, *awstest.Simulator) {
	t.Helper()
	issuer, err := loadIssuer(filepath.Join(t.TempDir(), "issuer.json"))
	if err != nil {
		t.Fatal(err)
	}
	sim, err := newAccount(issuer, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	client := sim.HTTPClient()
	store := awsclient.Options{Transport: client.Transport}
	return &eval.Evaluator{Loader: eval.Dir(dir), Providers: map[string]providers.Provider{
		"aws-login":           &awslogin.Provider{Source: issuer, HTTPClient: client},
		"aws-secrets":         &awssecrets.Provider{Options: store},
		"aws-parameter-store": &awsparams.Provider{Options: store},
	}}, sim
}

// TestDocumentedSecrets opens those documents as they are printed.
func TestDocumentedSecrets(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "aws/login", baseDocument)
	write(t, dir, "myapp/dev", applicationDocument)
	e, sim := newStoreEvaluator(t, dir)
	env, err := e.Open(t.Context(), "myapp/dev")
	if err != nil {
		t.Fatalf("%v\n%s", err, sim.Trace())
	}
	key, _ := env.Values.Lookup(`aws.secrets["api-key"]`)
	if text, err := key.Reveal(); text != "my-api-key" || err != nil || !key.Secret() {
		t.Errorf("the key is %q: %v", text, err)
	}
	login, _ := env.Values.Lookup("aws.login")
	plain, _ := login.Plain().(map[string]any)
	if id, _ := plain["accessKeyId"].(string); !strings.HasPrefix(id, "ASIA") || len(plain) != 4 {
		t.Errorf("the login is %v", plain)
	}
}

// TestStores opens the documents of the examples that read something, with the key that aws/login has.
func TestStores(t *testing.T) {
	e, sim := newStoreEvaluator(t, "../environments")
	for name, want := range map[string]string{"myapp/secrets": "aws.secrets.api-key", "myapp/parameters": "aws.parameters.db-password"} {
		env, err := e.Open(t.Context(), name)
		if err != nil {
			t.Fatalf("%v\n%s", err, sim.Trace())
		}
		if value, ok := env.Values.Lookup(want); !ok || !value.Secret() {
			t.Errorf("%s has no secret %s", name, want)
		}
	}
}
