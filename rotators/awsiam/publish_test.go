package awsiam

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awstest"
)

// publishStart returns a start of publishing by its number.
func publishStart(number int) start { return publishStarts[number-31] }

func (w *world) versions() (texts []string) {
	for _, v := range w.sim.SecretVersions(theSecret) {
		texts = append(texts, v.Text)
	}
	return texts
}

// A rotation that publishes calls this and nothing else.
func TestPublishOrder(t *testing.T) {
	look := []string{"GetCallerIdentity by login", "GetUser", "ListAccessKeys", "GetCallerIdentity by C"}
	rotation := []string{
		"GetAccessKeyLastUsed P", "Save", "DeleteAccessKey P", "CreateAccessKey", "Save",
		"GetCallerIdentity by new", "GetCallerIdentity by new", "GetCallerIdentity by new", "Save", "PutSecretValue", "Save",
	}
	for _, test := range []struct {
		start int
		end   string
		want  []string
	}{
		{33, "rotated", slices.Concat(look, rotation)},
		{35, "no-op", slices.Concat(look, []string{"PutSecretValue", "Save"})}, // who reads the secret may still use P
	} {
		w := newWorld(publishStart(test.start), variant{})
		a := w.attempt().perform().wantEnd(t, test.end)
		if diff := cmp.Diff(test.want, a.steps()); diff != "" || !a.reported("published") {
			t.Errorf("start %d (-want +got):\n%s", test.start, diff)
		}
		if w.holds() != w.currentID() {
			t.Errorf("start %d: the secret holds %s", test.start, w.holds())
		}
		w.sim.Advance(10*time.Minute - time.Second)
		w.attempt().perform().wantEnd(t, "no-op")
		w.sim.Advance(3 * time.Second)
		w.attempt().perform().wantEnd(t, "rotated")
		w.sound(t)
	}
}

// Who wants to rotate at once, because a key has leaked, does not wait for programs that read the secret.
func TestPublishForce(t *testing.T) {
	w := newWorld(publishStart(43), variant{})
	w.watch.Forced = true
	a := w.attempt()
	a.force = true
	a.perform().wantEnd(t, "rotated")
	if document, account := w.picture(); document != "current new, previous C" || account != "C new" {
		t.Errorf("%s; %s", document, account)
	}
	w.sound(t)
}

// What a run leaves that dies while it publishes, and what the next one makes of it.
func TestPublishCrashTable(t *testing.T) {
	lost := func(a *attempt) {
		a.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Dropped()})
		a.crashAt(afterPut)
	}
	refused := func(a *attempt) {
		a.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Fail("ResourceNotFoundException", 0)})
		a.crashAt(saveFailure)
	}
	for _, test := range []struct {
		name        string
		play        func(a *attempt)
		told, noted bool   // the secret, the document
		end         string // of the next run
	}{
		{"SAVE C", func(a *attempt) { a.crashAt(saveC) }, false, false, "no-op"},
		{"PUT, not executed", lost, false, false, "no-op"},
		{"PUT, executed", func(a *attempt) { a.crashAt(afterPut) }, true, false, "no-op"},
		{"SAVE D, not written", func(a *attempt) { a.crashSave(saveD, awstest.SaveCrashBefore) }, true, false, "no-op"},
		{"SAVE D, written", func(a *attempt) { a.crashAt(saveD) }, true, true, "rotated"},
		{"refusal", refused, false, false, "no-op"},
	} {
		w := newWorld(publishStart(33), variant{})
		a := w.attempt()
		test.play(a)
		a.perform().wantEnd(t, "crashed")
		w.sim.ClearScript()
		w.doc.ClearScript()
		l := readState(w.doc.State()).ledger
		told, noted := w.holds() == w.currentID(), l.published.id == w.currentID()
		if told != test.told || noted != test.noted || (l.publishFailed != nil) != (test.name == "refusal") {
			t.Errorf("%s: told %v, noted %v, failure %v", test.name, told, noted, l.publishFailed)
		}
		versions := len(w.versions())
		w.sim.Advance(hour)
		next := w.attempt().perform().wantEnd(t, test.end)
		if test.end == "no-op" && (!next.reported("published") || told && len(w.versions()) != versions) {
			t.Errorf("%s: the next run has %v", test.name, next.events)
		}
		if w.holds() != w.currentID() {
			t.Errorf("%s: the secret holds %s", test.name, w.holds())
		}
		w.sound(t)
	}
}

