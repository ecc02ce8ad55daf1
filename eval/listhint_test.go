package eval_test

import (
	"context"
	"errors"
	"io/fs"
	"testing"
	"testing/synctest"

	"github.com/escapement-go/escapement/eval"
)

// endless is a store in which nothing is found and whose list never ends by itself.
type endless struct{}

func (endless) Load(context.Context, string) ([]byte, error) { return nil, fs.ErrNotExist }

func (endless) List(ctx context.Context) ([]string, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestHintDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := eval.Evaluator{Loader: endless{}}
		_, err := e.OpenText(t.Context(), []byte("imports: [myapp/base]\n"))
		ds, ok := errors.AsType[eval.Diagnostics](err)
		if !ok || len(ds) != 1 || ds[0].Code != "load-failed" || ds[0].Hint != "" {
			t.Errorf("got %v, want one load-failed without a hint", err)
		}
	})
}
