package eval_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
)

// A cautious provider warns, and fails if it is told to. As a rotator it does the same.
type cautious struct{ late chan func(string) }

func (cautious) Schema() providers.Schema { return providers.Schema{} }

func (c cautious) Open(_ context.Context, req *providers.Request) (any, error) {
	var in struct {
		Warn []string `json:"warn"`
		Fail bool     `json:"fail"`
	}
	if err := req.Decode(&in); err != nil {
		return nil, err
	}
	for _, text := range in.Warn {
		req.Warn(text)
	}
	if c.late != nil {
		c.late <- req.Warn
	}
	if in.Fail {
		return nil, errors.New("told to")
	}
	return "done", nil
}

type cautiousRotator struct{ cautious }

func (cautiousRotator) Schema() rotators.Schema { return rotators.Schema{} }

func (r cautiousRotator) Open(ctx context.Context, req *rotators.Request) (any, error) {
	return r.cautious.Open(ctx, &req.Request)
}

func (cautiousRotator) Rotate(context.Context, *rotators.Request, func(context.Context, any) error) error {
	return nil
}

func diagnosticsOf(t *testing.T, verb, values string, c cautious) (lines []string, err error) {
	t.Helper()
	e := &eval.Evaluator{
		Loader:    eval.FS(fstest.MapFS{"r.yaml": {Data: []byte("values:\n" + values)}}),
		Providers: map[string]providers.Provider{"cautious": c},
		Rotators:  map[string]rotators.Rotator{"cautious": cautiousRotator{c}},
	}
	open := func() (*eval.Environment, error) { return e.Open(t.Context(), "r") }
	if verb == "check" {
		open = func() (*eval.Environment, error) { return e.Check(t.Context(), "r") }
	}
	env, err := open()
	for _, d := range env.Diagnostics {
		lines = append(lines, fmt.Sprintf("%d:%d %v %s %s: %s",
			d.Range.Begin.Line, d.Range.Begin.Column, d.Warning, d.Code, d.Path, d.Message))
	}
	return lines, err
}

func TestWarnings(t *testing.T) {
	tests := []struct {
		name, values string
		want         []string
		fails        bool
	}{
		{"none", "  a: {fn::open::cautious: {}}\n", nil, false},
		{"two of one call", "  a: {fn::open::cautious: {warn: [first, second, first]}}\n", []string{
			`2:6 true provider-warning values.a: provider "cautious" warns: first`,
			`2:6 true provider-warning values.a: provider "cautious" warns: second`,
		}, false},
		{"of two calls", "  a: {fn::open::cautious: {warn: [same]}}\n  b: [{fn::open::cautious: {warn: [same]}}]\n", []string{
			`2:6 true provider-warning values.a: provider "cautious" warns: same`,
			`3:7 true provider-warning values.b[0]: provider "cautious" warns: same`,
		}, false},
		{"beside an error", "  a: {fn::open::cautious: {warn: [look], fail: true}}\n", []string{
			`2:6 false provider-failed values.a: provider "cautious" failed: told to`,
			`2:6 true provider-warning values.a: provider "cautious" warns: look`,
		}, true},
		{"of a rotator", "  a: {fn::rotate::cautious: {inputs: {warn: [turn]}, state: {}}}\n", []string{
			`2:6 true provider-warning values.a: rotator "cautious" warns: turn`,
		}, false},
		{"of a secret", "  a: {fn::open::cautious: {warn: [{fn::secret: hunter2}]}}\n", []string{
			`2:6 true provider-warning values.a: provider "cautious" warns: [secret]`,
		}, false},
		{"nothing said", "  a: {fn::open::cautious: {warn: ['']}}\n", nil, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := diagnosticsOf(t, "open", test.values, cautious{})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if (err != nil) != test.fails {
				t.Errorf("error %v", err)
			}
			if got, err := diagnosticsOf(t, "check", test.values, cautious{}); got != nil || err != nil {
				t.Errorf("a check calls nothing, but reports %v, %v", got, err)
			}
		})
	}
}

// One call cannot flood the diagnostics, and is not heard once it is over.
func TestWarningsEnd(t *testing.T) {
	many := "  a: {fn::open::cautious: {warn: [" + strings.Repeat("x, ", 500)
	for i := range 500 {
		many += fmt.Sprintf("w%d, ", i)
	}
	got, err := diagnosticsOf(t, "open", many+"]}}\n", cautious{})
	if err != nil || len(got) > 20 {
		t.Errorf("%d warnings, %v", len(got), err)
	}
	late := make(chan func(string), 1)
	if _, err := diagnosticsOf(t, "open", "  a: {fn::open::cautious: {}}\n", cautious{late}); err != nil {
		t.Fatal(err)
	}
	warn := <-late
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { warn("too late") })
	}
	wg.Wait()
}
