package eval_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/schema"
)

var environmentNames = []string{"r", "a", "b", "c", "d/e", "f/g", "broken", "gone"}

// drawEnvironments draws environments that import and name one another, with calls that answer and calls that fail.
func drawEnvironments(t *rapid.T) map[string]string {
	files := map[string]string{"broken": "values: {x: '${'}\n"}
	for _, name := range environmentNames[:6] {
		var b strings.Builder
		b.WriteString("imports: [" + strings.Join(rapid.SliceOfN(rapid.SampledFrom(environmentNames), 0, 3).Draw(t, "imports"), ", ") + "]\nvalues:\n")
		for _, key := range []string{"x", "y", "z", "o", "environmentVariables"} {
			if rapid.Bool().Draw(t, "declared") || key == "x" {
				b.WriteString("  " + key + ": " + drawExpression(t, 3) + "\n")
			}
		}
		files[name] = b.String()
	}
	return files
}

func drawExpression(t *rapid.T, depth int) string {
	path := rapid.SampledFrom([]string{
		"x", "y", "z.n", "o.x", "o.y.n", "o", "nope", `imports.a.x`, `imports["b"]`, "environments.d.e.x",
		"environments.f.g.o.y", "environments.no.where.x", "context.currentEnvironment.name", "z[0]",
	})
	leaves := []func() string{
		func() string { return fmt.Sprint(rapid.IntRange(0, 3).Draw(t, "number")) },
		func() string { return "'${" + path.Draw(t, "path") + "}'" },
		func() string { return "'t ${" + path.Draw(t, "path") + "} ${" + path.Draw(t, "path") + "}'" },
		func() string { return "{fn::secret: hidden}" },
		func() string { return "{fn::secret: {ciphertext: " + evaltest.Envelope("a", "text") + "}}" },
	}
	if depth == 0 {
		return rapid.SampledFrom(leaves).Draw(t, "leaf")()
	}
	below := func() string { return drawExpression(t, depth-1) }
	return rapid.SampledFrom(append(leaves,
		func() string { return "{x: " + below() + ", y: " + below() + "}" },
		func() string { return "[" + below() + ", " + below() + "]" },
		func() string { return "{fn::open::echo: {n: " + below() + "}}" },
		func() string { return "{fn::open::boom: {a: " + below() + "}}" },
		func() string { return "{fn::open::typed: {a: " + below() + "}}" },
		func() string { return "{fn::final: " + below() + "}" },
		func() string { return "{fn::toJSON: " + below() + "}" },
		func() string { return "{fn::join: [',', [" + below() + ", " + below() + "]]}" },
		func() string { return "{fn::validate: {schema: {type: object}, value: " + below() + "}}" },
		func() string {
			return "{fn::rotate::pw: {inputs: {user: u, login: " + below() + "}, state: {current: c}}}"
		},
	)).Draw(t, "expression")()
}

// drawSound draws environments that name only what there is, so that most of them are opened: references lead to keys
// further up or to environments further down the list.
func drawSound(t *rapid.T) map[string]string {
	names := []string{"r", "a", "b", "c", "d/e", "f/g"}
	files := map[string]string{}
	for i, name := range names {
		var b strings.Builder
		var imports []string
		for _, other := range names[i+1:] {
			if rapid.IntRange(0, 2).Draw(t, "imported") == 0 {
				imports = append(imports, rapid.SampledFrom([]string{other, other, other, "{" + other + ": {merge: false}}"}).Draw(t, "import"))
			}
		}
		b.WriteString("imports: [" + strings.Join(imports, ", ") + "]\nvalues:\n")
		s := sound{T: t, name: name, paths: []string{
			"context.token", "context.list", "context.list[0].n", "context.lists", "context.currentEnvironment.name",
		}}
		for _, other := range names[max(i+1, 4):] {
			key := rapid.SampledFrom([]string{"x", "y", "o.x"}).Draw(t, "key")
			s.paths = append(s.paths, "environments."+strings.Replace(other, "/", ".", 1)+"."+key)
		}
		for _, key := range []string{"x", "y", "z", "o", "environmentVariables"} {
			expression := s.draw(3)
			switch key {
			case "o":
				expression = "{x: " + expression + ", " + name[:1] + ": " + s.draw(1) + "}"
			case "environmentVariables":
				expression = "{A: " + s.draw(1) + ", B: '${x}'}"
			}
			b.WriteString("  " + key + ": " + expression + "\n")
			s.paths = append(s.paths, key, key)
		}
		files[name] = b.String()
	}
	return files
}

