package eval_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

var costs = flag.Bool("costs", false, "print a table of what opening costs, as multiples of parsing")

// BenchmarkOpen opens each workload with an evaluator that has seen nothing before.
func BenchmarkOpen(b *testing.B) {
	benchmarkShapes(b, func(b *testing.B, w texts) {
		for b.Loop() {
			open(b, w.evaluator())
		}
	})
}

// BenchmarkWarm opens each workload with an evaluator that has opened it before.
func BenchmarkWarm(b *testing.B) {
	benchmarkShapes(b, func(b *testing.B, w texts) {
		e := w.evaluator()
		open(b, e)
		for b.Loop() {
			open(b, e)
		}
	})
}

// BenchmarkParse reads the YAML of each workload and nothing more. It is the measure of the others.
func BenchmarkParse(b *testing.B) {
	benchmarkShapes(b, func(b *testing.B, w texts) {
		for b.Loop() {
			parse(b, w)
		}
	})
}

// BenchmarkLatency opens an environment that waits for 10 ms 36 times, but only for two of them one after the other.
func BenchmarkLatency(b *testing.B) {
	for b.Loop() {
		open(b, slowEvaluator())
	}
}

func benchmarkShapes(b *testing.B, run func(*testing.B, texts)) {
	for _, s := range shapes {
		for _, n := range s.sizes {
			b.Run(fmt.Sprintf("%s-%d", s.name, n), func(b *testing.B) {
				w := s.texts(n)
				b.SetBytes(w.bytes())
				b.ReportAllocs()
				run(b, w)
			})
		}
	}
}

func open(tb testing.TB, e *eval.Evaluator) eval.Value {
	tb.Helper()
	env, err := e.Open(context.Background(), rootName)
	if err != nil || len(env.Diagnostics) > 0 {
		tb.Fatal(err, env.Diagnostics)
	}
	return env.Values
}

// yardstick are the limits that an evaluator reads with.
var yardstick = yamltext.Limits{Bytes: 1 << 20, Depth: 100, Nodes: 500_000}

func parse(tb testing.TB, w texts) {
	tb.Helper()
	for _, text := range w {
		if _, issues := yamltext.Parse(text, yardstick); len(issues) > 0 {
			tb.Fatal(issues)
		}
	}
}

// delay is what a load or a call of the latency workload takes.
const delay = 10 * time.Millisecond

// slowEvaluator evaluates a root that is there at once, imports 26 environments and calls a provider 10 times. Every
// import and every call takes its time.
func slowEvaluator() *eval.Evaluator {
	imports := lines(26, "import-%d", number)
	all := texts{rootName: document(imports, lines(10, "call-%d: {fn::open::slow: {}}", number)...)}
	for i, name := range imports {
		all[name] = document(nil, fmt.Sprintf("import-%d: text", i))
	}
	slow := providers.New(providers.Schema{Inputs: &schema.Schema{}, Outputs: &schema.Schema{}},
		func(ctx context.Context, _ *providers.Request) (any, error) { return "text", wait(ctx) })
	return &eval.Evaluator{Loader: slowLoader{all}, Providers: map[string]providers.Provider{"slow": slow}}
}

// A slowLoader takes its time for everything but the root.
type slowLoader struct{ texts }

func (l slowLoader) Load(ctx context.Context, name string) ([]byte, error) {
	if name != rootName {
		if err := wait(ctx); err != nil {
			return nil, err
		}
	}
	return l.texts.Load(ctx, name)
}

func wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(delay):
		return nil
	}
}

// TestLatency opens the latency workload in virtual time, in which computing takes none. What remains is the longest
// chain of waits of which each needs the one before: an import, then a call.
func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		if n := open(t, slowEvaluator()).Len(); n != 36 {
			t.Errorf("the result has %d members, want 36", n)
		}
		if took := time.Since(begin); took != 2*delay {
			t.Errorf("opening waited for %v, want %v", took, 2*delay)
		}
	})
}

