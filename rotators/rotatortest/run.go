package rotatortest

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/escapement-go/escapement/rotators"
)

const (
	// workTime is how long a slow save takes.
	workTime = 2 * time.Millisecond
	// patience is how long a method may take to notice that its context is done. It is long, so that a busy machine
	// breaks no rule.
	patience = 5 * time.Second
)

// A method is Rotate or Maintain.
type method func(context.Context, *rotators.Request, func(context.Context, any) error) error

// A run is one call of a method, as the suite saw it.
type run struct {
	*trial
	name    string
	fault   fault
	request *rotators.Request // as the method left it
	ctx     context.Context
	cancel  context.CancelFunc
	before  []string       // live when it began
	changes int            // when it began
	opened  any            // what Open returned before
	given   map[string]any // the state in the request

	mu     sync.Mutex
	saves  []handover
	events []rotators.Event
	over   bool // it has died, or returned
	died   bool
	late   bool // it called save or Report after it had returned
	ending
}

// A handover is one call of save.
type handover struct {
	given any            // the rotator's own
	state map[string]any // what it was then; nil if it was no object
	err   error
	live  []string // when it was answered
}

var errOver = errors.New("the run is over")

// call performs the method, to its end or to the death that the fault says, and judges it.
func (t *trial) call(ctx context.Context, name string, f fault, do method) *run {
	r := &run{trial: t, name: name, fault: f, before: t.live(), changes: t.changes()}
	r.opened = t.openNow(ctx)
	r.ctx, r.cancel = context.WithCancel(ctx)
	defer r.cancel()
	r.request = t.request()
	r.request.State, r.request.Force, r.request.Report = t.doc.begin(), f.force, r.report
	r.given = copyState(r.request.State)
	t.works = false // time may have ended it
	t.watch(r.where())
	if f.kind == cancelFirst {
		r.cancel()
	}
	done := make(chan struct{})
	e := &ending{}
	go func() {
		defer close(done)
		defer func() { e.panicked = recover() }()
		e.err = do(r.ctx, r.request, r.save)
	}()
	if r.wait(done, e) {
		t.watch(r.where())
		r.judge()
	}
	return r
}

// An ending is how a method has returned.
type ending struct {
	err      error
	panicked any
}

// wait waits for the method to return, but not much longer than its context. It tells whether it has.
func (r *run) wait(done <-chan struct{}, e *ending) (returned bool) {
	returned = true
	select {
	case <-done:
	case <-r.ctx.Done():
		select {
		case <-done:
		case <-time.After(patience):
			returned = false
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	if !returned {
		r.hung = true
		r.died, r.err = true, errOver // what it does from now on is not judged
		r.breach(promptReturn, r.where(), "it did not return within %v after its context was done", patience)
		return false
	}
	r.ending = *e
	r.ended = append(r.ended, r)
	return true
}

// report is Report.
func (r *run) report(e rotators.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.late = r.late || r.over && !r.died
	r.events = append(r.events, e)
}

// save is the function that the method saves with.
func (r *run) save(ctx context.Context, data any) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		r.late = r.late || !r.died
		return errOver
	}
	r.watch(r.where())
	n := len(r.saves) + 1
	r.pass(n, dieBefore, cancelBefore)
	if r.fault.outcome(n) == slow {
		r.linger(ctx)
	}
	h := handover{given: data}
	if state, ok := data.(map[string]any); ok {
		h.state = copyState(state)
		r.states = append(r.states, h.state)
		h.err = r.doc.save(ctx, h.state, r.fault.outcome(n))
	} else {
		h.err = errors.New("a state is an object of plain data")
	}
	r.watch(r.where())
	h.live = r.live()
	r.saves = append(r.saves, h)
	r.pass(n, dieAfter, cancelAfter)
	return h.err
}

// linger lets a slow save take its time, in which Report may be called.
func (r *run) linger(ctx context.Context) {
	r.mu.Unlock()
	defer r.mu.Lock()
	select {
	case <-ctx.Done():
	case <-time.After(workTime):
	}
}

// pass ends the run at save n, or gives its context up, if the fault says so.
func (r *run) pass(n int, dies, cancels kind) {
	if r.fault.at != n {
		return
	}
	switch r.fault.kind {
	case cancels:
		r.cancel()
	case dies:
		r.over, r.died = true, true
		runtime.Goexit()
	}
}

// where says which run it is, and what happens to it.
func (r *run) where() string { return r.name + r.fault.String() }
