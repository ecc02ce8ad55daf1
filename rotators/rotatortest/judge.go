package rotatortest

import (
	"errors"
	"reflect"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// judge checks one run by itself.
func (r *run) judge() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.panicked != nil {
		r.breach(noPanic, r.where(), "it panicked: %v", r.panicked)
	}
	r.judgeData()
	r.judgeSaves()
	r.judgeEnd()
}

// judgeData checks what the run has said and handed over.
func (r *run) judgeData() {
	for _, h := range r.saves {
		if h.state != nil && !schema.Equal(h.given, h.state) {
			r.breach(keptData, r.where(), "a state was changed after it had been handed over")
		}
	}
	want := r.trial.request()
	if !reflect.DeepEqual(r.request.Inputs, want.Inputs) || !reflect.DeepEqual(r.request.Context, want.Context) ||
		!reflect.DeepEqual(r.request.State, r.given) {
		r.breach(keptData, r.where(), "the request was changed")
	}
	if !r.usual {
		r.mirror()
	}
}

// judgeSaves checks what the run has done after each save that went wrong.
func (r *run) judgeSaves() {
	for i, h := range r.saves {
		next := r.live()
		if i+1 < len(r.saves) {
			next = r.saves[i+1].live
		}
		switch {
		case h.err == nil:
		case errors.Is(h.err, rotators.ErrConflict):
			r.judgeConflict(i, h)
		default:
			if gone := missing(next, h.live); len(gone) > 0 {
				r.breach(uncertain, r.where(), "%q was destroyed after a save that may have written", gone)
			}
		}
	}
}

// judgeConflict checks what the run has done after a conflict.
func (r *run) judgeConflict(i int, h handover) {
	if r.err == nil && !r.died {
		r.breach(conflict, r.where(), "it returned nil")
	}
	if i+1 < len(r.saves) {
		r.breach(conflict, r.where(), "it saved once more")
	}
	end, made := r.live(), missing(r.before, h.live)
	if more := missing(h.live, end); len(more) > 0 {
		r.breach(conflict, r.where(), "it made %q afterwards", more)
	}
	if gone := missing(made, missing(end, h.live)); len(gone) > 0 {
		r.breach(conflict, r.where(), "it destroyed %q afterwards", gone)
	}
}

// judgeEnd checks whether the run has ended as it says.
func (r *run) judgeEnd() {
	if r.died || r.err != nil {
		return
	}
	switch n := len(r.saves); {
	case n == 0:
		if r.touched(r.before, r.changes) {
			r.breach(settled, r.where(), "it returned nil and has changed something without a save")
		}
	case r.saves[n-1].err != nil && !errors.Is(r.saves[n-1].err, rotators.ErrConflict):
		r.breach(settled, r.where(), "it returned nil although its last save had failed")
	}
}
