package eval_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

var update = flag.Bool("update", false, "rewrite the expected outputs of the corpus")

// later lists the cases and differences that concern rotating, saving and editing. Their tests belong to those parts.
var later = []string{
	"140", "141", "142", "143", "144", "145", "146", "147", "148", "149", "150", "151", "152", "153", "154", "155", "156", "158", "159",
	"D32", "D47", "D48", "D49", "D50", "D52",
}

// inGo lists the cases that only a Go test can state; each has one in this file.
var inGo = []string{"93", "160", "161"}

func TestConformance(t *testing.T) {
	complete(t, evaltest.Run(t, "testdata/conformance/*.txtar", *update), "", 173)
}

func TestDifferences(t *testing.T) {
	complete(t, evaltest.Run(t, "testdata/differences/*.txtar", *update), "D", 60)
}

// complete checks that each number of the language has a case, and no number two.
func complete(t *testing.T, cases []*evaltest.Case, prefix string, last int) {
	t.Helper()
	seen := map[string]string{}
	for _, c := range cases {
		if other, ok := seen[c.Number]; ok {
			t.Errorf("case %s stands in %s and in %s", c.Number, other, c.File)
		}
		seen[c.Number] = c.File
	}
	for n := 1; n <= last; n++ {
		number := prefix + strconv.Itoa(n)
		if seen[number] == "" && !slices.Contains(later, number) && !slices.Contains(inGo, number) {
			t.Errorf("there is no case %s", number)
		}
	}
}

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

