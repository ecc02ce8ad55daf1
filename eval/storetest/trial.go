package storetest

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/escapement-go/escapement/eval"
)

// A trial is one world, and what happens there.
type trial struct {
	*suite
	World
	ctx context.Context
	mu  sync.Mutex // guards the findings
}

// try does a check in a new world.
func (s *suite) try(ctx context.Context, check func(*trial)) {
	if t := (&trial{suite: s, World: s.newWorld(), ctx: ctx}); t.usable() {
		check(t)
	}
}

// usable reports what keeps the suite from testing in the world.
func (t *trial) usable() bool {
	_, isCreator := t.Saver.(eval.Creator)
	_, anotherIs := t.another().(eval.Creator)
	switch {
	case t.Put == nil && !isCreator:
		t.breach(creates, "World.Put", "it is nil, and the Saver is no eval.Creator; set it, so that there are environments to test with")
	case isCreator && !anotherIs:
		t.breach(creates, "World.Another", "it returns no eval.Creator, as the Saver is one; return another of the same kind")
	case len(t.Faults) > 0 && t.Plant == nil:
		t.breach(settles, "World.Plant", "it is nil, and there are faults to plant; set it")
	default:
		return true
	}
	return false
}

// canary is in the texts of environments, so that it can be searched for.
const canary = "canary-zqxj"

// text returns a text that is known by a word.
func text(word string) []byte { return []byte("values:\n  " + word + ": " + canary + "\n") }

func (t *trial) breach(rule Rule, where, format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	detail := strings.ReplaceAll(fmt.Sprintf(format, args...), canary, "[text]")
	t.report(Finding{Rule: rule, Where: where, Detail: detail})
}

// put makes an environment without the Saver.
func (t *trial) put(name string, text []byte) {
	if t.Put != nil {
		t.Put(name, text)
		return
	}
	c := t.another().(eval.Creator) // in a world that is usable
	present, err := c.Load(t.ctx, name)
	if err == nil {
		err = c.Save(t.ctx, name, present, text)
	} else {
		err = c.Create(t.ctx, name, text)
	}
	if err != nil {
		t.breach(creates, name, "it failed: %v", err)
	}
}

func (t *trial) another() eval.Saver {
	if t.Another == nil {
		return t.Saver
	}
	return t.Another()
}

// holds checks that an environment has a text, for the Saver and for another.
func (t *trial) holds(rule Rule, where, name string, want []byte) {
	for who, l := range map[string]eval.Saver{"Load": t.Saver, "Load of another": t.another()} {
		got, err := t.load(l, name)
		switch {
		case err != nil:
			t.breach(rule, where, "%s failed: %v", who, err)
		case !bytes.Equal(got, want):
			t.breach(rule, where, "%s returned %d bytes that are not the %d expected", who, len(got), len(want))
		}
	}
}

func (t *trial) load(l eval.Loader, name string) (text []byte, err error) {
	err = t.guarded("Load", func() error {
		text, err = l.Load(t.ctx, name)
		return err
	})
	return text, err
}

func (t *trial) save(s eval.Saver, name string, old, new []byte) error {
	return t.guarded("Save", func() error { return s.Save(t.ctx, name, old, new) })
}

func (t *trial) create(c eval.Creator, name string, text []byte) error {
	return t.guarded("Create", func() error { return c.Create(t.ctx, name, text) })
}

// guarded performs a call, and judges its error by itself.
func (t *trial) guarded(what string, call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			t.breach(noPanic, what, "it panicked: %v", p)
			err = fmt.Errorf("it panicked")
		}
	}()
	if err = call(); err != nil {
		for _, form := range []string{"%v", "%+v", "%#v"} {
			if strings.Contains(fmt.Sprintf(form, err), canary) {
				t.breach(silentErrors, what, "the error printed with %s holds a text", form)
			}
		}
	}
	return err
}
