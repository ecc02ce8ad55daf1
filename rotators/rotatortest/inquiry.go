package rotatortest

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/escapement-go/escapement/rotators"
)

// checkInquiries asks an auditor and a verifier about every state that some rotations have saved, of which the older ones
// are those of credentials that are gone.
func (s *suite) checkInquiries(ctx context.Context) {
	t := s.trial()
	t.usual = true
	auditor, audits := t.world.Rotator.(rotators.Auditor)
	verifier, verifies := t.world.Rotator.(rotators.Verifier)
	if !audits && !verifies {
		return
	}
	for range 4 {
		t.elapse()
		t.rotate(ctx, fault{})
	}
	for i, state := range append([]any{map[string]any(nil)}, t.states...) {
		where, state := fmt.Sprintf("state %d", i), state.(map[string]any)
		if audits {
			t.audit(ctx, auditor, where, state)
		}
		if verifies && state != nil {
			t.verify(ctx, verifier, where, state)
		}
	}
}

// audit asks for an audit of a state; nil is none.
func (t *trial) audit(ctx context.Context, a rotators.Auditor, where string, state map[string]any) {
	err := t.inquire("Audit, "+where, state, func(req *rotators.Request) (any, error) { return a.Audit(ctx, req) })
	if err != nil {
		t.breach(inquires, "Audit, "+where, "it failed: %v", err)
	}
}

// verify asks whether the credential of a state works, and compares the answer with the world.
func (t *trial) verify(ctx context.Context, v rotators.Verifier, where string, state map[string]any) {
	out, unopened := t.world.Rotator.Open(ctx, t.openRequest(state, t.world.Request.Request))
	err := t.inquire("Verify, "+where, state, func(req *rotators.Request) (any, error) { return v.Verify(ctx, req) })
	switch {
	case errors.Is(unopened, rotators.ErrNotRotated):
		if !errors.Is(err, rotators.ErrNotRotated) {
			t.breach(proves, "Verify, "+where, "there is no credential yet, and the error does not match ErrNotRotated: %v", err)
		}
	case unopened != nil || t.world.Works == nil:
	case t.world.Works(out) == nil && err != nil:
		t.breach(proves, "Verify, "+where, "the credential works, and it failed: %v", err)
	case t.world.Works(out) != nil && err == nil:
		t.breach(proves, "Verify, "+where, "the credential does not work, and it succeeded")
	}
}

// inquire asks something about a state, and checks that nothing else comes of it.
func (t *trial) inquire(where string, state map[string]any, ask func(*rotators.Request) (any, error)) error {
	req := t.request()
	req.State = copyState(state)
	var warnings []string
	req.Warn = func(text string) { warnings = append(warnings, text) }
	live, changes := t.live(), t.changes()
	var answer any
	err := t.guarded(where, func() (err error) {
		answer, err = ask(req)
		return err
	})
	if t.touched(live, changes) {
		t.breach(inquires, where, "something has changed")
	}
	if text := shown(answer, err, warnings); t.scrub(text) != text {
		t.breach(hiddenSecrets, where, "it shows a secret")
	}
	if !reflect.DeepEqual(req.Inputs, t.request().Inputs) || !reflect.DeepEqual(req.State, copyState(state)) {
		t.breach(keptData, where, "the request was changed")
	}
	return err
}

// shown returns everything that an answer tells.
func shown(answer any, err error, warnings []string) string {
	switch a := answer.(type) {
	case *rotators.Audit:
		if a != nil {
			answer = *a
		}
	case *rotators.Proof:
		if a != nil {
			answer = *a
		}
	}
	return fmt.Sprintf("%+v %v %q", answer, err, warnings)
}
