package awsiam

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

var update = flag.Bool("update", false, "rewrite what audits are expected to say")

// auditPolicies are the permissions with which an audit does less and less.
var auditPolicies = map[string]awstest.Policy{
	"all":      nil,
	"reading":  awstest.ReadOnlyPolicy,
	"the list": {"iam:ListAccessKeys"},
}

// An audit of each start says what the file has, whatever else it is not allowed to read, and does nothing but read.
func TestAudits(t *testing.T) {
	figures := &tally{table: "F3a"}
	var said strings.Builder
	for _, s := range slices.Concat(starts, judged()) {
		for _, name := range slices.Sorted(maps.Keys(auditPolicies)) {
			w := newWorld(s, variant{policy: auditPolicies[name], inputs: at90()})
			rows := w.audit(t, rotators.AuditOptions{})
			if name == "reading" {
				fmt.Fprintf(&said, "%d  %s | %s\n%s", s.number, s.document, s.account, rows)
			}
			w.finish(figures, name, rows != "")
		}
	}
	figures.report(t)
	const file = "testdata/audits.txt"
	if *update {
		if err := os.WriteFile(file, []byte(said.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), said.String()); diff != "" {
		t.Error(diff)
	}
	for _, code := range []string{
		"missing", "inactive", "too-old", "unused", "foreign", "unfinished", "claimed", "over-quota", "recreated", "due", "two-active",
	} {
		if !strings.Contains(said.String(), " "+code+" ") {
			t.Errorf("no audit says %q", code)
		}
	}
}

// audit returns the rows as lines, and asserts that the audit has only read, and signed with the login alone.
func (w *world) audit(t *testing.T, opts rotators.AuditOptions) string {
	t.Helper()
	run := w.sim.NewRun()
	a := w.attemptAs(run)
	req := a.request(w.doc.State())
	req.Audit = opts
	var warnings []string
	req.Warn = func(text string) { warnings = append(warnings, text) }
	audit, err := a.rotator().Audit(t.Context(), req)
	if a.writes() > 0 || len(a.events) > 0 {
		w.violate("the audit wrote or reported")
	}
	if err != nil {
		w.say(err, err.Error())
		return "    " + err.Error() + "\n"
	}
	w.say(audit, fmt.Sprint(audit, warnings))
	for _, c := range w.sim.Calls() {
		if c.Run == run.Name() && c.Principal != "" && !strings.Contains(c.Principal, "admin") && w.login == "" {
			w.violate("the audit signed as %s", c.Principal)
		}
	}
	var lines strings.Builder
	for _, row := range audit.Rows {
		fmt.Fprintf(&lines, "    %s %s %s, made %s, %s\n", orNone(row.KeyID), row.Role, orNone(row.Status), stampOrNone(row.Created), used(row.LastUsed))
		for _, v := range row.Verdicts {
			fmt.Fprintf(&lines, "        %s %s %s\n", v.Level, v.Code, v.Text)
		}
	}
	for _, need := range audit.Needs {
		if need.Checked && !need.Met || need.Name == "quota" {
			fmt.Fprintf(&lines, "    needs %s %s %t: %s; %s\n", need.Level, need.Name, need.Met, need.Text, orNone(need.Remedy))
		}
	}
	return lines.String()
}

func orNone(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func stampOrNone(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return iamuser.Stamp(t)
}

func used(u rotators.LastUse) string {
	switch {
	case !u.Known:
		return "use unknown"
	case u.Time.IsZero():
		return "never used"
	}
	return "used " + iamuser.Stamp(u.Time)
}

// judged are starts beyond those of the rotation, for verdicts that these do not draw.
func judged() []start {
	old := func(letter string, age time.Duration) startKey { return startKey{letter, age, "Active"} }
	return []start{
		{number: 101, document: "C of 91 days", account: "C", keys: []startKey{old("C", 91*day)}, state: func() map[string]any {
			return map[string]any{"current": credentialOf("C", 91*day)}
		}},
		{number: 102, document: "C, P of 111 days", account: "C P", keys: []startKey{old("C", 20*day), old("P", 111*day)}, state: func() map[string]any {
			return map[string]any{"current": credentialOf("C", 20*day), "previous": credentialOf("P", 111*day)}
		}},
		{number: 103, document: "no state", account: "H of 200 days", keys: []startKey{old("H", 200*day)}, state: nothing},
		{number: 104, document: "C, P gone", account: "C", keys: []startKey{keyC}, state: saved("CP")},
		{number: 105, document: "C P", account: "C(expired) P H HH", keys: []startKey{{"C", ageC, "Expired"}, keyP, keyH, {"HH", hour, "Inactive"}}, state: saved("CP")},
		{number: 106, document: "C P of a deleted user", account: "C P", keys: []startKey{keyC, keyP}, state: saved("CP", "userId", "AIDAOFADELETEDUSER000")},
	}
}

// What an audit finds fault with can be told; keys are used or not; and dates may be missing.
func TestAuditOptions(t *testing.T) {
	verdicts := func(w *world, opts rotators.AuditOptions) string {
		var codes []string
		for line := range strings.Lines(w.audit(t, opts)) {
			if words := strings.Fields(line); strings.HasPrefix(line, "        ") {
				codes = append(codes, words[1])
			}
		}
		return strings.Join(codes, " ")
	}
	for _, test := range []struct {
		name   string
		opts   rotators.AuditOptions
		inputs map[string]any
		before func(w *world)
		want   string
	}{
		{"as it is", rotators.AuditOptions{}, nil, nil, ""},
		{"older than asked", rotators.AuditOptions{MaxAge: ageC - time.Second}, nil, nil, "too-old"},
		{"just as old as asked", rotators.AuditOptions{MaxAge: ageC}, nil, nil, ""},
		{"older than rotateAfter", rotators.AuditOptions{}, map[string]any{"rotateAfter": "1h"}, nil, "too-old due due"},
		{"never used", rotators.AuditOptions{UnusedFor: ageC - time.Second}, nil, nil, "unused"},
		{"used a moment ago", rotators.AuditOptions{UnusedFor: ageC - time.Second}, nil, func(w *world) { w.sim.UseKey(keyID("C")) }, ""},
		{"without dates", rotators.AuditOptions{}, nil, func(w *world) {
			w.sim.Script(awstest.Rule{Action: "ListAccessKeys", Outcome: awstest.WithoutDates()})
		}, "age-unknown"},
	} {
		s := starts[5-1]
		s.state = func() map[string]any {
			return map[string]any{"current": without(credentialOf("C", 0), "createdAt")}
		}
		w := newWorld(s, variant{inputs: test.inputs})
		if test.before != nil {
			test.before(w)
		}
		if got := verdicts(w, test.opts); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestVerify(t *testing.T) {
	for _, test := range []struct {
		name   string
		start  int
		inputs map[string]any
		rules  []awstest.Rule
		want   string
	}{
		{"works", 5, nil, nil, "AKIAC0000000000000000 arn:aws:iam::123456789012:user/team:x/app"},
		{"inactive", 9, nil, nil, "not-proven"},
		{"gone", 8, nil, nil, "not-proven"},
		{"of somebody else", 5, map[string]any{"userArn": "arn:aws:iam::123456789012:user/other"}, nil, "wrong-user"},
		{"no answer", 5, nil, []awstest.Rule{{Action: "GetCallerIdentity", Outcome: awstest.Refused()}}, "aws-failed"},
	} {
		w := newWorld(starts[test.start-1], variant{inputs: test.inputs})
		w.sim.Script(test.rules...)
		a := w.attempt()
		req := a.request(w.doc.State())
		delete(req.Inputs, "login")
		proof, err := a.rotator().Verify(t.Context(), req)
		a.err = err
		got := a.code()
		if proof != nil {
			got = proof.KeyID + " " + proof.Identity
		}
		if got != test.want || a.writes() > 0 {
			t.Errorf("%s: %s, want %s: %v", test.name, got, test.want, err)
		}
		for _, letter := range []string{"C", "P"} {
			if shown := fmt.Sprintf("%v %+v %#v", err, err, proof); strings.Contains(shown, keySecret(letter)) {
				t.Errorf("%s: a secret is shown: %s", test.name, shown)
			}
		}
	}
	if _, err := (&Rotator{}).Verify(t.Context(), &rotators.Request{State: map[string]any{
		"ledger": map[string]any{"pending": map[string]any{"id": "x", "startedAt": ago(0), "baseline": []any{}}},
	}}); err == nil || !strings.Contains(err.Error(), "not rotated") {
		t.Error(err)
	}
}

// Whether there is room for a new key, an audit says as the rotation finds it.
func TestAuditOfQuota(t *testing.T) {
	told := map[bool]int{}
	for _, s := range slices.Concat(starts, judged()) {
		w := newWorld(s, variant{})
		a := w.attempt()
		audit, err := a.rotator().Audit(t.Context(), a.request(w.doc.State()))
		if err != nil {
			continue
		}
		quota := audit.Needs[len(audit.Needs)-1]
		if quota.Name != "quota" || !quota.Checked {
			continue
		}
		end := w.attempt().perform()
		room := !slices.Contains([]string{"foreign-keys", "signing-key", "current-dead"}, end.code())
		if told[quota.Met]++; room != quota.Met {
			t.Errorf("start %d: %+v, and the rotation ended with %q: %v", s.number, quota, end.code(), end.err)
		}
	}
	if told[true] < 10 || told[false] < 5 {
		t.Errorf("too few audits tell: %v", told)
	}
}
