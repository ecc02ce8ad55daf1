package eval_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

var soak = flag.Duration("soak", time.Second, "how long to open documents whose providers fail, in TestSoak")

// A fate is what becomes of a call, drawn before it.
type fate int

const (
	answers fate = iota
	delays
	fails
	panics
	garbles // answers what its schema forbids
	hangs   // until it is cancelled
	fates
)

func (f fate) String() string {
	return [...]string{"answered", "delayed", "failed", "panicked", "garbled", "hung"}[f]
}

// soakDocuments are documents that call fn::open::soak one to three times: at once, one after the other, in imports and
// for secrets. Each call says who it is.
var soakDocuments = map[string]string{
	"flat":  "values:\n  a: {fn::open::soak: {call: 0, secret: {fn::secret: " + soakSecret + "}}}\n  b: {fn::open::soak: {call: 1}}\n  c: {fn::open::soak: {call: 2}}\n",
	"chain": "values:\n  a: {fn::open::soak: {call: 0}}\n  b: {fn::open::soak: {call: 1, after: '${a.call}'}}\n  c: {fn::open::soak: {call: 2, secret: '${b.key}'}}\n",
	"heir":  "imports: [base, flat]\nvalues:\n  a: {fn::open::soak: {call: 0, secret: '${key}'}}\n  text: {fn::toJSON: [\"${a.call} and ${b.call}\", '${c}', '${list}']}\n",
	"base": "values:\n  key: {fn::secret: {ciphertext: " + evaltest.Envelope("base", soakSecret) + "}}\n" +
		"  list: [" + strings.Repeat("{host: localhost, port: 8080}, ", 50) + "1]\n",
}

const soakSecret = "CANARY-OF-THE-SOAK"

// soakValues are what the documents yield when every call answers.
var soakValues = map[string]string{
	"flat":  `{"a":{"call":0,"key":"[secret]"},"b":{"call":1,"key":"[secret]"},"c":{"call":2,"key":"[secret]"}}`,
	"chain": `{"a":{"call":0,"key":"[secret]"},"b":{"call":1,"key":"[secret]"},"c":{"call":2,"key":"[secret]"}}`,
	"heir": `{"a":{"call":0,"key":"[secret]"},"b":{"call":1,"key":"[secret]"},"c":{"call":2,"key":"[secret]"},"key":"[secret]","list":[` +
		strings.Repeat(`{"host":"localhost","port":8080},`, 50) + `1],"text":"[secret]"}`,
}

// soakCalls are the fates of the calls of one opening. They travel in its context.
type soakCalls [3]fate

type soakKey struct{}

// soakProvider does what was drawn for a call.
func soakProvider() providers.Provider {
	s := providers.Schema{Outputs: &schema.Schema{
		Type:       []string{"object"},
		Properties: map[string]*schema.Schema{"call": {Type: []string{"number"}}, "key": {Secret: true, Type: []string{"string"}}},
		Required:   []string{"call", "key"},
	}}
	return providers.New(s, func(ctx context.Context, req *providers.Request) (any, error) {
		calls := ctx.Value(soakKey{}).(soakCalls)
		call := req.Inputs["call"]
		answer := map[string]any{"call": call, "key": schema.NewSecret(soakSecret)}
		secret, _ := req.Inputs["secret"].(schema.Secret)
		switch calls[fmt.Sprint(call)[0]-'0'] {
		case delays:
			select {
			case <-time.After(time.Millisecond):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		case fails:
			return nil, errors.New("failed and knew " + secret.Reveal())
		case panics:
			panic("panicked and knew " + secret.Reveal())
		case garbles:
			return map[string]any{"call": secret.Reveal(), "key": call}, nil
		case hangs:
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return answer, nil
	})
}

// TestSoak opens documents through one Evaluator from many goroutines for as long as -soak says, while every provider
// fails now and then, in each way that there is. Each result is the right one, or the error that was provoked; nothing
// stays in memory, and no goroutine stays behind.
func TestSoak(t *testing.T) {
	const workers = 64
	e := (&evaltest.Host{Files: soakDocuments}).Evaluator()
	e.Providers["soak"] = soakProvider()
	base := runtime.NumGoroutine()
	var total soaked
	total.round(t, e, workers, *soak/10) // whatever is made once, is made now
	start := heapInUse()
	total.round(t, e, workers, *soak*9/20)
	middle := heapInUse()
	total.round(t, e, workers, *soak*9/20)
	end := heapInUse()
	left := goroutinesAbove(base)

	grown := float64(max(middle, end)) / float64(start)
	t.Logf("soak: %v, %d goroutines: %d opened, %d right, %d with the error that was provoked, %d wrong; calls %v", *soak, workers,
		total.opened, total.right, total.provoked, total.opened-total.right-total.provoked, total.fateCounts())
	t.Logf("soak: latency of results p50 %v, p90 %v, p99 %v; of errors p50 %v, p90 %v, p99 %v", total.results.at(0.5), total.results.at(0.9),
		total.results.at(0.99), total.errors.at(0.5), total.errors.at(0.9), total.errors.at(0.99))
	t.Logf("soak: heap %d KB at the start, %d KB in the middle, %d KB at the end, at most %.2f times; goroutines left %d",
		start>>10, middle>>10, end>>10, grown, left)
	if total.right == 0 || total.provoked == 0 {
		t.Error("too little was opened")
	}
	if max(middle, end) > start+start/4+1<<20 {
		t.Error("the heap grows")
	}
	if left > 0 {
		t.Errorf("%d goroutines stay", left)
	}
}

// soaked is what came of opening.
type soaked struct {
	mu                      sync.Mutex
	opened, right, provoked int
	fates                   [fates]int
	results, errors         latencies
}

func (s *soaked) fateCounts() string {
	var parts []string
	for f, n := range s.fates {
		parts = append(parts, fmt.Sprintf("%v %d", fate(f), n))
	}
	return strings.Join(parts, ", ")
}

// round has workers open documents for a time. Each draws from a seed of its own.
func (s *soaked) round(t *testing.T, e *eval.Evaluator, workers int, d time.Duration) {
	t.Helper()
	until := time.Now().Add(d)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			draw := rand.New(rand.NewPCG(uint64(w), 1))
			for time.Now().Before(until) && !t.Failed() {
				s.open(t, e, draw)
			}
		})
	}
	wait.Wait()
}

