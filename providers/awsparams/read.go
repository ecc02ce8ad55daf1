package awsparams

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/escapement-go/escapement/providers/internal/awsget"
	"github.com/escapement-go/escapement/schema"
)

const (
	batchSize = 10
	batchOp   = "ssm:GetParameters"
	singleOp  = "ssm:GetParameter"
)

// A reader reads what one Open asks for, each item once.
type reader struct {
	*awsget.Wanted[item]
	target awsget.Target
	client *ssm.Client

	noBatches atomic.Bool // only ssm:GetParameter is allowed
}

// read reads ten parameters at a time. Those of a call that is refused are read alone, since one may be to blame.
func (r *reader) read(ctx context.Context) {
	batches := batchesOf(r.Items())
	awsget.Each(len(batches), func(n int) bool { return r.readBatch(ctx, batches[n]) })
	if left := r.Unread(slices.Concat(batches...)); !r.GaveUp() {
		awsget.Each(len(left), func(n int) bool { return r.readOne(ctx, left[n]) })
	}
}

// batchesOf returns items in parts of which each can be asked for with one call.
func batchesOf(items []item) (batches [][]item) {
	plain := slices.DeleteFunc(slices.Clone(items), func(i item) bool { return i.decrypt })
	secret := slices.DeleteFunc(items, func(i item) bool { return !i.decrypt })
	return slices.AppendSeq(slices.Collect(slices.Chunk(secret, batchSize)), slices.Chunk(plain, batchSize))
}

// readBatch reads several parameters with one call, and leaves them unread if it is refused. It tells whether there is a
// point in reading others.
func (r *reader) readBatch(ctx context.Context, batch []item) bool {
	if len(batch) == 1 {
		return r.readOne(ctx, batch[0])
	}
	if f := r.getParameters(ctx, batch); f != nil && f.Hopeless() {
		return r.failed(batch[0], *f)
	}
	return true
}

// readOne reads one parameter: with GetParameter, which needs another permission, if GetParameters is not allowed.
func (r *reader) readOne(ctx context.Context, i item) bool {
	var denied *awsget.Failure
	if !r.noBatches.Load() {
		f := r.getParameters(ctx, []item{i})
		if f == nil {
			return true
		}
		if !mayNot(*f, batchOp) {
			return r.failed(i, *f)
		}
		denied = f
	}
	out, err := r.client.GetParameter(ctx, &ssm.GetParameterInput{Name: &i.name, WithDecryption: &i.decrypt})
	if err != nil {
		f := awsget.Failed(singleOp, err)
		if denied != nil && mayNot(f, singleOp) {
			f = *denied
		}
		return r.failed(i, f)
	}
	r.noBatches.Store(true)
	if out.Parameter == nil {
		out.Parameter = &types.Parameter{}
	}
	value, problem := content(out.Parameter)
	r.Note(i, value, problem)
	return true
}

// getParameters asks for items that are all to be decrypted, or all not to be.
func (r *reader) getParameters(ctx context.Context, batch []item) *awsget.Failure {
	in := &ssm.GetParametersInput{WithDecryption: &batch[0].decrypt}
	for _, i := range batch {
		in.Names = append(in.Names, i.name)
	}
	out, err := r.client.GetParameters(ctx, in)
	if err != nil {
		f := awsget.Failed(batchOp, err)
		return &f
	}
	requestID, _ := middleware.GetRequestIDMetadata(out.ResultMetadata)
	for _, i := range batch {
		at := slices.IndexFunc(out.Parameters, func(p types.Parameter) bool { return means(i.name, p) })
		switch {
		case at >= 0:
			value, problem := content(&out.Parameters[at])
			r.Note(i, value, problem)
		case slices.Contains(out.InvalidParameters, i.name):
			r.Note(i, nil, absent(r.target, i.name, batchOp, requestID))
		default:
			r.Note(i, nil, awsget.Unanswered())
		}
	}
	return nil
}

// means tells whether a parameter is the one that a name or an ARN means, with its version or label if it has one.
func means(name string, p types.Parameter) bool {
	selector := ""
	if text := strings.TrimPrefix(aws.ToString(p.Selector), ":"); text != "" {
		selector = ":" + text
	}
	return name == aws.ToString(p.Name)+selector || name == aws.ToString(p.ARN)+selector
}

// content is the value of a parameter. What is of no type that is known is secret, to be safe.
func content(p *types.Parameter) (any, *awsget.Problem) {
	switch {
	case p.Value == nil:
		return nil, awsget.Unanswered()
	case p.Type == types.ParameterTypeString:
		return *p.Value, nil
	case p.Type == types.ParameterTypeStringList:
		list := []any{}
		for text := range strings.SplitSeq(*p.Value, ",") {
			list = append(list, text)
		}
		return list, nil
	}
	return schema.NewSecret(*p.Value), nil
}

// failed notes why there is no parameter, and tells whether there is a point in reading others.
func (r *reader) failed(i item, f awsget.Failure) bool {
	if f.Hopeless() {
		r.GiveUp(f.Problem(r.target))
		return false
	}
	r.Note(i, nil, explain(f, r.target, i.name))
	return true
}
