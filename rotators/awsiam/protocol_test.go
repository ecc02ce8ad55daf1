package awsiam

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

func (a *attempt) warned(code string) bool {
	return slices.ContainsFunc(a.events, func(e rotators.Event) bool { return e.Kind == "warning" && e.Code == code })
}

func (a *attempt) reported(kind string) bool {
	return slices.ContainsFunc(a.events, func(e rotators.Event) bool { return e.Kind == kind })
}

// sound fails for violations.
func (w *world) sound(t *testing.T) {
	t.Helper()
	for _, v := range w.violations {
		t.Error(v)
	}
	for _, secret := range w.leaks() {
		t.Error("printed: " + secret)
	}
	w.sim.Close()
}

func (a *attempt) wantEnd(t *testing.T, want string) *attempt {
	t.Helper()
	if a.end() != want {
		t.Errorf("ended with %s, want %s: %v\n%s", a.end(), want, a.err, strings.Join(a.steps(), "\n"))
	}
	return a
}

// A caller gives up after each step.
func TestCancelled(t *testing.T) {
	t.Parallel()
	cancellations(t, "CX", starts, points)
}

func cancellations(t *testing.T, table string, starts []start, points []string) {
	figures := &tally{table: table}
	for _, s := range starts {
		for i, point := range points {
			w := newWorld(s, variant{})
			a := w.attempt()
			a.due = s.aged
			passed := false
			a.after(point, func() {
				passed = true
				a.cancel()
			}).perform()
			late := point == saveC || point == saveD || a.code() != "" || a.err == nil
			if passed && !late && !errors.Is(a.err, context.Canceled) {
				t.Errorf("start %d, after %s: %v", s.number, point, a.err)
			}
			if passed && slices.Index(points, point) < slices.Index(points, saveA) && a.intends {
				t.Errorf("start %d, after %s: an intent was saved all the same", s.number, point)
			}
			w.settle(gaps[i%3])
			w.finish(figures, "cancelled after "+point, passed)
		}
	}
	figures.report(t)
}

func TestForce(t *testing.T) {
	w := newWorld(starts[5], variant{})
	w.attempt().perform().wantEnd(t, "rotated")
	w.sim.Advance(9 * time.Minute)
	w.attempt().perform().wantEnd(t, "no-op")
	w.watch.Forced = true
	a := w.attempt()
	a.force = true
	a.perform().wantEnd(t, "rotated")
	w.sound(t)
}

// The interval ends to the second.
func TestMinInterval(t *testing.T) {
	w := newWorld(starts[5], variant{inputs: map[string]any{"minInterval": "1h"}})
	w.watch.MinInterval = time.Hour
	w.attempt().perform().wantEnd(t, "rotated")
	w.sim.Advance(time.Hour - time.Second)
	w.attempt().perform().wantEnd(t, "no-op")
	w.sim.Advance(time.Second)
	w.attempt().perform().wantEnd(t, "rotated")
	w.sound(t)
}

func TestLease(t *testing.T) {
	w := newWorld(starts[5], variant{})
	w.attempt().crashAt(saveA).perform()
	w.sim.Advance(5*time.Minute - time.Second)
	a := w.attempt().perform().wantEnd(t, "in-progress")
	var coded *Error
	if errors.As(a.err, &coded); !coded.RetryAt.Equal(epoch.Add(5 * time.Minute)) {
		t.Errorf("not before %v", coded.RetryAt)
	}
	w.sim.Advance(time.Second)
	w.attempt().perform().wantEnd(t, "rotated")
	w.sound(t)
}

