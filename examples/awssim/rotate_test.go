package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/awsiam"
)

// What Pulumi's documentation of the rotator shows, placeholders included.
const (
	loginDocument = `# my-org/logins/production
values:
  aws:
    region: us-west-2
    login:
      fn::open::aws-login:
        oidc:
          roleArn: arn:aws:iam::123456789:role/esc-oidc
          sessionName: pulumi-environments-session
          subjectAttributes:
            - currentEnvironment.name
`
	rotatorDocument = `# my-org/rotators/key-rotator
values:
  iam:
    fn::rotate::aws-iam:
      inputs:
        region: ${environments.logins.production.aws.region}
        login: ${environments.logins.production.aws.login}
        userArn: arn:aws:iam::<account id>:user/<username>
`
	rotatorState = `      state:
        current:
          accessKeyId: <access key>
          secretAccessKey:
            fn::secret: <secret key>
        previous:
          accessKeyId: <access key>
          secretAccessKey:
            fn::secret: <secret key>
`
)

// TestDocumentedRotation checks those documents as they are printed, and rotates them with their placeholders filled in:
// without a state, and with the two keys that the user has.
func TestDocumentedRotation(t *testing.T) {
	for name, state := range map[string]string{"no state": "", "state": rotatorState} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "issuer.json")
			issuer, err := loadIssuer(file)
			if err != nil {
				t.Fatal(err)
			}
			sim, err := newAccount(issuer, 1)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(sim.Close)
			client := sim.HTTPClient()
			var filled []string
			if state != "" {
				for range 2 {
					key, err := sim.AddKey(user, awstest.Key{CreatedAt: time.Now().Add(-time.Hour)})
					if err != nil {
						t.Fatal(err)
					}
					filled = append(filled, key.ID, key.Secret)
				}
			}
			dir := t.TempDir()
			write(t, dir, "logins/production", loginDocument)
			write(t, dir, "rotators/key-rotator", rotatorDocument+state)
			key, err := eval.NewKey("")
			if err != nil {
				t.Fatal(err)
			}
			e := &eval.Evaluator{
				Loader:    eval.Dir(dir),
				Crypter:   eval.KeyRing{key},
				Providers: map[string]providers.Provider{"aws-login": &awslogin.Provider{Source: issuer, HTTPClient: client}},
				Rotators:  map[string]rotators.Rotator{"aws-iam": &awsiam.Rotator{Transport: client.Transport}},
			}
			if _, err := e.Check(t.Context(), "rotators/key-rotator"); err != nil {
				t.Fatalf("as printed: %v", err)
			}

			text := strings.Replace(rotatorDocument+state, "<account id>:user/<username>", account+":user/"+user, 1)
			for i := 0; i < len(filled); i += 2 {
				text = strings.Replace(text, "<access key>", filled[i], 1)
				text = strings.Replace(text, "<secret key>", filled[i+1], 1)
			}
			write(t, dir, "logins/production", strings.Replace(loginDocument, "arn:aws:iam::123456789:role/esc-oidc", sim.RoleARN(role), 1))
			write(t, dir, "rotators/key-rotator", text)
			if _, err := e.Rotate(t.Context(), "rotators/key-rotator", eval.RotateOptions{}); err != nil {
				t.Fatalf("%v\n%s", err, sim.Trace())
			}
			env, err := e.Open(t.Context(), "rotators/key-rotator")
			if err != nil {
				t.Fatal(err)
			}
			keys := sim.Keys(user)
			current, _ := env.Values.Lookup("iam.current.accessKeyId")
			if current.Plain() != keys[len(keys)-1].ID {
				t.Errorf("the current key is %v, the account has %v", current, keys)
			}
			if previous, ok := env.Values.Lookup("iam.previous.accessKeyId"); state != "" && (!ok || previous.Plain() != filled[0]) {
				t.Errorf("the previous key is %v, not the one that was current", previous)
			}
		})
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name)+".yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
