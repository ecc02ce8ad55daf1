package eval_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// What a rotator does wrong loses no state that it has handed over, and is said.
func TestMisbehavingRotators(t *testing.T) {
	cyclic := map[string]any{"key": schema.NewSecret("key-1")}
	cyclic["self"] = cyclic
	deep := map[string]any{"key": schema.NewSecret("key-1")}
	for range 200 {
		deep = map[string]any{"a": deep}
	}
	for _, test := range []struct {
		name   string
		rotate rotateFunc
		step   int // that the document holds afterwards
		want   string
	}{
		{"panics at once", func(context.Context, *rotators.Request, saveFunc) error {
			panic("key-1")
		}, -1, "failed: rotate-failed"},
		{"panics after a hand-over", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			_ = save(ctx, step(1))
			panic(errors.New("key-1"))
		}, 1, "failed saved: rotate-failed"},
		{"ends its goroutine", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			_ = save(ctx, step(1))
			runtime.Goexit()
			return nil
		}, 1, "failed saved: rotate-failed"},
		{"returns without saving", func(context.Context, *rotators.Request, saveFunc) error {
			return nil
		}, -1, "succeeded:"},
		{"fails after a hand-over", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			return errors.Join(save(ctx, step(1)), errors.New("key-1 is no good"))
		}, 1, "failed saved: rotate-failed"},
		{"hands over no object", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			return save(ctx, []any{schema.NewSecret("key-1")})
		}, -1, `failed: state-not-saved {"state":["key-1"]}`},
		{"hands over nothing at all", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			return save(ctx, nil)
		}, -1, `failed: state-not-saved {"state":null}`},
		{"hands over a call", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			return save(ctx, map[string]any{"Fn::secret": "key-1"})
		}, -1, `failed: state-not-saved {"Fn::secret":"key-1"}`},
		{"hands over data that contains itself", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			return save(ctx, cyclic)
		}, -1, "failed: state-not-saved …"},
		{"hands over deep data", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			return save(ctx, deep)
		}, -1, "failed: state-not-saved …"},
		{"hands over what is no data", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			return save(ctx, map[string]any{"key": schema.NewSecret("key-1"), "f": func() {}, "n": int8(3), "u": schema.Unknown{}})
		}, -1, `failed: state-not-saved {"f":null,"key":"key-1","n":3,"u":null}`},
		{"hands over bytes that are no text", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			return save(ctx, map[string]any{"a": "\xff"})
		}, -1, "failed: state-not-saved …"},
		{"hands over secret bytes that JSON cannot hold", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			return save(ctx, map[string]any{"a": schema.SecretData([]any{"\xff"})})
		}, -1, "failed: state-not-saved …"},
		{"hands over huge data", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			return save(ctx, map[string]any{"key": strings.Repeat("key-1", 1<<20)})
		}, -1, "failed: state-not-saved …"},
		{"hands over more than a document may hold", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			return save(ctx, map[string]any{"key": strings.Repeat("key-1", 1<<18)})
		}, -1, "failed: not-writable …"},
		{"goes on after a failure", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			_ = save(ctx, 5)
			return save(ctx, step(2))
		}, 2, "succeeded saved:"},
		{"loses an error", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			_ = save(ctx, step(1))
			_ = save(ctx, "key-2")
			return nil
		}, 1, `failed saved: state-not-saved {"state":"key-2"}`},
		{"changes what it was given and has handed over", func(ctx context.Context, req *rotators.Request, save saveFunc) error {
			state := step(1)
			err := save(ctx, state)
			clear(req.Inputs)
			maps.Copy(req.Inputs, map[string]any{"a": 1})
			state["n"] = 7
			return err
		}, 1, "succeeded saved:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSavingStore(documentX)
			result := rotateX(t, s, test.rotate)
			got := string(result.Status)
			if result.Saved {
				got += " saved"
			}
			got = strings.TrimSpace(got+": "+tell(result.Diagnostics)) + unsaved(result)
			if begin, short := strings.CutSuffix(test.want, "…"); got != test.want && !(short && strings.HasPrefix(got, begin+"{")) {
				t.Errorf("got  %.300s\nwant %s", got, test.want)
			}
			if strings.Contains(fmt.Sprintf("%v %+v %#v", result, result, result.Diagnostics), "key-") {
				t.Errorf("the result shows a secret: %.1000v", result)
			}
			if n := stepIn(t, s); n != test.step {
				t.Errorf("the document holds %d, want %d", n, test.step)
			}
		})
	}
}

