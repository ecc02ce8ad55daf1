package awsiam

import (
	"errors"
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
	if errors.As(a.err, &coded); len(coded.Keys) != 3 {
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
