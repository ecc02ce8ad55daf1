package awsiam

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	smithymiddleware "github.com/aws/smithy-go/middleware"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

const (
	putSecret    = "secretsmanager:PutSecretValue"
	stageCurrent = "AWSCURRENT"

	// What a failure is called that AWS has no code for.
	noAnswer   = "unknown"
	superseded = "superseded"
)

// unpublished tells whether the secret that the inputs name may hold another key than the current one.
func (a agenda) unpublished() bool {
	p := a.ledger.published
	if a.publish == nil || a.current == nil {
		return false
	}
	return p == nil || p.id != a.current.id || a.publish.secretID != "" && p.secretID != a.publish.secretID
}

// publishedAt is when the secret got another key than before; zero if nothing is published.
func (a agenda) publishedAt() time.Time {
	if a.publish == nil || a.ledger.published == nil {
		return time.Time{}
	}
	return a.ledger.published.at
}

// changed is when the keys that programs get have changed last, in the document or in the secret.
func (a agenda) changed() time.Time { return iamuser.Later(a.ledger.promoted, a.publishedAt()) }

// publishFirst is step PUBLISH as it comes before anything is retired or made: programs may still use the key that the
// secret holds, and a late request of a run that has stood still must not find a newer key there than its own.
func (r *run) publishFirst() error {
	if !r.agenda().unpublished() {
		return nil
	}
	id := r.state.current.id
	if !r.works && r.keeps(ruleDead) {
		r.Warn("publish-failed", id, "the current key does not work, so that it is not published")
		return nil
	}
	failed, err := r.publish()
	if failed == nil || err != nil {
		return err
	}
	e := r.refuse("unpublished", []string{id}, "no key is made or retired before the current one is published to the secret %q", r.in.publish.secretID)
	return r.unpublishedBecause(e, failed)
}

// publishPromoted is step PUBLISH as it comes after a promotion.
func (r *run) publishPromoted() error {
	if !r.agenda().unpublished() {
		return nil
	}
	id, former := r.state.current.id, r.state.ledger.published
	failed, err := r.publish()
	if failed == nil || err != nil {
		return err
	}
	e := r.refuse("publish-failed", []string{id}, "the rotation is done and saved, but the secret %q was not told of the new key", r.in.publish.secretID)
	if former != nil && former.secretID == r.in.publish.secretID && failed.code != noAnswer {
		e.Text += fmt.Sprintf(" and still holds %s, which goes on working", former.id)
	}
	return r.unpublishedBecause(e, failed)
}

// unpublishedBecause adds why, and what to do.
func (r *run) unpublishedBecause(e *Error, failed *putFailure) error {
	if failed.failure != nil {
		e = e.Because(failed.failure)
	} else {
		e.Op = putSecret
		e.Text += ": its version of this key is not the current one, so that somebody has written another value since"
	}
	return e.Advise(`%s; the next run publishes it; or remove "publish"`, r.publishRemedy(failed))
}

// publishRemedy says what to do about a secret that does not take the key.
func (r *run) publishRemedy(failed *putFailure) string {
	p, owner := r.in.publish, r.Login.AccessKeyID
	f := failed.failure
	switch {
	case f == nil || f.Code == "ResourceExistsException":
		return `remove "publish", rotate, and write it again, so that a newer key takes the place`
	case f.Forbidden() && strings.Contains(f.Message, "KMS"), f.Code == "EncryptionFailure", f.Code == "DecryptionFailure":
		return fmt.Sprintf("see that the key of KMS of %s is enabled, and allow kms:GenerateDataKey and kms:Decrypt with it to the owner of %s", p.arn, owner)
	case f.Forbidden():
		return fmt.Sprintf("allow %s on %s to the owner of %s", putSecret, p.arn, owner)
	case f.Code == "ResourceNotFoundException":
		return fmt.Sprintf(`create the secret in %s, or correct "publish"`, p.region)
	case f.Code == "InvalidRequestException":
		return "restore the secret if it is marked for deletion"
	case f.Rejected():
		return r.Remedy(f)
	}
	return "rotate again"
}

