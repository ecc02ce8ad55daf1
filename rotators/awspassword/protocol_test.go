package awspassword

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awstest"
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