// sound draws the expressions of one environment.
type sound struct {
	*rapid.T
	name  string
	paths []string
}

func (s *sound) path() string { return "${" + rapid.SampledFrom(s.paths).Draw(s.T, "path") + "}" }

func (s *sound) draw(depth int) string {
	leaves := []func() string{
		func() string { return "'" + s.path() + "'" },
		func() string { return "'" + s.path() + "'" },
		func() string { return "'t " + s.path() + " " + s.path() + "'" },
		func() string { return fmt.Sprint(rapid.IntRange(0, 3).Draw(s.T, "number")) },
		func() string { return "{fn::secret: hidden}" },
		func() string {
			return "{fn::secret: {ciphertext: " + evaltest.Envelope(s.name, "text") + "}}"
		},
	}
	if depth == 0 {
		return rapid.SampledFrom(leaves).Draw(s.T, "leaf")()
	}
	for _, around := range []string{
		"{x: @, y: @}", "{x: @}", "[@, @]", "{fn::open::echo: {n: @, x: @}}", "{fn::open::echo: {n: @}}", "{fn::open::vault: {n: @}}",
		"{fn::open::boom: {a: @}}", "{fn::open::typed: {a: s}}", "{fn::final: @}", "{fn::toJSON: @}", "{fn::toString: @}",
		"{fn::fromJSON: {fn::toJSON: @}}", "{fn::concat: ['${context.list}', [@]]}", "{fn::concat: [[@], '${context.lists}']}",
		"{fn::validate: {schema: {fn::open::echo: {type: object, required: [n, q]}}, value: @}}",
		"{fn::rotate::pw: {inputs: {user: u, login: @}, state: {current: c}}}",
	} {
		leaves = append(leaves, func() string {
			parts := strings.Split(around, "@")
			for i := range parts[1:] {
				parts[i] += s.draw(depth - 1)
			}
			return strings.Join(parts, "")
		})
	}
	return rapid.SampledFrom(leaves).Draw(s.T, "expression")()
}

// An evaluation is what is to be done again under other circumstances.
type evaluation struct {
	files  map[string]string
	verb   string
	limits eval.Limits
}

var verbs = []string{"check", "open", "open paths", "check text", "open text"}

func (v evaluation) evaluator(host *evaltest.Host, workers int) *eval.Evaluator {
	host.Files = v.files
	e := host.Evaluator()
	e.Limits = v.limits
	e.Limits.Concurrency = workers
	e.Context = map[string]any{
		"token": schema.NewSecret("hidden"),
		"list":  []any{map[string]any{"n": []any{1, 2}}, "s"},
		"lists": []any{[]any{[]any{1}}},
	}
	return e
}

