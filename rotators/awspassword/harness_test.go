package awspassword

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
	"github.com/escapement-go/escapement/rotators/internal/leaks"
	"github.com/escapement-go/escapement/schema"
)

const day = 24 * time.Hour

// word is the password of that number; the form in which it might be printed differs from it.
func word(n int) string { return fmt.Sprintf(`Canary%d+/"<secret>&`, n) }

func secretWord(n int) schema.Secret { return schema.NewSecret(word(n)) }

func ago(d time.Duration) string { return awstest.Epoch.Add(-d).Format(time.RFC3339) }

// A start is a document and an account as a run may find them: w0 is the current password, w1 a candidate.
type start struct {
	number            int
	document, account string
	saved, left       bool // there is a current password; there is a candidate
	inForce           int
	reuse             bool // AWS refuses passwords that were there before
}

var starts = []start{
	{number: 1, document: "no state", account: "w0, set by hand"},
	{number: 2, document: "w0", account: "w0", saved: true, reuse: true},
	{number: 3, document: "w0, candidate w1", account: "w0", saved: true, left: true},
	{number: 4, document: "w0, candidate w1", account: "w1", saved: true, left: true, inForce: 1, reuse: true},
}

func (s start) state(userID string) map[string]any {
	if !s.saved {
		return nil
	}
	ledger := map[string]any{"promotedAt": ago(99 * day), "userId": userID}
	if s.left {
		ledger["pending"] = map[string]any{
			"startedAt": ago(time.Hour), "candidates": []any{map[string]any{"password": secretWord(1), "at": ago(time.Hour)}},
		}
	}
	return map[string]any{
		"current": map[string]any{"password": secretWord(0), "setAt": ago(99 * day), "userName": "app"}, "ledger": ledger,
	}
}

// A variant is what a table changes about the rotator or its surroundings.
type variant struct {
	without rule
	policy  awstest.Policy // of the login; nil: everything
	inputs  map[string]any
	make    func(*attempt) *Rotator // nil: one that calls the simulator without HTTP
	control func(*attempt, *rotators.Request, func(context.Context, any) error) error
}

// A world is one cell of a table. After every call and every save, the password in force must be in the document.
type world struct {
	start
	sim        *awstest.Simulator
	doc        *awstest.Document
	watch      *awstest.Watch
	inputs     map[string]any
	variant    variant
	random     *rand.ChaCha8
	byHand     string // the password that was set by hand and that no document has had
	remembered int    // how often it was asserted that the document holds the password in force
	lied       bool   // AWS has told of another user
	violations []string
	printed    []string // whatever a run has said
}

func newWorld(s start, v variant) *world {
	sim, err := awstest.Simulate(awstest.Options{
		Seed: uint64(s.number), Unmodifiable: time.Minute,
		Users: []awstest.User{{Name: "admin", Keys: make([]awstest.Key, 1)}, {Name: "login", Policy: v.policy, Keys: make([]awstest.Key, 1)},
			{Name: "app", Path: "/team:x/", Password: word(s.inForce)}},
	})
	if err != nil {
		panic(err)
	}
	policy := &iam.UpdateAccountPasswordPolicyInput{MinimumPasswordLength: aws.Int32(8)}
	if s.reuse {
		policy.PasswordReusePrevention = aws.Int32(24)
	}
	if _, err := sim.IAM(sim.Credentials("admin")).UpdateAccountPasswordPolicy(context.Background(), policy); err != nil {
		panic(err)
	}
	w := &world{start: s, sim: sim, doc: awstest.NewDocument(s.state(sim.UserID("app"))), variant: v, random: rand.NewChaCha8([32]byte{byte(s.number)})}
	if !s.saved {
		w.byHand = word(0)
	}
	w.watch = sim.Watch(w.doc)
	w.watch.Report = func(v awstest.Violation) { w.violations = append(w.violations, v.String()) }
	sim.After(func(c awstest.Call) { w.remember("after " + c.Action) })
	creds := sim.Credentials("login")
	w.inputs = map[string]any{
		"userArn": sim.UserARN("app"),
		"login":   map[string]any{"accessKeyId": creds.AccessKeyID, "secretAccessKey": schema.NewSecret(creds.SecretAccessKey)},
	}
	maps.Copy(w.inputs, v.inputs)
	return w
}

