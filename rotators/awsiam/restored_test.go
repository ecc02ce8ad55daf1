package awsiam

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
)

// A document is put back to a revision whose keys are dead by now. The keys that it does not know any more may be in use, so
// a rotation refuses, names them and leaves them alone; the audit and the proof tell that those of the document are dead.
func TestRestoredDocument(t *testing.T) {
	w := newWorld(starts[5], variant{})
	old := w.doc.State()
	for range 3 {
		w.attempt().perform().wantEnd(t, "rotated")
		w.sim.Advance(time.Hour)
	}
	w.sound(t)
	present := w.sim.Keys("app")
	w.doc.Edit(func(map[string]any) map[string]any { return old })

	if said := w.audit(t, rotators.AuditOptions{}); !strings.Contains(said, "error missing the document has it as its current key") || strings.Count(said, " foreign Active") != 2 {
		t.Errorf("the audit says\n%s", said)
	}
	a := w.attempt()
	_, err := a.rotator().Verify(t.Context(), a.request(w.doc.State()))
	if a.err = err; a.code() != "not-proven" {
		t.Errorf("the proof ends with %v", err)
	}
	a = w.attempt().perform().wantEnd(t, "current-dead")
	var coded *Error
	if errors.As(a.err, &coded); len(coded.Keys) != 3 || !strings.Contains(coded.Hint, "a newer revision or a copy") {
		t.Errorf("the rotation ends with %v", a.err)
	}
	statuses := func(keys []awstest.Key) map[string]string {
		all := map[string]string{}
		for _, key := range keys {
			all[key.ID] = key.Status
		}
		return all
	}
	if diff := cmp.Diff(statuses(present), statuses(w.sim.Keys("app"))); diff != "" {
		t.Errorf("keys: -before +after\n%s", diff)
	}
}

// A document is put back while a run has made a key, so that it does not know of it any more. The run names the key, and so
// does the next one, which leaves it alone.
func TestRestoredMeanwhile(t *testing.T) {
	for _, back := range []string{"to what it was", "to nothing"} {
		t.Run(back, func(t *testing.T) {
			w := newWorld(starts[4], variant{})
			old := w.doc.State()
			if back == "to nothing" {
				old = nil
			}
			a := w.attempt()
			a.after(saveB, func() { w.doc.Edit(func(map[string]any) map[string]any { return old }) })
			a.perform().wantEnd(t, "save-conflict")
			made := w.sim.Keys("app")[1].ID
			for _, coded := range []*Error{endOf(a.err), endOf(w.attempt().perform().wantEnd(t, "foreign-keys").err)} {
				if !slices.ContainsFunc(coded.Keys, func(k Key) bool { return k.ID == made }) {
					t.Errorf("%s is not named: %v", made, coded)
				}
			}
			if k, _ := w.sim.Key(made); k.Status != active {
				t.Errorf("%s is %q", made, k.Status)
			}
		})
	}
}

func endOf(err error) *Error {
	coded, _ := errors.AsType[*Error](err)
	return coded
}
