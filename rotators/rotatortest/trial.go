package rotatortest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
)

// A trial is one world with a document, and what happens there.
type trial struct {
	*suite
	world   World
	doc     *document
	foreign []string // ids of credentials of somebody else
	works   bool     // a credential in the durable state has worked when the latest run began
	runs    int      // rotations so far
	states  []any    // all that were handed over
	usual   bool     // its runs are like others whose data was judged already
}

func (s *suite) trial() *trial {
	w := s.newWorld()
	t := &trial{suite: s, world: w, doc: &document{durable: copyState(w.Request.State)}}
	if w.Request.State == nil {
		t.foreign = t.live()
	}
	return t
}

func (t *trial) request() *rotators.Request {
	req := rotators.Request{Request: t.world.Request.Request}
	inputs, _ := t.schema.Inputs.ApplyDefaults(req.Inputs).(map[string]any)
	req.Inputs = copyState(inputs)
	req.Context = copyState(req.Context)
	return &req
}

func (t *trial) live() []string {
	if t.world.Live == nil {
		return nil
	}
	return slices.Sorted(slices.Values(t.world.Live()))
}

func (t *trial) changes() int {
	if t.world.Changes == nil {
		return 0
	}
	return t.world.Changes()
}

// touched tells whether the world is another than it was.
func (t *trial) touched(live []string, changes int) bool {
	return t.changes() != changes || !slices.Equal(t.live(), live)
}

// watch checks what must hold at every moment of a run.
func (t *trial) watch(where string) {
	if lost := missing(t.live(), t.foreign); len(lost) > 0 {
		t.breach(othersStay, where, "%q, which was there before, is gone", lost)
		t.foreign = nil
	}
	if t.world.Works == nil || t.doc.durable == nil {
		return
	}
	err := t.world.Works(copyState(t.doc.durable))
	if t.works && err != nil {
		t.breach(keepsWorking, where, "the credential in the document does not work any more: %v", err)
	}
	t.works = err == nil
}

// missing returns the members of want that have does not have.
func missing(have, want []string) []string {
	return slices.DeleteFunc(slices.Clone(want), func(id string) bool { return slices.Contains(have, id) })
}

// open opens the durable state.
func (t *trial) open(ctx context.Context) (out any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it panicked: %v", p)
		}
	}()
	return t.world.Rotator.Open(ctx, t.openRequest(t.doc.durable, providers.Request{}))
}

// openRequest is the request for an Open: inputs that only Rotate uses are absent.
func (t *trial) openRequest(state map[string]any, like providers.Request) *rotators.Request {
	req := t.request()
	maps.DeleteFunc(req.Inputs, func(name string, _ any) bool { return t.schema.Inputs.RotateOnlyProperty(name) })
	req.State, req.Warn = copyState(state), like.Warn
	return req
}

// openNow returns what Open returns for the durable state; nil if it does not.
func (t *trial) openNow(ctx context.Context) any {
	if t.doc.durable == nil {
		return nil
	}
	out, err := t.open(ctx)
	if err != nil {
		return nil
	}
	return out
}

// guarded calls a method. A panic is a breach, and then an error.
func (t *trial) guarded(where string, method func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			t.breach(noPanic, where, "it panicked: %v", p)
			err = errors.New("it panicked")
		}
	}()
	return method()
}

// elapse lets time pass for the next rotation.
func (t *trial) elapse() {
	if t.world.Elapse != nil {
		t.world.Elapse()
	}
}

// rotate performs the next rotation.
func (t *trial) rotate(ctx context.Context, f fault) *run {
	t.runs++
	return t.call(ctx, fmt.Sprintf("rotation %d", t.runs), f, t.world.Rotator.Rotate)
}
