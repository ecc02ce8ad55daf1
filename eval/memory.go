package eval

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// A Memory is a Saver that holds environments in memory: for tests, and for programs that make their documents
// themselves. The zero value holds none. A version is part of the name. A Memory must not be copied once it is in use.
type Memory struct {
	mu    sync.RWMutex
	texts map[string][]byte // never changed, only replaced
}

var (
	_ Creator = (*Memory)(nil)
	_ Lister  = (*Memory)(nil)
)

// Load returns a copy of the text.
func (m *Memory) Load(ctx context.Context, name string) ([]byte, error) {
	if err := checkMemoryName(ctx, name); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	text, found := m.texts[name]
	if !found {
		return nil, fmt.Errorf("there is no environment %q in memory: %w", name, fs.ErrNotExist)
	}
	return bytes.Clone(text), nil
}

// Save replaces the text. Its errors say that it was not replaced.
func (m *Memory) Save(ctx context.Context, name string, old, new []byte) error {
	if err := checkMemoryName(ctx, name); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	text, found := m.texts[name]
	switch {
	case !found:
		return fmt.Errorf("there is no environment %q in memory: %w; create it first", name, fs.ErrNotExist)
	case bytes.Equal(text, new):
		return nil
	case !bytes.Equal(text, old):
		return fmt.Errorf("environment %q: %w; load it and repeat the change", name, ErrConflict)
	}
	m.texts[name] = append([]byte{}, new...)
	return nil
}

// Create makes an environment. Its errors say that it was not made.
func (m *Memory) Create(ctx context.Context, name string, text []byte) error {
	if err := checkMemoryName(ctx, name); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if present, found := m.texts[name]; found && !bytes.Equal(present, text) {
		return fmt.Errorf("environment %q: %w", name, fs.ErrExist)
	}
	if m.texts == nil {
		m.texts = map[string][]byte{}
	}
	m.texts[name] = append([]byte{}, text...)
	return nil
}

// List returns the names of all environments but versions.
func (m *Memory) List(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	names := slices.DeleteFunc(slices.Collect(maps.Keys(m.texts)), func(name string) bool { return strings.Contains(name, "@") })
	slices.Sort(names)
	return names, nil
}

func checkMemoryName(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !syntax.IsCanonical(name) {
		return fmt.Errorf("no environment can have the name %q: %w", name, fs.ErrInvalid)
	}
	return nil
}
