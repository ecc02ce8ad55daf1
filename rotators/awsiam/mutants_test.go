package awsiam

import (
	"fmt"
	"strings"
	"testing"
)

// Each protective rule is taken away, and so is the compare-and-swap of the document. The tables must notice.
func TestMutants(t *testing.T) {
	t.Parallel()
	mutants := []struct {
		name string
		variant
	}{
		{"forget", variant{without: ruleForget}}, {"interval", variant{without: ruleInterval}},
		{"quarantine", variant{without: ruleQuarantine}}, {"claim", variant{without: ruleClaim}},
		{"evidence", variant{without: ruleEvidence}}, {"intent", variant{without: ruleIntent}},
		{"secret first", variant{without: ruleSecretFirst}}, {"own", variant{without: ruleOwn}},
		{"identity", variant{without: ruleIdentity}}, {"enough", variant{without: ruleEnough}},
		{"alive", variant{without: ruleAlive}}, {"signer", variant{without: ruleSigner}},
		{"prove", variant{without: ruleProve}}, {"once", variant{without: ruleOnce}},
		{"half", variant{without: ruleHalf}}, {"fence", variant{without: ruleFence}},
		{"uncertain", variant{without: ruleUncertain}}, {"compare-and-swap", variant{lastWriter: true}},
	}
	noticed := 0
	for _, m := range mutants {
		if how := notice(m.variant); how != "" {
			noticed++
			t.Logf("%s: %s", m.name, how)
		} else {
			t.Errorf("nobody notices that the rule %q is gone", m.name)
		}
	}
	fmt.Printf("E1  mutants noticed %d of %d\n", noticed, len(mutants))
}

// notice plays scenarios until something is violated, and says how.
func notice(v variant) string {
	if v.without == ruleHalf {
		return lateness(v)
	}
	return noticeBy(v, "")
}

// noticeBy is notice for a violation of one rule; an empty one stands for any.
func noticeBy(v variant, rule string) string {
	for _, scenarios := range [][]scenario{crashes(), outcomes(true), outcomes(false), freezes(), freezesBefore(), humans()} {
		for i := range scenarios {
			figures := &tally{}
			figures.play(v, scenarios[i:i+1])
			for _, violation := range figures.first {
				if line, _, _ := strings.Cut(violation, "\n"); strings.Contains(line, "): "+rule) {
					return line
				}
			}
		}
	}
	return ""
}

// lateness compares how often an orphan must wait: the rule about half answers makes rotations earlier, not safer.
func lateness(v variant) string {
	waits := func(v variant) int {
		figures := &tally{}
		for _, s := range outcomes(true) {
			if s.name == "CreateAccessKey: no secret" {
				figures.play(v, []scenario{s})
			}
		}
		return figures.quarantines
	}
	with, without := waits(variant{}), waits(v)
	if without > with {
		return fmt.Sprintf("%d rotations wait for an orphan rather than %d", without, with)
	}
	return ""
}
