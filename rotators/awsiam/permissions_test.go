package awsiam

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awstest"
)

// Each recommended permission is missing at each start, then all but the five of the original rotator, and then all
// that change something.
func TestPermissions(t *testing.T) {
	t.Parallel()
	policies := map[string]awstest.Policy{"the five": awstest.MinimalPolicy, "reading": awstest.ReadOnlyPolicy}
	for _, action := range awstest.RecommendedPolicy {
		policies["without "+action] = awstest.RecommendedPolicy.Without(action)
	}
	figures := &tally{table: "F1"}
	permit(figures, starts, policies, func(*world) {})
	figures.report(t)
	figures.expect(t, 8*28)
}

// permit plays two runs, a day apart, from each start with each of some permissions.
func permit(figures *tally, starts []start, policies map[string]awstest.Policy, check func(*world)) {
	denied := func(c awstest.Call) bool { return strings.HasPrefix(c.Outcome, "AccessDenied") }
	for name, policy := range policies {
		for _, s := range starts {
			w := newWorld(s, variant{policy: policy})
			a := w.attempt()
			a.due = s.aged
			a.perform()
			w.notice()
			w.sim.Advance(day)
			w.attempt().perform().orphaned()
			check(w)
			w.finish(figures, name, slices.ContainsFunc(w.sim.Calls(), denied))
		}
	}
}

// orphaned asserts that no key has been lost.
func (a *attempt) orphaned() {
	covered := readState(a.doc.State()).ledger.pending != nil
	if lost := a.orphans(); len(lost) > 0 && !covered {
		a.violate("I9 %v are lost", lost)
	}
}

// What each missing permission means.
func TestMissingPermission(t *testing.T) {
	for _, test := range []struct {
		missing  string
		start    int
		inputs   map[string]any
		end      string
		warnings []string
		document string
	}{
		{"iam:ListAccessKeys", 6, nil, "denied", nil, "current C, previous P"},
		{"iam:CreateAccessKey", 5, nil, "create-refused", nil, "current C"},
		{"iam:CreateAccessKey", 6, nil, "create-refused", []string{"previous-recently-used"}, "current C, retiring P"},
		{"iam:DeleteAccessKey", 5, nil, "rotated", nil, "current new, previous C"},
		{"iam:DeleteAccessKey", 6, nil, "delete-refused", []string{"previous-recently-used"}, "current C, previous P"},
		{"iam:GetUser", 5, nil, "rotated", []string{"user-unchecked"}, "current new, previous C"},
		{"iam:GetUser", 5, map[string]any{"verify": false}, "account-unproven", []string{"unverified", "user-unchecked"}, "current C"},
		{"iam:TagUser", 6, nil, "rotated", []string{"previous-recently-used"}, "current new, previous C"},
		{"iam:UpdateAccessKey", 16, nil, "unknown-keys", nil, "current C, intent"},
		{"iam:UpdateAccessKey", 6, nil, "rotated", []string{"previous-recently-used"}, "current new, previous C"},
		{"iam:GetAccessKeyLastUsed", 6, nil, "rotated", []string{"last-use-unknown"}, "current new, previous C"},
		{"iam:GetAccessKeyLastUsed", 16, nil, "unknown-keys", nil, "current C, intent"},
		{"iam:GetAccessKeyLastUsed", 6, map[string]any{"previousInUse": "fail"}, "previous-in-use", nil, "current C, previous P"},
	} {
		policy := append(awstest.RecommendedPolicy.Without(test.missing), "sts:GetCallerIdentity")
		w := newWorld(starts[test.start-1], variant{policy: policy, inputs: test.inputs})
		w.sim.UseKey(keyID("P"))
		a := w.attempt().perform()
		var warnings []string
		for _, e := range a.events {
			if e.Kind == "warning" {
				warnings = append(warnings, e.Code)
			}
		}
		document, _ := w.picture()
		if a.end() != test.end || document != test.document || !cmp.Equal(warnings, test.warnings) {
			t.Errorf("without %s, start %d: %s, %v, document %q; want %s, %v, %q\n%v",
				test.missing, test.start, a.end(), warnings, document, test.end, test.warnings, test.document, a.err)
		}
		if len(w.violations) > 0 {
			t.Error(w.violations)
		}
	}
}
