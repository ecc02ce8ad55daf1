package awsiam

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
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
	private    bool            // the run has not been told to publish
	minimal    bool            // only the five permissions: an orphan is for a human to end
	lied       bool            // AWS has said of a key that exists that it does not; what follows is for a human to mend
	told       map[string]int  // events, by kind
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
	w := &world{start: s, sim: sim, doc: awstest.NewDocument(state), variant: v, off: map[string]bool{}, claimed: map[string]bool{}, told: map[string]int{}}
	w.notice()
	w.inputs = map[string]any{}
	if s.publish {
		w.inputs["publish"] = map[string]any{"secretId": theSecret}
		w.putEarlier()
	}
	w.watch = sim.Watch(w.doc)
	if s.publish {
		w.watch.Secret = theSecret
	}
	w.watch.Unverified = v.unproven
	w.watch.Report = func(v awstest.Violation) {
		if w.killed && (v.Rule == "I1" || v.Rule == "I12") {
			w.limit = true // a human has ended the current key between our proof of it and what we did by it
			return
		}
		if v.Rule == "I12" && w.private {
			return // a human has taken publishing away
		}
		w.violations = append(w.violations, v.String())
	}
	creds := s.credentials()
	w.inputs["userArn"] = sim.UserARN("app")
	w.inputs["login"] = map[string]any{"accessKeyId": creds.AccessKeyID, "secretAccessKey": schema.NewSecret(creds.SecretAccessKey)}
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

func (d simDialer) IAM(l awsclient.Login, _ string) iamAPI { return d.run.IAM(l.Credentials()) }
func (d simDialer) Secrets(l awsclient.Login, region string) secretsAPI {
	return d.run.SecretsManager(l.Credentials(), func(o *secretsmanager.Options) { o.Region = region })
}
func (d simDialer) STS(l awsclient.Login, _ string) iamuser.STS { return d.run.STS(l.Credentials()) }

// An attempt is one run in a world.
type attempt struct {
	*world
	run     *awstest.Run
	ctx     context.Context
	cancel  context.CancelFunc
	began   *state // what the document said when it began
	is      *state // what it says now
	durable *state // what the run knows that it says
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
	a.is, a.durable = a.began, a.began
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
		Request: providers.Request{Inputs: maps.Clone(a.inputs)}, State: state, Force: a.force,
		Report: func(e rotators.Event) { a.hear(e) },
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
	a.private = req.Inputs["publish"] == nil
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
		if err == nil {
			a.durable = readState(data.(map[string]any))
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
		a.violate("a run ended %d times, with %v", ends, a.err)
	}
	if a.err != nil && coded == nil && !(a.gaveUp && errors.Is(a.err, context.Canceled)) {
		a.violate("an error without a code: %v", a.err)
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
