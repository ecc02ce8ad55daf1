package eval_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// TestConcurrentCalls is case 92: 20 calls that end only if all of them run at a time.
func TestConcurrentCalls(t *testing.T) {
	var text strings.Builder
	text.WriteString("values:\n")
	for i := range 20 {
		fmt.Fprintf(&text, "  v%d: {fn::open::echo: {n: %d}}\n", i, i)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var results []string
	for _, bound := range []int{20, 1, 16} {
		host := &evaltest.Host{}
		if bound == 20 {
			host.Before = evaltest.Barrier(20)
		}
		e := host.Evaluator()
		e.Limits.Concurrency = bound
		env, err := e.OpenText(ctx, []byte(text.String()))
		if err != nil {
			t.Fatalf("bound %d: %v", bound, err)
		}
		if n := host.Calls()["echo"]; n != 20 {
			t.Errorf("bound %d: %d calls, want 20", bound, n)
		}
		results = append(results, env.Values.String())
	}
	if results[0] != results[1] || results[1] != results[2] {
		t.Errorf("results differ: %q", results)
	}
}

// TestBound checks that as many calls run at a time as Limits.Concurrency says, and no more.
func TestBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		running, most := 0, 0
		count := func(n int) {
			mu.Lock()
			defer mu.Unlock()
			running += n
			most = max(most, running)
		}
		host := &evaltest.Host{Before: func(context.Context, string) error {
			count(1)
			time.Sleep(time.Second)
			count(-1)
			return nil
		}}
		e := host.Evaluator()
		e.Limits.Concurrency = 3
		began := time.Now()
		text := "values:\n  l:\n" + strings.Repeat("    - {fn::open::echo: {}}\n", 30)
		if _, err := e.OpenText(t.Context(), []byte(text)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); most != 3 || took != 10*time.Second || host.Calls()["echo"] != 30 {
			t.Errorf("%d calls, %d at a time, took %v; want 30, 3, 10s", host.Calls()["echo"], most, took)
		}
	})
}

// TestCancellation is case 93.
func TestCancellation(t *testing.T) {
	const text = "values:\n  a: {fn::open::echo: {n: 1}}\n  b: {fn::open::echo: {n: '${a.n}'}}\n  c: '${b.n}'\n"
	stop := errors.New("the caller went away")

	t.Run("during a call", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		host := &evaltest.Host{Before: func(ctx context.Context, _ string) error {
			cancel(stop)
			<-ctx.Done()
			return ctx.Err()
		}}
		env, err := host.Evaluator().OpenText(ctx, []byte(text))
		wantCancelled(t, env, err)
		if n := host.Calls()["echo"]; n != 1 {
			t.Errorf("%d calls, want 1", n)
		}
	})
	t.Run("while a call ignores it", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		deaf := make(chan struct{})
		host := &evaltest.Host{Before: func(context.Context, string) error {
			cancel()
			<-deaf
			return nil
		}}
		defer close(deaf)
		env, err := host.Evaluator().OpenText(ctx, []byte(text))
		wantCancelled(t, env, err)
	})
	t.Run("before", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			host := &evaltest.Host{Files: map[string]string{"r": text}}
			env, err := host.Evaluator().Open(ctx, "r")
			wantCancelled(t, env, err)
			synctest.Wait()
			if calls := host.Calls(); len(calls) > 0 {
				t.Errorf("calls after the end: %v", calls)
			}
		})
	})
	t.Run("while calls queue", func(t *testing.T) {
		for range 50 { // what is ready at the same moment is taken in random order
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				host := &evaltest.Host{Before: func(context.Context, string) error {
					cancel()
					return nil
				}}
				e := host.Evaluator()
				e.Limits.Concurrency = 1
				env, err := e.OpenText(ctx, []byte("values: {a: {fn::open::echo: {}}, b: {fn::open::echo: {}}}\n"))
				wantCancelled(t, env, err)
				synctest.Wait()
				if n := host.Calls()["echo"]; n != 1 {
					t.Errorf("%d calls, want 1", n)
				}
			})
		}
	})
	t.Run("while loading", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		files := map[string]string{"r": "imports: [a, b]\n" + text, "a": "imports: [c]", "b": "", "c": ""}
		host := &evaltest.Host{Files: files, Before: func(ctx context.Context, call string) error {
			if call == "load a" {
				cancel()
			}
			return ctx.Err()
		}}
		env, err := host.Evaluator().Open(ctx, "r")
		wantCancelled(t, env, err)
		if calls := host.Calls(); calls["load c"] > 0 || calls["echo"] > 0 {
			t.Errorf("something was started after the end: %v", calls)
		}
	})
}

