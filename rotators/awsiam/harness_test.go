package awsiam

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// A world is one cell of a table: an account, a document, and the invariants that are asserted after every step.
type world struct {
	start
	sim        *awstest.Simulator
	doc        *awstest.Document
	watch      *awstest.Watch
	inputs     map[string]any
	variant    variant
	violations []string
	printed    []string        // whatever a run has said
	killed     bool            // a human has ended the current key in the middle of a run
	limit      bool            // a documented limit has shown
	claimed    map[string]bool // keys that a human has switched on
	off        map[string]bool // keys of the human that she wants to be on
	acted      bool            // the human has acted
	minimal    bool            // only the five permissions: an orphan is for a human to end
	lied       bool            // AWS has said of a key that exists that it does not; what follows is for a human to mend
	quarantine int             // runs that ended because an orphan waits
}

// A variant is what a table changes about the rotator or its surroundings.
type variant struct {
	without    rule
	lastWriter bool           // saves replace whatever is there
	policy     awstest.Policy // of the login; nil: everything
	inputs     map[string]any
	quota      int
	control    control                 // rotates instead of the rotator
	make       func(*attempt) *Rotator // nil: one that calls the simulator without HTTP
	unproven   bool                    // keys need not be proven
	lazy       bool                    // the human never notices that her key is off
}

func newWorld(s start, v variant) *world {
	o := s.options()
	o.Users[0].Policy, o.KeyQuota = v.policy, v.quota
	if s.login != "" {
		o.Users[1].Policy = v.policy
	}
	sim, err := awstest.Simulate(o)
	if err != nil {
		panic(err)
	}
	state := s.state()
	if ledger, ok := state["ledger"].(map[string]any); ok && ledger["userId"] == theUser {
		ledger["userId"] = sim.UserID("app")
	}
	w := &world{start: s, sim: sim, doc: awstest.NewDocument(state), variant: v, off: map[string]bool{}, claimed: map[string]bool{}}
	w.notice()
	w.watch = sim.Watch(w.doc)
	w.watch.Unverified = v.unproven
	w.watch.Report = func(v awstest.Violation) {
		if v.Rule == "I1" && w.killed {
			w.limit = true // a human has ended the current key between our proof of it and the end of another one
			return
		}
		w.violations = append(w.violations, v.String())
	}
	creds := s.credentials()
	w.inputs = map[string]any{
		"userArn": sim.UserARN("app"),
		"login":   map[string]any{"accessKeyId": creds.AccessKeyID, "secretAccessKey": schema.NewSecret(creds.SecretAccessKey)},
	}
	if s.aged {
		maps.Copy(w.inputs, map[string]any{"rotateAfter": "90d", "deactivateAfter": "100d", "deleteAfter": "110d"})
	}
	maps.Copy(w.inputs, v.inputs)
	return w
}

// A control is a rotation that does not protect keys.
type control func(a *attempt, req *rotators.Request, save func(context.Context, any) error) error

// simDialer makes clients that call the simulator without HTTP.
type simDialer struct{ run *awstest.Run }

func (d simDialer) IAM(c aws.Credentials, _ string) iamAPI { return d.run.IAM(c) }
func (d simDialer) STS(c aws.Credentials, _ string) stsAPI { return d.run.STS(c) }

// An attempt is one run in a world.
type attempt struct {
	*world
	run     *awstest.Run
	ctx     context.Context
	cancel  context.CancelFunc
	began   *state // what the document said when it began
	is      *state // what it says now
	saving  string // the point of the latest save
	handed  any    // its state
	intends bool   // it has saved an intent
	listed  bool   // it has seen the list
	lost    string // the pending key if the account has none of that id
	first   func() // happens when the run has got its state
	force   bool
	due     bool // Maintain, not Rotate
	events  []rotators.Event
	crashed bool
	gaveUp  bool // the caller
	err     error
}

func (w *world) attempt() *attempt { return w.attemptAs(w.sim.NewRun()) }

func (w *world) attemptAs(run *awstest.Run) *attempt {
	w.killed = false // a new run looks for itself
	a := &attempt{world: w, run: run, began: readState(w.doc.State())}
	a.is = a.began
	a.ctx, a.cancel = context.WithCancel(context.Background())
	if p := a.began.ledger.pending; p != nil && p.key != nil {
		if k, found := w.sim.Key(p.key.id); !found || k.Deleted {
			a.lost = p.key.id
		}
	}
	w.sim.After(func(c awstest.Call) {
		a.listed = a.listed || c.Run == a.run.Name() && c.Action == "ListAccessKeys"
	})
	return a
}

func readState(data map[string]any) *state {
	s, err := parseState(data)
	if err != nil {
		return &state{}
	}
	return s
}

func (a *attempt) rotator() *Rotator {
	if a.variant.make != nil {
		return a.variant.make(a)
	}
	return &Rotator{clock: a.sim.Clock(), dialer: simDialer{a.run}, without: a.variant.without}
}

func (a *attempt) request(state map[string]any) *rotators.Request {
	return &rotators.Request{
		Request: providers.Request{Inputs: a.inputs}, State: state, Force: a.force,
		Report: func(e rotators.Event) { a.events = append(a.events, e) },
	}
}

// perform rotates, or maintains, to the end or to the crash, and checks the end.
func (a *attempt) perform() *attempt {
	crash, err := awstest.RunToCrash(a.run, a.rotate)
	a.crashed, a.err, a.gaveUp = crash != nil, err, a.ctx.Err() != nil
	a.cancel()
	if a.variant.control == nil {
		a.check()
	}
	return a
}

