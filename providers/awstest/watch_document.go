package awstest

import (
	"slices"
	"time"
)

// note takes in a revision of the document. That of a human proves each key that it names; one that a run saved proves those
// whose secret it had to know.
func (w *Watch) note(r Revision) {
	before := w.names
	w.names = read(r.State)
	for _, id := range w.names.all() {
		if r.Edited || id == w.names.current || id == w.names.previous || id == w.names.pending {
			w.held[id] = true
		}
	}
	if w.names.intent != nil {
		w.intents = append(w.intents, w.names.intent)
	}
	if w.names.current != "" {
		w.published[w.names.current] = true
	}
	if before.current != "" && before.current != w.names.current {
		w.left[before.current] = w.leaving()
	}
	if w.acting != nil && !r.Edited && w.names.intent.isNewer(before.intent) {
		w.record(w.acting).intents++
	}
	if r.Edited {
		for _, id := range before.all() {
			w.removed[id] = w.removed[id] || !w.names.has(id)
		}
	} else if w.acting != nil && w.names.current != "" && w.names.current != before.current && !w.Unverified {
		w.assert("I6", w.record(w.acting).proven[w.names.current] > 0, "%s became current and was not proven", w.names.current)
	}
}

// leaving is when the present key became current, as the state says, else now.
func (w *Watch) leaving() time.Time {
	now := w.sim.clock.Now()
	if at := w.names.promoted; !at.IsZero() && at.Before(now) {
		return at
	}
	return now
}

// alive tells whether a key in current or previous is.
func (w *Watch) alive() bool {
	for _, id := range []string{w.names.current, w.names.previous} {
		if k := w.sim.keys[id]; k != nil && k.alive() {
			return true
		}
	}
	return false
}

// remembers tells whether the document holds the password in force of some user.
func (w *Watch) remembers() bool {
	if len(w.names.passwords) == 0 {
		return false
	}
	for _, u := range w.sim.users {
		if u.profile != nil && slices.Contains(w.names.passwords, u.profile.password()) {
			return true
		}
	}
	return false
}
