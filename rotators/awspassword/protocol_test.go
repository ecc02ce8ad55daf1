package awspassword

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
	"github.com/escapement-go/escapement/schema"
)

// A rotation without faults calls this and nothing else, with the password as a parameter of one call.
func TestCallOrder(t *testing.T) {
	for i, want := range []string{"rotated", "rotated", "rolled-forward"} {
		w := newWorld(starts[i], variant{})
		a := w.attempt().perform()
		if diff := cmp.Diff([]string{stepAccount, stepUser, stepProfile, stepPolicy, "Save", "UpdateLoginProfile", "Save"}, a.actions()); diff != "" || a.end() != want {
			t.Errorf("start %d ended with %s, %v (-want +got):\n%s", i+1, a.end(), a.err, diff)
		}
		force, _ := w.sim.PasswordInForce("app")
		if held := w.held(); len(held) != 1 || held[0] != force || (force == word(1)) != w.left {
			t.Errorf("start %d: another password is in force", i+1)
		}
		for _, c := range w.sim.Calls() {
			if c.Implicit {
				t.Errorf("%s named no user", c.Action)
			}
		}
		w.sim.Close()
	}
}

// picture returns what the document says, and which password is in force, by names: new1 is the first one of a run.
func (w *world) picture(names map[string]string) string {
	name := func(p string) string {
		if names[p] == "" {
			names[p] = fmt.Sprint("new", len(names)-1)
		}
		return names[p]
	}
	s := readState(w.doc.State())
	words := []string{}
	if s.current != nil {
		words = append(words, "current "+name(s.current.password.Reveal()))
	}
	for _, c := range s.candidates() {
		words = append(words, "candidate "+name(c.password.Reveal()))
	}
	force, _ := w.sim.PasswordInForce("app")
	return strings.Join(words, ", ") + " | " + name(force)
}

// What a run leaves that dies, and what the next one makes of it.
func TestCrashTable(t *testing.T) {
	for _, test := range []struct {
		start             int
		point             string
		left, next, after string
	}{
		{2, stepPolicy, "current w0 | w0", "rotated", "current new1 | new1"},
		{2, saveAhead, "current w0, candidate new1 | w0", "rolled-forward", "current new1 | new1"},
		{3, stepSet, "current w0, candidate w1 | w1", "rolled-forward", "current w1 | w1"},
		{3, saveDone, "current w1 | w1", "no-op", "current w1 | w1"},
		// Where AWS refuses a password that is in force, another one is set, and the refused one stays until then.
		{2, stepSet, "current w0, candidate new1 | new1", "rolled-forward", "current new2 | new2"},
		{4, saveOther, "current w0, candidate w1, candidate new1 | w1", "rolled-forward", "current new1 | new1"},
		{4, stepAgain, "current w0, candidate w1, candidate new1 | new1", "rolled-forward", "current new2 | new2"},
		{1, saveAhead, "candidate new1 | w0", "rolled-forward", "current new1 | new1"},
	} {
		names := map[string]string{word(0): "w0", word(1): "w1"}
		w := newWorld(starts[test.start-1], variant{})
		if a := w.attempt().crashAfter(test.point).perform(); !a.crashed {
			t.Errorf("start %d, %s: not reached", test.start, test.point)
		}
		left := w.picture(names)
		w.sim.Advance(time.Minute)
		if soon := w.attempt().perform(); strings.Contains(left, "candidate") && (soon.code() != "in-progress" || soon.writes() > 0) {
			t.Errorf("start %d, %s: a run within the lease ended with %s", test.start, test.point, soon.end())
		} else if strings.Contains(left, "candidate") {
			w.sim.Advance(5 * time.Minute)
			soon = w.attempt().perform()
			if soon.end() != test.next {
				t.Errorf("start %d, %s: the next run ended with %s, %v", test.start, test.point, soon.end(), soon.err)
			}
		} else if soon.end() != test.next {
			t.Errorf("start %d, %s: the next run ended with %s", test.start, test.point, soon.end())
		}
		if after := w.picture(names); left != test.left || after != test.after {
			t.Errorf("start %d, %s: %q and then %q", test.start, test.point, left, after)
		}
		for _, v := range w.violations {
			t.Error(v)
		}
		w.sim.Close()
	}
}

