package awspassword

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

var update = flag.Bool("update", false, "rewrite what audits are expected to say")

// An audit of each start says what the file has, with whatever it may read, and does nothing but read.
func TestAudits(t *testing.T) {
	permissions := []struct {
		name   string
		policy awstest.Policy
	}{
		{"reading", awstest.ReadOnlyPolicy},
		{"nothing", awstest.Policy{}},
	}
	var said strings.Builder
	for _, s := range starts {
		fmt.Fprintf(&said, "%d  %s | %s\n", s.number, s.document, s.account)
		for _, p := range permissions {
			w := newWorld(s, variant{policy: p.policy, inputs: map[string]any{"rotateAfter": "60d"}})
			fmt.Fprintf(&said, "  %s\n%s", p.name, w.audit(t, rotators.AuditOptions{}))
			w.finish(t)
		}
	}
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
}

// finish reports what an audit must not do.
func (w *world) finish(t *testing.T) {
	t.Helper()
	for _, v := range w.violations {
		t.Error(v)
	}
	for _, secret := range w.leaks() {
		t.Errorf("a secret is shown: %s", secret)
	}
	w.sim.Close()
}

// audit returns the row as lines, and asserts that the audit has only read.
func (w *world) audit(t *testing.T, opts rotators.AuditOptions) string {
	t.Helper()
	a := w.attempt()
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
	if audit.Subject != w.sim.UserARN("app") || len(audit.Rows) != 1 {
		w.violate("%d rows about %s", len(audit.Rows), audit.Subject)
	}
	var lines strings.Builder
	for _, row := range audit.Rows {
		made, used := "never", "unknown"
		if !row.Created.IsZero() {
			made = iamuser.Stamp(row.Created)
		}
		if row.LastUsed.Known {
			if used = "never"; !row.LastUsed.Time.IsZero() {
				used = iamuser.Stamp(row.LastUsed.Time)
			}
		}
		fmt.Fprintf(&lines, "    %s, made %s, used %s\n", row.Role, made, used)
		for _, v := range row.Verdicts {
			fmt.Fprintf(&lines, "        %s %s %s\n", v.Level, v.Code, v.Text)
		}
	}
	for _, need := range audit.Needs {
		fmt.Fprintf(&lines, "    %s needs %s (checked %t, met %t): %s; %s\n", need.Level, need.Name, need.Checked, need.Met, need.Text, need.Remedy)
	}
	for _, text := range warnings {
		fmt.Fprintf(&lines, "    warning: %s\n", text)
	}
	return lines.String()
}

// Each verdict is drawn by what it is about.
func TestAuditVerdicts(t *testing.T) {
	change := func(f func(current, ledger map[string]any)) func(*world) {
		return func(w *world) {
			state := w.doc.State()
			f(state["current"].(map[string]any), state["ledger"].(map[string]any))
			w.doc = awstest.NewDocument(state)
		}
	}
	for _, test := range []struct {
		name   string
		opts   rotators.AuditOptions
		inputs map[string]any
		start  int
		before func(w *world)
		want   string
	}{
		{"as it is", rotators.AuditOptions{}, nil, 2, nil, "current: too-old unused"},
		{"as old as asked", rotators.AuditOptions{MaxAge: 99 * day}, nil, 2, nil, "current: unused"},
		{"younger than rotateAfter", rotators.AuditOptions{}, map[string]any{"rotateAfter": "100d"}, 2, nil, "current: unused"},
		{"older than rotateAfter", rotators.AuditOptions{}, map[string]any{"rotateAfter": "98d"}, 2, nil, "current: too-old unused due"},
		{"asked comes before rotateAfter", rotators.AuditOptions{MaxAge: 100 * day}, map[string]any{"rotateAfter": "98d"}, 2, nil, "current: unused due"},
		{"idle as long as asked", rotators.AuditOptions{MaxAge: 99 * day, UnusedFor: 99 * day}, nil, 2, nil, "current:"},
		{"used a moment ago", rotators.AuditOptions{MaxAge: 99 * day}, nil, 2, func(w *world) { w.sim.SignIn("app", word(0)) }, "current:"},
		{"used long ago", rotators.AuditOptions{MaxAge: 199 * day}, nil, 2, func(w *world) {
			w.sim.SignIn("app", word(0))
			w.sim.Advance(46 * day)
		}, "current: unused"},
		{"of unknown age", rotators.AuditOptions{}, nil, 2, change(func(current, _ map[string]any) { delete(current, "setAt") }), "current: age-unknown"},
		{"watched from now on", rotators.AuditOptions{MaxAge: 99 * day, UnusedFor: 99 * day}, map[string]any{"rotateAfter": "100d"}, 2,
			change(func(_, ledger map[string]any) { delete(ledger, "promotedAt") }), "current: due"},
		{"of a former user", rotators.AuditOptions{MaxAge: 99 * day, UnusedFor: 99 * day}, nil, 2,
			change(func(_, ledger map[string]any) { ledger["userId"] = "AIDAOFADELETEDUSER000" }), "current: recreated"},
		{"unfinished", rotators.AuditOptions{MaxAge: 99 * day, UnusedFor: 99 * day}, nil, 3, nil, "current: unfinished due"},
		{"a first rotation unfinished", rotators.AuditOptions{}, nil, 3, func(w *world) {
			state := w.doc.State()
			delete(state, "current")
			w.byHand = word(0)
			w.doc = awstest.NewDocument(state)
		}, "pending: unfinished due"},
		{"not in the document", rotators.AuditOptions{}, nil, 1, nil, "foreign: foreign"},
		{"no console access", rotators.AuditOptions{MaxAge: 99 * day}, nil, 2, func(w *world) {
			w.sim.Script(awstest.Rule{Action: "GetLoginProfile", Outcome: awstest.Fail("NoSuchEntity", 404)})
		}, "missing: missing"},
	} {
		w := newWorld(starts[test.start-1], variant{inputs: test.inputs})
		if test.before != nil {
			test.before(w)
		}
		role, verdicts, _ := strings.Cut(strings.TrimSpace(w.audit(t, test.opts)), ",")
		got := role + ":"
		for line := range strings.Lines(verdicts) {
			if words := strings.Fields(line); strings.HasPrefix(line, "        ") {
				got += " " + words[1]
			}
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		w.finish(t)
	}
}

// What keeps a rotation from looking keeps an audit from it, too.
func TestAuditErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		inputs map[string]any
		rules  []awstest.Rule
		want   string
	}{
		{"a bad input", map[string]any{"userArn": "root"}, nil, "userArn"},
		{"another account", map[string]any{"userArn": "arn:aws:iam::999999999999:user/app"}, nil, "the login"},
		{"no user", map[string]any{"userArn": "arn:aws:iam::123456789012:user/nobody"}, nil, "there is no user"},
		{"no answer", nil, []awstest.Rule{{Action: "GetLoginProfile", Outcome: awstest.Refused()}}, "AWS could not be asked"},
	} {
		w := newWorld(starts[1], variant{inputs: test.inputs})
		w.sim.Script(test.rules...)
		if got := w.audit(t, rotators.AuditOptions{}); !strings.Contains(got, test.want) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
		w.finish(t)
	}
}

func TestNoVerifier(t *testing.T) {
	if _, isVerifier := rotators.Rotator(&Rotator{}).(rotators.Verifier); isVerifier {
		t.Error("no call proves a console password")
	}
}