func TestWithoutVerification(t *testing.T) {
	v := variant{inputs: map[string]any{"verify": false}, unproven: true}
	for _, s := range []start{starts[0], starts[5], starts[20]} {
		w := newWorld(s, v)
		a := w.attempt().perform()
		for _, c := range w.sim.Calls() {
			if c.Service == awstest.ServiceSTS {
				t.Errorf("start %d: %v", s.number, c)
			}
		}
		if s.number != 21 {
			a.wantEnd(t, "rotated")
		}
		if !a.warned("unverified") {
			t.Error("no warning")
		}
		w.sound(t)
	}
	w := newWorld(starts[0], v)
	w.attempt().perform().wantEnd(t, "rotated")
	w.sim.Advance(30 * time.Second)
	w.sim.Script(awstest.Rule{Action: "ListAccessKeys", Outcome: awstest.Stale(time.Minute)})
	a := w.attempt()
	a.force = true
	a.perform().wantEnd(t, "try-later")
	w.sound(t)
}

// A pending key that was switched off is not promoted, and is given up when it is an hour old.
func TestDeadPendingKey(t *testing.T) {
	for _, verify := range []bool{true, false} {
		s := starts[20]
		s.state = saved("C", "pending", pendingKey(30*time.Minute))
		w := newWorld(s, variant{inputs: map[string]any{"verify": verify}, unproven: !verify})
		w.sim.SetKeyStatus(keyID("N"), "Inactive")
		w.attempt().perform().wantEnd(t, "not-proven")
		if k, _ := w.sim.Key(keyID("N")); k.Deleted {
			t.Error("the key was given up too early")
		}
		w.sim.Advance(hour)
		a := w.attempt().perform().wantEnd(t, "not-proven")
		if k, _ := w.sim.Key(keyID("N")); !k.Deleted || !a.reported("pending-given-up") {
			t.Error("the key was not given up")
		}
		w.attempt().perform().wantEnd(t, "rotated")
		w.sound(t)
	}
}

// A list that does not show the current key is contradicted by the key.
func TestStaleList(t *testing.T) {
	w := newWorld(starts[0], variant{})
	w.attempt().perform().wantEnd(t, "rotated")
	w.sim.Script(awstest.Rule{Action: "ListAccessKeys", Outcome: awstest.Stale(time.Minute)})
	a := w.attempt()
	a.force = true
	if a.perform().wantEnd(t, "try-later"); a.writes() > 0 {
		t.Error("it wrote")
	}
	w.sound(t)
}

func TestTooSlow(t *testing.T) {
	for _, delay := range []time.Duration{79 * time.Second, 81 * time.Second} {
		w := newWorld(starts[5], variant{})
		w.sim.Script(awstest.Rule{Action: "DeleteAccessKey", Outcome: awstest.Delayed(delay)})
		want := "rotated"
		if delay > usual.ChangeBy {
			want = "too-slow"
		}
		w.attempt().perform().wantEnd(t, want)
		if p := readState(w.doc.State()).ledger.pending; p != nil {
			t.Errorf("the intent is still there: %v", p.id)
		}
		w.settle(gaps[0])
		w.sound(t)
	}
}

func TestPreviousInUse(t *testing.T) {
	for _, test := range []struct {
		used time.Duration // ago; zero: never
		mode string
		end  string
		warn string
	}{
		{0, "fail", "rotated", ""},
		{24*hour + time.Second, "fail", "rotated", ""},
		{24*hour - time.Second, "fail", "previous-in-use", ""},
		{-hour, "fail", "previous-in-use", ""},
		{24*hour - time.Second, "delete", "rotated", "previous-recently-used"},
	} {
		s := starts[5]
		w := newWorld(s, variant{inputs: map[string]any{"previousInUse": test.mode}})
		if test.used != 0 {
			w.sim.Script(awstest.Rule{Action: "GetAccessKeyLastUsed", Outcome: usedAt(epoch.Add(-test.used))})
		}
		a := w.attempt().perform().wantEnd(t, test.end)
		if test.warn != "" && !a.warned(test.warn) {
			t.Errorf("%v: no warning", test)
		}
		w.sound(t)
	}
}

func usedAt(at time.Time) awstest.Outcome {
	return alteredUse(func(o *iam.GetAccessKeyLastUsedOutput) { o.AccessKeyLastUsed.LastUsedDate = aws.Time(at) })
}

