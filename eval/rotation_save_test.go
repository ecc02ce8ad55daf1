package eval_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// E1: save returns nil only when the state is durable: encrypted, spliced, flushed with its directory.
func TestE1SavedStatesAreDurable(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "r.yaml")
	if err := os.WriteFile(file, []byte(documentX), 0o600); err != nil {
		t.Fatal(err)
	}
	var steps []string
	saver := eval.DirStepping(dir, func(step string) error {
		steps = append(steps, step)
		return nil
	})
	e := evaluatorOf(saver, func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
		for n := range 3 {
			steps = nil
			if err := save(ctx, step(n)); err != nil {
				return err
			}
			before, after := eval.SaveSteps()
			for _, want := range slices.Concat(before, after) {
				if !slices.Contains(steps, want) {
					t.Errorf("save returned without the step %q", want)
				}
			}
			if got := stepIn(t, eval.Dir(dir)); got != n {
				t.Errorf("save of %d returned while the document holds %d", n, got)
			}
			if text, err := os.ReadFile(file); err != nil || bytes.Contains(text, []byte("key-")) {
				t.Errorf("the file holds a secret in clear, or %v", err)
			}
		}
		return nil
	})
	if _, err := e.Rotate(t.Context(), "r", eval.RotateOptions{}); err != nil {
		t.Error(err)
	}
}

// E2: save compares and swaps the state: the one that was handed out at first, later the last confirmed one.
func TestE2SaveComparesAndSwapsTheState(t *testing.T) {
	for _, confirmed := range []int{0, 1, 3} {
		s := newSavingStore(documentX)
		if result := rotateX(t, s, func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			return save(ctx, step(50))
		}); !result.Saved {
			t.Fatal(result)
		}
		result := rotateX(t, s, func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			for n := range confirmed {
				if err := save(ctx, step(n)); err != nil {
					t.Errorf("save of %d: %v", n, err)
				}
			}
			s.replace("n: ", "n: 9")
			rival := s.text("r")
			for range 2 { // a repetition does not help
				err := save(ctx, step(60))
				if !errors.Is(err, rotators.ErrConflict) || errors.Is(err, rotators.ErrUncertain) {
					t.Errorf("after %d saves and an edit of the state: %v", confirmed, err)
				}
			}
			if s.text("r") != rival {
				t.Errorf("the conflict wrote %s", s.text("r"))
			}
			return nil // even if the rotator forgets its failure
		})
		if result.Status != eval.Failed || result.Saved != (confirmed > 0) || tell(result.Diagnostics) != "save-conflict" ||
			!result.Unsaved["key"].Equal(schema.NewSecret("key-60")) {
			t.Errorf("after %d saves: %+v", confirmed, result)
		}
	}
}

// Of several who rotate one document at once without knowing of each other, one wins, and the others have a conflict.
func TestRivalRotations(t *testing.T) {
	const rivals = 8
	s := newSavingStore(documentX)
	var ready, all sync.WaitGroup
	ready.Add(rivals)
	results := make([]eval.RotationResult, rivals)
	for i := range rivals {
		all.Go(func() {
			results[i] = rotateX(t, s, func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
				ready.Done()
				ready.Wait()
				if err := save(ctx, step(100+i)); err != nil {
					return err
				}
				return save(ctx, step(i))
			})
		})
	}
	all.Wait()
	for i, result := range results {
		won := stepIn(t, s) == i
		if won != (result.Status == eval.Succeeded) || won != result.Saved || won == (tell(result.Diagnostics) == "save-conflict") {
			t.Errorf("rival %d, won %t: %+v", i, won, result)
		}
	}
	if len(s.saved) != 2 {
		t.Errorf("%d texts were saved", len(s.saved))
	}
}

