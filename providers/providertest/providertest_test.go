package providertest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/providertest"
	"github.com/escapement-go/escapement/schema"
)

func TestGreeter(t *testing.T) {
	providertest.Run(t, greeter{}, options())
}

// Every planted bug is found, as a breach of its rule and of no other, and no finding tells the secret.
func TestPlantedBugs(t *testing.T) {
	for _, planted := range plantedBugs() {
		t.Run(planted.rule+"/"+planted.bug, func(t *testing.T) {
			var findings []providertest.Finding
			synctest.Test(t, func(t *testing.T) {
				findings = providertest.Check(t.Context(), planted.provider, options())
			})
			if len(findings) == 0 {
				t.Fatal("not found")
			}
			for _, f := range findings {
				if f.Rule.Name != planted.rule {
					t.Errorf("wrong rule %q: %v", f.Rule.Name, f)
				}
				if strings.Contains(fmt.Sprintf("%v %+v", f, f), "hunter2") {
					t.Errorf("secret in finding: %v", f)
				}
			}
		})
	}
}

// A rule without a planted bug might never find anything.
func TestEveryRuleHasABug(t *testing.T) {
	found := map[string]bool{}
	for _, planted := range plantedBugs() {
		found[planted.rule] = true
	}
	for _, rule := range providertest.Rules() {
		if !found[rule.Name] {
			t.Errorf("no bug is planted for rule %q", rule.Name)
		}
		delete(found, rule.Name)
	}
	for name := range found {
		t.Errorf("a bug is planted for rule %q, which there is not", name)
	}
}

// The rules are the numbered sentences of the package documentation of providers.
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
	for _, rule := range providertest.Rules() {
		checked = append(checked, rule.Text)
	}
	if diff := cmp.Diff(documented, checked); diff != "" {
		t.Errorf("-documented +checked:\n%s", diff)
	}
}

// What is wrong with the test is said as well.
func TestWrongOptions(t *testing.T) {
	number := request("alice")
	number.Inputs["tags"] = []any{5}
	tests := []struct {
		opts providertest.Options
		want string
	}{
		{providertest.Options{}, "Options.Opens is empty; name at least one request that the provider answers"},
		{providertest.Options{Opens: []providers.Request{number}},
			`the inputs of the test are no plain data: "tags[0]" is of the Go type int`},
	}
	for _, test := range tests {
		findings := providertest.Check(t.Context(), greeter{}, test.opts)
		if len(findings) != 1 || findings[0].Detail != test.want {
			t.Errorf("got %v, want %q", findings, test.want)
		}
	}
}

// The suite changes no request of its options.
func TestOptionsAreKept(t *testing.T) {
	got, want := options(), options()
	for _, planted := range plantedBugs() {
		if planted.rule == "untouched-request" {
			providertest.Check(t.Context(), planted.provider, got)
		}
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(schema.Secret.Equal)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Answers that are never twice the same break no rule.
func TestChangingAnswers(t *testing.T) {
	var calls atomic.Int64
	p := opening(func(context.Context, *providers.Request) (any, error) {
		return map[string]any{
			"greeting": "hello",
			"sessions": []any{},
			"extra":    json.Number(fmt.Sprint(calls.Add(1))),
		}, nil
	})
	providertest.Run(t, p, providertest.Options{Opens: []providers.Request{request("alice")}})
}

// plantedVariable names the planted bug that TestRunPlanted runs in a process of its own.
const plantedVariable = "PROVIDERTEST_PLANTED"

func TestRunPlanted(t *testing.T) {
	bug := os.Getenv(plantedVariable)
	if bug == "" {
		t.Skip("run by TestRun")
	}
	for _, planted := range plantedBugs() {
		if planted.bug == bug {
			providertest.Run(t, planted.provider, options())
		}
	}
}

// Run fails in the subtest of the broken rule alone, and quotes the rule.
func TestRun(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestRunPlanted$", "-test.v")
	cmd.Env = append(os.Environ(), plantedVariable+"=a number of Go")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("the test passed:\n%s", out)
	}
	rules := providertest.Rules()
	if failed := bytes.Count(out, []byte("--- FAIL: TestRunPlanted/")); failed != 1 {
		t.Errorf("%d subtests failed, want 1:\n%s", failed, out)
	}
	if passed := bytes.Count(out, []byte("--- PASS: TestRunPlanted/")); passed != len(rules)-1 {
		t.Errorf("%d subtests passed, want %d:\n%s", passed, len(rules)-1, out)
	}
	for _, want := range []string{
		"--- FAIL: TestRunPlanted/plain-outputs",
		`Opens[0]: "extra" is of the Go type int`,
		"broken rule: Open returns plain data: nil, bool, json.Number, string, schema.Secret, []any and map[string]any.",
	} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}
