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
		name  string
		where func() []scenario
		variant
	}{
		{"forget", crashes, variant{without: ruleForget}},
		{"interval", crashes, variant{without: ruleInterval}},
		{"quarantine", crashes, variant{without: ruleQuarantine}},
		{"claim", crashes, variant{without: ruleClaim}},
		{"evidence", crashes, variant{without: ruleEvidence}},
		{"intent", crashes, variant{without: ruleIntent}},
		{"secret first", crashes, variant{without: ruleSecretFirst}},
		{"own", crashes, variant{without: ruleOwn}},
		{"identity", crashes, variant{without: ruleIdentity}},
		{"enough", crashes, variant{without: ruleEnough}},
		{"alive", crashes, variant{without: ruleAlive}},
		{"signer", crashes, variant{without: ruleSigner}},
		{"prove", crashes, variant{without: ruleProve}},
		{"once", always, variant{without: ruleOnce}},
		{"half", nil, variant{without: ruleHalf}},
		{"fence", freezesBefore, variant{without: ruleFence}},
		{"uncertain", always, variant{without: ruleUncertain}},
		{"token", publishFreezes, variant{without: ruleToken}},
		{"wait", publishRefused, variant{without: ruleWait}},
		{"unpublished", publishRefused, variant{without: ruleUnpublished}},
		{"dead", publishCrashes, variant{without: ruleDead}},
		{"time", publishCrashes, variant{without: ruleTime}},
		{"after", publishCrashes, variant{without: ruleAfter}},
		{"remember", publishCrashes, variant{without: ruleRemember}},
		{"compare-and-swap", freezes, variant{lastWriter: true}},
	}
	noticed := 0
	for _, m := range mutants {
		how := ""
		if m.where == nil {
			how = lateness(m.variant)
		} else {
			how = notice(m.variant, "", m.where())
		}
		if how != "" {
			noticed++
			t.Logf("%s: %s", m.name, how)
		} else {
			t.Errorf("nobody notices that the rule %q is gone", m.name)
		}
	}
	fmt.Printf("E1  mutants noticed %d of %d\n", noticed, len(mutants))
}

// notice plays scenarios until a rule is violated, and says how; an empty rule stands for any.
func notice(v variant, rule string, scenarios []scenario) string {
	for i := range scenarios {
		figures := &tally{}
		figures.play(v, scenarios[i:i+1])
		for _, violation := range figures.first {
			if line, _, _ := strings.Cut(violation, "\n"); strings.Contains(line, "): "+rule) {
				return line
			}
		}
	}
	return ""
}

// lateness compares how often an orphan must wait: the rule about half answers makes rotations earlier, not safer.
func lateness(v variant) string {
	waits := func(v variant) int {
		figures := &tally{}
		for _, s := range once() {
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
