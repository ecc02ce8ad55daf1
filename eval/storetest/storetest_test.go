package storetest_test

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/storetest"
)

// What package eval keeps in memory keeps all rules.
func TestMemory(t *testing.T) {
	storetest.Run(t, func() storetest.World { return storetest.World{Saver: &eval.Memory{}} })
}

// A sample without a bug keeps all rules, whatever of a World there is.
func TestSample(t *testing.T) {
	storetest.Run(t, func() storetest.World { return sampleWorld(&bugs{}) })
	storetest.Run(t, func() storetest.World {
		w := sampleWorld(&bugs{})
		return storetest.World{Saver: w.Saver, Slow: true}
	})
}

// Every planted bug is found, as a breach of its rule and of those that follow from it alone, and no finding holds a text.
func TestPlantedBugs(t *testing.T) {
	caught := 0
	for _, planted := range plantedBugs() {
		var broken []string
		var findings []storetest.Finding
		synctest.Test(t, func(t *testing.T) {
			findings = storetest.Check(t.Context(), func() storetest.World { return sampleWorld(planted.bugs) })
		})
		for _, f := range findings {
			if broken = append(broken, f.Rule.Name); f.Rule.Name != planted.rule && !slices.Contains(planted.also, f.Rule.Name) {
				t.Errorf("%s: wrong rule: %v", planted.bug, f)
			}
			if strings.Contains(f.String(), "canary") {
				t.Errorf("%s: a text in %v", planted.bug, f)
			}
		}
		if !slices.Contains(broken, planted.rule) {
			t.Errorf("%s: no breach of %q among %q", planted.bug, planted.rule, broken)
			continue
		}
		caught++
	}
	t.Logf("planted bugs caught: %d of %d", caught, len(plantedBugs()))
}

// A world in which nothing can be tested is one finding, which says what to change.
func TestUnusableWorlds(t *testing.T) {
	onlySaver := func(s eval.Saver) eval.Saver { return struct{ eval.Saver }{s} }
	for field, spoil := range map[string]func(*storetest.World){
		"World.Put":     func(w *storetest.World) { w.Put, w.Saver = nil, onlySaver(w.Saver) },
		"World.Another": func(w *storetest.World) { w.Another = func() eval.Saver { return onlySaver(w.Saver) } },
		"World.Plant":   func(w *storetest.World) { w.Plant = nil },
	} {
		findings := storetest.Check(t.Context(), func() storetest.World {
			w := sampleWorld(&bugs{})
			spoil(&w)
			return w
		})
		if len(findings) != 1 || findings[0].Where != field {
			t.Errorf("findings %v, want one about %s", findings, field)
		}
	}
}

// A rule without a planted bug might never find anything.
func TestEveryRuleHasABug(t *testing.T) {
	for _, rule := range storetest.Rules() {
		if !slices.ContainsFunc(plantedBugs(), func(p plantedBug) bool { return p.rule == rule.Name }) {
			t.Errorf("no bug is planted for rule %q", rule.Name)
		}
	}
}

// plantedVariable names the planted bug that TestRunPlanted runs in a process of its own.
const plantedVariable = "STORETEST_PLANTED"

func TestRunPlanted(t *testing.T) {
	bug := os.Getenv(plantedVariable)
	if bug == "" {
		t.Skip("run by TestRun")
	}
	for _, planted := range plantedBugs() {
		if planted.bug == bug {
			storetest.Run(t, func() storetest.World { return sampleWorld(planted.bugs) })
		}
	}
}

// Run fails in the subtest of the broken rule alone, and quotes the rule.
func TestRun(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestRunPlanted$", "-test.v")
	cmd.Env = append(os.Environ(), plantedVariable+"=compares without the last line end")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("the test passed:\n%s", out)
	}
	if failed := bytes.Count(out, []byte("--- FAIL: TestRunPlanted/")); failed != 1 {
		t.Errorf("%d subtests failed, want 1:\n%s", failed, out)
	}
	for _, want := range []string{
		"--- FAIL: TestRunPlanted/conflict", "old is a text without the last line end: ",
		"broken rule: If the text is another than old and new, Save writes nothing",
	} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}
