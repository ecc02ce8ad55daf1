package awstest_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/escapement-go/escapement/providers/awstest"
)

// A run touches what the consumers of a watched secret use, or leaves it alone.
func TestWatchSecret(t *testing.T) {
	for _, c := range []struct {
		name  string
		holds int // the key that the secret holds: 0 the current one, 1 the previous one
		act   func(s *stage, r *awstest.Run) error
		broke bool
	}{
		{"deletes another key", 0, func(s *stage, r *awstest.Run) error { return end(s, r, 1) }, false},
		{"deletes the key that it holds", 1, func(s *stage, r *awstest.Run) error { return end(s, r, 1) }, true},
		{"puts a live key", 1, func(s *stage, r *awstest.Run) error { return put(s, r, 0) }, false},
		{"puts a dead key in place of a live one", 1, func(s *stage, r *awstest.Run) error {
			s.sim.SetKeyStatus(s.sim.Keys("app")[0].ID, "Inactive")
			return put(s, r, 0)
		}, true},
		{"puts a dead key in place of a dead one", 1, func(s *stage, r *awstest.Run) error {
			for _, k := range s.sim.Keys("app") {
				s.sim.SetKeyStatus(k.ID, "Inactive")
			}
			return put(s, r, 0)
		}, false},
	} {
		s := newStage(t, []string{"current", "previous"}, 0)
		s.watch.Secret = "app/key"
		if err := s.sim.AddSecret(awstest.Secret{Name: "app/key", Text: s.value(c.holds)}); err != nil {
			t.Fatal(err)
		}
		s.doc.Edit(func(state map[string]any) map[string]any { // nobody hands out the previous key any more
			previous := member(state, "previous", "accessKeyId")
			delete(state, "previous")
			state["ledger"] = map[string]any{"retiring": []any{map[string]any{"accessKeyId": previous, "action": "delete"}}}
			return state
		})
		_, err := awstest.RunToCrash(s.sim.NewRun(), func() error { return c.act(s, s.sim.NewRun()) })
		if broke := slices.Contains(s.broke, "I12"); err != nil || broke != c.broke || s.watch.Assertions()["I12"] == 0 && c.name != "puts a dead key in place of a dead one" {
			t.Errorf("%s: %v, %v", c.name, s.broke, err)
		}
	}
}

func (s *stage) value(key int) string {
	return fmt.Sprintf(`{"accessKeyId": %q, "secretAccessKey": "a canary"}`, s.sim.Keys("app")[key].ID)
}

func end(s *stage, r *awstest.Run, key int) error {
	_, err := r.IAM(s.sim.Credentials("admin")).DeleteAccessKey(context.Background(), &iam.DeleteAccessKeyInput{
		UserName: aws.String("app"), AccessKeyId: aws.String(s.sim.Keys("app")[key].ID),
	})
	return err
}

func put(s *stage, r *awstest.Run, key int) error {
	_, err := r.SecretsManager(s.sim.Credentials("admin")).PutSecretValue(context.Background(), &secretsmanager.PutSecretValueInput{
		SecretId: aws.String("app/key"), SecretString: aws.String(s.value(key)),
	})
	return err
}
