package awssecrets

import (
	"context"
	"encoding/base64"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/escapement-go/escapement/providers/internal/awsget"
	"github.com/escapement-go/escapement/schema"
)

// A reader reads what one Open asks for, each item once.
type reader struct {
	*awsget.Wanted[item]
	target awsget.Target
	client *secretsmanager.Client
}

const (
	getOp        = "secretsmanager:GetSecretValue"
	stageCurrent = "AWSCURRENT"
)

// wanted returns the item in the one form that items asking for the same have.
func (i item) wanted() (id string, _ item) {
	if i.VersionID == "" && i.VersionStage == stageCurrent {
		i.VersionStage = ""
	}
	return i.SecretID, i
}

// isCurrent tells whether the item asks for the current version, as batches do.
func (i item) isCurrent() bool { return i.VersionID == "" && i.VersionStage == "" }

// read reads the current versions in batches, if there are several, and everything else one by one.
func (r *reader) read(ctx context.Context) {
	items := r.Items()
	current := slices.DeleteFunc(slices.Clone(items), func(i item) bool { return !i.isCurrent() })
	if len(current) > 1 {
		r.readBatches(ctx, current)
	}
	if left := r.Unread(items); !r.GaveUp() {
		awsget.Each(len(left), func(n int) bool { return r.readOne(ctx, left[n]) })
	}
}

// readOne reads one secret. It tells whether there is a point in reading others.
func (r *reader) readOne(ctx context.Context, i item) bool {
	in := &secretsmanager.GetSecretValueInput{SecretId: &i.SecretID}
	if i.VersionID != "" {
		in.VersionId = &i.VersionID
	}
	if i.VersionStage != "" {
		in.VersionStage = &i.VersionStage
	}
	out, err := r.client.GetSecretValue(ctx, in)
	if err != nil {
		f := awsget.Failed(getOp, err)
		if f.Hopeless() {
			r.GiveUp(f.Problem(r.target))
			return false
		}
		r.Note(i, nil, explain(f, r.target, i))
		return true
	}
	value, problem := content(out.SecretString, out.SecretBinary)
	r.Note(i, value, problem)
	return true
}

// content is what a secret holds: text as it is, bytes in base64.
func content(text *string, binary []byte) (any, *awsget.Problem) {
	switch {
	case text != nil:
		return schema.NewSecret(*text), nil
	case binary != nil:
		return schema.NewSecret(base64.StdEncoding.EncodeToString(binary)), nil
	}
	return nil, awsget.Unanswered()
}