// What is published is an object of three members, and always the same for a key.
func TestPublishedValue(t *testing.T) {
	w := newWorld(publishStart(31), variant{})
	w.attempt().perform().wantEnd(t, "rotated")
	k := w.sim.Keys("app")[0]
	last := w.sim.SecretVersions(theSecret)[1]
	want := fmt.Sprintf(`{"accessKeyId":%q,"secretAccessKey":%q,"createdAt":"2026-01-01T00:00:00Z"}`, k.ID, k.Secret)
	if last.Text != want || !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(last.ID) {
		t.Errorf("got %s with %s", last.Text, last.ID)
	}
	w.doc.Edit(func(state map[string]any) map[string]any {
		delete(state["ledger"].(map[string]any), "published")
		delete(state["current"].(map[string]any), "createdAt") // AWS knows it
		return state
	})
	a := w.attempt()
	a.due = true
	if a.perform().wantEnd(t, "nothing-due"); !a.reported("published") || len(w.versions()) != 2 {
		t.Errorf("the same key was published as another version: %q", w.versions())
	}
	w.sound(t)
}

// A run that was frozen before it published its key does not bring it back over a newer one.
func TestLatePublication(t *testing.T) {
	w := newWorld(publishStart(33), variant{})
	late := w.attempt()
	late.before(afterPut, func() {
		for _, end := range []string{"no-op", "rotated", "rotated"} { // the first one publishes that very key
			w.sim.Advance(hour)
			w.attempt().perform().wantEnd(t, end)
		}
	}).perform().wantEnd(t, "publish-failed")
	if !strings.Contains(fmt.Sprint(late.err), "is not the current one") || w.holds() != w.currentID() {
		t.Errorf("the secret holds %s and %s is current: %v", w.holds(), w.currentID(), late.err)
	}
	w.sound(t)
}

// If a human ends that very key meanwhile, it is: nobody remembers that a request may be on its way. The run says so, and
// the next rotation mends it. This is a known limit.
func TestLatePublicationOfDeadKey(t *testing.T) {
	w := newWorld(publishStart(33), variant{})
	w.watch.Report = func(v awstest.Violation) { w.limit = w.limit || v.Rule == "I12" }
	late := w.attempt()
	late.before(afterPut, func() {
		w.sim.RemoveKey(w.currentID())
		w.sim.Advance(hour)
		w.attempt().perform().wantEnd(t, "rotated")
	}).perform().wantEnd(t, "save-conflict")
	if !w.limit || w.holds() == w.currentID() {
		t.Error("the limit is none any more; say so in the documentation")
	}
	w.sim.Advance(hour)
	w.attempt().perform().wantEnd(t, "rotated")
	if w.holds() != w.currentID() {
		t.Error("the next rotation does not mend it")
	}
}

