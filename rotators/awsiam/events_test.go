package awsiam

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
)

// hear takes an event of a run, and asserts that what it tells is true: that the account has done it, and that the state that
// the run has saved last says so.
func (a *attempt) hear(e rotators.Event) {
	a.events = append(a.events, e)
	a.told[e.Kind]++
	if a.variant.control != nil || a.variant.without != 0 {
		return // a mutant or a control, which may well tell what is not so
	}
	if why := a.untrue(e); why != "" {
		a.violate("told %s of %s, but %s", e.Kind, e.KeyID, why)
	}
}

// untrue says why an event is not true yet.
func (a *attempt) untrue(e rotators.Event) string {
	s := a.durable
	key, found := a.sim.Key(e.KeyID)
	exists := found && !key.Deleted
	handedOut := s.current != nil && s.current.id == e.KeyID || s.previous != nil && s.previous.id == e.KeyID
	switch e.Kind {
	case "rotated", "rolled-forward":
		if s.current == nil || s.current.id != e.KeyID || s.ledger.pending != nil {
			return "it is not saved as the current key"
		}
	case "forgot", "deactivated":
		if handedOut {
			return "the saved state hands it out"
		}
	case "deleted", "orphan-deleted", "half-key-deleted", "pending-given-up":
		if handedOut {
			return "the saved state hands it out"
		}
		if exists && a.lastOutcome(e.KeyID) != "NoSuchEntity" { // which AWS may say of a key that exists
			return "it exists"
		}
	case "orphan-quarantined":
		if q := s.ledger.quarantine; q == nil || q.id != e.KeyID {
			return "the quarantine is not saved"
		}
	case "published":
		switch p := s.ledger.published; {
		case p == nil || p.id != e.KeyID:
			return "that is not saved"
		case !slices.ContainsFunc(a.versions(), func(text string) bool { return strings.Contains(text, e.KeyID) }):
			return "the secret never got it"
		}
	case "adopted":
		if s.ledger.adopted.IsZero() {
			return "that is not saved"
		}
	case "warning":
		if e.Code == "cannot-deactivate" && !s.ledger.cannotDeactivate {
			return "that is not saved"
		}
	}
	return ""
}

// lastOutcome is what the account has answered to the latest call about a key.
func (a *attempt) lastOutcome(id string) string {
	for _, c := range slices.Backward(a.sim.Calls()) {
		if c.KeyID == id {
			return c.Outcome
		}
	}
	return ""
}

// upkeeps: what is due is done, so many days after a rotation.
func upkeeps() []scenario {
	var all []scenario
	for _, days := range []int{1, 89, 91, 101, 111, 200} {
		for _, s := range starts[3:6] {
			all = append(all, scenario{fmt.Sprintf("upkeep after %d days", days), s, func(w *world) bool {
				w.sim.Advance(time.Duration(days) * day)
				a := w.attempt()
				a.due = true
				a.perform()
				return true
			}})
		}
	}
	return all
}

// TestEventsAreTrue hears events of every kind, in runs that crash, in runs in which a step goes wrong, and without a
// permission. The other tables assert the same of theirs.
func TestEventsAreTrue(t *testing.T) {
	told, cells := map[string]int{}, 0
	hear := func(v variant, scenarios []scenario) {
		for i, s := range scenarios {
			if testing.Short() && i%7 != 0 {
				continue
			}
			w := newWorld(s.start, v)
			s.play(w)
			w.settle(gaps[i%3])
			for kind, n := range w.told {
				told[kind] += n
			}
			for _, violation := range w.violations {
				if strings.HasPrefix(violation, "told ") { // the others are for the tables
					t.Errorf("%s, start %d: %s", s.name, s.start.number, violation)
				}
			}
			cells++
		}
	}
	hear(variant{}, crashes())
	hear(variant{}, always())
	without := append(awstest.RecommendedPolicy.Without("iam:UpdateAccessKey"), "sts:GetCallerIdentity")
	hear(variant{policy: without, inputs: at90()}, append(crashes(), upkeeps()...))
	hear(variant{inputs: at90()}, upkeeps())
	t.Logf("events: %d cells, each event true by the state that is saved when it is told: %v", cells, told)
	for _, kind := range []string{
		"rotated", "rolled-forward", "forgot", "deactivated", "deleted", "orphan-deleted", "half-key-deleted", "pending-given-up",
		"orphan-quarantined", "adopted", "warning",
	} {
		if told[kind] == 0 && !testing.Short() {
			t.Errorf("nothing was told of kind %q", kind)
		}
	}
}