func wantCancelled(t *testing.T, env *eval.Environment, err error) {
	t.Helper()
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want that of the context", err)
	}
	if env == nil {
		t.Fatal("no environment")
	}
	if len(env.Diagnostics) > 0 {
		t.Errorf("consequences are reported: %v", env.Diagnostics)
	}
}

// TestOneEvaluatorForAll opens, checks and prints with one evaluator from many goroutines; the race detector watches.
func TestOneEvaluatorForAll(t *testing.T) {
	host := &evaltest.Host{Files: map[string]string{
		"r": "imports: [a, b]\nvalues: {x: '${y.n}', o: {k: 1}, s: {fn::secret: hidden}, bad: '${nope}'}\n",
		"q": "imports: [a, b]\nvalues: {x: '${y.n}', o: {k: 1}, k: {fn::rotate::pw: {inputs: {user: u}, state: {current: c}}}}\n",
		"a": "values: {y: {fn::open::echo: {n: 1}}, o: {l: [1, 2]}}\n",
		"b": "imports: [a]\nvalues: {o: {m: '${y}'}}\n",
	}, Before: evaltest.Shuffle(3)}
	e := host.Evaluator()
	print := func(name string, check bool) string {
		env, err := e.Open(t.Context(), name)
		if check {
			env, err = e.Check(t.Context(), name)
		}
		var b strings.Builder
		fmt.Fprint(&b, err, env.Diagnostics, env.Values)
		for _, format := range []string{"json", "yaml", "detailed", "string"} {
			if err := env.Write(&b, eval.FormatOptions{Format: format, Expressions: format == "detailed"}); err != nil {
				t.Error(err)
			}
		}
		schema, err := json.Marshal(env.Schema())
		fmt.Fprintf(&b, "%s %v", schema, err)
		return b.String()
	}
	var group sync.WaitGroup
	for _, name := range []string{"r", "q"} {
		for _, check := range []bool{true, false} {
			want := print(name, check)
			for range 8 {
				group.Go(func() {
					if got := print(name, check); got != want {
						t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
					}
				})
			}
		}
	}
	group.Wait()
}

// TestOddOutputs gives documents what careless providers return: plain data in other Go types is taken, the rest is a
// failure of the call, and nothing panics.
func TestOddOutputs(t *testing.T) {
	circle := map[string]any{}
	circle["self"] = circle
	for _, tt := range []struct {
		output any
		want   string // "" for a failure
	}{
		{nil, "null"}, {1, "1"}, {1.5, "1.5"}, {[]string{"a"}, `["a"]`}, {map[string]int{"a": 1}, `{"a":1}`},
		{schema.SecretData([]any{schema.NewSecret("x")}), `"[secret]"`}, {schema.Secret{}, `"[secret]"`},
		{json.Number("1.50"), "1.50"}, {map[string]any{"fn::open::echo": map[string]any{}}, `{"fn::open::echo":{}}`},
		{"${nope}", `"${nope}"`},
		{math.NaN(), ""}, {json.Number("x"), ""}, {json.Number("01"), ""}, {make(chan int), ""}, {func() {}, ""},
		{[]any{struct{}{}}, ""}, {circle, ""}, {schema.SecretData(circle), ""}, {schema.Unknown{}, ""}, {errors.New("x"), ""},
	} {
		odd := providers.New(providers.Schema{}, func(context.Context, *providers.Request) (any, error) { return tt.output, nil })
		e := &eval.Evaluator{Providers: map[string]providers.Provider{"odd": odd}}
		env, err := e.OpenText(t.Context(), []byte("values: {a: {fn::open::odd: {}}}\n"))
		a, _ := env.Values.Lookup("a")
		switch {
		case tt.want != "" && (err != nil || a.String() != tt.want):
			t.Errorf("%T: a is %v, %v; want %s", tt.output, a, err, tt.want)
		case tt.want == "" && (err == nil || a.Known()):
			t.Errorf("%T: a is %v, %v; want a failure", tt.output, a, err)
		}
	}
}