// How a run ends for what AWS says, and what becomes of the document.
func TestEnds(t *testing.T) {
	fail := func(code string) awstest.Outcome { return awstest.Fail(code, 0) }
	for _, test := range []struct {
		step    string
		outcome awstest.Outcome
		start   int
		end     string
		warning string
		held    int // passwords in the document afterwards
		text    string
	}{
		{stepAccount, fail("InvalidClientTokenId"), 2, "denied", "", 1, `check the access key AKIA`},
		{stepUser, fail("NoSuchEntity"), 2, "user-missing", "", 1, `check "userArn"`},
		{stepUser, fail("AccessDenied"), 2, "rotated", "user-unchecked", 1, ""},
		{stepProfile, fail("NoSuchEntity"), 2, "no-login-profile", "", 1, "give it console access with a temporary password once"},
		{stepProfile, fail("AccessDenied"), 2, "denied", "", 1, "allow iam:GetLoginProfile on arn:aws:iam::123456789012:user/team:x/app"},
		{stepProfile, awstest.ForUser("stranger"), 2, "wrong-user", "", 1, `one of "stranger"`},
		{stepPolicy, fail("AccessDenied"), 2, "rotated", "policy-unchecked", 1, ""},
		{stepPolicy, fail("NoSuchEntity"), 2, "rotated", "", 1, ""},
		{stepPolicy, awstest.InternalError(), 2, "aws-failed", "", 1, "InternalFailure"},
		{stepSet, fail("AccessDenied"), 2, "password-refused", "", 1, "allow iam:UpdateLoginProfile on arn:aws:iam::123456789012:user/team:x/app"},
		{stepSet, fail("AccessDenied"), 3, "password-refused", "", 2, "allow iam:UpdateLoginProfile"},
		{stepSet, fail("NoSuchEntity"), 2, "password-refused", "", 1, "console access is gone"},
		{stepSet, fail("PasswordPolicyViolation"), 2, "rotated", "", 1, ""},
		{stepSet, fail("PasswordPolicyViolation"), 3, "rolled-forward", "password-replaced", 1, ""},
		{stepAgain, fail("PasswordPolicyViolation"), 2, "password-refused", "", 1, `compare "length", "lower"`},
		{stepAgain, fail("AccessDenied"), 3, "password-refused", "", 2, "allow iam:UpdateLoginProfile"},
		{stepAgain, awstest.Dropped(), 3, "password-unknown", "", 3, "there is nothing to do"},
		{stepSet, fail("EntityTemporarilyUnmodifiable"), 2, "try-later", "", 2, "rotate again later"},
		{stepSet, awstest.Dropped(), 2, "password-unknown", "", 2, "not before 2026-01-01T00:05:00Z"},
		{stepSet, awstest.Dropped().Executed(), 2, "password-refused", "", 2, ""},
		{stepSet, awstest.Refused(), 2, "password-refused", "", 1, "rotate again"},
		{stepSet, awstest.HTML(), 2, "password-unknown", "", 2, "not one of AWS"},
		{stepSet, awstest.Throttled(), 2, "password-refused", "", 1, "Throttling"},
	} {
		w := newWorld(starts[test.start-1], variant{})
		a := w.attempt().prepare(test.step)
		a.fail(test.step, 0, test.outcome)
		a.perform()
		name := fmt.Sprintf("%s: %s, start %d", test.step, test.outcome, test.start)
		if test.outcome.String() == awstest.Dropped().Executed().String() && test.end == "password-refused" {
			test.end, test.held = "password-unknown", 2 // three tries, all carried out and lost
		}
		if a.end() != test.end || len(w.held()) != test.held || test.warning != "" && !a.warned(test.warning) {
			t.Errorf("%s: ended with %s, %d passwords, %v %v", name, a.end(), len(w.held()), a.events, a.err)
		}
		if a.err != nil && !strings.Contains(a.err.Error(), test.text) {
			t.Errorf("%s: %q has no %q", name, a.err, test.text)
		}
		for _, v := range w.violations {
			t.Errorf("%s: %s", name, v)
		}
		w.sim.Close()
	}
}

