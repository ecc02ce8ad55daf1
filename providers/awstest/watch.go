package awstest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// invariants are what [Simulator.Watch] asserts.
var invariants = map[string]string{
	"I1":  "If a key in current or previous was alive before our call, one is alive after it.",
	"I2":  "We never delete or deactivate the key in current, nor the key that signs our requests.",
	"I3":  "We delete or deactivate only keys that are provably ours: an id that this document holds or held, or one proven by an intent.",
	"I4":  "Forget first: when we delete or deactivate a key, the durable document no longer has it in current, in previous, or in pending with its secret.",
	"I5":  "Between the answer of Create and the durable secret nothing is called but save, or the delete that undoes the Create.",
	"I6":  "Current receives only proven keys.",
	"I7":  "A run sends at most one CreateAccessKey request on the wire.",
	"I8":  "A key is not retired within the least interval of leaving current, unless forced.",
	"I9":  "When a run ends or dies, each live key that we made is named by the document or covered by an intent; one that was published may instead have been removed from the state by a human.",
	"I10": "A clean refusal has no side effect; every refusal names the keys in question; no key is deleted unless that frees a slot or the key was due; no secret is in any error.",
	"I12": "We never delete or deactivate the key that the watched secret holds, nor, unless forced, one that has left it within the least interval, and never put a dead key there in place of a live one.",
	"P1":  "A password in force that the document holds stays in the document.",
}

// A Watch asserts, after every call and save of a run and at the end of each run, what must hold of a rotation whose
// state is in a document: that no working credential is lost, and no key of anybody else touched. Its fields may be set
// until the first run begins. Calls that belong to no run are somebody else's and are not judged.
type Watch struct {
	// MinInterval is the least time between leaving current and being retired; Simulator.Watch sets it to ten minutes.
	MinInterval time.Duration

	// Unverified allows keys in current that no GetCallerIdentity has proven. Forced allows to retire them early.
	Unverified, Forced bool

	// Secret is the name of the secret, in the region of the options, that the rotation publishes the current key to, as a
	// JSON object with a member accessKeyId. Empty means that it publishes none.
	Secret string

	// Report is told of each violation; nil has it fail the test.
	Report func(Violation)

	sim        *Simulator
	only       map[*Run]bool // nil: every run
	names      names
	held       map[string]bool // ids that the document names or named, as ours
	published  map[string]bool // ids that were current
	removed    map[string]bool // ids that a human took out of the state
	intents    []*intent
	left       map[string]time.Time // when an id left current
	runs       map[*Run]*runRecord
	acting     *Run                 // whose save is going on
	lived      bool                 // what I1 held before the present step
	remembered bool                 // what P1 held
	served     bool                 // what I12 held
	holding    string               // the key that the secret held
	emptied    map[string]time.Time // when a key left the secret
	assertions map[string]int
	violations []Violation
}

// A runRecord is what one run has done.
type runRecord struct {
	creates  int
	made     []string       // ids that answers to this run have told
	awaiting string         // a key whose secret is not durable yet
	proven   map[string]int // successful proofs by id
	effects  int
	intents  int // that it has saved
}

// A Violation is a rule that did not hold.
type Violation struct {
	Rule  string // its name, such as I1, which String says in full; harness for an act of a run that has crashed
	Text  string // what happened
	Trace string // all calls and saves until then
}

// String returns the rule with its text, what happened, and the trace.
func (v Violation) String() string {
	rule := v.Rule
	if text := invariants[v.Rule]; text != "" {
		rule += ": " + text
	}
	return rule + "\n  " + v.Text + "\n" + v.Trace
}

// Watch begins to assert the invariants of a rotation whose state is in the document.
func (s *Simulator) Watch(d *Document) *Watch {
	w := &Watch{
		MinInterval: 10 * time.Minute, sim: s,
		held: map[string]bool{}, published: map[string]bool{}, removed: map[string]bool{}, left: map[string]time.Time{}, emptied: map[string]time.Time{},
		runs: map[*Run]*runRecord{}, assertions: map[string]int{},
	}
	for _, r := range d.Revisions() {
		w.note(r, true)
	}
	s.mu.Lock()
	s.watches = append(s.watches, w)
	s.mu.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.observers = append(d.observers, func(r Revision) {
		s.mu.Lock()
		defer s.mu.Unlock()
		w.note(r, r.Edited)
	})
	return w
}