// rotate is the run itself.
func (a *attempt) rotate() error {
	state, save := a.doc.Begin()
	if a.variant.lastWriter {
		save = func(ctx context.Context, data any) error {
			_, fresh := a.doc.Begin()
			return fresh(ctx, data)
		}
	}
	req := a.request(state)
	if a.first != nil {
		a.first()
	}
	store := a.run.Save(save)
	labelled := func(ctx context.Context, data any) error {
		if !schema.Equal(data, a.handed) { // a repetition is the same save
			a.saving, a.handed = savePoint(a.is, readState(data.(map[string]any))), data
		}
		err := store(ctx, data)
		if a.is = readState(a.doc.State()); err == nil && a.saving == saveA {
			a.intends = true
		}
		return err
	}
	switch {
	case a.variant.control != nil:
		return a.variant.control(a, req, labelled)
	case a.due:
		return a.rotator().Maintain(a.ctx, req, labelled)
	}
	return a.rotator().Rotate(a.ctx, req, labelled)
}

// check asserts what must hold of the end of every run.
func (a *attempt) check() {
	for _, e := range a.events {
		a.say(e, e.Text)
	}
	var coded *Error
	if errors.As(a.err, &coded) {
		text, _ := json.Marshal(coded)
		a.say(coded, string(text))
		if a.quarantined() {
			a.world.quarantine++
		}
	}
	if a.err != nil {
		a.say(a.err, a.err.Error())
	}
	ends := 0
	for _, e := range a.events {
		if slices.Contains([]string{"nothing-due", "no-op", "rolled-forward", "rotated"}, e.Kind) {
			ends++
		}
	}
	if a.err == nil && !a.crashed && ends != 1 || a.err != nil && ends != 0 {
		a.violate("2.21 a run ended %d times, with %v", ends, a.err)
	}
	if a.err != nil && coded == nil && !(a.gaveUp && errors.Is(a.err, context.Canceled)) {
		a.violate("2.20 an error without a code: %v", a.err)
	}
}

func (w *world) say(v any, text string) {
	w.printed = append(w.printed, text, fmt.Sprintf("%v %+v %#v", v, v, v))
}

func (w *world) violate(format string, args ...any) {
	w.violations = append(w.violations, fmt.Sprintf(format, args...)+"\n"+w.sim.Trace())
}

func (a *attempt) code() string {
	var coded *Error
	if errors.As(a.err, &coded) {
		return coded.Code
	}
	return ""
}

func (a *attempt) quarantined() bool { return a.code() == "orphan-quarantined" }

// end is the kind of event that ended the run well, or the code of its error.
func (a *attempt) end() string {
	switch {
	case a.crashed:
		return "crashed"
	case a.err != nil && a.code() == "":
		return "cancelled"
	case a.err != nil:
		return a.code()
	case len(a.events) == 0:
		return "rotated" // by a control, which tells nothing
	}
	return a.events[len(a.events)-1].Kind
}

// writes counts what the run has done but to read.
func (a *attempt) writes() int {
	n := 0
	for _, c := range a.sim.Calls() {
		if c.Run == a.run.Name() && !strings.HasPrefix(c.Action, "Get") && !strings.HasPrefix(c.Action, "List") {
			n++
		}
	}
	return n
}

// notice has the human switch on again a key of hers that somebody else has switched off.
func (w *world) notice() {
	for _, k := range w.sim.Keys("app") {
		if isHuman(k.ID) && k.Status == "Active" {
			w.off[k.ID] = true // she wants it to be on
		}
		if w.off[k.ID] && k.Status == "Inactive" && !w.variant.lazy {
			w.sim.SetKeyStatus(k.ID, "Active")
		}
	}
}

// deletes counts the keys that the run has deleted.
func (a *attempt) deletes() int {
	n := 0
	for _, c := range a.sim.Calls() {
		if c.Run == a.run.Name() && c.Action == "DeleteAccessKey" && c.Executed {
			n++
		}
	}
	return n
}

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
		w.violate("I11 our keys %v are alive and nobody knows of them", orphans)
	}
	if r.rotated == 0 && !explained || r.rotated < 2 && !w.human && !explained {
		w.violate("I11 stuck after %d rotations: %s", r.rotated, r.last)
	}
	if w.minimal && r.last == "unknown-keys" {
		return
	}
	if explained && !w.human && !w.lied {
		w.violate("I11 a human is asked without need: %s", r.last)
	}
	for id := range w.claimed {
		if k, _ := w.sim.Key(id); w.claims != "" && k.Deleted {
			w.violate("I3 %s was deleted, which somebody had switched on again", id)
		}
	}
	if r.rotated > 0 && !explained {
		again := w.attempt().perform()
		if again.end() != "no-op" || again.writes() > 0 {
			w.violate("I11 a run with nothing to do ended with %s and %d writes", again.end(), again.writes())
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

// leaks searches what was printed for secrets, in each form in which they might hide.
func (w *world) leaks() []string {
	text := strings.Join(append(w.printed, w.sim.Trace()), "\n")
	var found []string
	for _, secret := range w.sim.Secrets() {
		quoted, _ := json.Marshal(secret)
		for _, form := range []string{
			secret, base64.StdEncoding.EncodeToString([]byte(secret)), url.QueryEscape(secret), strings.Trim(string(quoted), `"`),
		} {
			if strings.Contains(text, form) {
				found = append(found, form)
			}
		}
	}
	return found
}

// finish adds a cell to the figures of its table, and reports what was wrong.
func (w *world) finish(t *tally, name string, reached bool) {
	for _, secret := range w.leaks() {
		w.violations = append(w.violations, "8.6 printed: "+secret)
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
