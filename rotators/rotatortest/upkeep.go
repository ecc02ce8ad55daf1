package rotatortest

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/escapement-go/escapement/rotators"
)

// checkUpkeep lets a maintainer do what is due, and what is not.
func (s *suite) checkUpkeep(ctx context.Context) {
	t := s.trial()
	m, ok := t.world.Rotator.(rotators.Maintainer)
	if !ok {
		return
	}
	t.elapse()
	t.rotate(ctx, fault{})
	for n := range 6 {
		if n%2 == 1 {
			t.elapse()
		}
		due, ok := t.due(m)
		if !ok {
			return
		}
		r := t.call(ctx, fmt.Sprintf("Maintain %d", n+1), fault{}, m.Maintain)
		switch {
		case len(due.Actions) == 0:
			t.checkIdle(maintains, r)
		case r.err != nil:
			t.breach(maintains, r.where(), "it failed: %v", r.err)
		default:
			if rest, _ := t.due(m); len(rest.Actions) > 0 {
				t.breach(maintains, r.where(), "%q is due still", rest.Actions[0].Kind)
			}
		}
	}
}

func (t *trial) now() time.Time {
	if t.world.Now == nil {
		return time.Now()
	}
	return t.world.Now()
}

// due asks what is due now, and checks the answer. It returns false if there is none.
func (t *trial) due(m rotators.Maintainer) (rotators.Due, bool) {
	now := t.now()
	live, changes := t.live(), t.changes()
	due, err := t.dueAt(m, now)
	if err != nil {
		t.breach(pureDue, "Due", "it failed: %v", err)
		return due, false
	}
	if again, _ := t.dueAt(m, now); !reflect.DeepEqual(due, again) {
		t.breach(pureDue, "Due", "it answered differently when it was asked again")
	}
	if text := fmt.Sprintf("%+v", due); t.scrub(text) != text {
		t.breach(hiddenSecrets, "Due", "it tells a secret")
	}
	if due.Made.After(now) {
		t.breach(pureDue, "Due", "Made is yet to come")
	}
	for _, a := range due.Actions {
		if a.At.After(now) {
			t.breach(pureDue, "Due", "%q is due only later", a.Kind)
		}
	}
	t.checkNext(m, due, now)
	if t.touched(live, changes) {
		t.breach(pureDue, "Due", "something has changed")
	}
	return due, true
}

// checkNext compares the answers on both sides of Next.
func (t *trial) checkNext(m rotators.Maintainer, due rotators.Due, now time.Time) {
	if due.Next.IsZero() {
		return
	}
	if !due.Next.After(now) {
		t.breach(pureDue, "Due", "Next is not after the time that was asked for")
		return
	}
	if before, _ := t.dueAt(m, due.Next.Add(-1)); len(before.Actions) != len(due.Actions) {
		t.breach(pureDue, "Due", "the answer changes before Next")
	}
	if then, _ := t.dueAt(m, due.Next); reflect.DeepEqual(then.Actions, due.Actions) {
		t.breach(pureDue, "Due", "the answer at Next is the same")
	}
}

func (t *trial) dueAt(m rotators.Maintainer, now time.Time) (due rotators.Due, err error) {
	req := t.request()
	req.State = copyState(t.doc.durable)
	err = t.guarded("Due", func() (err error) {
		due, err = m.Due(req, now)
		return err
	})
	if !reflect.DeepEqual(req.State, copyState(t.doc.durable)) {
		t.breach(keptData, "Due", "the request was changed")
	}
	return due, err
}
