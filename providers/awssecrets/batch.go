package awssecrets

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/internal/awsget"
)

const (
	batchSize = 20
	batchOp   = "secretsmanager:BatchGetSecretValue"
)

// readBatches reads the current versions of secrets, and leaves unread what AWS says nothing of, and all from the first batch
// on that may not be read as one.
func (r *reader) readBatches(ctx context.Context, items []item) {
	for batch := range slices.Chunk(items, batchSize) {
		err := r.readBatch(ctx, batch)
		if err == nil {
			continue
		}
		f := awsget.Failed(batchOp, err)
		switch {
		case f.Hopeless():
			r.GiveUp(f.Problem(r.target))
			return
		case f.Forbidden(): // it needs a permission of its own, and the next one does, too
			return
		}
	}
}

// readBatch reads one batch, page by page, of which there are no more than secrets.
func (r *reader) readBatch(ctx context.Context, items []item) error {
	in := &secretsmanager.BatchGetSecretValueInput{}
	for _, i := range items {
		in.SecretIdList = append(in.SecretIdList, i.SecretID)
	}
	for range items {
		out, err := r.client.BatchGetSecretValue(ctx, in)
		if err != nil {
			return err
		}
		for _, entry := range out.SecretValues {
			r.noteAll(items, entry)
		}
		requestID, _ := middleware.GetRequestIDMetadata(out.ResultMetadata)
		for _, e := range out.Errors {
			i := item{SecretID: aws.ToString(e.SecretId)}
			f := awsget.Failure{Failure: &awsclient.Failure{
				Op: getOp, Code: aws.ToString(e.ErrorCode), Message: aws.ToString(e.Message), RequestID: requestID,
			}, Status: 400}
			r.Note(i, nil, explain(f, r.target, i))
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	return nil
}

// noteAll notes an entry for each of the items that mean it.
func (r *reader) noteAll(items []item, entry types.SecretValueEntry) {
	for _, i := range items {
		if means(i.SecretID, entry) {
			value, problem := content(entry.SecretString, entry.SecretBinary)
			r.Note(i, value, problem)
		}
	}
}

// means tells whether an entry is the secret that an id means: by its name, its ARN, or that without the six characters
// at its end.
func means(id string, entry types.SecretValueEntry) bool {
	arn := aws.ToString(entry.ARN)
	suffix, partial := strings.CutPrefix(arn, id+"-")
	return id == aws.ToString(entry.Name) || id == arn || partial && len(suffix) == 6 && strings.HasPrefix(id, "arn:")
}