// run evaluates and returns everything that this tells.
func (v evaluation) run(ctx context.Context, e *eval.Evaluator) string {
	var env *eval.Environment
	var err error
	switch v.verb {
	case "check":
		env, err = e.Check(ctx, "r")
	case "open":
		env, err = e.Open(ctx, "r")
	case "open paths":
		env, err = e.Open(ctx, "r", "o.x", "y")
	case "check text":
		env, err = e.CheckText(ctx, []byte(v.files["r"]))
	case "open text":
		env, err = e.OpenText(ctx, []byte(v.files["r"]))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%v\n", err)
	for _, d := range env.Diagnostics {
		text, _ := d.MarshalJSON()
		fmt.Fprintf(&b, "%s\n%s\n", d, text)
	}
	err = env.Write(&b, eval.FormatOptions{Format: "detailed", Reveal: true, Expressions: true})
	fmt.Fprintln(&b, err, env.Schema())
	for name, variable := range env.Variables() {
		fmt.Fprintln(&b, name, variable)
	}
	return b.String()
}

// calls counts the calls of a host. Loads do not count: where there are too many imports, some may be loaded in vain.
// Nor does anything if the budget of steps is spent, which ends an evaluation wherever it is.
func calls(host *evaltest.Host, told string) map[string]int {
	calls := host.Calls()
	for name := range calls {
		if strings.HasPrefix(name, "load ") || strings.Contains(told, "too-many-steps") {
			delete(calls, name)
		}
	}
	return calls
}

// isDeterminate evaluates with different numbers of workers, in different orders of answers, and again with the same
// evaluator. It reports whether that went without an error.
func (v evaluation) isDeterminate(t *rapid.T) bool {
	host := &evaltest.Host{}
	e := v.evaluator(host, 1)
	want := v.run(t.Context(), e)
	wantCalls := calls(host, want)
	compare := func(how string, got string) {
		if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
			t.Fatalf("%v\n%s %s tells another story (- one, + more):\n%s", v.files, v.verb, how, diff)
		}
	}
	compare("again", v.run(t.Context(), e))
	for _, workers := range []int{1, 3, 64} {
		seed := rapid.Uint64().Draw(t, "seed")
		host := &evaltest.Host{Before: evaltest.Shuffle(seed)}
		how := fmt.Sprintf("with %d workers and seed %d", workers, seed)
		compare(how, v.run(t.Context(), v.evaluator(host, workers)))
		if diff := cmp.Diff(wantCalls, calls(host, want)); diff != "" {
			t.Fatalf("%v\n%s %s calls otherwise (- one, + more):\n%s", v.files, v.verb, how, diff)
		}
	}
	return strings.HasPrefix(want, "<nil>")
}

// TestDeterminism checks that neither the number of workers nor the order of answers shows in what an operation tells.
func TestDeterminism(t *testing.T) {
	opened := 0
	t.Run("wild", rapid.MakeCheck(func(t *rapid.T) {
		v := evaluation{files: drawEnvironments(t), verb: rapid.SampledFrom(verbs).Draw(t, "verb"), limits: eval.Limits{Imports: 4}}
		v.isDeterminate(t)
	}))
	t.Run("sound", rapid.MakeCheck(func(t *rapid.T) {
		v := evaluation{files: drawSound(t), verb: rapid.SampledFrom(verbs).Draw(t, "verb")}
		if rapid.IntRange(0, 4).Draw(t, "limited") == 0 {
			v.limits.Steps = rapid.IntRange(5, 200).Draw(t, "steps")
		}
		if v.isDeterminate(t) {
			opened++
		}
	}))
	if opened == 0 {
		t.Error("no draw is evaluated without an error")
	}
}

// TestSharedEvaluator uses one evaluator from many goroutines at once. Its purpose is to be run with -race.
func TestSharedEvaluator(t *testing.T) {
	files := map[string]string{}
	for name, p := range canaryCases {
		planted, _ := p.plant()
		for other, text := range planted {
			files[strings.ReplaceAll(name, " ", "-")+"/"+other] = text
		}
	}
	names := slices.Sorted(maps.Keys(files))
	host := &evaltest.Host{Files: files, Before: evaltest.Shuffle(1)}
	e := host.Evaluator()
	tell := func(name string) string {
		env, err := e.Open(t.Context(), name)
		var b strings.Builder
		env.Diagnostics.Print(&b, eval.PrintOptions{})
		if err := env.Write(&b, eval.FormatOptions{Format: "detailed", Expressions: true}); err != nil {
			t.Error(err)
		}
		fmt.Fprintln(&b, err, env.Schema())
		return b.String()
	}
	want := map[string]string{}
	for _, name := range names {
		want[name] = tell(name)
	}
	var all sync.WaitGroup
	for worker := range 32 {
		all.Go(func() {
			for i := range names {
				name := names[(i+worker*len(names)/32)%len(names)]
				if got := tell(name); got != want[name] {
					t.Errorf("%s: got\n%s\nwant\n%s", name, got, want[name])
				}
			}
		})
	}
	all.Wait()
}

// TestMain gives the property tests of the package the same draws in every run, unless -rapid.seed asks for others. A
// process that a test has started does its job instead.
func TestMain(m *testing.M) {
	if job := os.Getenv(childJob); job != "" {
		os.Exit(runChild(job, os.Args[1:]))
	}
	flag.Parse()
	if seed := flag.Lookup("rapid.seed"); seed.Value.String() == seed.DefValue {
		if err := seed.Value.Set("1"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
