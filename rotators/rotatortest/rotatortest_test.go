package rotatortest_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/rotators/rotatortest"
)

func TestSample(t *testing.T) {
	rotatortest.Run(t, world(&bugs{}))
}

// Every planted bug is found, as a breach of its rule and of what follows alone, and no finding tells a secret.
func TestPlantedBugs(t *testing.T) {
	for _, planted := range plantedBugs() {
		t.Run(planted.rule+"/"+planted.bug, func(t *testing.T) {
			t.Parallel()
			var findings []rotatortest.Finding
			synctest.Test(t, func(t *testing.T) {
				findings = rotatortest.Check(t.Context(), world(planted.bugs))
				time.Sleep(2 * time.Hour) // until what hangs is over
			})
			broken := map[string]bool{}
			for _, f := range findings {
				if broken[f.Rule.Name] = true; f.Rule.Name != planted.rule && !slices.Contains(planted.also, f.Rule.Name) {
					t.Errorf("wrong rule %q: %v", f.Rule.Name, f)
				}
				if text := fmt.Sprintf("%v %+v", f, f); strings.Contains(text, "token-") || strings.Contains(text, "canary") {
					t.Errorf("secret in finding: %v", f)
				}
			}
			for _, rule := range append(planted.also, planted.rule) {
				if !broken[rule] {
					t.Errorf("no breach of %q among %q", rule, slices.Sorted(maps.Keys(broken)))
				}
			}
		})
	}
}

// A rule without a planted bug might never find anything. Those of providers have theirs in package providertest.
func TestEveryRuleHasABug(t *testing.T) {
	found := map[string]bool{}
	for _, planted := range plantedBugs() {
		found[planted.rule] = true
	}
	for _, rule := range ownRules() {
		if !found[rule.Name] {
			t.Errorf("no bug is planted for rule %q", rule.Name)
		}
	}
}

func ownRules() []rotatortest.Rule {
	all := rotatortest.Rules()
	at := slices.IndexFunc(all, func(r rotatortest.Rule) bool { return r.Name == "stable-schema" })
	return all[at:]
}

// The rules that are not those of a provider are the numbered sentences of the package documentation of rotators.
func TestRulesAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var documented, checked []string
	for line := range strings.Lines(string(doc)) {
		if number, text, ok := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "//")), ". "); ok &&
			number == fmt.Sprint(len(documented)+1) {
			documented = append(documented, text)
		}
	}
	for _, rule := range ownRules() {
		checked = append(checked, rule.Text)
	}
	if diff := cmp.Diff(documented, checked); diff != "" {
		t.Errorf("-documented +checked:\n%s", diff)
	}
}

// plantedVariable names the planted bug that TestRunPlanted runs in a process of its own.
const plantedVariable = "ROTATORTEST_PLANTED"

func TestRunPlanted(t *testing.T) {
	bug := os.Getenv(plantedVariable)
	if bug == "" {
		t.Skip("run by TestRun")
	}
	for _, planted := range plantedBugs() {
		if planted.bug == bug {
			rotatortest.Run(t, world(planted.bugs))
		}
	}
}

// Run fails in the subtest of the broken rule alone, and quotes the rule.
func TestRun(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestRunPlanted$", "-test.v")
	cmd.Env = append(os.Environ(), plantedVariable+"=an unfinished run that blocks all others")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("the test passed:\n%s", out)
	}
	if failed := bytes.Count(out, []byte("--- FAIL: TestRunPlanted/")); failed != 1 {
		t.Errorf("%d subtests failed, want 1:\n%s", failed, out)
	}
	for _, want := range []string{
		"--- FAIL: TestRunPlanted/same-end",
		"rotation 1, dead after save 1: ",
		"broken rule: From wherever a run has ended, the next runs come to the same: ",
	} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}
