package eval_test

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
)

// A savingStore is a Saver in memory. Before a save it may do something else to the text, or fail.
type savingStore struct {
	mu     sync.Mutex
	texts  map[string]string
	saves  int
	before func(save int, name string, texts map[string]string) error
}

func (s *savingStore) Load(_ context.Context, name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, ok := s.texts[name]
	if !ok {
		return nil, fmt.Errorf("environment %q: %w", name, fs.ErrNotExist)
	}
	return []byte(text), nil
}

func (s *savingStore) Save(_ context.Context, name string, old, new []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saves++
	if s.before != nil {
		if err := s.before(s.saves, name, s.texts); err != nil {
			return err
		}
	}
	if text := s.texts[name]; text != string(old) && text != string(new) {
		return eval.ErrConflict
	}
	s.texts[name] = string(new)
	return nil
}

const (
	documentN = "values: {k: {fn::rotate::pw: {inputs: {user: u}}}}\n"
	documentK = "values: {k: {fn::rotate::pw: {inputs: {user: u}, state: {current: {fn::secret: c1}}}}}\n"
)

// rotate rotates the environment r of a savingStore. It returns what happened, line by line.
func rotate(t *testing.T, s *savingStore, opts eval.RotateOptions) (*eval.Rotation, string) {
	t.Helper()
	host := &evaltest.Host{}
	e := host.Evaluator()
	e.Loader = s
	rotation, err := e.Rotate(t.Context(), "r", opts)
	var b strings.Builder
	for _, r := range rotation.Results {
		fmt.Fprintf(&b, "%s %s", r.Path, r.Status)
		if r.Saved {
			b.WriteString(" saved")
		}
		if r.Unsaved != nil {
			b.WriteString(" unsaved")
		}
		b.WriteByte('\n')
	}
	for _, d := range rotation.Environment.Diagnostics {
		severity := "!"
		if d.Warning {
			severity = "?"
		}
		fmt.Fprintf(&b, "%s%s %s\n", severity, d.Code, d.Path)
	}
	if err != nil && rotation.Environment.Diagnostics.Err() == nil {
		fmt.Fprintf(&b, "error: %v\n", err)
	}
	for _, name := range []string{"pw rotate", "pw open", "echo"} {
		if n := host.Calls()[name]; n > 0 {
			fmt.Fprintf(&b, "%s %d\n", name, n)
		}
	}
	return rotation, b.String()
}

func TestRotate(t *testing.T) {
	tests := []struct {
		name  string
		texts map[string]string
		paths []string
		want  string
	}{
		{"K", map[string]string{"r": documentK}, nil, "k succeeded saved\npw rotate 1\npw open 1\n"},
		{"N", map[string]string{"r": documentN}, nil, "k succeeded saved\npw rotate 1\npw open 1\n"},
		{
			"an unknown rotator", map[string]string{"r": strings.Replace(documentN, "::pw", "::pv", 1)}, nil,
			"k not-evaluated\n!unknown-rotator values.k\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, told := rotate(t, &savingStore{texts: test.texts}, eval.RotateOptions{Paths: test.paths})
			if diff := cmp.Diff(test.want, told); diff != "" {
				t.Error(diff)
			}
		})
	}
}