// Only has the watch judge none but these runs, and those of further calls: for an account in which other runs have other
// documents.
func (w *Watch) Only(runs ...*Run) {
	w.sim.mu.Lock()
	defer w.sim.mu.Unlock()
	if w.only == nil {
		w.only = map[*Run]bool{}
		w.sim.watches = slices.DeleteFunc(w.sim.watches, func(other *Watch) bool { return other == w })
	}
	if w.sim.watching == nil {
		w.sim.watching = map[*Run][]*Watch{}
	}
	for _, r := range runs {
		w.only[r] = true
		w.sim.watching[r] = append(w.sim.watching[r], w)
	}
}

// judges tells whether what a run has done is the watch's matter. What belongs to no run is nobody's.
func (w *Watch) judges(r *Run) bool { return r != nil && (w.only == nil || w.only[r]) }

// Assertions returns how often each rule was asserted.
func (w *Watch) Assertions() map[string]int {
	w.sim.mu.Lock()
	defer w.sim.mu.Unlock()
	return maps.Clone(w.assertions)
}

// Violations returns all so far.
func (w *Watch) Violations() []Violation {
	w.sim.mu.Lock()
	defer w.sim.mu.Unlock()
	return slices.Clone(w.violations)
}

// assert counts an assertion, and reports it if it does not hold.
func (w *Watch) assert(rule string, holds bool, format string, args ...any) {
	w.assertions[rule]++
	if holds {
		return
	}
	v := Violation{Rule: rule, Text: fmt.Sprintf(format, args...), Trace: w.sim.trace()}
	w.violations = append(w.violations, v)
	w.sim.unreported = append(w.sim.unreported, report{tell: w.Report, what: v})
}

func (w *Watch) record(r *Run) *runRecord {
	if w.runs[r] == nil {
		w.runs[r] = &runRecord{proven: map[string]int{}}
	}
	return w.runs[r]
}

