package password

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/age"
	"github.com/escapement-go/escapement/schema"
)

// A Rotator makes passwords. It calls nothing, and its methods may be called concurrently.
type Rotator struct{}

var (
	_ rotators.Maintainer = Rotator{}
	_ rotators.Planner    = Rotator{}
)

// Open returns the current password and the previous one, if there is one. The error matches [rotators.ErrNotRotated] if
// there is no password, or has the code bad-state.
func (Rotator) Open(_ context.Context, req *rotators.Request) (any, error) {
	s, err := parseState(req.State)
	if err != nil {
		return nil, err
	}
	if s.current == nil {
		return nil, &Error{
			Code: "not-rotated", Text: "not rotated yet: there is no password", Hint: "run rotate", Err: rotators.ErrNotRotated,
		}
	}
	out := map[string]any{"current": s.current.output()}
	if s.previous != nil {
		out["previous"] = s.previous.output()
	}
	return out, nil
}

// Rotate makes a new password, unless the current one is younger than minInterval and req does not force it. An error is an
// [*Error], or that of the context.
func (Rotator) Rotate(ctx context.Context, req *rotators.Request, save func(context.Context, any) error) error {
	r, err := newRun(ctx, req, save)
	if err != nil {
		return err
	}
	if r.tooEarly() {
		r.report("no-op", "it was rotated a moment ago; not again before %s", stamp(r.state.current.created.Add(r.times.MinInterval)))
		return nil
	}
	return r.renew()
}

// Maintain does what is due, which is at most one thing. Its errors are those of Rotate.
func (Rotator) Maintain(ctx context.Context, req *rotators.Request, save func(context.Context, any) error) error {
	r, err := newRun(ctx, req, save)
	if err != nil {
		return err
	}
	action, at := r.state.next(r.times)
	switch {
	case action.Kind == "" || at.After(r.now):
		r.report("nothing-due", "the password is not due for rotation")
		return nil
	case action.Kind == dueAdopt:
		return r.adopt()
	}
	return r.renew()
}

// Plan returns what Rotate would do now: nothing, or one save.
func (Rotator) Plan(ctx context.Context, req *rotators.Request) (*rotators.Plan, error) {
	r, err := newRun(ctx, req, nil)
	if err != nil {
		return nil, err
	}
	if r.tooEarly() {
		return &rotators.Plan{}, nil
	}
	unknown := schema.Unknown{Of: &schema.Schema{Type: []string{"string"}}}
	next := r.state.renewed(map[string]any{"password": unknown, "createdAt": unknown})
	return &rotators.Plan{Steps: []rotators.Step{{State: next, Why: "a new password"}}}, nil
}

// A run is one call of Rotate, Maintain or Plan whose inputs and state are right.
type run struct {
	ctx    context.Context
	req    *rotators.Request
	store  func(context.Context, any) error
	policy policy
	times  age.Times
	state  *state
	now    time.Time
}

func newRun(ctx context.Context, req *rotators.Request, save func(context.Context, any) error) (*run, error) {
	r := &run{ctx: ctx, req: req, store: save, now: time.Now().UTC().Truncate(time.Second)}
	var err error
	if r.policy, err = parsePolicy(req); err != nil {
		return nil, err
	}
	if r.times, err = parseTimes(req); err != nil {
		return nil, err
	}
	if r.state, err = parseState(req.State); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("the rotation did not begin: %w", err)
	}
	return r, nil
}

// tooEarly tells whether the latest rotation was a moment ago.
func (r *run) tooEarly() bool {
	c := r.state.current
	return !r.req.Force && c != nil && !c.created.IsZero() && r.now.Before(c.created.Add(r.times.MinInterval))
}

// renew makes a new password the current one.
func (r *run) renew() error {
	password, err := r.draw()
	if err != nil {
		return err
	}
	next := r.state.renewed(map[string]any{"password": password, "createdAt": stamp(r.now)})
	if err := r.save(next); err != nil {
		return err
	}
	r.report("rotated", "there is a new password")
	return nil
}

// enough draws without a new password tell that there is none, or hardly any.
const enough = 100

// draw returns a password that is neither the current nor the previous one.
func (r *run) draw() (schema.Secret, error) {
	for range enough {
		password, err := r.policy.generate(rand.Reader)
		if err != nil {
			return password, err
		}
		if !r.state.current.is(password) && !r.state.previous.is(password) {
			return password, nil
		}
	}
	return schema.Secret{}, badInput("length", "allows no password but the last ones; make it larger, or allow more characters")
}

func (c *credential) is(password schema.Secret) bool {
	return c != nil && c.password.Reveal() == password.Reveal()
}

// adopt gives a password of unknown age one.
func (r *run) adopt() error {
	if err := r.save(r.state.adopted(r.now)); err != nil {
		return err
	}
	r.report("adopted", "the age of a password that was written by hand is counted from now on")
	return nil
}

// report tells the caller what has happened.
func (r *run) report(kind, format string, args ...any) {
	if r.req.Report != nil {
		r.req.Report(rotators.Event{Time: r.now, Kind: kind, Text: fmt.Sprintf(format, args...)})
	}
}
