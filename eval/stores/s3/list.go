package s3

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// List returns the names of the environments, without versions, in ascending order. Objects whose keys are none of
// environments are passed over.
func (s *Store) List(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	client, err := s.connect()
	if err != nil {
		return nil, err
	}
	var names []string
	in := &s3.ListObjectsV2Input{Bucket: &s.Bucket, Prefix: &s.Prefix}
	for {
		page, err := s.listOnce(ctx, client, in)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", "s3://"+s.Bucket+"/"+s.Prefix, err)
		}
		for _, o := range page.Contents {
			name, isYAML := strings.CutSuffix(strings.TrimPrefix(aws.ToString(o.Key), s.Prefix), ".yaml")
			if _, version := syntax.SplitVersion(name); isYAML && version == "" && syntax.IsCanonical(name) {
				names = append(names, name)
			}
		}
		if !aws.ToBool(page.IsTruncated) || aws.ToString(page.NextContinuationToken) == "" {
			slices.Sort(names) // keys are in the order of keys, with the extension
			return slices.Compact(names), nil
		}
		in.ContinuationToken = page.NextContinuationToken
	}
}

func (s *Store) listOnce(ctx context.Context, client *s3.Client, in *s3.ListObjectsV2Input) (*s3.ListObjectsV2Output, error) {
	for try := 1; ; try++ {
		out, err := client.ListObjectsV2(ctx, in)
		switch {
		case err == nil:
			return out, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
		if err := classify("s3:ListObjectsV2", err, nil); !isTransient(err) || try == readTries || !s.wait(ctx, try) {
			return nil, err
		}
	}
}