// E3: a conflict means that nothing was written by this call. Whatever else fails may have written.
func TestE3ErrorsOfSaveSayWhatWasWritten(t *testing.T) {
	broken := errors.New("broken pipe")
	for _, test := range []struct {
		name                string
		err                 error
		write               bool
		conflict, uncertain bool
	}{
		{"uncertain", fmt.Errorf("no answer: %w", eval.ErrUncertain), false, false, true},
		{"uncertain and written", fmt.Errorf("no answer: %w", eval.ErrUncertain), true, false, true},
		{"any other", broken, false, false, false},
		{"any other and written", broken, true, false, false},
		{"contradictory", errors.Join(eval.ErrConflict, eval.ErrUncertain), true, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSavingStore(documentX)
			s.save = func(_ context.Context, _ string, _, _ []byte, do func() error) error {
				if test.write {
					if err := do(); err != nil {
						return err
					}
				}
				return test.err
			}
			result := rotateX(t, s, func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
				err := save(ctx, step(1))
				if err == nil || errors.Is(err, rotators.ErrConflict) != test.conflict ||
					errors.Is(err, rotators.ErrUncertain) != test.uncertain {
					t.Errorf("the rotator is told: %v", err)
				}
				return err
			})
			if result.Status != eval.Failed || result.Saved || !result.Unsaved["key"].Equal(schema.NewSecret("key-1")) ||
				tell(result.Diagnostics) != "state-not-saved" {
				t.Errorf("result is %+v", result)
			}
		})
	}
}

// E4: after an uncertain save the next one takes the last confirmed and the uncertain state for its own.
func TestE4TheNextSaveSettlesAnUncertainOne(t *testing.T) {
	for _, confirmed := range []bool{false, true} {
		for _, written := range []bool{false, true} {
			for _, doubts := range []int{1, 3} {
				for _, same := range []bool{false, true} {
					name := fmt.Sprintf("confirmed %t, written %t, %d doubts, the same again %t", confirmed, written, doubts, same)
					t.Run(name, func(t *testing.T) { settle(t, confirmed, written, doubts, same) })
				}
			}
		}
	}
}

func settle(t *testing.T, confirmed, written bool, doubts int, same bool) {
	s := newSavingStore(documentX)
	left := 0
	s.save = func(_ context.Context, _ string, _, _ []byte, do func() error) error {
		if left == 0 {
			return do()
		}
		if written {
			if err := do(); err != nil {
				return err
			}
		}
		left--
		return eval.ErrUncertain
	}
	last := 10
	result := rotateX(t, s, func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
		if confirmed {
			if err := save(ctx, step(1)); err != nil {
				t.Error(err)
			}
		}
		left = doubts
		for range doubts {
			if !same {
				last++
			}
			if err := save(ctx, step(last)); !errors.Is(err, rotators.ErrUncertain) {
				t.Errorf("a doubtful save: %v", err)
			}
			s.replace("# head", "# head!") // an edit elsewhere hides nothing
		}
		if !same {
			last++
		}
		return save(ctx, step(last))
	})
	if result.Status != eval.Succeeded || !result.Saved || result.Unsaved != nil {
		t.Errorf("result is %+v", result)
	}
	if n := stepIn(t, s); n != last {
		t.Errorf("the document holds %d, want %d", n, last)
	}
	if !strings.HasPrefix(s.text("r"), "# head!") {
		t.Errorf("the edit elsewhere is gone: %s", s.text("r"))
	}
}

// E5: saving a state that is already there succeeds, and edits elsewhere are merged, whatever they are.
func TestE5SavingTwiceAndEditsElsewhere(t *testing.T) {
	edits := []struct{ old, new string }{
		{"# head\n", ""},
		{"  other: 1\n", "  other: {a: [1, 2]} # edited\n\n\n"},
		{"values:\n", "imports: []\nvalues:\n  new: &a 1\n"},
		{"inputs: {}", "inputs: {\"login\": 1} # more"},
		{"  k:\n", "  \"k\": # quoted\n"},
	}
	s := newSavingStore(documentX)
	want := documentX
	result := rotateX(t, s, func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
		for n, edit := range edits {
			s.replace(edit.old, edit.new)
			want = strings.Replace(want, edit.old, edit.new, 1)
			for range 3 {
				if err := save(ctx, step(n)); err != nil {
					t.Errorf("after the edit to %q: %v", edit.new, err)
				}
			}
			if got := stepIn(t, s); got != n {
				t.Errorf("the document holds %d, want %d", got, n)
			}
		}
		return nil
	})
	if result.Status != eval.Succeeded {
		t.Errorf("result is %+v", result)
	}
	before, rest, _ := strings.Cut(s.text("r"), "      state:\n")
	_, after, _ := strings.Cut(rest, "\n  other")
	if diff := cmp.Diff(want, before+"  other"+after); diff != "" {
		t.Errorf("outside of the state:\n%s", diff)
	}
}

