package awstest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// A quietTB collects what a simulator reports.
type quietTB struct{ failures []string }

func (q *quietTB) Helper()        {}
func (q *quietTB) Cleanup(func()) {}
func (q *quietTB) Errorf(format string, args ...any) {
	q.failures = append(q.failures, fmt.Sprintf(format, args...))
}
func (q *quietTB) Fatalf(format string, args ...any) { q.Errorf(format, args...) }

// TestCrashPoints crashes a run of three steps at every point, over HTTP and directly.
func TestCrashPoints(t *testing.T) {
	for _, direct := range []bool{false, true} {
		for point := range 5 {
			sim := awstest.New(t, awstest.Options{})
			doc := awstest.NewDocument(nil)
			r := sim.NewRun()
			r.CrashAfter(point)
			reached := 0
			crash, err := awstest.RunToCrash(r, func() error {
				_, save := doc.Begin()
				var client iamAPI = iam.NewFromConfig(r.Config(sim.Credentials("admin")))
				if direct {
					client = r.IAM(sim.Credentials("admin"))
				}
				if _, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("app")}); err != nil {
					return err
				}
				reached++
				if err := r.Save(save)(t.Context(), map[string]any{"a": "b"}); err != nil {
					return err
				}
				reached++
				_, err := client.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("app")})
				reached++
				return err
			})
			want := min(max(0, point-1), 3)
			if point > 3 {
				want = 3
			}
			if err != nil || (crash != nil) != (point <= 3) || reached != want {
				t.Errorf("direct %v, point %d: %v, %v, reached %d, want %d", direct, point, crash, err, reached, want)
			}
			if executed, saved := len(sim.Keys("app")) == 2, doc.State() != nil; executed != (point >= 1) || saved != (point >= 2) || r.Steps() != min(point, 3) {
				t.Errorf("direct %v, point %d: executed %v, saved %v, %d steps", direct, point, executed, saved, r.Steps())
			}
			if crash != nil && !strings.Contains(crash.String(), map[bool]string{true: "before its first", false: "after step"}[point == 0]) {
				t.Error(crash)
			}
		}
	}
}

// TestCrashWhen crashes at a call that a function chooses, and at a save that the document's script chooses.
func TestCrashWhen(t *testing.T) {
	sim := awstest.New(t, awstest.Options{})
	r := sim.NewRun()
	r.CrashWhen(func(c awstest.Call) bool { return c.Action == "GetUser" && c.User == "app" })
	crash, _ := awstest.RunToCrash(r, func() error {
		for _, user := range []string{"admin", "app", "nobody"} {
			_, _ = r.IAM(sim.Credentials("admin")).GetUser(t.Context(), &iam.GetUserInput{UserName: &user})
		}
		return nil
	})
	if crash == nil || crash.Steps != 2 || crash.Last.User != "app" || crash.Run != r.Name() {
		t.Error(crash)
	}
	for outcome, written := range map[awstest.SaveOutcome]bool{awstest.SaveCrashBefore: false, awstest.SaveCrashAfter: true} {
		doc := awstest.NewDocument(nil)
		doc.Script(awstest.SaveRule{Outcome: outcome})
		r := sim.NewRun()
		crash, err := awstest.RunToCrash(r, func() error {
			_, save := doc.Begin()
			return r.Save(save)(t.Context(), map[string]any{})
		})
		if crash == nil || err != nil || crash.Last.Action != "Save" || (doc.State() != nil) != written {
			t.Errorf("%v: %v, %v, written %v", outcome, crash, err, doc.State() != nil)
		}
	}
}

