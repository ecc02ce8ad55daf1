package eval_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// A savingStore is a Saver in memory that a test can interfere with.
type savingStore struct {
	mu    sync.Mutex
	texts map[string]string
	saved []string // every text that was saved

	// save, if not nil, is called instead of saving, with what would save; load instead of loading.
	save func(ctx context.Context, name string, old, new []byte, do func() error) error
	load func(ctx context.Context, name string, do func() ([]byte, error)) ([]byte, error)
}

func newSavingStore(text string) *savingStore {
	return &savingStore{texts: map[string]string{"r": text}}
}

func (s *savingStore) Load(ctx context.Context, name string) ([]byte, error) {
	do := func() ([]byte, error) {
		text := s.text(name)
		if text == "" {
			return nil, fmt.Errorf("environment %q: %w", name, fs.ErrNotExist)
		}
		return []byte(text), nil
	}
	if s.load != nil {
		return s.load(ctx, name, do)
	}
	return do()
}

func (s *savingStore) Save(ctx context.Context, name string, old, new []byte) error {
	do := func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if text := s.texts[name]; text != string(old) && text != string(new) {
			return eval.ErrConflict
		}
		s.texts[name] = string(new)
		s.saved = append(s.saved, string(new))
		return nil
	}
	if s.save != nil {
		return s.save(ctx, name, old, new, do)
	}
	return do()
}

func (s *savingStore) text(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.texts[name]
}

// replace edits the text of r, as somebody else would.
func (s *savingStore) replace(old, new string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts["r"] = strings.Replace(s.texts["r"], old, new, 1)
}

type saveFunc = func(ctx context.Context, state any) error

type rotateFunc = func(ctx context.Context, req *rotators.Request, save saveFunc) error

// A scripted rotator rotates as the test says. It opens into its state.
type scripted struct {
	schema rotators.Schema
	rotate rotateFunc
}

func (r scripted) Schema() rotators.Schema { return r.schema }

func (r scripted) Open(_ context.Context, req *rotators.Request) (any, error) { return req.State, nil }

func (r scripted) Rotate(ctx context.Context, req *rotators.Request, save func(ctx context.Context, state any) error) error {
	return r.rotate(ctx, req, save)
}

// documentX calls the rotator x, which has no state yet.
const documentX = `# head
values:
  k:
    fn::rotate::x:
      inputs: {}
  other: 1
`

// evaluatorOf makes an evaluator with the fixtures, a saver and the rotator x.
func evaluatorOf(saver eval.Saver, rotate rotateFunc) *eval.Evaluator {
	host := &evaltest.Host{}
	e := host.Evaluator()
	e.Loader = saver
	e.Rotators["x"] = scripted{rotate: rotate}
	return e
}

// rotateX rotates documentX, or whatever the store holds, with a rotator, and returns the result of the rotator.
func rotateX(t *testing.T, s *savingStore, rotate rotateFunc) eval.RotationResult {
	t.Helper()
	rotation, err := evaluatorOf(s, rotate).Rotate(t.Context(), "r", eval.RotateOptions{})
	if len(rotation.Results) != 1 {
		t.Fatalf("results are %v, %v", rotation.Results, err)
	}
	result := rotation.Results[0]
	if (err == nil) != (result.Status == eval.Succeeded) {
		t.Errorf("status is %s, but the error is %v", result.Status, err)
	}
	return result
}

// tell prints the code of each diagnostic.
func tell(ds eval.Diagnostics) string {
	var codes []string
	for _, d := range ds {
		codes = append(codes, d.Code)
	}
	return strings.Join(codes, " ")
}

// stateOf opens the environment r of a store and returns the state of k, nil if it has none.
func stateOf(t *testing.T, saver eval.Saver) map[string]any {
	t.Helper()
	env, err := evaluatorOf(saver, nil).Open(t.Context(), "r", "k")
	if err != nil {
		if tell(env.Diagnostics) != "not-rotated" {
			t.Errorf("opening: %v", err)
		}
		return nil
	}
	v, _ := env.Values.Lookup("k")
	state, _ := v.Plain().(map[string]any)
	return state
}

// step is a state that a test recognises.
func step(n int) map[string]any {
	return map[string]any{"n": n, "key": schema.NewSecret(fmt.Sprintf("key-%d", n))}
}

// stepIn says which step the document holds, -1 for none.
func stepIn(t *testing.T, saver eval.Saver) int {
	t.Helper()
	state := stateOf(t, saver)
	if state == nil {
		return -1
	}
	n := 0
	if _, err := fmt.Sscan(fmt.Sprint(state["n"]), &n); err != nil || !schema.Equal(state["key"], step(n)["key"]) {
		t.Errorf("the state is %v", state)
	}
	return n
}

// E8: two Rotates of one environment by one Evaluator never overlap, whatever the environment is called.
func TestE8RotationsOfOneEnvironmentNeverOverlap(t *testing.T) {
	s := newSavingStore(documentX)
	var mu sync.Mutex
	working, runs := 0, 0
	e := evaluatorOf(s, func(ctx context.Context, req *rotators.Request, save saveFunc) error {
		mu.Lock()
		working++
		runs++
		n, overlap := runs, working > 1
		mu.Unlock()
		defer func() {
			mu.Lock()
			working--
			mu.Unlock()
		}()
		if overlap {
			return errors.New("two at once")
		}
		if err := save(ctx, step(100+n)); err != nil {
			return err
		}
		return save(ctx, step(n))
	})
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			name := []string{"r", "default/r", "r@latest", "default/r@latest"}[i%4]
			if _, err := e.Rotate(t.Context(), name, eval.RotateOptions{}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	all.Wait()
	if n := stepIn(t, s); n != 12 {
		t.Errorf("the state is that of rotation %d, want 12", n)
	}
}

// A Rotate that waits for another one ends with its context.
func TestRotateWaitsNoLongerThanItsContext(t *testing.T) {
	s := newSavingStore(documentX)
	started, finish := make(chan struct{}), make(chan struct{})
	e := evaluatorOf(s, func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
		close(started)
		<-finish
		return save(ctx, step(1))
	})
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := e.Rotate(t.Context(), "r", eval.RotateOptions{}); err != nil {
			t.Error(err)
		}
	})
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	rotation, err := e.Rotate(ctx, "r", eval.RotateOptions{})
	if !errors.Is(err, context.Canceled) || rotation == nil || rotation.Environment == nil || rotation.Results != nil {
		t.Errorf("the second: %v, %v", rotation, err)
	}
	close(finish)
	all.Wait()
}

// One Evaluator rotates different environments at once while others open them.
func TestRotateAndOpenAtOnce(t *testing.T) {
	s := &savingStore{texts: map[string]string{}}
	names := []string{"a", "b", "c", "d"}
	for _, name := range names {
		s.texts[name] = documentX
	}
	var working sync.WaitGroup
	working.Add(len(names))
	e := evaluatorOf(s, func(ctx context.Context, req *rotators.Request, save saveFunc) error {
		working.Done()
		working.Wait() // so that all are at work at once
		for n := range 5 {
			if err := save(ctx, step(n)); err != nil {
				return fmt.Errorf("%s: %w", req.Environment, err)
			}
		}
		return nil
	})
	var all sync.WaitGroup
	for _, name := range names {
		all.Go(func() {
			if _, err := e.Rotate(t.Context(), name, eval.RotateOptions{}); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			for range 20 {
				if env, err := e.Open(t.Context(), name); err != nil && tell(env.Diagnostics) != "not-rotated" {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
