package rotatortest_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// A planted bug makes the sample break one rule, and whatever else follows from that.
type planted struct {
	rule, bug string
	bugs      *bugs
	also      []string // rules that it breaks besides
}

// plantedBugs returns all planted bugs afresh, since some of them remember what happened.
func plantedBugs() []planted {
	schemas, dues := 0, 0
	return []planted{
		{"stable-schema", "the schema tells how often it was asked for", &bugs{schema: func(s *rotators.Schema) {
			schemas++
			s.State.Comment = fmt.Sprintf("call %d", schemas)
		}}, nil},
		{"valid-schema", "a pattern of the state that does not compile", &bugs{schema: func(s *rotators.Schema) {
			s.State.Properties["retiring"].Pattern = "("
		}}, nil},
		{"open-state", "a state schema that knows all members there will ever be", &bugs{schema: func(s *rotators.Schema) {
			s.State.AdditionalProperties = &schema.Schema{Never: true}
		}}, nil},

		{"quiet-open", "an Open that writes", opening(func(r rotator, _ context.Context, req *rotators.Request) (any, error) {
			r.create("session")
			r.revoke("session")
			return r.answer(req)
		}), nil},
		{"quiet-open", "an Open that makes a token", opening(func(r rotator, _ context.Context, req *rotators.Request) (any, error) {
			r.create("session")
			return r.answer(req)
		}), nil},
		{"unfinished-open", "an Open of nothing that fails like any other", opening(func(r rotator, _ context.Context, req *rotators.Request) (any, error) {
			out, err := r.answer(req)
			if err != nil {
				err = errors.New("there is no token")
			}
			return out, err
		}), nil},
		{"untouched-request", "an Open that clears the state", opening(func(r rotator, _ context.Context, req *rotators.Request) (any, error) {
			out, err := r.answer(req)
			delete(req.State, "previous")
			return out, err
		}), nil},
		{"declared-secrets", "an Open that returns a plain string", opening(func(r rotator, _ context.Context, req *rotators.Request) (any, error) {
			out, err := r.answer(req)
			if err == nil {
				out = map[string]any{"current": map[string]any{"name": read(req.State["current"]).name, "secret": read(req.State["current"]).secret.Reveal()}}
			}
			return out, err
		}), []string{"input-secrets"}},

		{"plain-states", "a number of Go in a state", changing(func(state map[string]any) { state["n"] = 1 }), nil},
		{"plain-states", "a state that its schema refuses", &bugs{schema: func(s *rotators.Schema) {
			s.State.Required = []string{"owner"}
		}}, nil},
		{"hidden-secrets", "secrets saved as plain strings", changing(func(state map[string]any) {
			for _, name := range []string{"current", "previous", "pending"} {
				if t := read(state[name]); t.secret.Reveal() != "" {
					state[name] = map[string]any{"name": t.name, "secret": t.secret.Reveal()}
				}
			}
		}), nil},
		{"hidden-secrets", "a secret in a member that the schema does not know", changing(func(state map[string]any) {
			state["log"] = "made " + read(state["current"]).secret.Reveal()
		}), nil},
		{"hidden-secrets", "the login in a state", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			return r.renew(ctx, req, func(ctx context.Context, state any) error {
				state.(map[string]any)["login"] = req.Inputs["login"].(schema.Secret).Reveal()
				return save(ctx, state)
			})
		}), nil},
		{"hidden-secrets", "a secret in an event", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			req.Report(rotators.Event{Text: "old token " + read(req.State["current"]).secret.Reveal()})
			return r.renew(ctx, req, save)
		}), nil},
		{"hidden-secrets", "a secret in an error", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			if err := r.renew(ctx, req, save); err != nil {
				return fmt.Errorf("token %s: %w", read(req.State["current"]).secret.Reveal(), err)
			}
			return nil
		}), nil},
		{"hidden-secrets", "a secret in a plan", &bugs{plan: func(r rotator, plan *rotators.Plan) {
			if secrets := r.listSecrets(); len(secrets) > 0 {
				plan.Steps = append(plan.Steps, rotators.Step{Call: "revoke", Why: secrets[0]})
			}
		}}, nil},

		{"kept-data", "a state that is changed after it was handed over", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			var last map[string]any
			return r.renew(ctx, req, func(ctx context.Context, state any) error {
				if last != nil {
					last["rotatedAt"] = "later"
				}
				last = maps.Clone(state.(map[string]any))
				return save(ctx, last)
			})
		}), nil},
		{"kept-data", "a request that loses an input", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			delete(req.Inputs, "tags")
			return r.renew(ctx, req, save)
		}), nil},
		{"kept-data", "a request whose state is written into", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			err := r.renew(ctx, req, save)
			if req.State != nil {
				req.State["seen"] = true
			}
			return err
		}), nil},
		{"no-late-calls", "a save after returning", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			err := r.renew(ctx, req, save)
			go func() {
				time.Sleep(time.Millisecond)
				_ = save(context.Background(), map[string]any{})
			}()
			return err
		}), nil},
		{"no-late-calls", "an event after returning", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			go func() {
				time.Sleep(time.Millisecond)
				req.Report(rotators.Event{Text: "done"})
			}()
			return r.renew(ctx, req, save)
		}), nil},

		{"renews", "a rotation that does nothing", rotating(func(rotator, context.Context, *rotators.Request, saveFunc) error { return nil }), nil},
		{"renews", "force that is not obeyed", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			req.Force = false
			return r.renew(ctx, req, save)
		}), nil},
		{"renews", "promotion without proof", stepping(func(w *work) error {
			return errors.Join(w.make(), w.promote(), w.clean())
		}), nil},

		{"keeps-working", "the current token revoked before the new one is saved", stepping(func(w *work) error {
			w.revoke(read(w.state["current"]).name)
			return w.all()
		}), nil},
		{"keeps-working", "promotion before proof", stepping(func(w *work) error {
			return first(w.make, w.promote, w.prove, w.clean)
		}), nil},
		{"keeps-working", "a new secret set before it is stored", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			if r.recent(req.State) && !req.Force {
				return nil
			}
			w := newWork(r, ctx, req, save)
			w.fresh.name = "the-only-one"
			w.fresh.secret = w.create(w.fresh.name)
			return first(w.prove, w.promote)
		}), nil},
		{"others-stay", "all other tokens revoked", stepping(func(w *work) error {
			err := w.all()
			for _, name := range w.list() {
				if err == nil && name != w.fresh.name {
					w.revoke(name)
				}
			}
			return err
		}), nil},
		{"others-stay", "any token revoked that is not current", stepping(func(w *work) error {
			for _, name := range w.list() {
				if name != read(w.state["current"]).name {
					w.revoke(name)
					break
				}
			}
			return w.all()
		}), nil},

		{"same-end", "a state that is saved only at the end", stepping(func(w *work) error {
			w.fresh = token{name: fmt.Sprintf("t%d", w.countChanges())}
			w.fresh.secret = w.create(w.fresh.name)
			return first(w.prove, w.promote, w.clean)
		}), []string{"plan-tells"}},
		{"same-end", "an unfinished run that is forgotten", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			other := *req
			if other.State = maps.Clone(req.State); read(other.State["pending"]).name != "" {
				delete(other.State, "pending")
			}
			return r.renew(ctx, &other, save)
		}), nil},
		{"same-end", "an unfinished run that blocks all others", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			if req.State["pending"] != nil {
				return errors.New("another run is at work")
			}
			return r.renew(ctx, req, save)
		}), nil},
		{"same-end", "a save that ends with the context of the caller", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			if r.recent(req.State) && !req.Force {
				return nil
			}
			w := newWork(r, ctx, req, save)
			w.fresh = token{name: fmt.Sprintf("t%d", w.countChanges())}
			w.fresh.secret = w.create(w.fresh.name)
			w.save = func(_ context.Context, state any) error {
				if err := save(ctx, state); err != nil {
					w.revoke(w.fresh.name)
					return err
				}
				return nil
			}
			return first(w.prove, w.promote, w.clean)
		}), []string{"uncertain", "keeps-working", "plan-tells"}},
		{"no-heap", "an old token that is never revoked", stepping(func(w *work) error {
			return first(w.make, w.prove, w.promote, func() error { return w.keep(map[string]any{"retiring": nil}) })
		}), nil},

		{"settled", "a failed save that is ignored", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			err := r.renew(ctx, req, save)
			if err != nil && !errors.Is(err, rotators.ErrConflict) && ctx.Err() == nil {
				return nil
			}
			return err
		}), nil},
		{"uncertain", "a doubtful save that is treated like a conflict", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			return r.renew(ctx, req, func(ctx context.Context, state any) error {
				err := save(ctx, state)
				if fresh := read(state.(map[string]any)["pending"]); err != nil && fresh.secret.Reveal() != "" {
					r.revoke(fresh.name)
				}
				return err
			})
		}), nil},
		{"conflict", "a conflict that is ignored", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			return r.renew(ctx, req, func(ctx context.Context, state any) error {
				if err := save(ctx, state); !errors.Is(err, rotators.ErrConflict) {
					return err
				}
				return nil
			})
		}), []string{"same-end"}},
		{"conflict", "a conflict after which another token is made", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			err := r.renew(ctx, req, save)
			if errors.Is(err, rotators.ErrConflict) {
				r.create("another")
			}
			return err
		}), []string{"same-end"}},
		{"prompt-return", "a rotation that waits for ever once it is given up", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			if err := r.renew(ctx, req, save); ctx.Err() == nil {
				return err
			}
			time.Sleep(time.Hour)
			return ctx.Err()
		}), nil},

		{"idle", "a run with nothing to do that saves what is there", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			if r.recent(req.State) && !req.Force {
				return save(ctx, maps.Clone(req.State))
			}
			return r.renew(ctx, req, save)
		}), []string{"plan-tells"}},
		{"idle", "a run with nothing to do that does something", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			if r.recent(req.State) && !req.Force {
				r.create("session")
				r.revoke("session")
				return nil
			}
			return r.renew(ctx, req, save)
		}), []string{"settled"}},

		{"pure-due", "a Due that writes", &bugs{due: func(r rotator, _ *rotators.Request, _ *rotators.Due) { r.revokeAfterCreate() }}, []string{"maintains", "settled"}},
		{"pure-due", "a Due that answers differently", &bugs{due: func(_ rotator, _ *rotators.Request, due *rotators.Due) {
			dues++
			due.Next = due.Next.Add(time.Duration(dues))
		}}, nil},
		{"pure-due", "a Next that is too late", &bugs{due: func(_ rotator, _ *rotators.Request, due *rotators.Due) {
			if !due.Next.IsZero() {
				due.Next = due.Next.Add(time.Hour)
			}
		}}, nil},
		{"maintains", "upkeep that renews what is not due", &bugs{mend: func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			other := *req
			other.Force = true
			return r.renew(ctx, &other, save)
		}}, nil},
		{"maintains", "upkeep that does nothing", &bugs{mend: func(rotator, context.Context, *rotators.Request, saveFunc) error { return nil }}, nil},
		{"plan-reads", "a plan that makes a token", &bugs{plan: func(r rotator, _ *rotators.Plan) { r.revokeAfterCreate() }}, nil},
		{"plan-tells", "a plan that is always the same", &bugs{plan: func(_ rotator, plan *rotators.Plan) {
			plan.Steps = []rotators.Step{{State: map[string]any{}}}
		}}, nil},
		{"no-panic", "a panic at a conflict", rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
			err := r.renew(ctx, req, save)
			if errors.Is(err, rotators.ErrConflict) {
				panic(err)
			}
			return err
		}), []string{"conflict"}},

		{"inquires", "an audit that makes a token", auditing(func(r rotator, _ *rotators.Request, _ *rotators.Audit) error {
			r.revokeAfterCreate()
			return nil
		}), nil},
		{"inquires", "an audit that revokes what is old", auditing(func(r rotator, req *rotators.Request, _ *rotators.Audit) error {
			if old := read(req.State["previous"]); slices.Contains(r.list(), old.name) {
				r.revoke(old.name)
			}
			return nil
		}), nil},
		{"inquires", "an audit that fails before the first rotation", auditing(func(_ rotator, req *rotators.Request, _ *rotators.Audit) error {
			if req.State == nil {
				return errors.New("there is no state")
			}
			return nil
		}), nil},
		{"inquires", "a verification that writes", verifying(func(r rotator, _ *rotators.Request, err error) error {
			r.revokeAfterCreate()
			return err
		}), nil},
		{"hidden-secrets", "a secret in a verdict", auditing(func(_ rotator, req *rotators.Request, audit *rotators.Audit) error {
			audit.Rows = append(audit.Rows, rotators.AuditRow{Verdicts: []rotators.Verdict{{Text: read(req.State["current"]).secret.Reveal()}}})
			return nil
		}), nil},
		{"hidden-secrets", "a secret in a warning of an audit", auditing(func(_ rotator, req *rotators.Request, _ *rotators.Audit) error {
			req.Warn("logged in with " + req.Inputs["login"].(schema.Secret).Reveal())
			return nil
		}), nil},
		{"hidden-secrets", "a secret in the error of a verification", verifying(func(_ rotator, req *rotators.Request, err error) error {
			if err != nil && !errors.Is(err, rotators.ErrNotRotated) {
				return errors.New("refused: " + read(req.State["current"]).secret.Reveal())
			}
			return err
		}), nil},
		{"kept-data", "an audit that notes in the state that it was there", auditing(func(_ rotator, req *rotators.Request, _ *rotators.Audit) error {
			if req.State != nil {
				req.State["audited"] = true
			}
			return nil
		}), nil},
		{"no-panic", "an audit that panics", auditing(func(rotator, *rotators.Request, *rotators.Audit) error { panic("no") }), []string{"inquires"}},
		{"proves", "a verification that is always content", verifying(func(_ rotator, _ *rotators.Request, err error) error {
			if errors.Is(err, rotators.ErrNotRotated) {
				return err
			}
			return nil
		}), nil},
		{"proves", "a verification that never is", verifying(func(_ rotator, _ *rotators.Request, err error) error {
			return cmp.Or(err, errors.New("the token is refused"))
		}), nil},
		{"proves", "a verification of nothing that fails like any other", verifying(func(_ rotator, _ *rotators.Request, err error) error {
			if err != nil {
				return errors.New("the token is refused")
			}
			return nil
		}), nil},
	}
}