// remember asserts that the document holds the password in force.
func (w *world) remember(when string) {
	w.remembered++
	if force, _ := w.sim.PasswordInForce("app"); force != w.byHand && !slices.Contains(w.held(), force) {
		w.violate("P1 %s the document does not hold the password in force", when)
	}
}

// held returns the passwords in the document.
func (w *world) held() []string {
	var all []string
	for _, p := range readState(w.doc.State()).passwords() {
		all = append(all, p.Reveal())
	}
	return all
}

func readState(data map[string]any) *state {
	s, err := parseState(data)
	if err != nil {
		return &state{}
	}
	return s
}

func (w *world) violate(format string, args ...any) {
	w.violations = append(w.violations, fmt.Sprintf(format, args...)+"\n"+w.sim.Trace())
}

// simDialer makes clients that call the simulator without HTTP.
type simDialer struct{ run *awstest.Run }

func (d simDialer) IAM(l awsclient.Login, _ string) iamAPI      { return d.run.IAM(l.Credentials()) }
func (d simDialer) STS(l awsclient.Login, _ string) iamuser.STS { return d.run.STS(l.Credentials()) }

// An attempt is one run in a world.
type attempt struct {
	*world
	run     *awstest.Run
	ctx     context.Context
	cancel  context.CancelFunc
	before  []string       // passwords that the document held when it began
	tried   int            // calls to set a password
	refused int            // how often AWS has called a password against its policy
	met     bool           // others have acted during the run
	points  map[int]string // by call
	saving  string         // the point of the latest save
	force   bool
	due     bool
	events  []rotators.Event
	crashed bool
	err     error
}

func (w *world) attempt() *attempt {
	a := &attempt{world: w, run: w.sim.NewRun(), before: w.held(), points: map[int]string{}}
	a.ctx, a.cancel = context.WithCancel(context.Background())
	w.sim.Before(func(c awstest.Call) { a.point(c) })
	w.sim.After(func(c awstest.Call) {
		if c.Run == a.run.Name() && c.Action == "UpdateLoginProfile" {
			a.tried++
			if c.Outcome == "PasswordPolicyViolation" {
				a.refused++
			}
		}
	})
	return a
}

func (a *attempt) rotator() *Rotator {
	if a.variant.make != nil {
		return a.variant.make(a)
	}
	return &Rotator{clock: a.sim.Clock(), dialer: simDialer{a.run}, random: a.random, without: a.variant.without}
}

func (a *attempt) request(state map[string]any) *rotators.Request {
	return &rotators.Request{
		Request: providers.Request{Inputs: a.inputs}, State: state, Force: a.force,
		Report: a.hear,
	}
}

// hear takes an event of a run, and asserts that what it tells is saved.
func (a *attempt) hear(e rotators.Event) {
	a.events = append(a.events, e)
	s, ok := readState(a.doc.State()), true
	switch e.Kind {
	case "rotated", "rolled-forward":
		force, _ := a.sim.PasswordInForce("app")
		ok = s.current != nil && s.current.password.Reveal() == force && s.ledger.pending == nil
	case "adopted":
		ok = !s.ledger.adopted.IsZero()
	case rotators.EventWarning:
		ok = e.Code != "password-replaced" || len(s.candidates()) > 1
	}
	if !ok && !a.met && a.variant.without == 0 {
		a.violate("told %s %s, and that is not saved", e.Kind, e.Code)
	}
}

// perform rotates, or maintains, to the end or to the crash, and checks the end.
func (a *attempt) perform() *attempt {
	crash, err := awstest.RunToCrash(a.run, a.rotate)
	a.crashed, a.err = crash != nil, err
	a.remember("at the end")
	if a.variant.control == nil {
		a.check()
	}
	a.cancel()
	return a
}