// TestCosts prints what opening costs if that is asked for with -costs. Otherwise it opens the smallest workload of
// each shape once. It never fails because something took long.
func TestCosts(t *testing.T) {
	for _, s := range shapes {
		for _, n := range s.sizes {
			if n > s.sizes[0] && !*costs {
				continue
			}
			if got, want := open(t, s.texts(n).evaluator()).Len(), s.keys(n); got != want {
				t.Errorf("%s-%d: the result has %d members, want %d", s.name, n, got, want)
			}
		}
	}
	if *costs {
		fmt.Print(costTable(t))
	}
}

// costTable measures all workloads and returns the table in Markdown.
func costTable(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| workload | parse ms | open ms | open/parse | bound | warm/open | bound | growth | bound | |\n")
	b.WriteString("|---|---:|---:|---:|---:|---:|---:|---:|---:|---|\n")
	for _, s := range shapes {
		rounds := measure(t, s)
		for i, n := range s.sizes {
			b.WriteString(costRow(s, rounds, i, n))
		}
	}
	took := make([]float64, 25)
	for i := range took {
		took[i] = seconds(1, func() { open(t, slowEvaluator()) })
	}
	most := 1.25 * (2 * delay).Seconds()
	fmt.Fprintf(&b, "| latency | | %.1f | | | | | | | %s of %.0f ms |\n",
		1e3*median(took), verdict(median(took) <= most), 1e3*most)
	fmt.Fprintf(&b, "latency: %.2f times the longest chain of calls, bound 1.25\n", median(took)/(2*delay).Seconds())
	return b.String()
}

// A sample is what one workload took in one round, in seconds.
type sample struct{ parse, open, warm float64 }

// rounds is how often each workload is measured. What is compared is always of the same round, so that whatever else
// the machine does at a time touches both, and the median of the comparisons counts.
const rounds = 15

// measure returns the samples of a shape, by round and size.
func measure(t *testing.T, s shape) [][]sample {
	type subject struct {
		texts
		warm   *eval.Evaluator
		repeat int // so that a sample takes long enough to be one
	}
	subjects := make([]subject, len(s.sizes))
	for i, n := range s.sizes {
		w := s.texts(n)
		subjects[i] = subject{w, w.evaluator(), 1}
		open(t, subjects[i].warm)
		subjects[i].repeat = 1 + int(0.03/seconds(1, func() { parse(t, w) }))
	}
	all := make([][]sample, rounds)
	for r := range all {
		for _, w := range subjects {
			all[r] = append(all[r], sample{
				parse: seconds(w.repeat, func() { parse(t, w.texts) }),
				open:  seconds(w.repeat, func() { open(t, w.evaluator()) }),
				warm:  seconds(w.repeat, func() { open(t, w.warm) }),
			})
		}
	}
	return all
}

// seconds is how long f takes, as the mean of some repetitions.
func seconds(repeat int, f func()) float64 {
	runtime.GC()
	begin := time.Now()
	for range repeat {
		f()
	}
	return time.Since(begin).Seconds() / float64(repeat)
}

// costRow is the row of size number i of a shape.
func costRow(s shape, rounds [][]sample, i, n int) string {
	over := func(measured func(round []sample) float64) float64 {
		values := make([]float64, len(rounds))
		for r, round := range rounds {
			values[r] = measured(round)
		}
		return median(values)
	}
	ratio := over(func(r []sample) float64 { return r[i].open / r[i].parse })
	warm := over(func(r []sample) float64 { return r[i].warm / r[i].open })
	good := ratio <= s.bound && warm <= 0.5
	growth, most := "", ""
	if i > 0 {
		factor := float64(n) / float64(s.sizes[i-1])
		grown := over(func(r []sample) float64 { return r[i].open / r[i-1].open })
		good = good && grown <= 1.3*factor
		growth, most = fmt.Sprintf("%.2f", grown), fmt.Sprintf("%.1f", 1.3*factor)
	}
	return fmt.Sprintf("| %s-%d | %.2f | %.2f | %.2f | %.0f | %.2f | 0.5 | %s | %s | %s |\n", s.name, n,
		1e3*over(func(r []sample) float64 { return r[i].parse }), 1e3*over(func(r []sample) float64 { return r[i].open }),
		ratio, s.bound, warm, growth, most, verdict(good))
}

func verdict(good bool) string {
	if good {
		return "ok"
	}
	return "above"
}

func median[T cmp.Ordered](values []T) T {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}