// open opens a document once. About half of all openings have a call that does not answer.
func (s *soaked) open(t *testing.T, e *eval.Evaluator, draw *rand.Rand) {
	t.Helper()
	var calls soakCalls
	hung, wrong := false, false
	for i := range calls {
		if draw.IntN(3) == 0 {
			calls[i] = fate(draw.IntN(int(fates)))
		}
		hung = hung || calls[i] == hangs
		wrong = wrong || calls[i] > delays
	}
	name := []string{"flat", "chain", "heir"}[draw.IntN(3)]
	ctx := context.WithValue(t.Context(), soakKey{}, calls)
	if hung {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, 10*time.Millisecond)
		defer cancel()
	}
	begin := time.Now()
	env, err := e.Open(ctx, name)
	took := time.Since(begin)

	failed := errorsOf(env, err)
	switch {
	case strings.Contains(failed, soakSecret):
		t.Errorf("%s, %v: a secret leaks: %s", name, calls, failed)
	case !wrong && (err != nil || env.Values.String() != soakValues[name]):
		t.Errorf("%s, %v: %v, %v", name, calls, env.Values, err)
	case wrong && !isProvoked(calls, hung, failed, err):
		t.Errorf("%s, %v: the error is %q", name, calls, failed)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened++
	for _, f := range calls {
		s.fates[f]++
	}
	if wrong {
		s.provoked++
		s.errors.add(took)
	} else {
		s.right++
		s.results.add(took)
	}
}

func errorsOf(env *eval.Environment, err error) string {
	return fmt.Sprint(err, env.Diagnostics)
}

// isProvoked reports whether an opening failed as one of its calls did. Without a call that hangs, each call that the
// others do not need is made and reported.
func isProvoked(calls soakCalls, hung bool, text string, err error) bool {
	if err == nil {
		return false
	}
	if hung && errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	marks := map[fate]string{fails: "failed and knew", panics: "panicked", garbles: "its answer violates its schema", hangs: "deadline exceeded"}
	for _, f := range calls {
		if mark := marks[f]; mark != "" && strings.Contains(text, mark) {
			return true
		}
	}
	return false
}

// latencies counts durations in eight classes for each doubling, so that however many need the same memory.
type latencies [512]int

func (l *latencies) add(d time.Duration) {
	n := uint64(max(d, 8))
	shift := bits.Len64(n) - 4
	l[shift*8+int(n>>shift)-8]++
}

// at returns a duration which that share of all does not exceed, up to an eighth.
func (l *latencies) at(share float64) time.Duration {
	total := 0
	for _, n := range l {
		total += n
	}
	below := 0
	for i, n := range l {
		if below += n; n > 0 && float64(below) >= share*float64(total) {
			return (time.Duration(i%8+9) << (i / 8)).Round(10 * time.Microsecond)
		}
	}
	return 0
}

// heapInUse is what is reachable.
func heapInUse() uint64 {
	runtime.GC()
	runtime.GC() // pools give up what they hold at the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// goroutinesAbove is how many goroutines there are above a number, once those that were cancelled had the time to end.
func goroutinesAbove(base int) int {
	for until := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > base && time.Now().Before(until); {
		runtime.Gosched()
	}
	return runtime.NumGoroutine() - base
}

func TestLatencies(t *testing.T) {
	var l latencies
	for n := range 1000 {
		l.add(time.Duration(n+1) * time.Millisecond)
	}
	l.add(0)
	for share, want := range map[float64]time.Duration{0.5: 500, 0.9: 900, 0.99: 990} {
		if got := l.at(share); got < want*time.Millisecond || got > want*time.Millisecond*9/8 {
			t.Errorf("%v: %v, want %v ms", share, got, want)
		}
	}
}
