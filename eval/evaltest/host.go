package evaltest

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/escapement-go/escapement/eval"
)

// A Host is what an evaluator needs from outside, held in memory. It is a [eval.Saver] itself, and counts each thing
// that is asked of it under these names: "load NAME", "save NAME", "echo", "boom", "typed", "vault", "where", "pw open",
// "pw rotate", "encrypt", "decrypt". Its methods are safe for concurrent use once the fields are set.
type Host struct {
	// Files holds the texts of environments under their canonical names; what it lacks does not exist. Save changes it.
	Files map[string]string
	// Failures holds errors of environments that cannot be loaded.
	Failures map[string]error
	// Before is called before each thing is done, under the name that it is counted with. Its error is the thing's
	// failure, its delay the thing's duration, its panic the thing's panic. It may be nil, and must be safe for
	// concurrent use.
	Before func(ctx context.Context, call string) error

	mu    sync.Mutex
	calls map[string]int
}

// Evaluator makes an evaluator that uses the host for everything. It may be changed before it is used.
func (h *Host) Evaluator() *eval.Evaluator {
	return &eval.Evaluator{
		Loader:    h,
		Providers: h.Providers(),
		Rotators:  h.Rotators(),
		Crypter:   Crypter{Before: h.note},
	}
}

// Load answers from Failures and Files.
func (h *Host) Load(ctx context.Context, name string) ([]byte, error) {
	if err := h.note(ctx, "load "+name); err != nil {
		return nil, err
	}
	if err, ok := h.Failures[name]; ok {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	text, ok := h.Files[name]
	if !ok {
		return nil, fmt.Errorf("environment %q: %w", name, fs.ErrNotExist)
	}
	return []byte(text), nil
}

// Save replaces a text in Files.
func (h *Host) Save(ctx context.Context, name string, old, new []byte) error {
	if err := h.note(ctx, "save "+name); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch text, ok := h.Files[name]; {
	case !ok:
		return fmt.Errorf("environment %q: %w", name, fs.ErrNotExist)
	case text != string(old) && text != string(new):
		return fmt.Errorf("environment %q: %w", name, eval.ErrConflict)
	}
	h.Files[name] = string(new)
	return nil
}

// Put sets the text of an environment, as somebody else would.
func (h *Host) Put(name, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.Files[name] = text
}

// Text returns the text of an environment.
func (h *Host) Text(name string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.Files[name]
}

// Calls counts what was asked so far. The map is the caller's.
func (h *Host) Calls() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.calls)
}

func (h *Host) note(ctx context.Context, call string) error {
	h.mu.Lock()
	if h.calls == nil {
		h.calls = map[string]int{}
	}
	h.calls[call]++
	h.mu.Unlock()
	if h.Before != nil {
		return h.Before(ctx, call)
	}
	return ctx.Err()
}

// Barrier makes a Before that lets nobody go on until n calls wait in it. A call that is cancelled stops waiting.
func Barrier(n int) func(ctx context.Context, call string) error {
	var mu sync.Mutex
	waiting, open := 0, make(chan struct{})
	return func(ctx context.Context, _ string) error {
		mu.Lock()
		if waiting++; waiting == n {
			close(open)
		}
		mu.Unlock()
		select {
		case <-open:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Shuffle makes a Before that delays each call by a few microseconds, drawn from the seed, so that answers come in
// another order than questions.
func Shuffle(seed uint64) func(ctx context.Context, call string) error {
	var mu sync.Mutex
	draw := rand.New(rand.NewPCG(seed, seed))
	return func(ctx context.Context, _ string) error {
		mu.Lock()
		delay := time.Duration(draw.IntN(200)) * time.Microsecond
		mu.Unlock()
		select {
		case <-time.After(delay):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
