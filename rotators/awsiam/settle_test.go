package awsiam

import (
	"slices"
	"strings"
	"time"

	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators/internal/leaks"
)

// recovery is how a world has ended.
type recovery struct {
	rotated int
	runs    int    // until the first rotation
	last    string // end of the last run
}

// told are the refusals that tell a human what to do.
var told = []string{"unknown-keys", "foreign-keys", "current-dead", "signing-key", "user-recreated", "previous-in-use"}

// settle performs fault-free runs: the first one soon, then up to four, a week apart. Then everything must work, or a
// refusal must say what a human must do.
func (w *world) settle(soon time.Duration) recovery {
	w.sim.ClearScript()
	w.doc.ClearScript()
	r := recovery{}
	for i, gap := range []time.Duration{soon, 7 * day, 7 * day, 7 * day, 7 * day} {
		w.notice()
		w.sim.Advance(gap)
		a := w.attempt().perform()
		if a.code() == "create-refused" && a.deletes() > 0 {
			w.violate("I10 a key was deleted in vain")
		}
		if r.last = a.end(); r.last == "rotated" || r.last == "rolled-forward" {
			if r.rotated++; r.rotated == 1 {
				r.runs = i + 1
			}
		}
		if r.rotated == 2 {
			break
		}
	}
	if w.variant.control == nil {
		w.judge(r)
	}
	return r
}

// judge asserts what must hold in the end.
func (w *world) judge(r recovery) {
	explained := slices.Contains(told, r.last)
	if orphans := w.orphans(); len(orphans) > 0 && !w.lied && r.last != "unknown-keys" {
		w.violate("at rest: our keys %v are alive and nobody knows of them", orphans)
	}
	if r.rotated == 0 && !explained || r.rotated < 2 && !w.human && !explained {
		w.violate("at rest: stuck after %d rotations: %s", r.rotated, r.last)
	}
	if w.minimal && r.last == "unknown-keys" {
		return
	}
	if explained && !w.human && !w.lied {
		w.violate("at rest: a human is asked without need: %s", r.last)
	}
	for id := range w.claimed {
		if k, _ := w.sim.Key(id); w.claims != "" && k.Deleted {
			w.violate("I3 %s was deleted, which somebody had switched on again", id)
		}
	}
	w.judgeSecret(r)
	if r.rotated > 0 && !explained {
		again := w.attempt().perform()
		if again.end() != "no-op" || again.writes() > 0 {
			w.violate("at rest: a run with nothing to do ended with %s and %d writes", again.end(), again.writes())
		}
	}
}

// orphans returns our keys that are alive, that no document has published and none names.
func (w *world) orphans() []string {
	ours := map[string]bool{}
	for _, letter := range []string{"C", "P", "N", "O"} {
		ours[keyID(letter)] = true
	}
	for _, c := range w.sim.Calls() {
		if c.Action == "CreateAccessKey" && c.Executed && c.Run != "" {
			ours[c.KeyID] = true
		}
	}
	for _, rev := range w.doc.Revisions() {
		s := readState(rev.State)
		for _, c := range []*credential{s.current, s.previous} {
			if c != nil {
				delete(ours, c.id)
			}
		}
	}
	if w.claims != "" {
		w.claimed[keyID(w.claims)] = true
	}
	for id := range w.claimed {
		delete(ours, id)
	}
	names := readState(w.doc.State()).names()
	var left []string
	for _, k := range w.sim.Keys("app") {
		if ours[k.ID] && names[k.ID] == "" && k.Status == "Active" {
			left = append(left, k.ID)
		}
	}
	return left
}

// leaks searches what was printed for secrets.
func (w *world) leaks() []string {
	return leaks.In(strings.Join(append(w.printed, w.sim.Trace()), "\n"), w.sim.Secrets()...)
}

// finish adds a cell to the figures of its table, and reports what was wrong.
func (w *world) finish(t *tally, name string, reached bool) {
	for _, secret := range w.leaks() {
		w.violations = append(w.violations, "printed: "+secret)
	}
	t.add(w, name, reached)
	w.sim.Close()
}

// struck tells whether something has gone wrong in a run as it was to.
func (w *world) struck(a *attempt) bool {
	return w.sim.Fired() > 0 || a.gaveUp || slices.ContainsFunc(w.sim.Calls(), func(c awstest.Call) bool {
		return c.Run == a.run.Name() && c.Outcome != "ok"
	})
}

// currentID is the id of the current key of the document.
func (w *world) currentID() string {
	if c := readState(w.doc.State()).current; c != nil {
		return c.id
	}
	return ""
}

// isHuman tells whether a key is one that a human has made.
func isHuman(id string) bool { return id == keyID("H") || id == keyID("HH") || id == keyID("HX") }

// keyOfHuman is a key that a human makes now, and does not use.
func keyOfHuman() awstest.Key { return awstest.Key{ID: keyID("HX"), Secret: keySecret("HX")} }