// IAM is behind itself in every way at once; rotations go on and lose nothing.
func TestConsistency(t *testing.T) {
	w := newWorld(starts[0], variant{})
	w.sim.SetConsistency(awstest.Consistency{
		Propagation: 10 * time.Second, Flapping: 10 * time.Second, FlappingEvery: 2, Lingering: 20 * time.Second, ListLag: time.Minute,
	})
	for range 10 {
		w.attempt().perform().wantEnd(t, "rotated")
		w.sim.Advance(11 * time.Minute)
	}
	w.sound(t)
}

// Eight keys have been seen where two are allowed.
func TestMoreKeysThanAllowed(t *testing.T) {
	w := newWorld(starts[5], variant{quota: 9})
	for i := range 3 {
		_, _ = w.sim.AddKey("app", awstest.Key{ID: keyID(fmt.Sprint("X", i))})
	}
	a := w.attempt().perform().wantEnd(t, "foreign-keys")
	var coded *Error
	if errors.As(a.err, &coded); len(coded.Keys) != 3 || coded.Keys[0].LastUsed != "never" || coded.Keys[0].Role != "foreign" {
		t.Errorf("%v", a.err)
	}
	w.sound(t)
	w = newWorld(starts[5], variant{quota: 3})
	for range 4 {
		w.attempt().perform().wantEnd(t, "rotated")
		w.sim.Advance(hour)
	}
	if n := len(w.sim.Keys("app")); n != 2 {
		t.Errorf("%d keys", n)
	}
	w.sound(t)
}

// The key that signs is never retired, neither for room nor by age.
func TestSigningKey(t *testing.T) {
	w := newWorld(starts[27], variant{inputs: map[string]any{"deleteAfter": "3h"}})
	a := w.attempt()
	a.due = true
	a.perform()
	w.sim.Advance(25 * hour)
	b := w.attempt()
	b.due = true
	if b.perform(); !b.warned("signing-key-kept") {
		t.Errorf("no warning: %v %v", b.events, b.err)
	}
	if k, _ := w.sim.Key(keyID("P")); k.Deleted {
		t.Error("it was deleted")
	}
	w.sound(t)

	s := starts[4]
	s.login = "C"
	w = newWorld(s, variant{})
	w.attempt().perform().wantEnd(t, "rotated")
	w.sound(t)
}

// A current key that is dead is due at any age.
func TestDeadCurrentIsDue(t *testing.T) {
	s := starts[4]
	w := newWorld(s, variant{inputs: map[string]any{"rotateAfter": "90d", "deleteAfter": "110d"}})
	w.doc.Edit(func(state map[string]any) map[string]any {
		state["previous"] = credentialOf("P", 200*day)
		return state
	})
	w.sim.RemoveKey(keyID("C"))
	w.sim.Advance(20 * day)
	a := w.attempt()
	a.due = true
	a.perform().wantEnd(t, "rotated")
	w.sound(t)
}

// A proxy repeats what it was sent; what others say is searched for secrets.
func TestScrubbed(t *testing.T) {
	creds := starts[4].credentials()
	for _, action := range []string{"GetCallerIdentity", "ListAccessKeys", "CreateAccessKey", "DeleteAccessKey"} {
		w := newWorld(starts[5], variant{})
		w.sim.Script(awstest.Rule{Action: action, Outcome: awstest.FailWith("AccessDenied", 403, "you sent "+creds.SecretAccessKey+" and "+keySecret("C"))})
		a := w.attempt().perform()
		var coded *Error
		if !errors.As(a.err, &coded) || !strings.Contains(coded.Text, "[secret]") {
			t.Errorf("%s: %v", action, a.err)
		}
		for cause := a.err; cause != nil; cause = errors.Unwrap(cause) {
			w.say(cause, cause.Error())
		}
		w.sound(t)
	}
}

