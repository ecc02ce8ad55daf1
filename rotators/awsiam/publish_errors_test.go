package awsiam

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/escapement-go/escapement/providers/awstest"
)

// What each refusal says, what it says to do, and whether doing so helps.
func TestPublishErrors(t *testing.T) {
	policy := func(more ...string) awstest.Policy { return append(slices.Clone(awstest.RecommendedPolicy), more...) }
	const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app/key-??????"
	for _, test := range []struct {
		name   string
		policy awstest.Policy
		spoil  func(w *world)
		want   []string
	}{
		{"not allowed", policy(), nil, []string{"AccessDeniedException", "allow secretsmanager:PutSecretValue on " + arn + " to the owner of AKIAADMIN"}},
		{"allowed elsewhere", policy(putSecret + " arn:aws:secretsmanager:us-east-1:123456789012:secret:other-??????"), nil, []string{"allow " + putSecret}},
		{"missing", nil, func(w *world) { w.inputs["publish"] = secretOf("gone") }, []string{"ResourceNotFoundException", `"gone"`, "create the secret in us-east-1"}},
		{"in another region", nil, func(w *world) { w.inputs["publish"] = secretOf(theSecret, "region", "eu-west-1") }, []string{"create the secret in eu-west-1"}},
		{"deleted", nil, func(w *world) {
			_, err := w.sim.SecretsManager(w.credentials()).DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: aws.String(theSecret)})
			if err != nil {
				t.Error(err)
			}
		}, []string{"InvalidRequestException", "restore the secret"}},
		{"no KMS", nil, func(w *world) {
			w.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.FailWith("AccessDeniedException", 400, "Access to KMS is not allowed")})
		}, []string{"kms:GenerateDataKey and kms:Decrypt"}},
		{"encryption", nil, func(w *world) {
			w.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Fail("EncryptionFailure", 400)})
		}, []string{"is enabled"}},
		{"bad login", nil, func(w *world) {
			w.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Fail("ExpiredTokenException", 400)})
		}, []string{"check the access key AKIAADMIN"}},
		{"unreachable", nil, func(w *world) { w.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Dropped()}) }, []string{"rotate again"}},
		{"taken token", nil, func(w *world) {
			w.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Fail("ResourceExistsException", 400)})
		}, []string{`remove "publish", rotate, and write it again`}},
	} {
		for _, number := range []int{33, 35} { // after a promotion, and before one
			w := newWorld(publishStart(number), variant{policy: test.policy})
			if test.spoil != nil {
				test.spoil(w)
			}
			text := "no key is made or retired before the current one is published to the secret"
			end := "unpublished"
			if number == 33 && test.name != "missing" { // of another secret it is not noted that it has the current key
				end, text = "publish-failed", "the rotation is done and saved"
			}
			a := w.attempt().perform().wantEnd(t, end)
			for _, want := range append(test.want, text, "the next run publishes it") {
				if !strings.Contains(fmt.Sprint(a.err), want) {
					t.Errorf("%s, start %d: %v does not say %q", test.name, number, a.err, want)
				}
			}
			var coded *Error
			if errors.As(a.err, &coded); len(coded.Keys) != 1 || coded.Keys[0].ID != w.currentID() || coded.Op != putSecret {
				t.Errorf("%s, start %d: %+v", test.name, number, coded)
			}
			w.sound(t)
		}
	}
	w := newWorld(publishStart(33), variant{policy: policy(putSecret + " " + arn)})
	w.attempt().perform().wantEnd(t, "rotated")
	w.sound(t)
}

// A proxy repeats what it was sent, in one way or another.
func TestPublishScrubbed(t *testing.T) {
	for _, number := range []int{33, 35} {
		w := newWorld(publishStart(number), variant{})
		w.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.FailWith("AccessDeniedException", 400, "you sent "+(&run{}).value(
			readState(w.doc.State()).current)+" and "+w.credentials().SecretAccessKey)})
		a := w.attempt().perform()
		var coded *Error
		if !errors.As(a.err, &coded) || !strings.Contains(coded.Text, "[secret]") {
			t.Errorf("%v", a.err)
		}
		for cause := a.err; cause != nil; cause = errors.Unwrap(cause) {
			w.say(cause, cause.Error())
		}
		w.sound(t)
	}
}

// The text that somebody reads whose secret was deleted.
func TestPublishText(t *testing.T) {
	w := newWorld(publishStart(33), variant{})
	w.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Fail("ResourceNotFoundException", 0)})
	a := w.attempt().perform().wantEnd(t, "publish-failed")
	got := regexp.MustCompile(`request [0-9a-f-]+`).ReplaceAllString(fmt.Sprint(a.err), "request …")
	want := `the rotation is done and saved, but the secret "app/key" was not told of the new key and still holds AKIAC0000000000000000, ` +
		`which goes on working: ResourceNotFoundException: The simulator was told to answer with this error. ` +
		`(secretsmanager:PutSecretValue: ResourceNotFoundException, request …): ` + w.currentID() + ` (current, active, made 2026-01-01T00:00:00Z); ` +
		`create the secret in us-east-1, or correct "publish"; the next run publishes it; or remove "publish"`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	w.sound(t)
}