func auditing(audit func(rotator, *rotators.Request, *rotators.Audit) error) *bugs {
	return &bugs{audit: audit}
}

func verifying(verify func(rotator, *rotators.Request, error) error) *bugs {
	return &bugs{verify: verify}
}

func opening(open func(rotator, context.Context, *rotators.Request) (any, error)) *bugs {
	return &bugs{open: open}
}

func rotating(rotate func(rotator, context.Context, *rotators.Request, saveFunc) error) *bugs {
	return &bugs{rotate: rotate}
}

// changing changes every state that is saved.
func changing(change func(map[string]any)) *bugs {
	return rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
		return r.renew(ctx, req, func(ctx context.Context, state any) error {
			other := maps.Clone(state.(map[string]any))
			change(other)
			return save(ctx, other)
		})
	})
}

// stepping takes other steps where a rotation has something to do.
func stepping(do func(*work) error) *bugs {
	return rotating(func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error {
		if r.recent(req.State) && !req.Force {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		w := newWork(r, ctx, req, save)
		w.recover()
		return do(w)
	})
}

func newWork(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) *work {
	w := &work{rotator: r, ctx: ctx, save: save, state: maps.Clone(req.State)}
	if w.state == nil {
		w.state = map[string]any{}
	}
	return w
}

// all takes the right steps.
func (w *work) all() error { return first(w.make, w.prove, w.promote, w.clean) }

// first takes steps until one fails.
func first(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (s *service) revokeAfterCreate() {
	s.create("session")
	s.revoke("session")
}
