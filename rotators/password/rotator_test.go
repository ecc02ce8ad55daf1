package password_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/password"
	"github.com/escapement-go/escapement/schema"
)

// The states that a document may hold, and what they are opened as, secrets in clear.
func TestOpen(t *testing.T) {
	const at = "2026-03-04T05:06:07Z"
	for _, c := range []struct{ state, want, code, text string }{
		{`{"current": {"password": "a", "createdAt": "` + at + `"}}`, `{"current":{"createdAt":"` + at + `","password":"a"}}`, "", ""},
		{`{"current": {"password": "a", "createdAt": "2026-03-04T06:06:07+01:00"}}`, `{"current":{"createdAt":"` + at + `","password":"a"}}`, "", ""},
		{`{"current": {"password": "a", "adoptedAt": "` + at + `", "more": 1}, "more": 2}`, `{"current":{"password":"a"}}`, "", ""},
		{`{"current": {"password": "b"}, "previous": {"password": "a"}}`, `{"current":{"password":"b"},"previous":{"password":"a"}}`, "", ""},
		{`{}`, "", "not-rotated", "run rotate"},
		{`{"current": null}`, "", "not-rotated", "run rotate"},
		{`{"previous": {"password": "a"}}`, "", "bad-state", `"state.previous" is there without "current"`},
		{`{"current": {}}`, "", "bad-state", `"state.current.password" is missing`},
		{`{"current": {"password": ""}}`, "", "bad-state", `"state.current.password" is missing`},
		{`{"current": {"password": "a"}, "previous": {}}`, "", "bad-state", `"state.previous.password" is missing`},
		{`{"current": {"password": "a", "createdAt": "once"}}`, "", "bad-state", `"state.current.createdAt" is not a time`},
		{`{"current": {"password": "a", "adoptedAt": "0001-01-01T00:00:00Z"}}`, "", "bad-state", `"state.current.adoptedAt" is not a time`},
		{`{"current": "a"}`, "", "bad-state", `current`},
	} {
		out, err := password.Rotator{}.Open(t.Context(), request(t, `{}`, c.state))
		checkCode(t, c.state, err, c.code, c.text)
		if errors.Is(err, rotators.ErrNotRotated) != (c.code == "not-rotated") {
			t.Errorf("%s: %v", c.state, err)
		}
		if err == nil && schema.SecretData(out).Reveal() != c.want {
			t.Errorf("%s: opened as %s, want %s", c.state, schema.SecretData(out).Reveal(), c.want)
		}
	}
}

// A document is what saves go to. It compares, and fails as its outcomes say, one for each save.
type document struct {
	state    map[string]any
	outcomes []error // nil: saved
	written  []bool  // whether a save that fails has written
	saves    int
}

func (d *document) save(_ context.Context, state any) error {
	d.saves++
	if len(d.outcomes) == 0 {
		d.state = state.(map[string]any)
		return nil
	}
	err, written := d.outcomes[0], d.written[0]
	d.outcomes, d.written = d.outcomes[1:], d.written[1:]
	if err == nil || written {
		d.state = state.(map[string]any)
	}
	return err
}

// Whatever becomes of the saves of a rotation: the document holds the old pair of passwords or the new one, the new one only
// if the error does not say that nothing was written, and the next rotation succeeds.
func TestOutcomesOfSaves(t *testing.T) {
	failures := map[string]error{
		"saved": nil, "conflict": rotators.ErrConflict, "uncertain": rotators.ErrUncertain, "failed": errors.New("the disk is full"),
	}
	cells := 0
	for first, err1 := range failures {
		for second, err2 := range failures {
			for written := range 4 {
				cells++
				synctest.Test(t, func(t *testing.T) {
					d := &document{
						state:    object(t, `{"current": {"password": "w1"}, "previous": {"password": "w0"}, "more": true}`),
						outcomes: []error{err1, err2}, written: []bool{written&1 > 0 && err1 != rotators.ErrConflict, written&2 > 0 && err2 != rotators.ErrConflict},
					}
					checkOutcome(t, fmt.Sprintf("%s, %s, written %b", first, second, written), d)
				})
			}
		}
	}
	t.Logf("%d cells", cells)
}

func checkOutcome(t *testing.T, what string, d *document) {
	t.Helper()
	before := d.state
	err := password.Rotator{}.Rotate(t.Context(), &rotators.Request{State: d.state}, d.save)
	current, previous := passwordOf(d.state, "current"), passwordOf(d.state, "previous")
	renewed := current != "" && previous == "w1"
	switch {
	case err == nil && !renewed:
		t.Errorf("%s: succeeded, and nothing is new", what)
	case errors.Is(err, rotators.ErrConflict) && isCode(err, "save-conflict") && !cmp.Equal(d.state, before):
		t.Errorf("%s: something was written", what)
	case err != nil && !isCode(err, "save-conflict") && !isCode(err, "save-uncertain"):
		t.Errorf("%s: %v", what, err)
	case !renewed && !cmp.Equal(d.state, before):
		t.Errorf("%s: neither old nor new: %v", what, d.state)
	case d.state["more"] != true:
		t.Errorf("%s: a member is lost", what)
	}
	d.outcomes, d.written = nil, nil
	if err := (password.Rotator{}).Rotate(t.Context(), &rotators.Request{State: d.state, Force: true}, d.save); err != nil {
		t.Errorf("%s: the next rotation: %v", what, err)
	}
	if renewed && passwordOf(d.state, "previous") != current {
		t.Errorf("%s: the next rotation does not keep the current password", what)
	}
}

func isCode(err error, code string) bool {
	coded, ok := errors.AsType[*password.Error](err)
	return ok && coded.Code == code
}