// Clocks may be wrong: that of AWS counts, and a difference is told.
func TestSkew(t *testing.T) {
	for _, skew := range []time.Duration{2 * time.Minute, 3 * time.Minute, -1000 * day, 1000 * day} {
		w := newWorld(starts[5], variant{make: func(a *attempt) *Rotator {
			return &Rotator{clock: skewed{a.sim.Clock(), skew}, dialer: simDialer{a.run}}
		}})
		a := w.attempt().perform().wantEnd(t, "rotated")
		if a.warned("clock-skew") != (skew.Abs() > 2*time.Minute) {
			t.Errorf("%v: %v", skew, a.events)
		}
		if at := readState(w.doc.State()).ledger.promoted; at.Sub(epoch) > time.Minute || at.Before(epoch) {
			t.Errorf("%v: promoted at %v", skew, at)
		}
		w.sound(t)
	}
}

type skewed struct {
	*awstest.Clock
	by time.Duration
}

func (s skewed) Now() time.Time { return s.Clock.Now().Add(s.by) }

// A user that was deleted and made again has none of the keys.
func TestUserRecreated(t *testing.T) {
	w := newWorld(starts[5], variant{})
	w.sim.RemoveUser("app")
	if err := w.sim.AddUser(awstest.User{Name: "app", Path: "/team:x/", Keys: make([]awstest.Key, 1)}); err != nil {
		t.Fatal(err)
	}
	if a := w.attempt().perform().wantEnd(t, "user-recreated"); a.writes() > 0 {
		t.Error("it wrote")
	}
	w.sim.RemoveUser("app")
	w.attempt().perform().wantEnd(t, "user-missing")
	w.sound(t)
}

// A key that was written by hand is one of another user. It stays in the document, whether keys are tried or not.
func TestKeyOfAnotherUser(t *testing.T) {
	for _, verify := range []bool{true, false} {
		w := newWorld(starts[3], variant{inputs: map[string]any{"verify": verify}, unproven: !verify})
		other := w.sim.Keys("admin")[0]
		w.doc.Edit(func(s map[string]any) map[string]any {
			s["current"] = map[string]any{"accessKeyId": other.ID, "secretAccessKey": schema.NewSecret(other.Secret)}
			return s
		})
		w.sim.RemoveKey(keyID("C"))
		a := w.attempt().perform().wantEnd(t, "bad-state")
		if a.writes() > 0 || readState(w.doc.State()).current.id != other.ID {
			t.Errorf("verify: %v: it wrote", verify)
		}
	}
}

// What nobody knows stays in the state across a rotation.
func TestUnknownMembersAreKept(t *testing.T) {
	w := newWorld(starts[5], variant{})
	w.doc.Edit(func(s map[string]any) map[string]any {
		s["note"] = "by hand"
		s["current"].(map[string]any)["owner"] = "team"
		s["ledger"].(map[string]any)["future"] = map[string]any{"a": true}
		return s
	})
	w.attempt().perform().wantEnd(t, "rotated")
	s := w.doc.State()
	if s["note"] != "by hand" || s["previous"].(map[string]any)["owner"] != "team" || !schema.Equal(s["ledger"].(map[string]any)["future"], map[string]any{"a": true}) {
		t.Error(s)
	}
	w.sound(t)
}

// The texts that people read.
func TestErrorText(t *testing.T) {
	for _, test := range []struct {
		start int
		want  string
	}{
		{28, `the key whose place is needed signs the requests: AKIAP0000000000000000 (previous, active, made 2025-12-31T20:41:00Z); ` +
			`give the current key, AKIAC0000000000000000, as "login"`},
		{9, `the current key does not work, and there is no room for another one: AKIAC0000000000000000 (current, inactive, made 2025-12-31T22:21:00Z); ` +
			`re-activate the current key, or delete it by hand, and rotate again`},
		{18, `an unfinished rotation has made a key whose secret is lost; it is deactivated: AKIAO0000000000000000 (quarantined, inactive, made 2025-12-31T22:00:00Z); ` +
			`not before 2026-01-01T23:00:00Z; re-activate it if it is yours; otherwise it is deleted by the first rotation after that time`},
	} {
		w := newWorld(starts[test.start-1], variant{})
		if a := w.attempt().perform(); fmt.Sprint(a.err) != test.want {
			t.Errorf("start %d: got  %v\nwant %s", test.start, a.err, test.want)
		}
		w.sound(t)
	}
}
