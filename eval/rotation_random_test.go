package eval_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// A plannedCall is a rotator in a random document, and what it does.
type plannedCall struct {
	line  string // with its inputs; the state follows
	saves int    // states that it hands over
	fails bool   // in the end
	bad   bool   // its last state cannot be saved
}

// randomRotations draws a document of rotators and providers that need each other, each only what stands before it.
func randomRotations(t *rapid.T) (document string, calls map[string]plannedCall) {
	calls = map[string]plannedCall{}
	var lines []string
	var names []string
	for i := range rapid.IntRange(1, 7).Draw(t, "properties") {
		name := fmt.Sprintf("p%d", i)
		needs := ""
		for range rapid.IntRange(0, 2).Draw(t, "needs") {
			if len(names) > 0 {
				needs += "${" + rapid.SampledFrom(names).Draw(t, "need") + ".v}"
			}
		}
		if rapid.IntRange(0, 2).Draw(t, "kind") == 0 {
			provider := rapid.SampledFrom([]string{"echo", "echo", "boom"}).Draw(t, "provider")
			lines = append(lines, fmt.Sprintf("  %s: {fn::open::%s: {v: %q, a: %q}} # provider\n", name, provider, needs, needs))
		} else {
			call := plannedCall{
				saves: rapid.IntRange(0, 3).Draw(t, "saves"), fails: rapid.IntRange(0, 3).Draw(t, "fails") == 0,
				bad: rapid.IntRange(0, 5).Draw(t, "bad") == 0,
			}
			call.line = fmt.Sprintf("  %s: {fn::rotate::x: {inputs: {name: %s, v: %q}", name, name, needs)
			state := ""
			if rapid.Bool().Draw(t, "rotated") {
				state = fmt.Sprintf(", state: {v: old%d, key: {fn::secret: {ciphertext: %s}}}", i, evaltest.Envelope("r", "old-key"))
			}
			lines = append(lines, call.line+state+"}} # rotator\n")
			calls[name] = call
		}
		names = append(names, name)
	}
	// Written in another order than they depend on each other.
	return "# head\nvalues:\n" + strings.Join(rapid.Permutation(lines).Draw(t, "order"), "\n") + "# end", calls
}

func (c plannedCall) rotate(ctx context.Context, name string, save saveFunc) error {
	for n := range c.saves {
		if err := save(ctx, map[string]any{"v": fmt.Sprintf("%s.%d", name, n), "key": schema.NewSecret("key-" + name)}); err != nil {
			return err
		}
	}
	if c.bad {
		_ = save(ctx, name)
	}
	switch {
	case c.fails && c.saves > 0:
		return errors.New("no: key-" + name)
	case c.fails:
		return errors.New("no")
	}
	return nil
}

// rotateRandomly rotates a document with so many workers, whose answers come late. It returns all that must not depend on
// that, and the text afterwards.
func rotateRandomly(document string, calls map[string]plannedCall, paths []string, workers int) (outcome, text string) {
	host := &evaltest.Host{Files: map[string]string{"r": document}, Before: evaltest.Shuffle(uint64(workers))}
	var order []string
	e := host.Evaluator()
	e.Limits.Concurrency = workers
	e.Rotators["x"] = scripted{rotate: func(ctx context.Context, req *rotators.Request, save saveFunc) error {
		name := fmt.Sprint(req.Inputs["name"])
		order = append(order, fmt.Sprintf("%s sees %v", name, req.Inputs["v"]))
		return calls[name].rotate(ctx, name, save)
	}}
	rotation, err := e.Rotate(context.Background(), "r", eval.RotateOptions{Paths: paths})
	for _, result := range rotation.Results {
		for i := range result.Events {
			result.Events[i].Time = time.Time{}
		}
		outcome += fmt.Sprintf("%+v %s\n", result, unsaved(result))
	}
	for _, d := range rotation.Environment.Diagnostics {
		outcome += fmt.Sprintf("%v at %v\n", d, d.Path)
	}
	return outcome + fmt.Sprintf("%v\n%v\n%v\n%v\n", order, rotation.Environment.Values, err, host.Calls()), host.Text("r")
}

var stateMember = regexp.MustCompile(`, state: \{.*\}(\}\} # rotator)`)

// What comes of rotating depends neither on the number of workers nor on the order of answers, and nothing but states is
// changed.
func TestRandomRotations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		document, calls := randomRotations(t)
		var paths []string
		for name := range calls {
			paths = append(paths, name)
		}
		slices.Sort(paths)
		if len(paths) > 0 && rapid.Bool().Draw(t, "some") {
			paths = paths[:rapid.IntRange(1, len(paths)).Draw(t, "paths")]
		} else {
			paths = nil
		}
		outcome, text := rotateRandomly(document, calls, paths, 1)
		if before, after := stateMember.ReplaceAllString(document, "$1"), stateMember.ReplaceAllString(text, "$1"); before != after {
			t.Errorf("outside of states the text becomes\n%s\ninstead of\n%s", after, before)
		}
		for _, workers := range []int{3, 64} {
			another, anotherText := rotateRandomly(document, calls, paths, workers)
			if outcome != another || text != anotherText {
				t.Fatalf("of\n%s\nwith %d workers comes\n%s%s\ninstead of\n%s%s", document, workers, another, anotherText, outcome, text)
			}
		}
		if strings.Contains(outcome, "no: key-") {
			t.Errorf("a secret is shown:\n%s", outcome)
		}
	})
}
