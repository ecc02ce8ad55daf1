package eval_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/rotators"
)

// A maintainer is a scripted rotator whose Maintain is its Rotate.
type maintainer struct {
	scripted
	due func(req *rotators.Request) rotators.Due
}

func (m maintainer) Due(req *rotators.Request, _ time.Time) (rotators.Due, error) {
	due := m.due(req)
	if due.Actions == nil {
		return due, errors.New("key-1 has no age")
	}
	return due, nil
}

func (m maintainer) Maintain(ctx context.Context, req *rotators.Request, save func(context.Context, any) error) error {
	return m.rotate(ctx, req, save)
}

// codedError is an error with a code of its own.
type codedError struct{ code, text string }

func (e codedError) Error() string          { return e.text }
func (e codedError) DiagnosticCode() string { return e.code }

// Rotate reports itself what is due, before anything is done, and which rotators fail, each after all that these report.
func TestOwnEvents(t *testing.T) {
	const (
		plain  = "  a: {fn::rotate::x: {inputs: {}}}\n"
		opened = "  a: {fn::rotate::x: {inputs: {y: '${e}'}}}\n  e: {fn::open::boom: {a: no}}\n"
		two    = "  a: {fn::rotate::x: {inputs: {}}}\n  b: {fn::rotate::y: {inputs: {}}}\n"
	)
	saves := func(ctx context.Context, req *rotators.Request, save saveFunc) error {
		err := save(ctx, step(1))
		req.Report(rotators.Event{Kind: "rotated", Rotator: "somebody else", KeyID: "AK1"})
		return err
	}
	fails := func(err error) rotateFunc {
		return func(ctx context.Context, req *rotators.Request, save saveFunc) error {
			req.Report(rotators.Event{Kind: rotators.EventWarning, Code: "slow", Text: "slow"})
			return errors.Join(save(ctx, step(1)), err)
		}
	}
	for _, test := range []struct {
		name, values string
		x, y         rotateFunc
		actions      []rotators.Action // nil: asking for them fails
		due, ends    bool              // the context does
		want         string
	}{
		{name: "success", values: plain, x: saves, want: "a x rotated  AK1 ."},
		{name: "an error", values: plain, x: fails(errors.New("key-1 is no good")), want: `a x warning slow  slow.
a x failed rotate-failed  rotator "x" failed to rotate: [secret] is no good.`},
		{name: "an error with a code", values: plain, x: fails(codedError{"denied", "not allowed"}), want: `a x warning slow  slow.
a x failed rotate-failed/denied  rotator "x" failed to rotate: not allowed.`},
		{name: "a panic", values: plain, x: func(context.Context, *rotators.Request, saveFunc) error { panic("key-1") },
			want: `a x failed rotate-failed  rotator "x" failed to rotate: it panicked (string).`},
		{name: "nothing but the end of the context", values: plain, ends: true,
			x:    func(ctx context.Context, _ *rotators.Request, _ saveFunc) error { <-ctx.Done(); return ctx.Err() },
			want: "a x failed interrupted  it was interrupted."},
		{name: "a state that cannot be saved", values: plain,
			x:    func(ctx context.Context, _ *rotators.Request, save saveFunc) error { return save(ctx, "key-1") },
			want: "a x failed state-not-saved  the new state could not be saved: a state must be an object; it is kept in the result."},
		{name: "inputs that are not there", values: opened, x: saves,
			want: "a x failed rotation-skipped  not rotated because its inputs or state are not known; see provider-failed at r:3:6."},
		{name: "one of two", values: two, x: fails(errors.New("no")), y: saves, want: `a x warning slow  slow.
a x failed rotate-failed  rotator "x" failed to rotate: no.
b y rotated  AK1 .`},
		{name: "what is due", values: two, x: saves, y: saves, due: true,
			actions: []rotators.Action{{Kind: "rotate", AccessKeyID: "AK0", Why: "it is old"}, {Kind: "delete", Why: "it is older"}},
			want: `a x due rotate AK0 it is old.
a x due delete  it is older.
b y due rotate AK0 it is old.
b y due delete  it is older.
a x rotated  AK1 .
b y rotated  AK1 .`},
		{name: "nothing due", values: plain, due: true, actions: []rotators.Action{}, want: ""},
		{name: "what is due is not known", values: plain, due: true,
			want: `a x failed rotate-failed  rotator "x" failed to rotate: key-1 has no age.`},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSavingStore("values:\n" + test.values)
			ctx, end := context.WithCancel(t.Context())
			defer end()
			e := evaluatorOf(s, nil)
			for name, rotate := range map[string]rotateFunc{"x": test.x, "y": test.y} {
				e.Rotators[name] = maintainer{scripted{rotate: rotate}, func(*rotators.Request) rotators.Due {
					return rotators.Due{Actions: test.actions}
				}}
			}
			if test.ends {
				e.Rotators["x"] = scripted{rotate: func(ctx context.Context, req *rotators.Request, save saveFunc) error {
					end()
					return test.x(ctx, req, save)
				}}
			}
			var heard []string
			opts := eval.RotateOptions{Due: test.due, Report: func(path string, event rotators.Event) {
				heard = append(heard, path+" "+eventText(event))
				if event.Kind == rotators.EventDue && s.saved != nil {
					t.Error("told what is due after something was done")
				}
				if (event.Kind == rotators.EventDue || event.Kind == rotators.EventFailed) && event.Time.IsZero() {
					t.Errorf("%v has no time", event)
				}
			}}
			rotation, _ := e.Rotate(ctx, "r", opts)
			if diff := cmp.Diff(test.want, strings.Join(heard, "\n")); diff != "" {
				t.Errorf("told: %s", diff)
			}
			kept := 0
			for _, result := range rotation.Results {
				kept += len(result.Events)
				failed := 0
				for _, event := range result.Events {
					if !strings.Contains(test.want, result.Path+" "+eventText(event)) {
						t.Errorf("kept %s", eventText(event))
					}
					if event.Kind == rotators.EventFailed {
						failed++
					}
				}
				if bad := result.Status == eval.Failed || result.Status == eval.NotEvaluated; bad != (failed == 1) {
					t.Errorf("%s is %s, with %d such events", result.Path, result.Status, failed)
				}
			}
			if kept != len(heard) {
				t.Errorf("told %d events and kept %d", len(heard), kept)
			}
		})
	}
}

func eventText(event rotators.Event) string {
	return fmt.Sprintf("%s %s %s %s %s.", event.Rotator, event.Kind, event.Code, event.KeyID, event.Text)
}

// A plan reports nothing, whatever goes wrong with it.
func TestPlanReportsNothing(t *testing.T) {
	for _, values := range []string{
		"  a: {fn::rotate::x: {inputs: {}}}\n",
		"  a: {fn::rotate::x: {inputs: {y: '${e}'}}}\n  e: {fn::open::boom: {a: no}}\n",
	} {
		for _, due := range []bool{false, true} {
			e := evaluatorOf(newSavingStore("values:\n"+values), nil)
			e.Rotators["x"] = maintainer{scripted{}, func(*rotators.Request) rotators.Due { return rotators.Due{} }}
			_, _ = e.Plan(t.Context(), "r", eval.RotateOptions{Due: due, Report: func(path string, event rotators.Event) {
				t.Errorf("reports %s of %s", eventText(event), path)
			}})
		}
	}
}