// E6: save obeys only the context that it is given, as far as that sets a time of its own.
func TestE6SavingOutlivesTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSavingStore(documentX)
		var took time.Duration
		blocked := 0
		s.save = func(ctx context.Context, _ string, _, _ []byte, do func() error) error {
			if blocked == 0 {
				return do()
			}
			blocked--
			began := time.Now()
			<-ctx.Done()
			took = time.Since(began)
			return ctx.Err()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		rotation, err := evaluatorOf(s, func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			blocked = 1
			own, stop := context.WithTimeout(context.WithoutCancel(ctx), 7*time.Second)
			defer stop()
			if err := save(own, step(1)); !errors.Is(err, context.DeadlineExceeded) || took != 7*time.Second {
				t.Errorf("a deadline of its own: %v after %v", err, took)
			}
			blocked = 1
			if err := save(ctx, step(2)); !errors.Is(err, context.DeadlineExceeded) || took != 30*time.Second {
				t.Errorf("that of the caller: %v after %v", err, took)
			}
			cancel()
			for _, ctx := range []context.Context{ctx, own, nil} {
				if err := save(ctx, step(3)); err != nil {
					t.Errorf("after the end of the context: %v", err)
				}
			}
			return context.Cause(ctx)
		}).Rotate(ctx, "r", eval.RotateOptions{})
		if !errors.Is(err, context.Canceled) || !rotation.Results[0].Saved || rotation.Results[0].Unsaved != nil {
			t.Errorf("result is %+v, %v", rotation.Results, err)
		}
		if n := stepIn(t, s); n != 3 {
			t.Errorf("the document holds %d", n)
		}
	})
}

// A saver for which the document never stops changing does not hold a rotation for longer than a save may take.
func TestEndlessConflicts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSavingStore(documentX)
		edits := 0
		s.save = func(_ context.Context, _ string, _, _ []byte, do func() error) error {
			edits++
			s.replace("# head", fmt.Sprintf("# head %d", edits))
			return do()
		}
		began := time.Now()
		result := rotateX(t, s, func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
			err := save(ctx, step(1))
			if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, rotators.ErrConflict) {
				t.Errorf("the rotator is told: %v", err)
			}
			return err
		})
		if took := time.Since(began); took != 30*time.Second || result.Unsaved == nil || edits < 20 || edits > 100 {
			t.Errorf("%d edits in %v: %+v", edits, took, result)
		}
	})
}

// What cannot be loaded again is no conflict, and the next save may succeed.
func TestLoadingAgainFails(t *testing.T) {
	for _, test := range []struct {
		name string
		load func() ([]byte, error)
	}{
		{"an error", func() ([]byte, error) { return nil, errors.New("unreachable") }},
		{"a conflict", func() ([]byte, error) { return nil, eval.ErrConflict }},
		{"a panic", func() ([]byte, error) { panic("load") }},
		{"no YAML", func() ([]byte, error) { return []byte("a: ["), nil }},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSavingStore(documentX)
			failing := false
			s.load = func(_ context.Context, _ string, do func() ([]byte, error)) ([]byte, error) {
				if failing {
					return test.load()
				}
				return do()
			}
			result := rotateX(t, s, func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
				s.replace("# head", "# edited")
				failing = true
				if err := save(ctx, step(1)); err == nil || errors.Is(err, rotators.ErrConflict) {
					t.Errorf("the rotator is told: %v", err)
				}
				failing = false
				return save(ctx, step(1))
			})
			if result.Status != eval.Succeeded || stepIn(t, s) != 1 {
				t.Errorf("result is %+v", result)
			}
		})
	}
}

