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

// readBatches reads the current versions of secrets and returns the ids that are left to be read one by one: all that AWS
// has said nothing of, and all from the first batch on that may not be read as one.
func (r *reader) readBatches(ctx context.Context, ids []string) (left []string) {
	for batch := range slices.Chunk(ids, batchSize) {
		if err := r.readBatch(ctx, batch); err != nil {
			f := awsget.Failed(batchOp, err)
			switch {
			case f.Hopeless():
				r.giveUp(f)
				return nil
			case f.Forbidden(): // it needs a permission of its own, and the next one does, too
				return r.unread(ids)
			}
		}
		left = append(left, r.unread(batch)...)
	}
	return left
}

// unread returns the ids of which nothing is known.
func (r *reader) unread(ids []string) (left []string) {
	for _, id := range ids {
		if _, known := r.found[item{SecretID: id}]; !known {
			left = append(left, id)
		}
	}
	return left
}

// readBatch reads one batch, page by page, of which there are no more than secrets.
func (r *reader) readBatch(ctx context.Context, ids []string) error {
	in := &secretsmanager.BatchGetSecretValueInput{SecretIdList: ids}
	for range ids {
		out, err := r.client.BatchGetSecretValue(ctx, in)
		if err != nil {
			return err
		}
		for _, entry := range out.SecretValues {
			for _, id := range ids {
				if means(id, entry) {
					r.note(item{SecretID: id}, content(entry.SecretString, entry.SecretBinary))
				}
			}
		}
		requestID, _ := middleware.GetRequestIDMetadata(out.ResultMetadata)
		for _, e := range out.Errors {
			i := item{SecretID: aws.ToString(e.SecretId)}
			f := awsget.Failure{Failure: &awsclient.Failure{
				Op: getOp, Code: aws.ToString(e.ErrorCode), Message: aws.ToString(e.Message), RequestID: requestID,
			}, Status: 400}
			r.note(i, result{problem: explain(f, r.target, i)})
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	return nil
}

// means tells whether an entry is the secret that an id means: by its name, its ARN, or that without the six characters
// at its end.
func means(id string, entry types.SecretValueEntry) bool {
	arn := aws.ToString(entry.ARN)
	suffix, partial := strings.CutPrefix(arn, id+"-")
	return id == aws.ToString(entry.Name) || id == arn || partial && len(suffix) == 6 && strings.HasPrefix(id, "arn:")
}
