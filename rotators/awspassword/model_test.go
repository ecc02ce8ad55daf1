package awspassword

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/traces"
	"github.com/escapement-go/escapement/schema"
)

var full = flag.Bool("full", false, "play every trace of the model, which takes some minutes, and not a sample")

// The alternatives to a step that goes well.
const (
	fine = iota
	crashes
	lost      // not carried out
	lostAfter // carried out
	denied
	refuses // by the account's policy
)

// blow decides by the script how each step of a run goes. What a run tries again goes as it went before.
func (a *attempt) blow(sc *traces.Script) {
	chosen := map[int]int{} // by call
	lastStep, last := "", fine
	decide := func(c awstest.Call) int {
		if how, known := chosen[c.N]; known {
			return how
		}
		n, step := 4, fmt.Sprint(a.point(c), a.tried == 0)
		if c.Action == "UpdateLoginProfile" {
			n = 6
			step = fmt.Sprint(stepSet, a.refused)
		}
		if step != lastStep || last < lost {
			lastStep, last = step, sc.Pick(n, 1)
		}
		chosen[c.N] = last
		return last
	}
	mine := func(c awstest.Call) bool { return c.Run == a.run.Name() && c.Action == "UpdateLoginProfile" }
	for how, o := range map[int]awstest.Outcome{
		lost: awstest.Dropped(), lostAfter: awstest.Dropped().Executed(), denied: awstest.Fail("AccessDenied", 0), refuses: awstest.Fail("PasswordPolicyViolation", 0),
	} {
		a.sim.Script(awstest.Rule{Outcome: o, When: func(c awstest.Call) bool { return mine(c) && decide(c) == how }})
	}
	a.sim.Before(func(c awstest.Call) {
		if c.Run != a.run.Name() || c.Action != "Save" {
			return
		}
		a.doc.ClearScript()
		switch decide(c) {
		case lost:
			a.doc.Script(awstest.SaveRule{Outcome: awstest.SaveUncertainLost})
		case lostAfter:
			a.doc.Script(awstest.SaveRule{Outcome: awstest.SaveUncertainWritten})
		}
	})
	a.run.CrashWhen(func(c awstest.Call) bool { return chosen[c.N] == crashes && (c.Action == "Save" || mine(c)) })
}

// storm plays every choice of at most so many faults in at most so many runs, followed by runs without faults.
func storm(t *tally, v variant, budget, one int) {
	var mu sync.Mutex
	for _, s := range starts {
		traces.Explore(budget, one, func(sc *traces.Script) {
			w := newWorld(s, v)
			for range 3 {
				a := w.attempt()
				a.blow(sc)
				a.perform()
				w.sim.ClearScript()
				w.doc.ClearScript()
				if end := a.end(); end == "rotated" || end == "rolled-forward" {
					break
				}
				w.sim.Advance(day)
			}
			w.settle(day)
			mu.Lock()
			defer mu.Unlock()
			t.add(w, fmt.Sprint(sc.Prefix), len(sc.Prefix) > 0)
		})
	}
}

// Every choice of at most three faults in at most three runs, a sample of those with all three.
func TestModel(t *testing.T) {
	one := 2
	if *full {
		one = 1
	}
	if testing.Short() {
		one = 60
	}
	figures := &tally{table: "D2"}
	storm(figures, variant{}, 3, one)
	figures.report(t, figures.cells)
	if figures.cells < 5000 && !testing.Short() {
		t.Errorf("%d traces, want 5000", figures.cells)
	}
}

// setFirst is a rotation that tells AWS first and writes the document afterwards.
func setFirst(a *attempt, req *rotators.Request, save func(context.Context, any) error) error {
	text, err := recipe{length: 32, wants: [4]bool{true, true, true, true}}.generate(a.random, nil)
	if err != nil {
		return err
	}
	name := "app"
	in := &iam.UpdateLoginProfileInput{UserName: &name, Password: &text}
	if _, err := a.run.IAM(a.sim.Credentials("login")).UpdateLoginProfile(a.ctx, in); err != nil {
		return err
	}
	next := maps.Clone(req.State)
	if next == nil {
		next = map[string]any{}
	}
	delete(next, "ledger")
	next["current"] = map[string]any{"password": schema.NewSecret(text)}
	return save(a.ctx, next)
}

// Plain rotations, and those without one of the rules, lose the password in force; the tables notice.
func TestControls(t *testing.T) {
	noticed := func(play func(*tally)) string {
		figures := &tally{}
		play(figures)
		for _, v := range figures.first {
			if strings.Contains(v, "P1") {
				line, _, _ := strings.Cut(v, "\n")
				return fmt.Sprintf("%d violations in %d traces, such as: %s", figures.violations, figures.cells, line)
			}
		}
		return ""
	}
	one := 4
	if testing.Short() {
		one = 40
	}
	faults := func(v variant) func(*tally) { return func(t *tally) { storm(t, v, 2, one) } }
	controls, failed := map[string]func(*tally){
		"set first, store afterwards":                    faults(variant{control: setFirst}),
		"an old candidate is dropped when it is refused": faults(variant{without: ruleKept}),
		"not written ahead":                              faults(variant{without: ruleAhead}),
		"a password in doubt is dropped":                 faults(variant{without: ruleDoubt}),
		"a frozen run sets":                              func(t *tally) { freezes(t, ruleInTime) },
		"a run goes on without a word":                   func(t *tally) { freezes(t, ruleFence) },
	}, 0
	for name, play := range controls {
		if how := noticed(play); how == "" {
			t.Errorf("%s: nobody notices", name)
		} else {
			failed++
			t.Logf("%s: %s", name, how)
		}
	}
	fmt.Printf("E2  negative controls of passwords that fail %d of %d\n", failed, len(controls))
}