// E7: the next run gets back exactly the saved state, including members that nobody knows.
func TestE7StatesComeBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newSavingStore(documentX)
		if rapid.Bool().Draw(rt, "flow") {
			s = newSavingStore("values: {k: {fn::rotate::x: {inputs: {}}}}")
		}
		var last map[string]any
		for range rapid.IntRange(1, 3).Draw(rt, "rotations") {
			var states []map[string]any
			for range rapid.IntRange(1, 3).Draw(rt, "states") {
				states = append(states, anyObject(rt, 3, true))
			}
			rotation, err := evaluatorOf(s, func(ctx context.Context, req *rotators.Request, save saveFunc) error {
				if last != nil && !schema.Equal(revealed(req.State), revealed(last)) {
					rt.Errorf("the state comes back as %#v, want %#v", revealed(req.State), revealed(last))
				}
				for _, state := range states {
					if err := save(ctx, state); err != nil {
						return err
					}
				}
				return nil
			}).Rotate(context.Background(), "r", eval.RotateOptions{})
			if err != nil {
				rt.Fatalf("%v\n%v", err, rotation.Results)
			}
			last = states[len(states)-1]
			v, _ := rotation.Environment.Values.Lookup("k")
			if !schema.Equal(revealed(v.Plain()), revealed(last)) {
				rt.Errorf("the value is %#v, want %#v", revealed(v.Plain()), revealed(last))
			}
		}
	})
}

var awkward = []string{
	"", "a", "fn::secret", "FN::x", "$", "${a}", "$<b>", "<<", "null", "true", "1", "0x10", "-", "?", "# c", "a: b", " x ", "é\u2028",
	"\n", "a\nb\n", "\t", "\"", "'", "\\", "{", "]", "*a", "&a", "!t", "%", "@", "`", "|", ">", "---", "...", "\x00", "\ufeff", "=", "~",
}

// anyObject draws plain data as a rotator may hand it over. The keys at the top begin with no function.
func anyObject(t *rapid.T, depth int, top bool) map[string]any {
	object := map[string]any{}
	for range rapid.IntRange(0, 4).Draw(t, "members") {
		key := rapid.SampledFrom(awkward).Draw(t, "key")
		if !top || !strings.HasPrefix(strings.ToLower(key), "fn::") {
			object[key] = anyData(t, depth-1)
		}
	}
	return object
}

func anyData(t *rapid.T, depth int) any {
	kinds := 6
	if depth > 0 {
		kinds = 8
	}
	switch rapid.IntRange(0, kinds).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(t, "boolean")
	case 2:
		return rapid.Int().Draw(t, "number")
	case 3:
		return rapid.Float64Range(-1e9, 1e9).Draw(t, "fraction")
	case 4, 5:
		return rapid.SampledFrom(awkward).Draw(t, "text")
	case 6:
		return schema.SecretData(anyData(t, depth))
	case 7:
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			list = append(list, anyData(t, depth-1))
		}
		return list
	}
	return anyObject(t, depth, false)
}

// revealed is data without the marks of secrets.
func revealed(v any) any {
	switch v := v.(type) {
	case schema.Secret:
		return revealed(v.Data())
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = revealed(v[i])
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for name := range v {
			object[name] = revealed(v[name])
		}
		return object
	}
	return v
}

// Secrets keep their ciphertexts as they move, and equal ones do not show that they are equal.
func TestCiphertextsOfStates(t *testing.T) {
	s := newSavingStore(documentX)
	e := evaluatorOf(s, func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
		one, two := schema.NewSecret("one"), schema.NewSecret("two")
		if err := save(ctx, map[string]any{"a": one, "b": one}); err != nil {
			return err
		}
		return save(ctx, map[string]any{"b": two, "c": one})
	})
	serial := 0
	e.Crypter = countingCrypter{&serial}
	for range 2 {
		if _, err := e.Rotate(t.Context(), "r", eval.RotateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	var shown []string
	for _, text := range s.saved {
		line := ""
		for _, match := range regexp.MustCompile(`(\w):\n +fn::secret: \{ciphertext: (\S+)\}`).FindAllStringSubmatch(text, -1) {
			body, err := base64.StdEncoding.DecodeString(match[2])
			if err != nil {
				t.Fatal(err)
			}
			line += match[1] + string(body[8]) + " "
		}
		shown = append(shown, line)
	}
	want := []string{"a0 b1 ", "b2 c0 ", "b3 a0 ", "b2 c0 "}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Error(diff)
	}
}

// A countingCrypter puts a serial number before each text.
type countingCrypter struct{ serial *int }

func (c countingCrypter) Encrypt(_ context.Context, _ string, text []byte) ([]byte, error) {
	*c.serial++
	return fmt.Appendf(nil, "%d%s", *c.serial-1, text), nil
}

func (c countingCrypter) Decrypt(_ context.Context, _ string, body []byte) ([]byte, error) {
	return body[1:], nil
}