// A user that was made again, a profile made again, an account that wants more, and passwords that expire too soon.
func TestAccounts(t *testing.T) {
	w := newWorld(starts[1], variant{inputs: map[string]any{"rotateAfter": "90d"}})
	defer w.sim.Close()
	client := w.sim.IAM(w.sim.Credentials("admin"))
	policy := &iam.UpdateAccountPasswordPolicyInput{MinimumPasswordLength: aws.Int32(50), MaxPasswordAge: aws.Int32(90), RequireSymbols: true}
	if _, err := client.UpdateAccountPasswordPolicy(t.Context(), policy); err != nil {
		t.Fatal(err)
	}
	if a := w.attempt().perform(); a.end() != "rotated" || len(w.held()[0]) != 50 || !a.warned("expires-before-rotation") {
		t.Error(a.end(), a.events, a.err)
	}
	w.sim.Advance(time.Hour)
	w.inputs["special"] = false
	if a := w.attempt().perform(); a.code() != "bad-input" || !strings.Contains(a.err.Error(), "RequireSymbols") || a.writes() > 0 {
		t.Error(a.end(), a.err)
	}
	delete(w.inputs, "special")
	w.sim.RemoveUser("app")
	if err := w.sim.AddUser(awstest.User{Name: "app", Path: "/team:x/", Password: word(2)}); err != nil {
		t.Fatal(err)
	}
	w.byHand = word(2)
	if a := w.attempt().perform(); a.code() != "user-recreated" || a.writes() > 0 {
		t.Error(a.end(), a.err)
	}
	w.doc.Edit(func(map[string]any) map[string]any { return nil })
	if a := w.attempt().perform(); a.code() != "try-later" || len(w.held()) != 1 {
		t.Error(a.end(), a.err)
	}
	w.sim.Advance(10 * time.Minute)
	if a := w.attempt().perform(); a.end() != "rolled-forward" {
		t.Error(a.end(), a.err)
	}
	for _, v := range w.violations {
		t.Error(v)
	}
}

// The caller may give up at any moment; a password that is being set is kept all the same.
func TestCanceled(t *testing.T) {
	for _, test := range []struct {
		point    string
		executed bool
		end      string
		changed  bool
	}{
		{stepUser, false, "cancelled", false},
		{stepPolicy, true, "cancelled", false},
		{saveAhead, true, "cancelled", false},
		{stepSet, false, "rotated", true},
		{stepSet, true, "rotated", true},
		{saveDone, false, "rotated", true},
	} {
		w := newWorld(starts[1], variant{})
		a := w.attempt().giveUp(test.point, test.executed).perform()
		if held := w.held(); a.end() != test.end || len(held) != 1 || (held[0] != word(0)) != test.changed {
			t.Errorf("%s: ended with %s, %v, %d passwords", test.point, a.end(), a.err, len(held))
		}
		w.settle(time.Hour)
		for _, v := range w.violations {
			t.Error(v)
		}
		w.sim.Close()
	}
}

// Too much time has passed; more candidates than the document may have; a rotation a moment ago; a wrong clock.
func TestGuards(t *testing.T) {
	slow := newWorld(starts[1], variant{})
	a := slow.attempt()
	a.freeze(saveAhead, false, func() { slow.sim.Advance(81 * time.Second) })
	if a.perform(); a.code() != "too-slow" || len(slow.held()) != 1 || !strings.Contains(a.err.Error(), "1m21s") {
		t.Error(a.end(), a.err, len(slow.held()))
	}
	full := newWorld(starts[3], variant{})
	full.doc.Edit(func(s map[string]any) map[string]any {
		p := s["ledger"].(map[string]any)["pending"].(map[string]any)
		for i := range mostCandidates - 1 {
			p["candidates"] = append([]any{map[string]any{"password": secretWord(10 + i)}}, p["candidates"].([]any)...)
		}
		return s
	})
	if a := full.attempt().perform(); a.code() != "password-refused" || len(full.held()) != 9 || !strings.Contains(a.err.Error(), "by hand") {
		t.Error(a.end(), a.err, len(full.held()))
	}
	again := newWorld(starts[1], variant{})
	for _, want := range []string{"rotated", "no-op"} {
		if a := again.attempt().perform(); a.end() != want {
			t.Error(a.end(), a.err)
		}
	}
	forced := again.attempt()
	forced.force = true
	if forced.perform(); forced.end() != "rotated" {
		t.Error(forced.end(), forced.err)
	}
	for _, skew := range []time.Duration{-time.Hour, time.Minute, time.Hour} {
		w := newWorld(starts[1], variant{make: func(a *attempt) *Rotator {
			return &Rotator{clock: skewed{a.sim.Clock(), skew}, dialer: simDialer{a.run}, random: a.random}
		}})
		if a := w.attempt().perform(); a.end() != "rotated" || a.warned("clock-skew") != (skew.Abs() > 2*time.Minute) {
			t.Error(skew, a.end(), a.err)
		}
		w.sim.Close()
	}
	for _, w := range []*world{slow, full, again} {
		for _, v := range w.violations {
			t.Error(v)
		}
		w.sim.Close()
	}
}

