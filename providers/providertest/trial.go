package providertest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/escapement-go/escapement/providers"
)

// A trial is one request to try a provider with.
type trial struct {
	name    string
	request providers.Request
	secrets []string // texts that must not get out, in all forms, longest first
	outputs any      // of the first answer
	steady  bool     // the second answer was the same
}

// trial makes a trial of req with the defaults of the input schema, as the evaluator does.
func (s *suite) trial(name string, req providers.Request) *trial {
	req.Inputs, _ = s.schema.Inputs.ApplyDefaults(req.Inputs).(map[string]any)
	req = copyRequest(req) // defaults are parts of the schema
	req.Warn = nil         // the suite listens itself
	return &trial{name: name, request: req, secrets: secretsOf(s.schema.Inputs, req)}
}

// An answer is what one call of Open came to.
type answer struct {
	outputs  any
	err      error
	panicked any
	request  *providers.Request // what Open was given, as it left it
	warnings []string
}

// open opens a copy of the trial's request.
func (s *suite) open(ctx context.Context, t *trial) (a answer) {
	req := copyRequest(t.request)
	var mu sync.Mutex
	var warnings []string
	req.Warn = func(message string) {
		mu.Lock()
		defer mu.Unlock()
		warnings = append(warnings, message)
	}
	a.request = &req
	defer func() {
		if p := recover(); p != nil {
			a.panicked = p
		}
		req.Warn = nil // functions cannot be compared
		mu.Lock()
		defer mu.Unlock()
		a.warnings = slices.Clone(warnings)
	}()
	a.outputs, a.err = s.provider.Open(ctx, a.request)
	return a
}

const (
	// workTime is how long a provider may work before its context ends.
	workTime = 10 * time.Millisecond
	// patience is how long a provider may take to notice. It is long, so that a busy machine breaks no rule.
	patience = 5 * time.Second
)

// checkReturn opens t with a context that is done, and with one that ends while a slow provider works.
func (s *suite) checkReturn(ctx context.Context, t *trial) {
	done, cancel := context.WithCancel(ctx)
	cancel()
	s.checkReturnIn(done, t, "was done before it was called")

	ending, cancel := context.WithTimeout(ctx, workTime)
	defer cancel()
	s.checkReturnIn(ending, t, "ended while it worked")
}

func (s *suite) checkReturnIn(ctx context.Context, t *trial, which string) {
	answered := make(chan answer, 1)
	go func() { answered <- s.open(ctx, t) }()
	select {
	case a := <-answered:
		s.judge(t, a)
	case <-time.After(workTime + patience):
		s.report(promptReturn, t, "Open did not return within %v; its context %s", patience, which)
	}
}