func (a *attempt) rotate() error {
	state, save := a.doc.Begin()
	store := a.run.Save(save)
	labelled := func(ctx context.Context, data any) error {
		a.saving = a.savePoint(readState(data.(map[string]any)))
		return store(ctx, data)
	}
	switch {
	case a.variant.control != nil:
		return a.variant.control(a, a.request(state), labelled)
	case a.due:
		return a.rotator().Maintain(a.ctx, a.request(state), labelled)
	}
	return a.rotator().Rotate(a.ctx, a.request(state), labelled)
}

// check asserts what must hold of the end of every run.
func (a *attempt) check() {
	ends := 0
	for _, e := range a.events {
		a.say(e, e.Text)
		if slices.Contains([]string{"nothing-due", "no-op", "rolled-forward", "rotated"}, e.Kind) {
			ends++
		}
	}
	if a.err == nil && !a.crashed && ends != 1 || a.err != nil && ends != 0 {
		a.violate("a run ended %d times, with %v", ends, a.err)
	}
	var coded *Error
	if a.err != nil {
		a.say(a.err, a.err.Error())
	}
	if errors.As(a.err, &coded) {
		text, _ := json.Marshal(coded)
		a.say(coded, string(text))
	} else if a.err != nil && a.ctx.Err() == nil {
		a.violate("an error without a code: %v", a.err)
	}
	if a.code() == "password-refused" && !a.met && !slices.Equal(a.before, a.held()) {
		a.violate("AWS has refused, and the document holds other passwords than before")
	}
}

func (w *world) say(v any, text string) {
	w.printed = append(w.printed, text, fmt.Sprintf("%v %+v %#v", v, v, v))
}

func (a *attempt) code() string {
	var coded *Error
	if errors.As(a.err, &coded) {
		return coded.Code
	}
	return ""
}

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

func (a *attempt) warned(code string) bool {
	return slices.ContainsFunc(a.events, func(e rotators.Event) bool { return e.Code == code })
}

// actions lists what the run has called and saved.
func (a *attempt) actions() []string {
	var all []string
	for _, c := range a.sim.Calls() {
		if c.Run == a.run.Name() {
			all = append(all, c.Action)
		}
	}
	return all
}

func (a *attempt) writes() int {
	return len(slices.DeleteFunc(a.actions(), func(action string) bool { return strings.HasPrefix(action, "Get") }))
}

// settle performs fault-free runs: one soon, and then up to three, a week apart, until one rotates.
func (w *world) settle(soon time.Duration) {
	w.sim.ClearScript()
	w.doc.ClearScript()
	last := ""
	for _, gap := range []time.Duration{soon, 7 * day, 7 * day, 7 * day} {
		w.sim.Advance(gap)
		if last = w.attempt().perform().end(); last == "rotated" || last == "rolled-forward" {
			break
		}
	}
	if w.lied && last == "user-recreated" {
		return // by what AWS said once, the user is another one
	}
	if last != "rotated" && last != "rolled-forward" {
		w.violate("at rest: stuck with %s", last)
		return
	}
	s := readState(w.doc.State())
	if force, _ := w.sim.PasswordInForce("app"); s.current == nil || s.current.password.Reveal() != force || s.ledger.pending != nil {
		w.violate("at rest: the current password is not the one in force")
	}
	if again := w.attempt(); w.variant.control == nil && again.perform().end() != "no-op" || again.writes() > 0 && w.variant.control == nil {
		w.violate("at rest: a run with nothing to do ended with %s and %d writes", again.end(), again.writes())
	}
}

// leaks searches what was printed for secrets.
func (w *world) leaks() []string {
	return leaks.In(strings.Join(append(w.printed, w.sim.Trace()), "\n"), append(w.sim.Secrets(), w.held()...)...)
}