// skewed is a clock that is wrong.
type skewed struct {
	awsclient.Clock
	by time.Duration
}

func (s skewed) Now() time.Time { return s.Clock.Now().Add(s.by) }

// The two permissions that are needed, and the two that are not.
func TestPermissions(t *testing.T) {
	all := awstest.Policy{"iam:GetLoginProfile", "iam:UpdateLoginProfile", "iam:GetUser", "iam:GetAccountPasswordPolicy"}
	for missing, want := range map[string]string{
		"": "", "iam:GetUser": "user-unchecked", "iam:GetAccountPasswordPolicy": "policy-unchecked",
		"iam:GetLoginProfile": "denied", "iam:UpdateLoginProfile": "password-refused",
	} {
		for _, s := range starts {
			w := newWorld(s, variant{policy: all.Without(missing)})
			a := w.attempt().perform()
			fine := a.err == nil && (want == "" || a.warned(want)) || a.code() == want
			if !fine || a.err != nil && !strings.Contains(a.err.Error(), "allow "+missing) {
				t.Errorf("without %q, start %d: %s, %v, %v", missing, s.number, a.end(), a.events, a.err)
			}
			w.sim.SetPolicy("login", nil)
			w.settle(time.Hour)
			for _, v := range w.violations {
				t.Error(v)
			}
			w.sim.Close()
		}
	}
}

