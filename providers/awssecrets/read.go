package awssecrets

import (
	"context"
	"encoding/base64"
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/internal/awsget"
	"github.com/escapement-go/escapement/schema"
)

// A reader reads what one Open asks for, each item once.
type reader struct {
	target awsget.Target
	client *secretsmanager.Client

	mu    sync.Mutex
	found map[item]result
	whole *awsget.Problem // that any other call would meet, too; nil if there is none
}

// A result is a secret, or why there is none.
type result struct {
	value   schema.Secret
	problem *awsget.Problem
}

const (
	getOp        = "secretsmanager:GetSecretValue"
	stageCurrent = "AWSCURRENT"
)

// plain returns the item in the one form that items asking for the same have.
func (i item) plain() item {
	if i.VersionID == "" && i.VersionStage == stageCurrent {
		i.VersionStage = ""
	}
	return i
}

// isCurrent tells whether the item asks for the current version, as batches do.
func (i item) isCurrent() bool { return i.VersionID == "" && i.VersionStage == "" }

// read reads the current versions in batches, if there are several, and everything else one by one.
func (r *reader) read(ctx context.Context, get map[string]item) {
	var current []string
	var single []item
	asked := map[item]bool{}
	for _, name := range slices.Sorted(maps.Keys(get)) {
		i := get[name].plain()
		switch {
		case asked[i]:
		case i.isCurrent():
			current = append(current, i.SecretID)
		default:
			single = append(single, i)
		}
		asked[i] = true
	}
	if len(current) > 1 {
		current = r.readBatches(ctx, current)
	}
	for _, id := range current {
		single = append(single, item{SecretID: id})
	}
	if r.whole == nil {
		awsget.Each(len(single), func(n int) bool { return r.readOne(ctx, single[n]) })
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
			r.giveUp(f)
			return false
		}
		r.note(i, result{problem: explain(f, r.target, i)})
		return true
	}
	r.note(i, content(out.SecretString, out.SecretBinary))
	return true
}

// content is what a secret holds: text as it is, bytes in base64.
func content(text *string, binary []byte) result {
	switch {
	case text != nil:
		return result{value: schema.NewSecret(*text)}
	case binary != nil:
		return result{value: schema.NewSecret(base64.StdEncoding.EncodeToString(binary))}
	}
	return result{problem: &awsget.Problem{
		Code: "unreadable-answer", Text: "is answered without a value", Hint: "check the endpoint that the program is set up with, and proxies",
	}}
}

func (r *reader) note(i item, found result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found[i] = found
}

// giveUp notes that a call has failed in a way in which any other would.
func (r *reader) giveUp(f awsget.Failure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.whole == nil {
		r.whole = f.Problem(r.target)
	}
}

// answer returns the outputs, or the error for all entries that have none.
func (r *reader) answer(req *providers.Request, get map[string]item) (any, error) {
	var problems awsget.Problems
	if r.whole != nil {
		problems.Add("", r.whole)
		return nil, problems.Err(req)
	}
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(get)) {
		found := r.found[get[name].plain()]
		if found.problem != nil {
			problems.Add(inputName(name), found.problem)
		}
		out[name] = found.value
	}
	if err := problems.Err(req); err != nil {
		return nil, err
	}
	return out, nil
}