// TestActsAfterCrash lets a run go on after its crash: it can do nothing, and the test fails.
func TestActsAfterCrash(t *testing.T) {
	for _, direct := range []bool{false, true} {
		tb := &quietTB{}
		sim := awstest.New(tb, awstest.Options{})
		r := sim.NewRun()
		r.CrashAfter(1)
		doc := awstest.NewDocument(nil)
		_, save := doc.Begin()
		save = r.Save(save)
		var client iamAPI = r.IAM(sim.Credentials("admin"))
		if !direct {
			client = iam.NewFromConfig(r.Config(sim.Credentials("admin")), once)
		}
		crash, _ := awstest.RunToCrash(r, func() error {
			defer func() { _ = save(t.Context(), map[string]any{}) }()
			defer func() {
				_, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("app")})
				if err == nil || !strings.Contains(err.Error(), "crashed") {
					t.Errorf("a crashed run creates: %v", err)
				}
			}()
			_, err := client.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("app")})
			return err
		})
		if crash == nil || len(sim.Calls()) != 1 || doc.State() != nil || len(tb.failures) != 2 {
			t.Errorf("direct %v: %v, %d calls, %q", direct, crash, len(sim.Calls()), tb.failures)
		}
		for _, f := range tb.failures {
			if !strings.Contains(f, "crashed and acts afterwards") {
				t.Error(f)
			}
		}
		sim.Close()
	}
}

// TestOtherPanics pass through, and errors come back.
func TestOtherPanics(t *testing.T) {
	sim := awstest.New(t, awstest.Options{})
	func() {
		defer func() {
			if p := recover(); p != "mine" {
				t.Errorf("recovered %v", p)
			}
		}()
		_, _ = awstest.RunToCrash(sim.NewRun(), func() error { panic("mine") })
	}()
	want := errors.New("mine")
	if crash, err := awstest.RunToCrash(sim.NewRun(), func() error { return want }); crash != nil || err != want {
		t.Error(crash, err)
	}
}

func state(text string) map[string]any {
	return map[string]any{"text": schema.NewSecret(text), "n": json.Number("1")}
}

func conflicts(err error) string {
	switch {
	case err == nil:
		return "saved"
	case errors.Is(err, rotators.ErrConflict):
		return "conflict"
	case errors.Is(err, rotators.ErrUncertain):
		return "uncertain"
	}
	return "error"
}

