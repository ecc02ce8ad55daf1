package awsiam

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/escapement-go/escapement/schema"
)

// theSecret is what the key is published to.
const theSecret = "app/key"

// put is what the document says of the key that was published last.
func put(letter string) map[string]any {
	return map[string]any{"accessKeyId": keyID(letter), "secretId": theSecret, "at": ago(lately)}
}

func refusedBefore(code string) map[string]any {
	return map[string]any{"code": code, "since": ago(lately)}
}

// publishStarts are the states that the tables of publishing begin with.
var publishStarts = []start{
	{number: 31, document: "no state", account: "none", state: nothing},
	{number: 32, document: "C, published", account: "C", state: saved("C", "published", put("C")), keys: []startKey{keyC}, put: []string{"C"}},
	{number: 33, document: "C P, published", account: "C P", core: true, state: saved("CP", "published", put("C")),
		keys: []startKey{keyC, keyP}, put: []string{"P", "C"}},
	{number: 34, document: "C P, never published", account: "C P", state: saved("CP"), keys: []startKey{keyC, keyP}},
	{number: 35, document: "C P, P published", account: "C P", core: true, state: saved("CP", "published", put("P")),
		keys: []startKey{keyC, keyP}, put: []string{"P"}},
	{number: 36, document: "C P, P published and C put", account: "C P", state: saved("CP", "published", put("P")),
		keys: []startKey{keyC, keyP}, put: []string{"P", "C"}},
	{number: 37, document: "C P, P published, refused before", account: "C P",
		state: saved("CP", "published", put("P"), "publishFailed", refusedBefore("AccessDeniedException")),
		keys:  []startKey{keyC, keyP}, put: []string{"P"}},
	{number: 38, document: "C, never published", account: "C H", state: saved("C"), keys: []startKey{keyC, keyH}, human: true},
	{number: 39, document: "C, published, intent", account: "C O", state: saved("C", "published", put("C"), "pending", intent(lately)),
		keys: []startKey{keyC, {"O", lately, "Active"}}, put: []string{"C"}},
	{number: 40, document: "C, published, pending N with secret", account: "C N", core: true,
		state: saved("C", "published", put("C"), "pending", pendingKey(lately)),
		keys:  []startKey{keyC, {"N", lately, "Active"}}, put: []string{"C"}},
	{number: 41, document: "C, never published, pending N with secret", account: "C N", state: saved("C", "pending", pendingKey(lately)),
		keys: []startKey{keyC, {"N", lately, "Active"}}},
	{number: 42, document: "C, published, P retiring to delete, intent", account: "C P", put: []string{"P", "C"},
		state: saved("C", "published", put("C"), "pending", intent(lately, "baseline", []any{keyID("C"), keyID("P")}), "retiring", retiring("delete", lately)),
		keys:  []startKey{keyC, keyP}},
	{number: 43, document: "C, P published and retiring to delete", account: "C P", put: []string{"P"},
		state: saved("C", "published", put("P"), "retiring", retiring("delete", lately)), keys: []startKey{keyC, keyP}},
	{number: 44, document: "C, P published and deactivated, deletion due", account: "C P(inactive)", aged: true, put: []string{"P"}, state: func() map[string]any {
		s := agedState()
		s["ledger"].(map[string]any)["published"] = put("P")
		return s
	}, keys: []startKey{{"C", 20*day + 99*time.Minute, "Active"}, {"P", 110*day + 99*time.Minute, "Inactive"}}},
	{number: 45, document: "C P, P published", account: "C(inactive) P", state: saved("CP", "published", put("P")), human: true,
		keys: []startKey{{"C", ageC, "Inactive"}, keyP}, put: []string{"P"}},
	{number: 46, document: "imported C P, no createdAt", account: "C P", keys: []startKey{keyC, keyP}, put: []string{"P"}, state: func() map[string]any {
		return map[string]any{"current": without(credentialOf("C", 0), "createdAt"), "previous": without(credentialOf("P", 0), "createdAt")}
	}},
}

func init() {
	for i := range publishStarts {
		publishStarts[i].publish = true
	}
}

func corePublishStarts() []start {
	var some []start
	for _, s := range publishStarts {
		if s.core {
			some = append(some, s)
		}
	}
	return some
}

// putEarlier has earlier runs publish what the start says.
func (w *world) putEarlier() {
	earlier := &run{rotator: &Rotator{}}
	client := w.sim.SecretsManager(w.sim.Credentials("earlier"))
	for _, letter := range w.put {
		c := &credential{id: keyID(letter), secret: schema.NewSecret(keySecret(letter))}
		if k, found := w.sim.Key(c.id); found {
			c.created = k.CreatedAt
		}
		_, err := client.PutSecretValue(context.Background(), &secretsmanager.PutSecretValueInput{
			SecretId: aws.String(theSecret), ClientRequestToken: aws.String(earlier.token(c.id)), SecretString: aws.String(earlier.value(c)),
		})
		if err != nil {
			panic(err)
		}
	}
}

// holds returns the id of the key that consumers of the secret get.
func (w *world) holds() string {
	var key struct {
		AccessKeyID string `json:"accessKeyId"`
	}
	for _, v := range w.sim.SecretVersions(theSecret) {
		for _, stage := range v.Stages {
			if stage == stageCurrent {
				_ = json.Unmarshal([]byte(v.Text), &key) // the first one is no key
			}
		}
	}
	return key.AccessKeyID
}

// unsettled are the refusals of a run that has not come to publishing.
var unsettled = map[string]bool{"unknown-keys": true, "orphan-quarantined": true, "user-recreated": true, "try-later": true}

// judgeSecret asserts what must hold of the secret in the end.
func (w *world) judgeSecret(r recovery) {
	current := w.currentID()
	k, found := w.sim.Key(current)
	alive := found && !k.Deleted && k.Status == "Active"
	if w.inputs["publish"] != nil && alive && !unsettled[r.last] && w.holds() != current {
		w.violate("I13 at rest the secret holds %q and %s is current", w.holds(), current)
	}
	if failed := readState(w.doc.State()).ledger.publishFailed; w.inputs["publish"] != nil && alive && !unsettled[r.last] && failed != nil {
		w.violate("at rest the document says that the key could not be published: %s", failed.code)
	}
}

// valueOf reads what was published.
func valueOf(t *testing.T, text string) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}