// note takes in a revision of the document. A given one was there before or is a human's, and proves each key that it
// names; one that a run saved proves those whose secret it had to know.
func (w *Watch) note(r Revision, given bool) {
	before := w.names
	w.names = read(r.State)
	for _, id := range w.names.all() {
		if given || id == w.names.current || id == w.names.previous || id == w.names.pending {
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
	if w.acting != nil && !given && w.names.intent.isNewer(before.intent) {
		w.record(w.acting).intents++
	}
	if given {
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

func (w *Watch) before() {
	w.lived, w.remembered = w.alive(), w.remembers()
	w.served, w.holding = w.serves(), w.holds()
}

func (w *Watch) after(what *call) {
	if w.lived {
		w.assert("I1", w.alive(), "after %s no key in current (%q) or previous (%q) is alive", what.Action, w.names.current, w.names.previous)
	}
	if w.remembered {
		w.assert("P1", w.remembers(), "after %s the document does not hold the password in force", what.Action)
	}
	if w.served {
		w.assert("I12", w.serves(), "after %s the secret holds %s, which is not alive", what.Action, w.holds())
	}
	if now := w.holds(); now != w.holding {
		w.emptied[w.holding] = w.sim.clock.Now()
	}
}

func (w *Watch) beforeCall(*call) { w.before() }

// afterCall judges what a call has done.
func (w *Watch) afterCall(c *call, in any) {
	if c.run == nil {
		return
	}
	w.after(c)
	if !c.Executed {
		return
	}
	if writes(c.Action) {
		w.record(c.run).effects++
	}
	if retires(in) {
		w.retired(c)
	}
}

func writes(action string) bool {
	return !strings.HasPrefix(action, "Get") && !strings.HasPrefix(action, "List") && action != "AssumeRoleWithWebIdentity"
}

// retires tells whether a call is to delete or to deactivate a key.
func retires(in any) bool {
	switch in := in.(type) {
	case *iam.DeleteAccessKeyInput:
		return true
	case *iam.UpdateAccessKeyInput:
		return in.Status != types.StatusTypeActive
	}
	return false
}

// retired judges a key's end.
func (w *Watch) retired(c *call) {
	id, n, r := c.KeyID, w.names, w.record(c.run)
	w.assert("I3", w.ours(id, r), "%s of %s, which the document never named and no intent proves", c.Action, id)
	w.assert("I4", id != n.current && id != n.previous && (id != n.pending || !n.pendingSecret),
		"%s of %s, which the document still has", c.Action, id)
	if at, found := w.left[id]; found && !w.Forced {
		early := at.Add(w.MinInterval).Sub(w.sim.clock.Now())
		w.assert("I8", early <= 0, "%s of %s, %v too early", c.Action, id, early)
	}
	if w.Secret != "" {
		w.assert("I12", id != w.holds(), "%s of %s, which the secret holds", c.Action, id)
		if at, found := w.emptied[id]; found && !w.Forced {
			early := at.Add(w.MinInterval).Sub(w.sim.clock.Now())
			w.assert("I12", early <= 0, "%s of %s, %v too early after it has left the secret", c.Action, id, early)
		}
	}
	if c.Action == "DeleteAccessKey" {
		due := slices.Contains(n.retiring, id) || id == n.quarantine || id == n.pending || slices.Contains(r.made, id)
		w.assert("I10", due, "%s was deleted, and the document does not list it as retiring or quarantined", id)
	}
}

// ours tells whether the document, an intent or an answer to this very run proves that a key is ours.
func (w *Watch) ours(id string, r *runRecord) bool {
	if w.held[id] || slices.Contains(r.made, id) {
		return true
	}
	k := w.sim.keys[id]
	if k == nil || !k.used.at.IsZero() {
		return false
	}
	return slices.ContainsFunc(w.intents, func(i *intent) bool {
		if !i.covers(id, k.created) {
			return false
		}
		rivals := 0
		for _, other := range k.user.keys {
			if other != k && other.exists() && !w.held[other.id] && i.covers(other.id, other.created) {
				rivals++
			}
		}
		return rivals == 0
	})
}

// answered judges what a run sent and what it learned.
func (w *Watch) answered(c *call, a answer, in any) {
	if c.run == nil || a.damage == refused {
		return
	}
	r := w.record(c.run)
	if r.awaiting != "" {
		undoes := c.Action == "DeleteAccessKey" && c.KeyID == r.awaiting
		w.assert("I5", undoes, "%s before the secret of %s was saved", c.Action, r.awaiting)
		if undoes && c.Executed {
			r.awaiting = ""
		}
	}
	if retires(in) {
		w.assert("I2", c.KeyID != w.names.current && c.KeyID != c.Signer, "%s of %s, which is current or signs", c.Action, c.KeyID)
	}
	if c.Action == "CreateAccessKey" {
		r.creates++
		w.assert("I7", r.creates == 1, "CreateAccessKey was sent %d times", r.creates)
	}
	if a.err == nil && a.damage == intact {
		r.learn(w, c, a.out)
	}
}

// learn takes in an answer that the run has seen.
func (r *runRecord) learn(w *Watch, c *call, out any) {
	switch out := out.(type) {
	case *iam.CreateAccessKeyOutput:
		if out.AccessKey != nil && out.AccessKey.AccessKeyId != nil {
			r.awaiting = *out.AccessKey.AccessKeyId
			r.made = append(r.made, r.awaiting)
		}
	case *sts.GetCallerIdentityOutput:
		k := w.sim.keys[c.Signer]
		if k != nil && out.Arn != nil && *out.Arn == k.user.arn {
			r.proven[k.id]++
		}
	}
}

func (w *Watch) beforeSave(c *call) {
	w.before()
	w.acting = c.run
}

func (w *Watch) afterSave(c *call, err error) {
	w.acting = nil
	w.after(c)
	r := w.record(c.run)
	if err == nil {
		r.effects++
	}
	if r.awaiting != "" && w.names.has(r.awaiting) && (w.names.pendingSecret || w.names.pending != r.awaiting) {
		r.awaiting = ""
	}
}