// In a world without faults a plan lists what the rotation then writes.
func TestPlan(t *testing.T) {
	for _, s := range starts[:3] {
		for _, inputs := range []map[string]any{nil, {"rotateAfter": "90d"}, {"minInterval": "168h"}, {"length": "x"}} {
			w := newWorld(s, variant{inputs: inputs})
			a := w.attempt()
			plan, err := a.rotator().Plan(a.ctx, a.request(w.doc.State()))
			if a.writes() > 0 || len(a.events) > 0 {
				t.Errorf("start %d: the plan wrote or reported", s.number)
			}
			b := w.attempt().perform()
			if (err != nil) != (b.err != nil) {
				t.Errorf("start %d: planned %v, happened %v", s.number, err, b.err)
				continue
			}
			var planned []string
			if plan != nil {
				for _, step := range plan.Steps {
					planned = append(planned, strings.TrimPrefix(step.Call, "iam:"))
				}
				w.say(*plan, fmt.Sprint(plan.Steps))
			}
			var happened []string
			for _, action := range b.actions() {
				if !strings.HasPrefix(action, "Get") {
					happened = append(happened, strings.TrimPrefix(action, "Save"))
				}
			}
			if !slices.Equal(planned, happened) {
				t.Errorf("start %d, %v: planned %q, happened %q", s.number, inputs, planned, happened)
			}
			if leaks := w.leaks(); len(leaks) > 0 {
				t.Error(leaks)
			}
			w.sim.Close()
		}
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
	if a = w.attempt(); true {
		a.due = true
		if a.perform(); a.end() != "nothing-due" || len(a.actions()) > 0 {
			t.Error(a.events, a.actions())
		}
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

// What is opened of which state.
func TestOpen(t *testing.T) {
	secret := secretWord(0)
	for _, test := range []struct {
		state map[string]any
		want  any
		code  string
	}{
		{map[string]any{"current": map[string]any{"password": secret, "setAt": "2025-01-01T12:00:00Z", "userName": "app", "mine": 1}},
			map[string]any{"current": map[string]any{"password": secret, "setAt": "2025-01-01T12:00:00Z", "userName": "app"}}, ""},
		{map[string]any{"current": map[string]any{"password": word(0)}}, map[string]any{"current": map[string]any{"password": secret}}, ""},
		{map[string]any{"current": schema.SecretData(map[string]any{"password": word(0)})}, map[string]any{"current": map[string]any{"password": secret}}, ""},
		{starts[2].state(""), map[string]any{
			"current":    map[string]any{"password": secret, "setAt": "2025-09-24T00:00:00Z", "userName": "app"},
			"candidates": []any{secretWord(1)},
		}, ""},
		{map[string]any{"ledger": starts[2].state("")["ledger"]}, nil, "not-rotated"},
		{map[string]any{"current": map[string]any{}}, nil, "bad-state"},
		{map[string]any{"current": "it"}, nil, "bad-state"},
		{map[string]any{"current": map[string]any{"password": secret, "setAt": "soon"}}, nil, "bad-state"},
		{map[string]any{"ledger": map[string]any{"pending": map[string]any{"candidates": []any{}}}}, nil, "bad-state"},
		{map[string]any{"ledger": map[string]any{"pending": map[string]any{"startedAt": ago(0), "candidates": make([]any, 9)}}}, nil, "bad-state"},
	} {
		got, err := (&Rotator{}).Open(t.Context(), &rotators.Request{State: test.state})
		var coded *Error
		switch {
		case test.code == "" && (err != nil || !schema.Equal(got, test.want)):
			t.Errorf("%v: %v, %v", test.state, got, err)
		case test.code != "" && (!errors.As(err, &coded) || coded.Code != test.code || errors.Is(err, rotators.ErrNotRotated) != (test.code == "not-rotated")):
			t.Errorf("%v: %v, want %s", test.state, err, test.code)
		case test.code == "" && len((&Rotator{}).Schema().Outputs.Validate(got)) > 0:
			t.Errorf("%v: the schema refuses the outputs", test.state)
		}
	}
}

func TestParseInputs(t *testing.T) {
	for _, test := range []struct {
		inputs map[string]any
		want   string // part of the error; empty for none
	}{
		{nil, ""},
		{map[string]any{"length": 8}, ""},
		{map[string]any{"length": 128}, ""},
		{map[string]any{"length": 7}, `"length" must be from 8 to 128`},
		{map[string]any{"length": 129}, `"length" must be from 8 to 128`},
		{map[string]any{"lower": false, "upper": false, "numeric": false}, ""},
		{map[string]any{"lower": false, "upper": false, "numeric": false, "special": false}, "one of them must be true"},
		{map[string]any{"rotateAfter": "10m"}, `"rotateAfter" must be from 1h`},
		{map[string]any{"minInterval": "2h", "rotateAfter": "2h"}, `must be more than "minInterval"`},
		{map[string]any{"minInterval": "1m"}, `"minInterval" must be from 5m`},
		{map[string]any{"userArn": "arn:aws:iam::123456789012:role/app"}, `"userArn" is the ARN of a role`},
		{map[string]any{"userArn": ""}, `"userArn" is empty`},
		{map[string]any{"region": "cn-north-1"}, `"region" is in the partition "aws-cn"`},
		{map[string]any{"login": nil}, `"login" is missing`},
		{map[string]any{"requireReset": "no"}, "requireReset"},
	} {
		w := newWorld(starts[1], variant{})
		for name, v := range test.inputs {
			if n, isNumber := v.(int); isNumber {
				v = number(n)
			}
			w.inputs[name] = v
		}
		in, err := parseInputs(w.attempt().request(nil), awstest.Epoch, iamuser.Usual.LoginReserve)
		var coded *Error
		switch {
		case test.want == "" && (err != nil || in.Region != "us-east-1"):
			t.Errorf("%v: %v", test.inputs, err)
		case test.want != "" && (!errors.As(err, &coded) || coded.Code != "bad-input" || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%v: %v, want %q", test.inputs, err, test.want)
		}
		w.sim.Close()
	}
}

// The user is told to choose another password if the document wants so.
func TestRequireReset(t *testing.T) {
	for _, reset := range []bool{true, false} {
		w := newWorld(starts[1], variant{inputs: map[string]any{"requireReset": reset}})
		name := "app"
		if a := w.attempt().perform(); a.end() != "rotated" {
			t.Error(a.err)
		}
		out, err := w.sim.IAM(w.sim.Credentials("admin")).GetLoginProfile(t.Context(), &iam.GetLoginProfileInput{UserName: &name})
		if err != nil || out.LoginProfile.PasswordResetRequired != reset {
			t.Error(reset, err)
		}
		w.sim.Close()
	}
}