// A disk that stays full is given up after five tries and seven and a half seconds, or with the caller.
func TestSavingEnds(t *testing.T) {
	full := errors.New("the disk is full")
	for _, c := range []struct {
		patience time.Duration
		saves    int
		took     time.Duration
	}{{time.Hour, 5, 7500 * time.Millisecond}, {time.Second, 2, time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), c.patience)
			defer cancel()
			began, saves := time.Now(), 0
			err := password.Rotator{}.Rotate(ctx, &rotators.Request{}, func(ctx context.Context, _ any) error {
				saves++
				if ctx.Err() != nil {
					t.Error("a save began with a context that was over")
				}
				return full
			})
			if !isCode(err, "save-uncertain") || !errors.Is(err, full) || saves != c.saves || time.Since(began) != c.took {
				t.Errorf("%v after %d saves and %v", err, saves, time.Since(began))
			}
			if errors.Is(err, context.DeadlineExceeded) != (c.patience < time.Hour) {
				t.Errorf("%v", err)
			}
		})
	}
}

// Two processes rotate the same state: the first to save wins, and the other one changes nothing.
func TestTwoProcesses(t *testing.T) {
	state := object(t, `{"current": {"password": "w1"}}`)
	durable := state
	save := func(_ context.Context, next any) error {
		if !cmp.Equal(durable, state) {
			return rotators.ErrConflict
		}
		durable = next.(map[string]any)
		return nil
	}
	if err := (password.Rotator{}).Rotate(t.Context(), &rotators.Request{State: state}, save); err != nil {
		t.Fatal(err)
	}
	won := passwordOf(durable, "current")
	err := password.Rotator{}.Rotate(t.Context(), &rotators.Request{State: state}, save)
	checkCode(t, "the second process", err, "save-conflict", "somebody else")
	if passwordOf(durable, "current") != won {
		t.Error("the second process has replaced the password of the first")
	}
}

// What rotations, upkeep and plans say, step by step as time passes.
func TestYears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &document{state: object(t, `{"current": {"password": "by hand"}}`)}
		var said []string
		req := func(force bool) *rotators.Request {
			r := request(t, `{"rotateAfter": "90d"}`, `null`)
			r.State, r.Force = d.state, force
			r.Report = func(e rotators.Event) { said = append(said, e.Kind) }
			return r
		}
		p := password.Rotator{}
		day := func(n int) { time.Sleep(time.Duration(n) * 24 * time.Hour) }
		for _, step := range []struct {
			wait  int
			do    func(context.Context, *rotators.Request, func(context.Context, any) error) error
			force bool
			due   string // the actions before it
			want  string
		}{
			{0, p.Maintain, false, "adopt", "adopted"},
			{1, p.Maintain, false, "", "nothing-due"},
			{88, p.Maintain, false, "", "nothing-due"},
			{1, p.Maintain, false, "rotate", "rotated"},
			{0, p.Rotate, false, "", "no-op"},
			{0, p.Rotate, true, "", "rotated"},
			{1, p.Rotate, false, "", "rotated"},
			{89, p.Maintain, false, "", "nothing-due"},
			{10, p.Maintain, false, "rotate", "rotated"},
		} {
			day(step.wait)
			due, err := p.Due(req(false), time.Now())
			kinds := ""
			for _, a := range due.Actions {
				kinds += a.Kind
			}
			said, d.saves = nil, 0
			plan, planErr := p.Plan(t.Context(), req(step.force))
			before := passwordOf(d.state, "current")
			if err := errors.Join(err, planErr, step.do(t.Context(), req(step.force), d.save)); err != nil {
				t.Fatal(err)
			}
			if len(said) != 1 || said[0] != step.want || kinds != step.due {
				t.Errorf("%s was due and it said %q, want %q and %q", kinds, said, step.due, step.want)
			}
			renewed := passwordOf(d.state, "current") != before
			if renewed != (step.want == "rotated") || renewed && len(plan.Steps) != 1 {
				t.Errorf("%s: renewed is %v, and planned %v", step.want, renewed, plan)
			}
			if made, _ := p.Due(req(false), time.Now()); renewed && time.Since(made.Made).Abs() > time.Second {
				t.Errorf("the password is told to be made at %v", made.Made)
			}
			if due.Imported != (step.want == "adopted") {
				t.Errorf("%s: imported is %v", step.want, due.Imported)
			}
			if renewed && passwordOf(d.state, "previous") != before {
				t.Error("the former password is not kept")
			}
		}
	})
}

// A state that was written by hand, in clear or secret as a whole, is kept as secrets.
func TestStatesByHand(t *testing.T) {
	for _, current := range []any{
		schema.SecretData(map[string]any{"password": "by hand", "note": "n"}),
		map[string]any{"password": "by hand", "note": schema.NewSecret("n")},
	} {
		want := map[string]any{"password": schema.NewSecret("by hand"), "note": schema.NewSecret("n")}
		req, d := request(t, `{"rotateAfter": "90d"}`, `null`), &document{}
		req.State = map[string]any{"current": current}
		if err := (password.Rotator{}).Rotate(t.Context(), req, d.save); err != nil || !schema.Equal(d.state["previous"], want) {
			t.Errorf("%v: rotated to %#v", err, d.state)
		}
		err := password.Rotator{}.Maintain(t.Context(), req, d.save)
		adopted, _ := d.state["current"].(map[string]any)
		want["adoptedAt"] = adopted["adoptedAt"]
		if err != nil || want["adoptedAt"] == nil || !schema.Equal(adopted, want) {
			t.Errorf("%v: adopted as %#v", err, d.state)
		}
	}
}