// TestBound checks that no more calls run at a time than Limits.Concurrency says.
func TestBound(t *testing.T) {
	var mu sync.Mutex
	running, most := 0, 0
	host := &evaltest.Host{Before: func(context.Context, string) error {
		mu.Lock()
		running++
		most = max(most, running)
		mu.Unlock()
		time.Sleep(time.Millisecond)
		mu.Lock()
		running--
		mu.Unlock()
		return nil
	}}
	e := host.Evaluator()
	e.Limits.Concurrency = 3
	text := "values:\n  l:\n" + strings.Repeat("    - {fn::open::echo: {}}\n", 30)
	if _, err := e.OpenText(t.Context(), []byte(text)); err != nil {
		t.Fatal(err)
	}
	if most != 3 || host.Calls()["echo"] != 30 {
		t.Errorf("%d calls, %d at a time; want 30, 3 at a time", host.Calls()["echo"], most)
	}
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
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		host := &evaltest.Host{Files: map[string]string{"r": text}}
		for range 2 {
			env, err := host.Evaluator().Open(ctx, "r")
			wantCancelled(t, env, err)
		}
		if calls := host.Calls(); len(calls) > 0 {
			t.Errorf("calls after the end: %v", calls)
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

// TestDefaultBudgets is case 160.
func TestDefaultBudgets(t *testing.T) {
	aliases := "values:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 6; i++ {
		aliases += fmt.Sprintf("  a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	var imports, many strings.Builder
	files := map[string]string{}
	imports.WriteString("imports:\n")
	for i := range 201 {
		fmt.Fprintf(&imports, "  - e%03d\n", i)
		files[fmt.Sprintf("e%03d", i)] = ""
	}
	for range 1100 {
		many.WriteString(", '${s}'")
	}
	tests := []struct {
		name, text, code string
		limits           eval.Limits
	}{
		{"bytes", "values: {a: " + strings.Repeat("x", 5<<20) + "}\n", "document-too-large", eval.Limits{}},
		{"depth", "values: {a: " + strings.Repeat("[", 101) + strings.Repeat("]", 101) + "}\n", "too-deep", eval.Limits{}},
		{"nodes", aliases, "too-many-nodes", eval.Limits{}},
		{"imports", imports.String(), "too-many-imports", eval.Limits{}},
		{"string", "values: {s: " + strings.Repeat("x", 5000) + ", a: {fn::join: ['', ['${s}'" + many.String() + "]]}}\n", "string-too-large", eval.Limits{}},
		{"steps", "values: {a: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}\n", "too-many-steps", eval.Limits{Steps: 10}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			host := &evaltest.Host{Files: files}
			e := host.Evaluator()
			e.Limits = tt.limits
			began := time.Now()
			env, err := e.OpenText(t.Context(), []byte(tt.text))
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			if err == nil || len(env.Diagnostics) != 1 || env.Diagnostics[0].Code != tt.code {
				t.Errorf("diagnostics are %.300v, want one %s", env.Diagnostics, tt.code)
			}
		})
	}
	t.Run("just within", func(t *testing.T) {
		host := &evaltest.Host{Files: files}
		text := strings.Replace(imports.String(), "  - e200\n", "", 1)
		if _, err := host.Evaluator().OpenText(t.Context(), []byte(text)); err != nil {
			t.Error(err)
		}
	})
}

// TestSharedGrowth is case 161: the size of a value is known without expanding it.
func TestSharedGrowth(t *testing.T) {
	text := "values:\n  a0: [x, x]\n"
	for i := 1; i <= 30; i++ {
		text += fmt.Sprintf("  a%d: ['${a%d}', '${a%d}']\n", i, i-1, i-1)
	}
	began := time.Now()
	env, err := (&eval.Evaluator{}).OpenText(t.Context(), []byte(text))
	if took := time.Since(began); took > time.Second {
		t.Errorf("took %v, want less than a second", took)
	}
	if err == nil || len(env.Diagnostics) == 0 {
		t.Fatal("no error")
	}
	for _, d := range env.Diagnostics {
		if d.Code != "result-too-large" {
			t.Errorf("unexpected: %v", d)
		}
	}
	if out, err := json.Marshal(env.Values); err != nil || len(out) > 256<<20 {
		t.Errorf("%d bytes of JSON, %v", len(out), err)
	}
}

// TestShell is case 169: a POSIX shell reads back exactly the values that the format shell writes.
func TestShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	values := map[string]string{
		"X": "$(id) 'q' \n", "A": "", "B": "`touch x`", "C": "\\'\"$HOME!", "D": "é\t#;&|<>*?[a]{b,c}~", "E": "\n\n", "F": "-n",
	}
	context := map[string]any{}
	text := "values:\n  environmentVariables:\n"
	for name, value := range values {
		context[name] = value
		text += fmt.Sprintf("    %s: '${context.%s}'\n", name, name)
	}
	env, err := (&eval.Evaluator{Context: context}).OpenText(t.Context(), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	if err := env.Write(&script, eval.FormatOptions{Format: "shell"}); err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, name := range []string{"A", "B", "C", "D", "E", "F", "X"} {
		script.WriteString("printf '%s.' \"$" + name + "\"\n")
		want.WriteString(values[name] + ".")
	}
	cmd := exec.CommandContext(t.Context(), sh, "-c", script.String())
	cmd.Dir = t.TempDir()
	got, err := cmd.CombinedOutput()
	if err != nil || string(got) != want.String() {
		t.Errorf("the shell reads %q, %v; want %q", got, err, want.String())
	}
}

// TestShippedCrypter is case 157: envelopes of the crypter that the library ships, and what damages them.
func TestShippedCrypter(t *testing.T) {
	key, err := eval.NewKey("k1")
	if err != nil {
		t.Fatal(err)
	}
	ring := eval.KeyRing{key}
	body, err := ring.Encrypt(t.Context(), "r", []byte("s"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), "k1") || strings.Contains(evaltest.Seal(1, body), "k1") {
		t.Error("the body does not name its key, or is not encoded")
	}
	if text := evaltest.Seal(1, body); !strings.HasPrefix(text, "ZXNjeAAAAAE") {
		t.Errorf("the envelope begins with %.11s", text)
	}
	foreign, err := eval.NewKey("k9")
	if err != nil {
		t.Fatal(err)
	}
	lost, err := eval.KeyRing{foreign}.Encrypt(t.Context(), "r", []byte("s"))
	if err != nil {
		t.Fatal(err)
	}
	damaged := []byte(evaltest.Seal(1, body))
	damaged[20] ^= 1
	for _, tt := range []struct{ name, envelope, code string }{
		{"fine", evaltest.Seal(1, body), ""},
		{"damaged", string(damaged), "invalid-envelope"},
		{"version 9", evaltest.Seal(9, body), "invalid-envelope"},
		{"unknown key", evaltest.Seal(1, lost), "unknown-key-id"},
		{"not its own", evaltest.Seal(1, []byte("x")), "decrypt-failed"},
		{"empty", evaltest.Seal(1, nil), "decrypt-failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := "values: {a: {fn::secret: {ciphertext: \"" + tt.envelope + "\"}}}\n"
			env, err := (&eval.Evaluator{Crypter: ring}).OpenText(t.Context(), []byte(text))
			if tt.code == "" {
				wantText(t, env, err, "s")
				return
			}
			if err == nil || len(env.Diagnostics) != 1 || env.Diagnostics[0].Code != tt.code {
				t.Errorf("diagnostics are %v, want %s", env.Diagnostics, tt.code)
			}
		})
	}
}

// fixed is a crypter of a host that encrypts everything to one body.
type fixed struct{ body string }

func (f fixed) Encrypt(context.Context, string, []byte) ([]byte, error) { return []byte(f.body), nil }

func (f fixed) Decrypt(_ context.Context, _ string, body []byte) ([]byte, error) {
	if string(body) != f.body {
		return nil, fmt.Errorf("body is %q", body)
	}
	return []byte("plain"), nil
}

// TestShortBodies is the rest of case 157: bodies of 0 and 1 byte with a crypter of the host's.
func TestShortBodies(t *testing.T) {
	for _, body := range []string{"", "x"} {
		text := "values: {a: {fn::secret: {ciphertext: \"" + evaltest.Seal(1, []byte(body)) + "\"}}}\n"
		env, err := (&eval.Evaluator{Crypter: fixed{body}}).OpenText(t.Context(), []byte(text))
		wantText(t, env, err, "plain")
	}
}

func wantText(t *testing.T, env *eval.Environment, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	a, ok := env.Values.Lookup("a")
	if got, err := a.Reveal(); !ok || err != nil || got != want || !a.Secret() {
		t.Errorf("a is %v, secret %t, %v; want the secret %q", got, a.Secret(), err, want)
	}
}

// TestNoLeak opens a document full of random secrets with errors of every kind, and looks for them in all that is
// printed.
func TestNoLeak(t *testing.T) {
	canaries := []evaltest.Canary{evaltest.NewCanary(), evaltest.NewCanary(), evaltest.NewCanary()}
	context := map[string]any{}
	for i, c := range canaries {
		context[fmt.Sprintf("c%d", i)] = schema.NewSecret(c.Text())
	}
	const text = `
values:
  a: "${context.c0}"
  b: {fn::toJSON: {k: "${context.c1}"}}
  c: {fn::open::boom: {a: "x ${context.c2} ${b}"}}
  d: {fn::validate: {schema: {const: "${a}", maxLength: 3, pattern: z}, value: "${context.c1}"}}
  e: {fn::fromJSON: "${a}"}
  f: {fn::fromBase64: "${b}"}
  g: "${a.nothing}${b[0]}"
  environmentVariables: {A: "${a}", "x=": "${a}"}
  files: {B: "${b}"}
`
	for _, name := range []string{"check", "open"} {
		host := &evaltest.Host{}
		var log strings.Builder
		e := host.Evaluator()
		e.Context, e.Logger = context, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		evaluate := func(src string) (*eval.Environment, error) { return e.CheckText(t.Context(), []byte(src)) }
		if name == "open" {
			evaluate = func(src string) (*eval.Environment, error) { return e.OpenText(t.Context(), []byte(src)) }
		}
		for _, src := range []string{text, "values:\n  a: \"${context.c0}\"\n  c: {fn::open::boom: {a: \"${context.c2}${a}\"}}\n"} {
			env, err := evaluate(src)
			out := log.String() + fmt.Sprintf("%v %+v %#v %v", env.Values, env, env, err)
			for _, format := range []string{"json", "yaml", "detailed", "string", "dotenv", "shell"} {
				var b strings.Builder
				err := env.Write(&b, eval.FormatOptions{Format: format, Expressions: format == "detailed"})
				out += b.String() + fmt.Sprint(err)
			}
			for i, c := range canaries {
				if forms := c.Leaks(out); forms != nil {
					t.Errorf("%s: canary %d leaks as %v:\n%s", name, i, forms, out)
				}
			}
		}
	}
}

// TestChangedText checks that an evaluator which remembers texts sees that one has changed.
func TestChangedText(t *testing.T) {
	host := &evaltest.Host{Files: map[string]string{"r": "imports: [b]\nvalues: {x: 1}\n", "b": "values: {y: 1}\n"}}
	e := host.Evaluator()
	for _, step := range []struct{ name, text, want string }{
		{"", "", `{"x":1,"y":1}`},
		{"b", "values: {y: 2}\n", `{"x":1,"y":2}`},
		{"r", "imports: [b]\nvalues: {x: '${y}'}\n", `{"x":2,"y":2}`},
		{"b", "values: {y: '${'}\n", ""},
		{"b", "values: {z: 3, y: 4}\n", `{"x":4,"y":4,"z":3}`},
	} {
		if step.name != "" {
			host.Files[step.name] = step.text
		}
		env, err := e.Open(t.Context(), "r")
		if (err != nil) != (step.want == "") || step.want != "" && env.Values.String() != step.want {
			t.Errorf("after %q: %v, %v; want %s", step.text, env.Values, err, step.want)
		}
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

// FuzzOpen evaluates whatever text: nothing panics, and what every case must fulfil holds. The seeds are the corpus.
func FuzzOpen(f *testing.F) {
	for _, pattern := range []string{"testdata/conformance/*.txtar", "testdata/differences/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds at %q: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			for _, s := range evaltest.ParseArchive(string(text)).Sections {
				if strings.HasSuffix(s.Name, ".yaml") {
					f.Add(s.Body)
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if problems := evaltest.Lint(t.Context(), text); problems != nil {
			t.Error(strings.Join(problems, "\n"))
		}
	})
}