// While a key cannot be published, nothing is made or retired, and that is noted once.
func TestUnpublished(t *testing.T) {
	refuse := awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Fail("ResourceNotFoundException", 0)}
	w := newWorld(publishStart(35), variant{inputs: map[string]any{"deleteAfter": "2h"}})
	w.sim.Script(refuse)
	a := w.attempt().perform().wantEnd(t, "unpublished")
	if a.writes() != 2 { // the request and the note
		t.Errorf("%v", a.steps())
	}
	for _, force := range []bool{false, true} {
		w.sim.Advance(100 * hour)
		b := w.attempt()
		b.force = force
		if b.perform().wantEnd(t, "unpublished"); b.writes() != 1 {
			t.Errorf("force %v: %v", force, b.steps())
		}
	}
	failed := readState(w.doc.State()).ledger.publishFailed
	if failed == nil || failed.code != "ResourceNotFoundException" || !failed.since.Equal(epoch) {
		t.Errorf("noted: %v", failed)
	}
	if document, account := w.picture(); document != "current C, previous P" || account != "C P" {
		t.Errorf("%s; %s", document, account)
	}
	w.sim.ClearScript()
	b := w.attempt()
	b.due = true
	b.perform().wantEnd(t, "nothing-due")
	if s := readState(w.doc.State()).ledger; s.publishFailed != nil || s.published.id != keyID("C") || !b.reported("published") {
		t.Errorf("%v %v", s, b.events)
	}
	w.sim.Advance(24*hour + time.Second)
	c := w.attempt()
	c.due = true
	if c.perform().wantEnd(t, "nothing-due"); !c.reported("deleted") {
		t.Errorf("%v", c.events)
	}
	w.sound(t)
}

// Without the input a key that could not be published is replaced, and nothing of publishing is left.
func TestPublishRemoved(t *testing.T) {
	w := newWorld(publishStart(37), variant{})
	delete(w.inputs, "publish")
	w.attempt().perform().wantEnd(t, "rotated")
	if l := readState(w.doc.State()).ledger; l.published != nil || l.publishFailed != nil {
		t.Errorf("%v %v", l.published, l.publishFailed)
	}
	w.inputs["publish"] = secretOf(theSecret)
	a := w.attempt()
	a.due = true
	if a.perform().wantEnd(t, "nothing-due"); w.holds() != w.currentID() {
		t.Errorf("the secret holds %s", w.holds())
	}
	w.sound(t)
}

// An audit says that a key could not be published.
func TestPublishAudit(t *testing.T) {
	for _, test := range []struct {
		start int
		want  []string // of the current key
	}{{33, nil}, {35, []string{"due"}}, {37, []string{"unpublished", "due"}}} {
		w := newWorld(publishStart(test.start), variant{})
		a := w.attempt()
		audit, err := a.rotator().Audit(a.ctx, a.request(w.doc.State()))
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, v := range audit.Rows[0].Verdicts {
			codes = append(codes, v.Code)
		}
		if !slices.Equal(codes, test.want) {
			t.Errorf("start %d: %v, want %v", test.start, audit.Rows[0].Verdicts, test.want)
		}
		w.sound(t)
	}
}

// A key that does not work is not published.
func TestPublishDeadKey(t *testing.T) {
	w := newWorld(publishStart(45), variant{})
	a := w.attempt()
	a.due = true
	a.perform().wantEnd(t, "nothing-due")
	if !a.warned("publish-failed") || w.holds() != keyID("P") {
		t.Errorf("the secret holds %s: %v", w.holds(), a.events)
	}
	w.sound(t)
}

// Permissions: without that for the secret nothing is lost, and with it and the five all goes well.
func TestPublishPermissions(t *testing.T) {
	t.Parallel()
	recommended := append(slices.Clone(awstest.RecommendedPolicy), putSecret)
	policies := map[string]awstest.Policy{
		"the five": append(slices.Clone(awstest.MinimalPolicy), putSecret), "the five without the secret": awstest.MinimalPolicy, "reading": awstest.ReadOnlyPolicy,
	}
	for _, action := range recommended {
		policies["without "+action] = recommended.Without(action)
	}
	figures := &tally{table: "F1p"}
	permit(figures, publishStarts, policies, func(w *world) {
		if !slices.Contains(w.variant.policy, putSecret) && len(w.versions()) != len(w.put)+1 {
			w.violate("published without permission")
		}
	})
	figures.report(t)
	figures.expect(t, 10*16)
}
