package main

import (
	"context"
	"errors"

	"github.com/escapement-go/escapement/eval"
)

// checkChange refuses a change that makes an environment wrong. One that was wrong may be changed as long as no other error
// comes of it. It returns the environment before and after the change.
func checkChange(ctx context.Context, e *eval.Evaluator, from, to *eval.Document) (before, after *eval.Environment, err error) {
	if before, err = e.CheckDocument(ctx, from); isFailure(err) {
		return nil, nil, err
	}
	if after, err = e.CheckDocument(ctx, to); isFailure(err) {
		return nil, nil, err
	}
	type finding struct{ code, message string }
	known := map[finding]int{}
	for _, d := range before.Diagnostics {
		known[finding{d.Code, d.Message}]++
	}
	var fresh eval.Diagnostics
	for _, d := range after.Diagnostics {
		f := finding{d.Code, d.Message}
		if known[f]--; !d.Warning && known[f] < 0 {
			fresh = append(fresh, d)
		}
	}
	if fresh != nil {
		return nil, nil, errors.Join(fresh, hint("nothing was changed; the places are those of the text as it would be"))
	}
	return before, after, nil
}

// isFailure reports whether an evaluation came to no end, as opposed to having found something.
func isFailure(err error) bool {
	return err != nil && !errors.As(err, new(eval.Diagnostics))
}
