package awsparams

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/escapement-go/escapement/providers"
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
	target awsget.Target
	client *ssm.Client

	noBatches atomic.Bool // only ssm:GetParameter is allowed

	mu    sync.Mutex
	found map[item]result
	whole *awsget.Problem // that any other call would meet, too; nil if there is none
}

// A result is a parameter's value, or why there is none.
type result struct {
	value   any
	problem *awsget.Problem
}

// read reads ten parameters at a time. Those of a call that is refused are read alone, since one may be to blame.
func (r *reader) read(ctx context.Context, get map[string]entry) {
	batches := batchesOf(get)
	awsget.Each(len(batches), func(n int) bool { return r.readBatch(ctx, batches[n]) })
	var left []item
	for _, i := range slices.Concat(batches...) {
		if _, read := r.found[i]; !read {
			left = append(left, i)
		}
	}
	if r.whole == nil {
		awsget.Each(len(left), func(n int) bool { return r.readOne(ctx, left[n]) })
	}
}

// batchesOf returns what is asked for in parts of which each can be asked for with one call.
func batchesOf(get map[string]entry) (batches [][]item) {
	items := map[bool][]item{}
	asked := map[item]bool{}
	for _, name := range slices.Sorted(maps.Keys(get)) {
		if i := get[name].item(); !asked[i] {
			items[i.decrypt], asked[i] = append(items[i.decrypt], i), true
		}
	}
	for _, decrypt := range []bool{true, false} {
		batches = slices.AppendSeq(batches, slices.Chunk(items[decrypt], batchSize))
	}
	return batches
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
	r.note(i, content(out.Parameter))
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
			r.note(i, content(&out.Parameters[at]))
		case slices.Contains(out.InvalidParameters, i.name):
			r.note(i, result{problem: absent(r.target, i.name, batchOp, requestID)})
		default:
			r.note(i, result{problem: unanswered})
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
func content(p *types.Parameter) result {
	switch {
	case p.Value == nil:
		return result{problem: unanswered}
	case p.Type == types.ParameterTypeString:
		return result{value: *p.Value}
	case p.Type == types.ParameterTypeStringList:
		list := []any{}
		for text := range strings.SplitSeq(*p.Value, ",") {
			list = append(list, text)
		}
		return result{value: list}
	}
	return result{value: schema.NewSecret(*p.Value)}
}

func (r *reader) note(i item, found result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found[i] = found
}

// failed notes why there is no parameter, and tells whether there is a point in reading others.
func (r *reader) failed(i item, f awsget.Failure) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !f.Hopeless():
		r.found[i] = result{problem: explain(f, r.target, i.name)}
		return true
	case r.whole == nil:
		r.whole = f.Problem(r.target)
	}
	return false
}

// answer returns the outputs, or the error for all entries that have none.
func (r *reader) answer(req *providers.Request, get map[string]entry) (any, error) {
	var problems awsget.Problems
	if r.whole != nil {
		problems.Add("", r.whole)
		return nil, problems.Err(req)
	}
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(get)) {
		found := r.found[get[name].item()]
		if found.problem != nil {
			problems.Add(inputName(name), found.problem)
		}
		out[name] = found.value
		if list, isList := found.value.([]any); isList {
			out[name] = slices.Clone(list)
		}
	}
	if err := problems.Err(req); err != nil {
		return nil, err
	}
	return out, nil
}
