package storetest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/storetest"
)

// A table is a store that keeps all rules. A fault is what happens to its next write.
type table struct {
	mu    sync.Mutex
	rows  map[string][]byte
	fault string
}

// A sample is a Saver of a table. The hooks plant bugs.
type sample struct {
	*table
	*bugs
}

// bugs are what a store does wrong; each hook may use the right way.
type bugs struct {
	load   func(s sample, ctx context.Context, name string) ([]byte, error)
	save   func(s sample, ctx context.Context, name string, old, new []byte) error
	create func(s sample, ctx context.Context, name string, text []byte) error
	list   func(names []string) []string
}

func sampleWorld(b *bugs) storetest.World {
	t := &table{rows: map[string][]byte{}}
	return storetest.World{
		Saver:   sample{t, b},
		Put:     t.put,
		Another: func() eval.Saver { return sample{t, &bugs{}} },
		Faults:  []string{"written, and the answer is lost", "lost"},
		Plant:   t.plant,
	}
}

func (t *table) put(name string, text []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[name] = bytes.Clone(text)
}

func (t *table) plant(fault string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fault = fault
}

var errNetwork = errors.New("the network is down")

// write writes a row, unless a fault is planted. Its error says that it may have been written.
func (t *table) write(name string, text []byte) error {
	fault := t.fault
	if t.fault = ""; fault != "lost" {
		t.rows[name] = bytes.Clone(text)
	}
	if fault != "" {
		return fmt.Errorf("%w: %w", errNetwork, eval.ErrUncertain)
	}
	return nil
}

func (s sample) Load(ctx context.Context, name string) ([]byte, error) {
	if s.bugs.load != nil {
		return s.bugs.load(s, ctx, name)
	}
	return s.read(ctx, name)
}

func (s sample) Save(ctx context.Context, name string, old, new []byte) error {
	if s.bugs.save != nil {
		return s.bugs.save(s, ctx, name, old, new)
	}
	return s.replace(ctx, name, old, new)
}

func (s sample) Create(ctx context.Context, name string, text []byte) error {
	if s.bugs.create != nil {
		return s.bugs.create(s, ctx, name, text)
	}
	return s.insert(ctx, name, text)
}

// check refuses what is refused before anything is looked up.
func check(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !fs.ValidPath(name) || name == "." || len(name) > 500 || strings.ContainsRune(name, 0) {
		return fs.ErrInvalid
	}
	return nil
}

// read is the right way to load.
func (s sample) read(ctx context.Context, name string) ([]byte, error) {
	if err := check(ctx, name); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	text, found := s.rows[name]
	if !found {
		return nil, fs.ErrNotExist
	}
	return bytes.Clone(text), nil
}

// replace is the right way to save.
func (s sample) replace(ctx context.Context, name string, old, new []byte) error {
	if err := check(ctx, name); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	text, found := s.rows[name]
	switch {
	case !found:
		return fs.ErrNotExist
	case bytes.Equal(text, new):
		return nil
	case !bytes.Equal(text, old):
		return eval.ErrConflict
	}
	return s.write(name, new)
}

// insert is the right way to create.
func (s sample) insert(ctx context.Context, name string, text []byte) error {
	if err := check(ctx, name); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	present, found := s.rows[name]
	switch {
	case found && bytes.Equal(present, text):
		return nil
	case found:
		return fs.ErrExist
	}
	return s.write(name, text)
}

// List is the right way to list, unless a bug is planted.
func (s sample) List(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil && s.bugs.list == nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	names := slices.Sorted(maps.Keys(s.rows))
	if s.bugs.list != nil {
		return s.bugs.list(names), nil
	}
	return withoutVersions(names), nil
}

func withoutVersions(names []string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return strings.Contains(name, "@") })
}
