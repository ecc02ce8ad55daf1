package eval_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
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

// outcome is everything that an operation tells.
func outcome(t *rapid.T, files map[string]string, verb string, workers int, before func(int) *evaltest.Host) string {
	host := before(workers)
	host.Files = files
	e := host.Evaluator()
	e.Limits.Concurrency = workers
	e.Limits.Imports = 4
	var env *eval.Environment
	var err error
	switch verb {
	case "check":
		env, err = e.Check(t.Context(), "r")
	case "open":
		env, err = e.Open(t.Context(), "r")
	default:
		env, err = e.Open(t.Context(), "r", "o.x", "y")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%v\n", err)
	for _, d := range env.Diagnostics {
		text, _ := d.MarshalJSON()
		fmt.Fprintf(&b, "%s\n%s\n", d, text)
	}
	if err := env.Write(&b, eval.FormatOptions{Format: "detailed", Reveal: true}); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(&b, env.Schema())
	return b.String()
}

// TestDeterminism checks that neither the number of workers nor the order of answers shows in what an operation tells.
func TestDeterminism(t *testing.T) {
	opened := 0
	rapid.Check(t, func(t *rapid.T) {
		files := drawEnvironments(t)
		verb := rapid.SampledFrom([]string{"check", "open", "paths"}).Draw(t, "verb")
		want := outcome(t, files, verb, 1, plainHost)
		if strings.HasPrefix(want, "<nil>") {
			opened++
		}
		for _, workers := range []int{1, 3, 64} {
			seed := rapid.Uint64().Draw(t, "seed")
			got := outcome(t, files, verb, workers, func(int) *evaltest.Host {
				return &evaltest.Host{Before: evaltest.Shuffle(seed)}
			})
			if got != want {
				t.Fatalf("%v\n%s with %d workers and seed %d tells another story (- one, + more):\n%s",
					files, verb, workers, seed, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
			}
		}
	})
	if opened == 0 {
		t.Error("no draw opens without an error")
	}
}

func plainHost(int) *evaltest.Host { return &evaltest.Host{} }

// TestMain gives the property tests of the package the same draws in every run, unless -rapid.seed asks for others.
func TestMain(m *testing.M) {
	flag.Parse()
	if seed := flag.Lookup("rapid.seed"); seed.Value.String() == seed.DefValue {
		if err := seed.Value.Set("1"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
