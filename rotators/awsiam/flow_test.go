package awsiam

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awstest"
)

// steps returns the calls and saves of a run in a short form: what was called, on which key, signed by which.
func (a *attempt) steps() []string {
	var all []string
	labels := map[string]string{}
	for _, letter := range []string{"C", "P", "N", "O", "H", "ADMIN"} {
		labels[keyID(letter)] = letter
	}
	for _, c := range a.sim.Calls() {
		if c.Action == "CreateAccessKey" && c.KeyID != "" {
			labels[c.KeyID] = "new"
		}
	}
	labels[a.credentials().AccessKeyID] = "login"
	for _, c := range a.sim.Calls() {
		if c.Run != a.run.Name() {
			continue
		}
		words := []string{c.Action}
		if c.Action == "GetCallerIdentity" {
			words = append(words, "by", labels[c.Signer])
		} else if c.KeyID != "" && c.Action != "CreateAccessKey" {
			words = append(words, labels[c.KeyID])
		}
		all = append(all, strings.Join(words, " "))
	}
	return all
}

// A rotation without faults calls this and nothing else.
func TestCallOrder(t *testing.T) {
	look := []string{"GetCallerIdentity by login", "GetUser", "ListAccessKeys"}
	proof := []string{"GetCallerIdentity by new", "GetCallerIdentity by new", "GetCallerIdentity by new", "Save"}
	for _, test := range []struct {
		start int
		want  []string
	}{
		{6, slices.Concat(look, []string{"GetCallerIdentity by C", "GetAccessKeyLastUsed P", "Save", "DeleteAccessKey P", "CreateAccessKey", "Save"}, proof)},
		{5, slices.Concat(look, []string{"GetCallerIdentity by C", "Save", "CreateAccessKey", "Save"}, proof)},
		{1, slices.Concat(look, []string{"Save", "CreateAccessKey", "Save"}, proof)},
	} {
		for _, policy := range []awstest.Policy{awstest.RecommendedPolicy, awstest.MinimalPolicy} {
			w := newWorld(starts[test.start-1], variant{policy: policy})
			a := w.attempt().perform()
			if diff := cmp.Diff(test.want, a.steps()); diff != "" || a.end() != "rotated" {
				t.Errorf("start %d ended with %s (-want +got):\n%s", test.start, a.end(), diff)
			}
			for _, c := range w.sim.Calls() {
				if c.Implicit {
					t.Errorf("%s named no user", c.Action)
				}
			}
		}
	}
}

// picture returns what the document says of each key, and which keys there are.
func (w *world) picture() (document, account string) {
	s := readState(w.doc.State())
	roles := map[string][]string{}
	for id, role := range s.names() {
		letter := w.letter(id)
		if p := s.ledger.pending; role == "pending" && !p.half {
			letter += "+secret"
		}
		roles[role] = append(roles[role], letter)
	}
	var words []string
	for _, role := range []string{"current", "previous", "pending", "retiring", "quarantined"} {
		if letters := roles[role]; len(letters) > 0 {
			words = append(words, role+" "+strings.Join(letters, " "))
		}
	}
	if p := s.ledger.pending; p != nil && p.key == nil {
		words = append(words, "intent")
	}
	var keys []string
	for _, k := range w.sim.Keys("app") {
		letter := w.letter(k.ID)
		if k.Status != "Active" {
			letter += "(inactive)"
		}
		keys = append(keys, letter)
	}
	slices.Sort(keys)
	return strings.Join(words, ", "), strings.Join(keys, " ")
}

func (w *world) letter(id string) string {
	for _, letter := range []string{"C", "P", "N", "O", "H"} {
		if id == keyID(letter) {
			return letter
		}
	}
	return "new"
}

// What a run leaves that dies from {C, P}, and what the next one makes of it.
func TestCrashTable(t *testing.T) {
	const before, planned = "current C, previous P", "current C, retiring P, intent"
	held := "current C, pending new+secret, retiring P"
	for _, test := range []struct {
		name              string
		play              func(a *attempt)
		account, document string
		next              string // how the run an hour later ends
	}{
		{"CHECK", func(a *attempt) { a.crashAt(atStart) }, "C P", before, "rotated"},
		{"LOOK", func(a *attempt) { a.crashAt(afterList) }, "C P", before, "rotated"},
		{"RETIRE", func(a *attempt) { a.crashAt(afterCurrent) }, "C P", before, "rotated"},
		{"CHOOSE", func(a *attempt) { a.crashAt(afterPrevious) }, "C P", before, "rotated"},
		{"SAVE A", func(a *attempt) { a.crashAt(saveA) }, "C P", planned, "rotated"},
		{"DELETE P", func(a *attempt) { a.crashAt(afterVictim) }, "C", planned, "rotated"},
		{"CREATE, executed", func(a *attempt) { a.crashAt(afterCreate) }, "C new", planned, "orphan-quarantined"},
		{"CREATE, not executed", func(a *attempt) {
			a.sim.Script(awstest.Rule{Action: "CreateAccessKey", Outcome: awstest.Dropped()})
			a.crashAt(afterCreate)
		}, "C", planned, "rotated"},
		{"SAVE B, written", func(a *attempt) { a.crashAt(saveB) }, "C new", held, "rolled-forward"},
		{"SAVE B, not written", func(a *attempt) { a.crashSave(saveB, awstest.SaveCrashBefore) }, "C new", planned, "orphan-quarantined"},
		{"SAVE B, conflict", func(a *attempt) { a.crashSave(saveB, awstest.SaveConflict) }, "C", planned, "rotated"},
		{"PROVE", func(a *attempt) { a.crashAt(afterProof) }, "C new", held, "rolled-forward"},
		{"SAVE C, not written", func(a *attempt) { a.crashSave(saveC, awstest.SaveCrashBefore) }, "C new", held, "rolled-forward"},
		{"SAVE C, written", func(a *attempt) { a.crashAt(saveC) }, "C new", "current new, previous C", "rotated"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(starts[5], variant{})
			a := w.attempt()
			test.play(a)
			a.perform()
			w.sim.ClearScript()
			w.doc.ClearScript()
			if document, account := w.picture(); account != test.account || document != test.document {
				t.Errorf("account %q, document %q; want %q and %q", account, document, test.account, test.document)
			}
			w.sim.Advance(time.Minute)
			if soon := w.attempt().perform(); test.document != before && soon.writes() > 0 {
				t.Errorf("a run within the lease, or the interval, ended with %s and wrote %d times", soon.end(), soon.writes())
			}
			w.sim.Advance(time.Hour)
			if next := w.attempt().perform(); next.end() != test.next && test.document != before {
				t.Errorf("the next run ended with %s, want %s", next.end(), test.next)
			}
			for _, v := range w.violations {
				t.Error(v)
			}
		})
	}
}

// crashSave scripts the save of a point.
func (a *attempt) crashSave(point string, o awstest.SaveOutcome) {
	saveFault(point, "", o).strike(a, 1)
}
