package awsiam

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
)

func at90() map[string]any {
	return map[string]any{"rotateAfter": "90d", "deactivateAfter": "100d", "deleteAfter": "110d"}
}

// agedBy makes a state of C and P that are so old, promoted so long ago.
func agedBy(c, p, promoted time.Duration, ledger ...any) map[string]any {
	l := with(map[string]any{}, ledger...)
	if promoted > 0 {
		l["promotedAt"] = ago(promoted)
	}
	s := map[string]any{"ledger": l}
	if c > 0 {
		s["current"] = credentialOf("C", c)
	}
	if p > 0 {
		s["previous"] = credentialOf("P", p)
	}
	return s
}

func dueAt(t *testing.T, inputs, state map[string]any, now time.Time) rotators.Due {
	t.Helper()
	d, err := new(Rotator).Due(&rotators.Request{Request: providers.Request{Inputs: inputs}, State: state}, now)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func kinds(d rotators.Due) string {
	var all []string
	for _, a := range d.Actions {
		all = append(all, a.Kind)
	}
	return strings.Join(all, " ")
}

// Each term is due from its instant on and not a second before, and Next names that instant.
func TestDueBoundaries(t *testing.T) {
	offset := 5 * day
	entry := func(action string, members ...any) []any {
		return []any{with(map[string]any{"accessKeyId": keyID("O"), "action": action, "since": ago(offset)}, members...)}
	}
	only := func(name, value string) map[string]any { return map[string]any{name: value} }
	tests := []struct {
		name   string
		inputs map[string]any
		state  map[string]any
		at     time.Duration // from the epoch; zero: at once
		kind   string
		more   string // other kinds that are due then
	}{
		{"rotate by age", at90(), agedBy(offset, 0, offset), 85 * day, dueRotate, ""},
		{"rotate by interval", map[string]any{"rotateAfter": "2h", "minInterval": "1h"}, agedBy(3*time.Hour, 0, time.Minute), 59 * time.Minute, dueRotate, ""},
		{"rotate, age unknown", at90(), map[string]any{"current": without(credentialOf("C", 0), "createdAt"),
			"ledger": map[string]any{"promotedAt": ago(0)}}, 10 * time.Minute, dueRotate, ""},
		{"rotate, no state", at90(), nil, 0, dueRotate, ""},
		{"lease", nil, agedBy(offset, 0, offset, "pending", intent(time.Minute)), 4 * time.Minute, dueRecover, ""},
		{"quarantine", nil, agedBy(offset, 0, offset, "pending", intent(hour), "quarantine", waits(hour)), 23 * hour, dueRecover, ""},
		{"delete unfinished", nil, agedBy(offset, 0, offset, "retiring", entry(remove)), 0, dueRecover, ""},
		{"deactivate unfinished", nil, agedBy(offset, 0, offset, "retiring", entry(switchOff)), 0, dueRecover, ""},
		{"adopt", at90(), agedBy(offset, 0, 0), 0, dueAdopt, ""},
		{"delete entry by age", at90(), agedBy(offset, 0, offset, "retiring", entry(switchOff, "inactiveSince", ago(50*day), "createdAt", ago(100*day))),
			10 * day, dueDelete, ""},
		{"delete entry by wait", at90(), agedBy(offset, 0, offset, "retiring", entry(switchOff, "inactiveSince", ago(3*day), "createdAt", ago(200*day))),
			7 * day, dueDelete, ""},
		{"delete entry never deactivated", at90(), agedBy(offset, 0, offset, "cannotDeactivate", true,
			"retiring", entry(switchOff, "createdAt", ago(200*day))), 5 * day, dueDelete, ""},
		{"deactivate P by age", at90(), agedBy(offset, 95*day, 30*day), 5 * day, dueDeactivate, ""},
		{"deactivate P by wait", at90(), agedBy(offset, 300*day, offset), 5 * day, dueDeactivate, ""},
		{"deactivate P without rotateAfter", only("deactivateAfter", "100d"), agedBy(offset, 300*day, hour), 23 * hour, dueDeactivate, ""},
		{"delete P by age", only("deleteAfter", "110d"), agedBy(offset, 105*day, 30*day), 5 * day, dueDelete, ""},
		{"delete P without rotateAfter", only("deleteAfter", "110d"), agedBy(offset, 300*day, hour), 23 * hour, dueDelete, ""},
		{"delete P by wait", map[string]any{"rotateAfter": "90d", "deleteAfter": "110d"}, agedBy(offset, 300*day, offset), 15 * day, dueDelete, ""},
		{"delete P, cannot deactivate", at90(), agedBy(offset, 300*day, offset, "cannotDeactivate", true), 15 * day, dueDelete, ""},
		{"publish", map[string]any{"publish": secretOf(theSecret)}, agedBy(offset, 0, offset), 0, duePublish, ""},
		{"publish the new one", map[string]any{"publish": secretOf(theSecret)}, agedBy(offset, 0, offset, "published", put("P")), 0, duePublish, ""},
		{"publish elsewhere", map[string]any{"publish": secretOf("other")}, agedBy(offset, 0, offset, "published", put("C")), 0, duePublish, ""},
		{"publish, the secret not known yet", map[string]any{"publish": map[string]any{}}, agedBy(offset, 0, offset), 0, duePublish, ""},
		{"end of a key, published lately", map[string]any{"publish": secretOf(theSecret)},
			agedBy(offset, 0, offset, "published", with(put("C"), "at", ago(4*time.Minute)), "retiring", entry(remove)), 6 * time.Minute, dueRecover, ""},
		{"rotate, published lately", map[string]any{"rotateAfter": "2h", "minInterval": "1h", "publish": secretOf(theSecret)},
			agedBy(3*hour, 0, 2*hour, "published", with(put("C"), "at", ago(time.Minute))), 59 * time.Minute, dueRotate, ""},
		{"deactivate P, published lately", with(at90(), "publish", secretOf(theSecret)),
			agedBy(offset, 300*day, offset, "published", with(put("C"), "at", ago(day))), 9 * day, dueDeactivate, ""},
		{"adopted P", at90(), agedBy(offset, 300*day, 0, "adoptedAt", ago(offset)), 5 * day, dueDeactivate, ""},
	}
	cells := 0
	for _, test := range tests {
		begin := epoch.Add(test.at)
		if test.at > 0 {
			early := dueAt(t, test.inputs, test.state, begin.Add(-time.Second))
			if strings.Contains(kinds(early), test.kind) || !early.Next.Equal(begin) {
				t.Errorf("%s: a second early %q is due, next %v, want next %v", test.name, kinds(early), early.Next, begin)
			}
			cells++
		}
		for _, late := range []time.Duration{0, time.Second, 1000 * day} {
			d := dueAt(t, test.inputs, test.state, begin.Add(late))
			if !strings.Contains(kinds(d), test.kind) {
				t.Errorf("%s: %v after its instant only %q is due", test.name, late, kinds(d))
			}
			cells++
		}
		if d := dueAt(t, nil, test.state, begin.Add(1000*day)); test.inputs != nil && kinds(d) != "" && test.kind != dueRecover {
			t.Errorf("%s: without ages %q is due", test.name, kinds(d))
		}
		cells++
	}
	fmt.Printf("F2  due: cells %d\n", cells)
	if cells < 80 {
		t.Error("too few")
	}
}

// What is never due.
func TestNotDue(t *testing.T) {
	far := epoch.Add(5000 * day)
	for _, test := range []struct {
		name          string
		inputs, state map[string]any
	}{
		{"nothing", nil, nil},
		{"published", map[string]any{"publish": secretOf(theSecret)}, agedBy(day, 0, day, "published", put("C"))},
		{"published, the secret not known yet", map[string]any{"publish": map[string]any{}}, agedBy(day, 0, day, "published", put("C"))},
		{"no key to publish", map[string]any{"publish": secretOf(theSecret)}, nil},
		{"no ages", nil, agedBy(day, day, day)},
		{"an entry without deleteAfter", nil, agedBy(day, 0, day, "retiring", retiring(switchOff, day, "inactiveSince", ago(day)))},
	} {
		req := &rotators.Request{Request: providers.Request{Inputs: test.inputs}, State: test.state}
		d, err := new(Rotator).Due(req, far)
		if err != nil || len(d.Actions) > 0 || !d.Next.IsZero() {
			t.Errorf("%s: %v, %v", test.name, d, err)
		}
	}
}

// year maintains a day after the former run, but on the days that are skipped, and returns the days on which something happened.
func year(t *testing.T, days int, policy awstest.Policy, skip func(day int) bool) (*world, map[string][]int) {
	t.Helper()
	s := start{number: 99, document: "C", account: "C", keys: []startKey{{"C", 0, "Active"}}, aged: true, state: func() map[string]any {
		return map[string]any{"current": credentialOf("C", 0), "ledger": map[string]any{"promotedAt": ago(0)}}
	}}
	w := newWorld(s, variant{policy: policy})
	done := map[string][]int{}
	for n := 1; n <= days; n++ {
		w.sim.Advance(day)
		if skip(n) {
			continue
		}
		calls := len(w.sim.Calls())
		idle := kinds(dueAt(t, w.inputs, w.doc.State(), w.sim.Clock().Now())) == ""
		a := w.attempt()
		a.due = true
		a.perform()
		if idle && (len(w.sim.Calls()) != calls || a.end() != "nothing-due") {
			t.Fatalf("day %d: nothing is due, and the run ended with %s", n, a.end())
		}
		for _, e := range a.events {
			done[e.Kind] = append(done[e.Kind], n)
		}
	}
	for _, v := range w.violations {
		t.Error(v)
	}
	return w, done
}

// The schedule of 90, 100 and 110 days.
func TestSchedule(t *testing.T) {
	never := func(int) bool { return false }
	for _, test := range []struct {
		name                          string
		policy                        awstest.Policy
		skip                          func(int) bool
		days                          int
		rotated, deactivated, deleted []int
	}{
		{"daily", nil, never, 400, []int{90, 180, 270, 360}, []int{100, 190, 280, 370}, []int{110, 200, 290, 380}},
		{"down from day 85 to 130", nil, func(n int) bool { return n >= 85 && n <= 130 }, 160, []int{131}, []int{141}, []int{151}},
		{"five permissions", awstest.MinimalPolicy, never, 400, []int{90, 180, 270, 360}, nil, []int{110, 200, 290, 380}},
	} {
		_, done := year(t, test.days, test.policy, test.skip)
		got := [][]int{done["rotated"], done["deactivated"], done["deleted"]}
		if diff := cmp.Diff([][]int{test.rotated, test.deactivated, test.deleted}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// Ten years of daily runs with random outages: no key is older than its age and the outage.
func TestOutages(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2 {
		longest, until := 0, 0
		outage := func(n int) bool {
			if n >= until && random.IntN(60) == 0 {
				length := 1 + random.IntN(40)
				longest, until = max(longest, length), n+length
			}
			return n < until
		}
		w, _ := year(t, 3650, nil, outage)
		now := w.sim.Clock().Now()
		for _, k := range w.sim.Keys("app") {
			if age := now.Sub(k.CreatedAt); age > time.Duration(110+3*longest)*day {
				t.Errorf("%s is %v old; the longest outage was of %d days", k.ID, age, longest)
			}
		}
	}
}

// The situations of upkeep, each with a run that dies after each step, or in which each deactivation and deletion fails.
func TestUpkeep(t *testing.T) {
	t.Parallel()
	aged := func(n int, name string, state map[string]any, keys ...startKey) start {
		return start{number: n, document: name, account: name, aged: true, state: func() map[string]any { return awstest.NewDocument(state).State() }, keys: keys}
	}
	since := 10*day + 99*time.Minute
	on := func(letter string, age time.Duration) startKey { return startKey{letter, age, "Active"} }
	situations := []start{
		aged(30, "rotation due", agedBy(90*day, 0, 90*day), on("C", 90*day)),
		aged(31, "deactivation due", agedBy(since, 100*day+since, since), on("C", since), on("P", 100*day+since)),
		aged(32, "deletion due", agedState(), on("C", 20*day+99*time.Minute), startKey{"P", 110*day + 99*time.Minute, "Inactive"}),
		aged(33, "all due at once", agedBy(95*day, 190*day, 95*day), on("C", 95*day), on("P", 190*day)),
		aged(34, "nothing due", agedBy(5*day, 95*day, 5*day), on("C", 5*day), on("P", 95*day)),
		aged(35, "P is gone", agedBy(since, 100*day+since, since), on("C", since)),
		aged(36, "imported", map[string]any{"current": credentialOf("C", since), "previous": credentialOf("P", 100*day+since)},
			on("C", since), on("P", 100*day+since)),
	}
	for _, policy := range []awstest.Policy{nil, awstest.MinimalPolicy} {
		figures := &tally{table: "AG"}
		for _, s := range situations {
			for _, point := range points {
				w := newWorld(s, variant{policy: policy})
				a := w.attempt().crashAt(point)
				a.due = true
				a.perform()
				w.upkeep(30)
				w.finish(figures, "crash after "+point, a.crashed)
			}
			for _, f := range faults() {
				w := newWorld(s, variant{policy: policy})
				a := w.attempt()
				a.due = true
				f.strike(a, 0)
				w.lied = strings.HasSuffix(f.name, "AccessKey: NoSuchEntity")
				a.perform()
				struck := w.struck(a)
				w.sim.ClearScript()
				w.doc.ClearScript()
				w.upkeep(30)
				w.finish(figures, f.name, struck)
			}
		}
		figures.report(t)
	}
}

// upkeep maintains for so many days. By then everything that is due has happened, and runs have come to rest.
func (w *world) upkeep(days int) {
	for n := range days {
		w.sim.Advance(day)
		for again := range 4 {
			a := w.attempt()
			a.due = true
			if a.perform(); a.writes() == 0 {
				break
			}
			if again == 3 && n < 3 {
				w.violate("at rest: the fourth run in a row wrote something")
			}
		}
	}
	now := w.sim.Clock().Now()
	for _, k := range w.sim.Keys("app") {
		if k.ID != w.currentID() && now.Sub(k.CreatedAt) > 145*day && !w.lied {
			w.violate("at rest: %s has outlived its age", k.ID)
		}
	}
}
