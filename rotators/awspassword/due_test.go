package awspassword

import (
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
)

// What is due when.
func TestDue(t *testing.T) {
	now := awstest.Epoch
	current := func(set string, ledger ...any) map[string]any {
		l := map[string]any{}
		for i := 0; i < len(ledger); i += 2 {
			l[ledger[i].(string)] = ledger[i+1]
		}
		c := map[string]any{"password": secretWord(0)}
		if set != "" {
			c["setAt"] = set
		}
		return map[string]any{"current": c, "ledger": l}
	}
	pending := map[string]any{"startedAt": ago(time.Minute), "candidates": []any{map[string]any{"password": secretWord(1)}}}
	for _, test := range []struct {
		state  map[string]any
		inputs map[string]any
		want   string
		next   time.Duration // from now; zero: never
	}{
		{nil, nil, "", 0},
		{nil, map[string]any{"rotateAfter": "90d"}, "rotate", 0},
		{current(ago(day)), nil, "", 0},
		{current(ago(day)), map[string]any{"rotateAfter": "90d"}, "adopt", 89 * day},
		{current(""), map[string]any{"rotateAfter": "90d"}, "adopt rotate", 0},
		{current(ago(day), "adoptedAt", ago(day)), map[string]any{"rotateAfter": "90d"}, "", 89 * day},
		{current(ago(90*day), "promotedAt", ago(90*day)), map[string]any{"rotateAfter": "90d"}, "rotate", 0},
		{current(ago(90*day-time.Second), "promotedAt", ago(90*day-time.Second)), map[string]any{"rotateAfter": "90d"}, "", time.Second},
		{current(ago(90*day), "promotedAt", ago(time.Minute)), map[string]any{"rotateAfter": "90d"}, "", 9 * time.Minute},
		{current(ago(day), "promotedAt", ago(day), "pending", pending), nil, "", 4 * time.Minute},
		{current(ago(day), "promotedAt", ago(day), "pending", map[string]any{"startedAt": ago(5 * time.Minute), "candidates": pending["candidates"]}), nil, "recover", 0},
		{current(ago(day), "promotedAt", ago(day), "pending", map[string]any{"startedAt": ago(time.Hour)}), nil, "", 0},
	} {
		due, err := (&Rotator{}).Due(&rotators.Request{Request: providers.Request{Inputs: test.inputs}, State: test.state}, now)
		var kinds []string
		for _, action := range due.Actions {
			kinds = append(kinds, action.Kind)
		}
		next := time.Duration(0)
		if !due.Next.IsZero() {
			next = due.Next.Sub(now)
		}
		s := readState(test.state)
		if s.current != nil && !due.Made.Equal(s.current.set) || (due.Unfinished != "") != (s.ledger.pending != nil) {
			t.Errorf("%v: made %v, unfinished %q", test.state, due.Made, due.Unfinished)
		}
		if l, _ := test.state["ledger"].(map[string]any); due.Imported != (s.current != nil && len(l) == 0) {
			t.Errorf("%v: imported is %v", test.state, due.Imported)
		}
		if err != nil || strings.Join(kinds, " ") != test.want || next != test.next {
			t.Errorf("%v, %v: %v, next %v, %v", test.state, test.inputs, kinds, next, err)
		}
	}
	for _, req := range []*rotators.Request{
		{State: map[string]any{"current": 1}}, {Request: providers.Request{Inputs: map[string]any{"rotateAfter": "soon"}}},
	} {
		if _, err := (&Rotator{}).Due(req, now); err == nil {
			t.Errorf("%v: no error", req.State)
		}
	}
}

// Due tells of the password in use what the document knows, and what a run has left undone.
func TestDueTells(t *testing.T) {
	for i, want := range []string{"", "", "the rotation of 2025-12-31T23:00:00Z did not end; the password in force is the current one or a candidate"} {
		w := newWorld(starts[i], variant{})
		due, err := w.attempt().rotator().Due(w.attempt().request(w.doc.State()), awstest.Epoch)
		if made := awstest.Epoch.Add(-99 * day); err != nil || due.Unfinished != want || due.Made.Equal(made) != w.saved {
			t.Errorf("start %d: %+v, %v", i+1, due, err)
		}
		w.sim.Close()
	}
}

// A password that was written by hand is watched from when upkeep first sees it.
func TestAdopt(t *testing.T) {
	w := newWorld(starts[0], variant{inputs: map[string]any{"rotateAfter": "90d"}})
	defer w.sim.Close()
	w.doc.Edit(func(map[string]any) map[string]any {
		return map[string]any{"note": "mine", "current": map[string]any{"password": secretWord(0), "setAt": ago(day), "hint": "kept"}}
	})
	w.byHand = ""
	a := w.attempt()
	a.due = true
	if a.perform(); a.end() != "nothing-due" || a.events[0].Kind != "adopted" {
		t.Error(a.events, a.err)
	}
	state := w.doc.State()
	if s := readState(state); s.ledger.adopted.IsZero() || s.current.userName != "app" || state["note"] != "mine" || s.current.rest["hint"] != "kept" {
		t.Error("it is not as it was, with a note")
	}
	a = w.attempt()
	a.due = true
	if a.perform(); a.end() != "nothing-due" || len(a.actions()) > 0 {
		t.Error(a.events, a.actions())
	}
	w.sim.Advance(90 * day)
	a = w.attempt()
	a.due = true
	if a.perform(); a.end() != "rotated" {
		t.Error(a.end(), a.err)
	}
	for _, v := range w.violations {
		t.Error(v)
	}
}
