package awstest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/providers"
)

// cleanRefusals are the codes of errors after which nothing may have changed.
var cleanRefusals = []string{
	"bad-input", "bad-state", "login-expiring", "denied", "wrong-account", "wrong-user", "user-missing", "account-unproven",
	"user-recreated", "no-login-profile", "in-progress", "try-later", "unknown-keys", "foreign-keys", "current-dead", "signing-key", "previous-in-use",
}

// lateRefusals are those of them that a run may find out after it has settled what an earlier run left, or done what was
// due by age. What must not have begun by then is a rotation.
var lateRefusals = []string{
	"bad-state", "try-later", "unknown-keys", "foreign-keys", "current-dead", "signing-key", "previous-in-use", "unpublished",
}

// namingRefusals are the codes of errors that are about keys.
var namingRefusals = []string{
	"unknown-keys", "orphan-quarantined", "foreign-keys", "current-dead", "signing-key", "previous-in-use", "unpublished",
}

// runEnded judges a run that is over.
func (w *Watch) runEnded(r *Run, crash *Crash, err error) {
	for _, u := range w.sim.users {
		for _, k := range u.keys {
			if w.judges(k.run) && k.alive() && !k.touched {
				w.assert("I9", w.accounted(k), "%s is alive, was made by run %q, and the document does not know of it", k.id, k.run.name)
			}
		}
	}
	if crash != nil || err == nil {
		return
	}
	w.refused(w.record(r), err)
}

// accounted tells whether the document will lead back to a key that we made.
func (w *Watch) accounted(k *key) bool {
	return w.names.has(k.id) || w.names.intent.covers(k.id, k.created) || w.published[k.id] && w.removed[k.id]
}

// refused judges the error of a run.
func (w *Watch) refused(r *runRecord, err error) {
	text := err.Error() + fmt.Sprintf("%+v", err)
	for _, secret := range w.sim.secrets {
		if len(secret) >= 8 && strings.Contains(text, secret) {
			w.assert("I10", false, "the error holds a secret")
			return
		}
	}
	var coded providers.Coder
	if !errors.As(err, &coded) {
		return
	}
	code := coded.DiagnosticCode()
	switch {
	case slices.Contains(lateRefusals, code):
		w.assert("I10", r.intents == 0 && r.creates == 0, "the refusal %s came after a rotation had begun", code)
	case code == "wrong-user" && w.names.pendingSecret:
		// The key that was made has proved to be somebody else's; it stays in the document.
	case slices.Contains(cleanRefusals, code):
		w.assert("I10", r.effects == 0, "the refusal %s came after %d writes", code, r.effects)
	}
	if slices.Contains(namingRefusals, code) {
		named := false
		for id := range w.sim.keys {
			named = named || strings.Contains(text, id)
		}
		w.assert("I10", named, "the refusal %s names no key", code)
	}
}