func unsaved(result eval.RotationResult) string {
	if result.Unsaved == nil {
		return ""
	}
	state := map[string]any{}
	for name, secret := range result.Unsaved {
		state[name] = revealed(secret)
	}
	text, err := json.Marshal(state)
	return fmt.Sprintf(" %s%v", text, map[bool]any{true: "", false: err}[err == nil])
}

// A goroutine that a rotator leaves behind can neither save nor report any more.
func TestLeftBehind(t *testing.T) {
	s := newSavingStore(documentX)
	var late sync.WaitGroup
	back := make(chan struct{})
	result := rotateX(t, s, func(ctx context.Context, req *rotators.Request, save saveFunc) error {
		late.Go(func() {
			<-back
			if err := save(ctx, step(2)); err == nil {
				t.Error("saved after the end")
			}
			req.Report(rotators.Event{Kind: "late"})
		})
		req.Report(rotators.Event{Kind: "early"})
		return save(ctx, step(1))
	})
	close(back)
	late.Wait()
	if len(result.Events) != 1 || result.Events[0].Kind != "early" || stepIn(t, s) != 1 {
		t.Errorf("result is %+v", result)
	}
}

// Rotate comes back only after a save that is under way on another goroutine has ended.
func TestSaveOnAnotherGoroutine(t *testing.T) {
	s := newSavingStore(documentX)
	saving, returned := make(chan struct{}), make(chan struct{})
	s.save = func(_ context.Context, _ string, _, _ []byte, do func() error) error {
		close(saving)
		<-returned
		return do()
	}
	result := rotateX(t, s, func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
		defer close(returned)
		go save(ctx, step(1))
		<-saving
		return nil
	})
	if !result.Saved || result.Status != eval.Succeeded || stepIn(t, s) != 1 {
		t.Errorf("result is %+v", result)
	}
}

// Events are told as they happen, without the secrets that are known by then, and a listener that panics harms nobody.
func TestEvents(t *testing.T) {
	s := newSavingStore(documentX)
	var heard []string
	e := evaluatorOf(s, func(ctx context.Context, req *rotators.Request, save saveFunc) error {
		req.Report(rotators.Event{Kind: "made", Text: "about to make key-1"})
		if err := save(ctx, step(1)); err != nil {
			return err
		}
		req.Report(rotators.Event{Kind: "saved", KeyID: "AK1", Text: "saved key-1"})
		return nil
	})
	rotation, err := e.Rotate(t.Context(), "r", eval.RotateOptions{Report: func(path string, event rotators.Event) {
		heard = append(heard, path+" "+event.Kind+" "+event.Text)
		panic("deaf")
	}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"k made about to make key-1", "k saved saved [secret]"}, heard); diff != "" {
		t.Error(diff)
	}
	want := []rotators.Event{
		{Rotator: "x", Kind: "made", Text: "about to make [secret]"},
		{Rotator: "x", Kind: "saved", KeyID: "AK1", Text: "saved [secret]"},
	}
	if diff := cmp.Diff(want, rotation.Results[0].Events); diff != "" {
		t.Error(diff)
	}
}