// TestDocument tries each promise of a save.
func TestDocument(t *testing.T) {
	ctx := context.Background()
	type saver = func(context.Context, any) error
	for _, c := range []struct {
		name   string
		script []awstest.SaveRule
		try    func(d *awstest.Document, a, b saver) []error
		want   []string
		text   string // of the durable state
	}{
		{"a saved state is durable", nil, func(_ *awstest.Document, a, _ saver) []error {
			return []error{a(ctx, state("1")), a(ctx, state("2"))}
		}, []string{"saved", "saved"}, "2"},
		{"of two rotations one conflicts", nil, func(_ *awstest.Document, a, b saver) []error {
			return []error{a(ctx, state("1")), b(ctx, state("2")), a(ctx, state("3"))}
		}, []string{"saved", "conflict", "saved"}, "3"},
		{"saving what is there succeeds", nil, func(_ *awstest.Document, a, b saver) []error {
			return []error{a(ctx, state("1")), b(ctx, state("1")), b(ctx, state("2")), a(ctx, state("3"))}
		}, []string{"saved", "saved", "saved", "conflict"}, "2"},
		{"an edit of the state conflicts", nil, func(d *awstest.Document, a, _ saver) []error {
			d.Edit(func(map[string]any) map[string]any { return state("human") })
			return []error{a(ctx, state("1"))}
		}, []string{"conflict"}, "human"},
		{"an edit elsewhere does not", nil, func(d *awstest.Document, a, _ saver) []error {
			d.EditElsewhere("# hello")
			return []error{a(ctx, state("1"))}
		}, []string{"saved"}, "1"},
		{"an uncertain save that was written is settled by a repetition", []awstest.SaveRule{{Nth: 1, Outcome: awstest.SaveUncertainWritten}}, func(_ *awstest.Document, a, _ saver) []error {
			return []error{a(ctx, state("1")), a(ctx, state("1")), a(ctx, state("2"))}
		}, []string{"uncertain", "saved", "saved"}, "2"},
		{"and one that was lost", []awstest.SaveRule{{Nth: 1, Outcome: awstest.SaveUncertainLost}}, func(_ *awstest.Document, a, _ saver) []error {
			return []error{a(ctx, state("1")), a(ctx, state("1"))}
		}, []string{"uncertain", "saved"}, "1"},
		{"after an uncertain save both states are accepted", []awstest.SaveRule{{Nth: 1, Outcome: awstest.SaveUncertainWritten}}, func(_ *awstest.Document, a, _ saver) []error {
			return []error{a(ctx, state("1")), a(ctx, state("2"))}
		}, []string{"uncertain", "saved"}, "2"},
		{"but not a third one", []awstest.SaveRule{{Nth: 1, Outcome: awstest.SaveUncertainLost}}, func(_ *awstest.Document, a, b saver) []error {
			return []error{a(ctx, state("1")), b(ctx, state("2")), a(ctx, state("1"))}
		}, []string{"uncertain", "saved", "conflict"}, "2"},
		{"other errors are as uncertain", []awstest.SaveRule{{Nth: 1, Outcome: awstest.SaveFailedWritten}, {Nth: 2, Outcome: awstest.SaveFailed}}, func(_ *awstest.Document, a, _ saver) []error {
			return []error{a(ctx, state("1")), a(ctx, state("2")), a(ctx, state("3"))}
		}, []string{"error", "error", "saved"}, "3"},
		{"a conflict writes nothing", []awstest.SaveRule{{Nth: 1, Outcome: awstest.SaveConflict}}, func(_ *awstest.Document, a, _ saver) []error {
			return []error{a(ctx, state("1"))}
		}, []string{"conflict"}, "0"},
		{"a rule may depend on the state", []awstest.SaveRule{{When: func(s map[string]any) bool { return s["text"].(schema.Secret).Reveal() == "2" }, Outcome: awstest.SaveConflict}}, func(_ *awstest.Document, a, _ saver) []error {
			return []error{a(ctx, state("1")), a(ctx, state("2"))}
		}, []string{"saved", "conflict"}, "1"},
		{"a context that is done saves nothing", nil, func(_ *awstest.Document, a, _ saver) []error {
			done, cancel := context.WithCancel(ctx)
			cancel()
			return []error{a(done, state("1"))}
		}, []string{"error"}, "0"},
		{"only plain data is saved", nil, func(_ *awstest.Document, a, _ saver) []error {
			return []error{a(ctx, 7), a(ctx, map[string]any{"n": 7}), a(ctx, map[string]any{"l": []any{time.Time{}}})}
		}, []string{"error", "error", "error"}, "0"},
	} {
		d := awstest.NewDocument(state("0"))
		d.Script(c.script...)
		_, a := d.Begin()
		_, b := d.Begin()
		var got []string
		for _, err := range c.try(d, a, b) {
			got = append(got, conflicts(err))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.name, diff)
		}
		if text := d.State()["text"].(schema.Secret).Reveal(); text != c.text {
			t.Errorf("%s: %q is durable, want %q", c.name, text, c.text)
		}
	}
}

// TestDocumentKeeps gives back just what was saved, and keeps it from those who hold parts of it.
func TestDocumentKeeps(t *testing.T) {
	d := awstest.NewDocument(nil)
	first, save := d.Begin()
	if first != nil || d.State() != nil {
		t.Error("a state out of nothing")
	}
	saved := map[string]any{"unknown": []any{nil, true, map[string]any{"x": "y"}}, "s": schema.NewSecret("z")}
	if err := save(t.Context(), saved); err != nil {
		t.Fatal(err)
	}
	saved["unknown"].([]any)[2].(map[string]any)["x"] = "changed"
	again, _ := d.Begin()
	again["s"] = "changed"
	want := map[string]any{"unknown": []any{nil, true, map[string]any{"x": "y"}}, "s": schema.NewSecret("z")}
	if !schema.Equal(want, d.State()) {
		t.Error("the state changed")
	}
	d.EditElsewhere("x")
	if r := d.Revisions(); len(r) != 3 || r[1].Edited || !r[2].Edited || r[2].Elsewhere != "x" || !schema.Equal(want, r[2].State) {
		t.Error(r)
	}
}
