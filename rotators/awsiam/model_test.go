package awsiam

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators/internal/traces"
)

var full = flag.Bool("full", false, "play every trace of the model, which takes some minutes, and not a sample")

// The alternatives to a step that goes well.
const (
	fine = iota
	crashAfter
	failed // a read; a write is lost before or after it was carried out
	lostAfter
	denied
	incomplete // a key without its secret
	stale
	slow // a new key is not known yet
	humanCreates
	humanKills
	humanSwitchesOff
	humanEdits
	humanPublishes // or stops to
)

// A storm decides how each step of a run goes.
type storm struct {
	*attempt
	script *traces.Script
	chosen map[int]int // by call
	last   awstest.Call
	lasts  int
}

// alternatives are what may happen to a call or save.
func (s *storm) alternatives(c awstest.Call) []int {
	var all []int
	switch c.Action {
	case "CreateAccessKey":
		all = []int{fine, crashAfter, failed, lostAfter, incomplete, denied}
	case "DeleteAccessKey", "PutSecretValue":
		all = []int{fine, crashAfter, failed, lostAfter, denied}
	case "UpdateAccessKey", "Save":
		all = []int{fine, crashAfter, failed, lostAfter}
	case "ListAccessKeys":
		all = []int{fine, crashAfter, failed, stale}
	case "GetCallerIdentity":
		all = []int{fine, crashAfter, failed}
		if s.point(c) == afterProof {
			all = append(all, slow)
		}
	default:
		all = []int{fine, crashAfter, failed}
	}
	if s.world.acted {
		return all
	}
	if s.is.current != nil {
		all = append(all, humanKills, humanSwitchesOff)
	}
	if s.is.previous != nil {
		all = append(all, humanEdits)
	}
	if s.publish {
		all = append(all, humanPublishes)
	}
	return append(all, humanCreates)
}

// decide chooses once for each step. Its repetitions go as it went.
func (s *storm) decide(c awstest.Call) int {
	if how, known := s.chosen[c.N]; known {
		return how
	}
	how := fine
	repeated := c.Action == s.last.Action && c.KeyID == s.last.KeyID && c.Signer == s.last.Signer && s.point(c) == s.point(s.last)
	switch {
	case repeated && s.lasts != stale && s.lasts < humanCreates:
		how = s.lasts
		if how == crashAfter || how == denied {
			how = fine
		}
	case !repeated:
		alternatives := s.alternatives(c)
		how = alternatives[s.script.Pick(len(alternatives), 1)]
	}
	s.chosen[c.N], s.last, s.lasts = how, c, how
	return how
}

// blow sets the storm on a run.
func (a *attempt) blow(sc *traces.Script) *storm {
	s := &storm{attempt: a, script: sc, chosen: map[int]int{}}
	mine := func(c awstest.Call) bool { return c.Run == a.run.Name() && c.Action != "Save" }
	on := func(how int, o awstest.Outcome) {
		a.sim.Script(awstest.Rule{Outcome: o, When: func(c awstest.Call) bool { return mine(c) && s.decide(c) == how }})
	}
	on(failed, awstest.Dropped())
	on(lostAfter, awstest.Dropped().Executed())
	on(denied, awstest.Fail("AccessDenied", 0))
	on(incomplete, awstest.WithoutSecret())
	on(stale, awstest.Stale(time.Minute))
	on(slow, awstest.Fail("InvalidClientTokenId", 0))
	a.sim.Before(func(c awstest.Call) {
		if c.Run == a.run.Name() && c.Action == "Save" {
			s.save(c)
		}
		if c.Run == a.run.Name() {
			s.act(s.chosen[c.N])
		}
	})
	a.run.CrashWhen(func(c awstest.Call) bool { return s.chosen[c.N] == crashAfter })
	return s
}

// save chooses for a save, which no rule sees before it is told.
func (s *storm) save(c awstest.Call) {
	s.doc.ClearScript()
	switch s.decide(c) {
	case failed:
		s.doc.Script(awstest.SaveRule{Outcome: awstest.SaveUncertainLost})
	case lostAfter:
		s.doc.Script(awstest.SaveRule{Outcome: awstest.SaveUncertainWritten})
	}
}

// act has the human do something.
func (s *storm) act(how int) {
	acts := map[int]func(*world) bool{humanCreates: acts[0].do, humanKills: acts[1].do, humanSwitchesOff: acts[2].do, humanEdits: func(w *world) bool {
		w.doc.Edit(func(state map[string]any) map[string]any { return without(state, "previous") })
		return true
	}, humanPublishes: publishActs[0].do}
	if do := acts[how]; do != nil {
		s.world.acted, s.world.human = true, true
		do(s.world)
	}
}

// Every choice of at most two faults or human acts in at most two runs, from the starts of the model and of publishing, followed by runs without
// faults.
func TestModel(t *testing.T) {
	one := 100
	if testing.Short() {
		one = 400
	}
	for _, test := range []struct {
		name   string
		policy awstest.Policy
		starts []start
		rarer  int
	}{
		{"D1", nil, modelStarts(), 1},
		{"D1m", awstest.MinimalPolicy, modelStarts(), 1},
		{"D1p", nil, publishStarts, 3},
	} {
		figures := &tally{table: test.name}
		sample := one * test.rarer
		if *full {
			sample = 1
		}
		for _, s := range test.starts {
			traces.Explore(2, sample, func(sc *traces.Script) {
				w := newWorld(s, variant{policy: test.policy})
				w.minimal = test.policy != nil
				w.play(sc)
				w.finish(figures, fmt.Sprint(sc.Prefix), len(sc.Prefix) > 0)
			})
		}
		figures.report(t)
	}
}

func (w *world) play(sc *traces.Script) {
	for i := range 2 {
		a := w.attempt()
		a.blow(sc)
		a.perform()
		w.sim.ClearScript()
		w.doc.ClearScript()
		if a.end() == "rotated" || a.end() == "rolled-forward" || a.end() == "no-op" {
			break
		}
		w.notice()
		if i == 0 {
			w.sim.Advance(gaps[sc.Pick(len(gaps), 0)])
		}
	}
	w.settle(7 * day)
}