// publish puts the current key into the secret and notes it. A failure that stays is noted once.
func (r *run) publish() (*putFailure, error) {
	if err := r.Canceled("publishing"); err != nil {
		return nil, err
	}
	if !r.keeps(ruleAfter) {
		if err := r.notePublished(); err != nil {
			return nil, err
		}
	}
	c := r.state.current
	if failed := r.put(c); failed != nil {
		r.noteFailure(failed)
		return failed, nil
	}
	if err := r.notePublished(); err != nil {
		return nil, err
	}
	r.Report("published", c.id, "the secret %q holds the current key", r.in.publish.secretID)
	return nil, nil
}

// notePublished is SAVE D: the secret holds the current key.
func (r *run) notePublished() error {
	next := r.state.clone()
	next.ledger.published = &published{id: next.current.id, secretID: r.in.publish.secretID, at: r.Now()}
	next.ledger.publishFailed = nil
	if !r.keeps(ruleRemember) {
		r.state = next
		return nil
	}
	return r.save(next, "the current key is published")
}

// noteFailure notes a failure that has not been noted yet. Whether it is saved or not, the run ends with the failure.
func (r *run) noteFailure(failed *putFailure) {
	known := r.state.ledger.publishFailed
	if known != nil && known.code == failed.code || !r.keeps(ruleAfter) {
		return
	}
	next := r.state.clone()
	next.ledger.publishFailed = &publishFailure{code: failed.code, since: r.Now()}
	_ = r.trySave(next, "the current key could not be published")
}

// A putFailure is why a secret did not take a key.
type putFailure struct {
	code    string
	failure *awsclient.Failure // nil: AWS has an older version of this key, which is not the current one
}

// put sends PutSecretValue. Its token is that of the key: if the secret has had the key already, AWS does nothing, so that
// a late repetition does not bring an old key back.
func (r *run) put(c *credential) *putFailure {
	if r.Plan != nil {
		id := c.id
		if c == planned {
			id = ""
		}
		r.noteCall(putSecret, id, "the secret gets the current key")
		return nil
	}
	client := r.dial.Secrets(r.Login, r.in.publish.region)
	in := &secretsmanager.PutSecretValueInput{
		SecretId: &r.in.publish.secretID, ClientRequestToken: aws.String(r.token(c.id)), SecretString: aws.String(r.value(c)),
	}
	var stages []string
	f := r.Persist(putSecret, func(ctx context.Context) (smithymiddleware.Metadata, error) {
		out, err := client.PutSecretValue(ctx, in, onceSecrets)
		switch {
		case err != nil:
			return smithymiddleware.Metadata{}, err
		case aws.ToString(out.VersionId) != *in.ClientRequestToken:
			return smithymiddleware.Metadata{}, errOtherVersion
		}
		stages = out.VersionStages
		return out.ResultMetadata, nil
	})
	switch {
	case f == nil && slices.Contains(stages, stageCurrent):
		return nil
	case f == nil:
		return &putFailure{code: superseded}
	case f.Code == "":
		return &putFailure{noAnswer, f}
	}
	return &putFailure{f.Code, f}
}

var errOtherVersion = errors.New("the answer is about another version than the one that was sent")

// token is the same for every request that publishes a key, and for no other.
func (r *run) token(id string) string {
	if !r.keeps(ruleToken) {
		id += r.Clock.Now().String()
	}
	sum := sha256.Sum256([]byte("fn::rotate::aws-iam " + id))
	return hex.EncodeToString(sum[:])
}

// value is what is published of a key. It must always be the same for one key, so that of two times at which it may have
// been made that of AWS counts.
func (r *run) value(c *credential) string {
	made := r.keys[c.id].created
	if made.IsZero() {
		made = c.created
	}
	key := struct {
		AccessKeyID     string `json:"accessKeyId"`
		SecretAccessKey string `json:"secretAccessKey"`
		CreatedAt       string `json:"createdAt,omitempty"`
	}{AccessKeyID: c.id, SecretAccessKey: c.secret.Reveal()}
	if !made.IsZero() {
		key.CreatedAt = made.UTC().Format(time.RFC3339Nano)
	}
	return encoded(key)
}

// encoded writes strings as JSON, in as few escapes as possible.
func encoded(v any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v)
	return strings.TrimSuffix(text.String(), "\n")
}
