package awsiam

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	smithymiddleware "github.com/aws/smithy-go/middleware"

	"github.com/escapement-go/escapement/providers/awsclient"
)

const (
	putSecret    = "secretsmanager:PutSecretValue"
	stageCurrent = "AWSCURRENT"

	// What a failure is called that AWS has no code for.
	noAnswer   = "unknown"
	superseded = "superseded"
)

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
