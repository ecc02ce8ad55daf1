package providertest

import (
	"context"
	"sync"

	"github.com/escapement-go/escapement/schema"
)

// crowd is how many goroutines open each request at once.
const crowd = 8

// checkConcurrent opens all trials at once. What a provider answers the same before and after, it must answer then.
func (s *suite) checkConcurrent(ctx context.Context, trials []*trial) {
	for i, got := range s.openAll(ctx, trials) {
		t := trials[i/crowd]
		s.judge(t, got)
		switch {
		case got.err != nil:
			s.report(concurrentOpen, t, "Open failed when several goroutines called it: %v", got.err)
		case got.panicked == nil && t.steady && !schema.Equal(got.outputs, t.outputs) && s.stillSteady(ctx, t):
			s.report(concurrentOpen, t, "Open answered differently when several goroutines called it")
		}
	}
}

// stillSteady tells whether t's answer is the one that it was at first; if not, it may just have changed meanwhile.
func (s *suite) stillSteady(ctx context.Context, t *trial) bool {
	t.steady = schema.Equal(s.open(ctx, t).outputs, t.outputs)
	return t.steady
}

// openAll returns the answers to all trials, crowd of them for each.
func (s *suite) openAll(ctx context.Context, trials []*trial) []answer {
	answers := make([]answer, crowd*len(trials))
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			<-start
			s.readSchema()
			answers[i] = s.open(ctx, trials[i/crowd])
		})
	}
	close(start)
	wg.Wait()
	return answers
}