// A cancelled Rotate returns when the rotator at work has come back; nothing else begins; the results say what happened.
func TestCancelledRotations(t *testing.T) {
	const document = "values:\n  a: {fn::rotate::x: {inputs: {}}}\n  b: {fn::rotate::x: {inputs: {}}}\n  c: {fn::rotate::x: {inputs: {}}}\n"
	for _, test := range []struct {
		name   string
		during rotateFunc // of the second rotator, after the cancellation
		want   string
	}{
		{"obeys", func(ctx context.Context, _ *rotators.Request, _ saveFunc) error {
			<-ctx.Done()
			return ctx.Err()
		}, "a succeeded saved; b failed; c not-evaluated; "},
		{"says where it stopped", func(ctx context.Context, _ *rotators.Request, _ saveFunc) error {
			<-ctx.Done()
			return fmt.Errorf("stopped before the key was made: %w", ctx.Err())
		}, "a succeeded saved; b failed; c not-evaluated; rotate-failed"},
		{"saves first", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			<-ctx.Done()
			return errors.Join(save(ctx, step(1)), ctx.Err())
		}, "a succeeded saved; b failed saved; c not-evaluated; rotate-failed"},
		{"ignores it", func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			return save(ctx, step(1))
		}, "a succeeded saved; b succeeded saved; c not-evaluated; "},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // which fails if a goroutine is left
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				calls := 0
				e := evaluatorOf(newSavingStore(document), func(ctx context.Context, req *rotators.Request, save saveFunc) error {
					if calls++; calls == 1 {
						return save(ctx, step(0))
					}
					cancel()
					synctest.Wait() // until the evaluator waits for nothing but this
					return test.during(ctx, req, save)
				})
				rotation, err := e.Rotate(ctx, "r", eval.RotateOptions{})
				if err != context.Canceled || calls != 2 {
					t.Errorf("%d calls, error is %v", calls, err)
				}
				got := ""
				for _, result := range rotation.Results {
					got += fmt.Sprintf("%s %s", result.Path, result.Status)
					if result.Saved {
						got += " saved"
					}
					got += "; "
				}
				if got += tell(rotation.Environment.Diagnostics); got != test.want {
					t.Errorf("got  %s\nwant %s", got, test.want)
				}
			})
		})
	}
}

// A Rotate whose context has ended before calls nothing.
func TestRotateAfterTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := newSavingStore(documentX)
	rotation, err := evaluatorOf(s, func(context.Context, *rotators.Request, saveFunc) error {
		t.Error("called")
		return nil
	}).Rotate(ctx, "r", eval.RotateOptions{})
	if err != context.Canceled || rotation.Environment == nil || s.text("r") != documentX {
		t.Errorf("%v, %v", rotation, err)
	}
}

// A budget of steps that runs out after a rotation hides nothing of what has been done.
func TestStepsRunOutWhileRotating(t *testing.T) {
	s := newSavingStore("values:\n  k: {fn::rotate::x: {inputs: {}}}\n  l: {fn::rotate::x: {inputs: {big: \"${k.big}\"}}}\n")
	e := evaluatorOf(s, func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
		if err := save(ctx, map[string]any{"big": strings.Repeat("x", 100_000)}); err != nil {
			return err
		}
		return save(ctx, 5)
	})
	e.Limits.Steps = 100
	rotation, err := e.Rotate(t.Context(), "r", eval.RotateOptions{})
	if err == nil || rotation.Results[0].Status != eval.Failed || rotation.Results[1].Status != eval.NotEvaluated {
		t.Errorf("%+v, %v", rotation.Results, err)
	}
	if got := tell(rotation.Results[0].Diagnostics); got != "state-not-saved" {
		t.Errorf("diagnostics are %q", got)
	}
}

