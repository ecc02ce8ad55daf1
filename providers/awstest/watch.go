package awstest

import (
	"fmt"
	"maps"
	"slices"
	"time"
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
		r.Edited = true // no run of ours
		w.note(r)
	}
	s.mu.Lock()
	s.watches = append(s.watches, w)
	s.mu.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.observers = append(d.observers, func(r Revision) {
		s.mu.Lock()
		defer s.mu.Unlock()
		w.note(r)
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