// No secret is written in clear or shown, whatever happens.
func TestRotationsShowNoSecret(t *testing.T) {
	planted := map[string]evaltest.Canary{}
	for _, name := range []string{"old", "input", "new", "lost", "inner"} {
		planted[name] = evaltest.NewCanary()
	}
	text := func(name string) string { return planted[name].Text() }
	document := fmt.Sprintf(`values:
  k:
    fn::rotate::x:
      inputs: {password: {fn::secret: {ciphertext: %s}}}
      state: {old: {fn::secret: {ciphertext: %s}}}
`, evaltest.Envelope("r", text("input")), evaltest.Envelope("r", text("old")))
	for _, fault := range []string{"", "save", "encrypt", "late", "object", "panic"} {
		t.Run("fault "+fault, func(t *testing.T) {
			s := newSavingStore(document)
			saves := 0
			s.save = func(_ context.Context, _ string, _, new []byte, do func() error) error {
				if saves++; fault == "save" || fault == "late" && saves > 1 {
					return fmt.Errorf("cannot write %s or %q", new, text("new"))
				}
				return do()
			}
			e := evaluatorOf(s, func(ctx context.Context, req *rotators.Request, save saveFunc) error {
				in, old := revealed(req.Inputs["password"]), revealed(req.State["old"])
				req.Report(rotators.Event{Kind: "x", Text: fmt.Sprintf("%v %v", in, old)})
				err := save(ctx, map[string]any{"old": schema.NewSecret(text("new")), "b": schema.SecretData([]any{text("inner")})})
				if fault == "object" {
					err = errors.Join(err, save(ctx, []any{text("lost"), map[string]any{"fn::x": schema.NewSecret(text("lost"))}}))
				}
				err = errors.Join(err, save(ctx, map[string]any{"fn::x": text("lost")}))
				req.Report(rotators.Event{Kind: "y", Text: fmt.Sprintf("%v %v", text("new"), text("inner"))})
				if fault == "panic" {
					panic(text("new"))
				}
				return fmt.Errorf("%v %v %v %v %w", in, old, text("new"), text("lost"), err)
			})
			e.Crypter = evaltest.Crypter{Before: func(_ context.Context, call string) error {
				if call == fault {
					return fmt.Errorf("no: %s", text("new"))
				}
				return nil
			}}
			var log bytes.Buffer
			e.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			heard := ""
			rotation, err := e.Rotate(t.Context(), "r", eval.RotateOptions{Report: func(path string, event rotators.Event) {
				heard += fmt.Sprintf("%s %+v\n", path, event)
			}})
			if err == nil || rotation.Results[0].Unsaved == nil {
				t.Fatalf("%v, %v", rotation.Results, err)
			}
			shown := map[string]string{"log": log.String(), "events": heard, "texts": strings.Join(append(s.saved, s.text("r")), "\n")}
			for _, part := range []any{rotation, *rotation, rotation.Results, rotation.Results[0], &rotation.Results[0], rotation.Environment, err} {
				data, _ := json.Marshal(part)
				shown[fmt.Sprintf("%T", part)] = fmt.Sprintf("%v %+v %#v %s %q %d %x\n%s", part, part, part, part, part, part, part, data)
			}
			for name, canary := range planted {
				for where, output := range shown {
					if leaks := canary.Leaks(output); leaks != nil {
						t.Errorf("%s shows the canary %q as %v:\n%s", where, name, leaks, output)
					}
				}
			}
		})
	}
}

// What a rotator warns of while it rotates is a warning at its call, and no failure.
func TestRotatorsWarn(t *testing.T) {
	result := rotateX(t, newSavingStore(documentX), func(ctx context.Context, req *rotators.Request, save saveFunc) error {
		req.Warn("key-1 is short")
		return save(ctx, step(1))
	})
	if result.Status != eval.Succeeded || tell(result.Diagnostics) != "provider-warning" {
		t.Fatalf("result is %+v", result)
	}
	if d := result.Diagnostics[0]; !d.Warning || d.Message != `rotator "x" warns: [secret] is short` {
		t.Errorf("the warning is %v", d)
	}
}

// A rotator that fails because a state was not saved may say more than that.
func TestFailureOfASaveWithMore(t *testing.T) {
	s := newSavingStore(documentX)
	s.save = func(context.Context, string, []byte, []byte, func() error) error { return errors.New("disk full") }
	for want, wrap := range map[string]func(error) error{
		"state-not-saved":               func(err error) error { return err },
		"rotate-failed state-not-saved": func(err error) error { return fmt.Errorf("the new key is deleted again: %w", err) },
	} {
		result := rotateX(t, s, func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			return wrap(save(ctx, step(1)))
		})
		if got := tell(result.Diagnostics); got != want {
			t.Errorf("diagnostics are %s, want %s", got, want)
		}
	}
}
