package rotatortest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/rotatortest"
	"github.com/escapement-go/escapement/schema"
)

// A service keeps tokens. A new one works from the second time that it is tried.
type service struct {
	mu      sync.Mutex
	now     time.Time
	tokens  map[string]*issued
	secrets []string
	changes int
}

type issued struct {
	secret string
	tries  int
}

func newService() *service {
	return &service{
		now:    time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		tokens: map[string]*issued{"of-somebody-else": {secret: "foreign-token", tries: 9}},
	}
}

// create makes a token under a name that the client chooses.
func (s *service) create(name string) schema.Secret {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	secret := fmt.Sprintf("token-%d-%s", s.changes, name)
	s.tokens[name], s.secrets = &issued{secret: secret}, append(s.secrets, secret)
	return schema.NewSecret(secret)
}

func (s *service) revoke(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tokens[name] != nil {
		s.changes++
		delete(s.tokens, name)
	}
}

func (s *service) list() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.tokens))
}

// try uses a token.
func (s *service) try(name, secret string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tokens[name]
	if t == nil || t.secret != secret {
		return false
	}
	t.tries++
	return t.tries > 1
}

// works tells whether the current token of a state or of outputs works, without trying it.
func (s *service) works(data any) error {
	object, _ := data.(map[string]any)
	current := read(object["current"])
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.tokens[current.name]; t == nil || t.secret != current.secret.Reveal() || t.tries < 2 {
		return fmt.Errorf("the token %q is refused", current.name)
	}
	return nil
}

func (s *service) countChanges() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changes
}

func (s *service) listSecrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.secrets)
}

func (s *service) time() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *service) elapse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(24 * time.Hour)
}

// A token is what a state holds of one.
type token struct {
	name   string
	secret schema.Secret
}

func read(v any) token {
	object, _ := v.(map[string]any)
	name, _ := object["name"].(string)
	switch secret := object["secret"].(type) {
	case schema.Secret:
		return token{name, secret}
	case string:
		return token{name, schema.NewSecret(secret)}
	}
	return token{name: name}
}

func (t token) data() map[string]any {
	return map[string]any{"name": t.name, "secret": t.secret}
}

// A rotator keeps all rules. Its state is the current token, the previous one, the one that is being made, and the name
// of one that is to be revoked. The hooks plant bugs.
type rotator struct {
	*service
	*bugs
}

// bugs are what a rotator does wrong.
type bugs struct {
	schema func(*rotators.Schema)
	open   func(r rotator, ctx context.Context, req *rotators.Request) (any, error)
	rotate func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error
	due    func(r rotator, req *rotators.Request, due *rotators.Due)
	mend   func(r rotator, ctx context.Context, req *rotators.Request, save saveFunc) error
	plan   func(r rotator, plan *rotators.Plan)
	audit  func(r rotator, req *rotators.Request, audit *rotators.Audit) error
	verify func(r rotator, req *rotators.Request, err error) error
}

type saveFunc = func(context.Context, any) error

func world(b *bugs) func() rotatortest.World {
	return func() rotatortest.World {
		s := newService()
		return rotatortest.World{
			Rotator: rotator{s, b},
			Request: rotators.Request{Request: providers.Request{Inputs: map[string]any{
				"login": schema.NewSecret("canary-of-login"), "tags": []any{"b", "a"},
			}}},
			Live:    s.list,
			Works:   s.works,
			Changes: s.countChanges,
			Secrets: s.listSecrets,
			Elapse:  s.elapse,
			Now:     s.time,
		}
	}
}

func text() *schema.Schema { return &schema.Schema{Type: []string{"string"}} }

func object(properties map[string]*schema.Schema) *schema.Schema {
	return &schema.Schema{Type: []string{"object"}, Properties: properties}
}

func (r rotator) Schema() rotators.Schema {
	secret := &schema.Schema{Type: []string{"string"}, Secret: true}
	one := func() *schema.Schema { return object(map[string]*schema.Schema{"name": text(), "secret": secret}) }
	s := rotators.Schema{
		Inputs: object(map[string]*schema.Schema{
			"login": secret, "tags": {Type: []string{"array"}, Items: text()},
		}),
		State: object(map[string]*schema.Schema{
			"current": one(), "previous": one(), "pending": one(), "retiring": text(), "rotatedAt": text(),
		}),
		Outputs: object(map[string]*schema.Schema{"current": one()}),
	}
	s.Inputs.RotateOnly, s.Outputs.Required = []string{"login"}, []string{"current"}
	if r.bugs.schema != nil {
		r.bugs.schema(&s)
	}
	return s
}

func (r rotator) Open(ctx context.Context, req *rotators.Request) (any, error) {
	if r.bugs.open != nil {
		return r.bugs.open(r, ctx, req)
	}
	return r.answer(req)
}

// answer is the right way to open.
func (r rotator) answer(req *rotators.Request) (any, error) {
	current := read(req.State["current"])
	if current.name == "" {
		return nil, fmt.Errorf("the first token is not made: %w", rotators.ErrNotRotated)
	}
	return map[string]any{"current": current.data()}, nil
}

func (r rotator) Rotate(ctx context.Context, req *rotators.Request, save saveFunc) error {
	if r.bugs.rotate != nil {
		return r.bugs.rotate(r, ctx, req, save)
	}
	return r.renew(ctx, req, save)
}

// renew is the right way to rotate.
func (r rotator) renew(ctx context.Context, req *rotators.Request, save saveFunc) error {
	if r.recent(req.State) && !req.Force {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	w := newWork(r, ctx, req, save)
	w.recover()
	if err := w.all(); err != nil {
		return err
	}
	if req.Report != nil {
		req.Report(rotators.Event{Kind: "rotated", Text: "a new token"})
	}
	return nil
}

// recent tells whether nothing is to be done.
func (r rotator) recent(state map[string]any) bool {
	return state["retiring"] == nil && state["pending"] == nil && state["rotatedAt"] == r.time().Format(time.RFC3339)
}

// A work is one rotation.
type work struct {
	rotator
	ctx   context.Context
	save  saveFunc
	state map[string]any
	fresh token
}

// keep saves the state with some members changed; nil takes one away.
func (w *work) keep(changes map[string]any) error {
	next := maps.Clone(w.state)
	for name, v := range changes {
		if next[name] = v; v == nil {
			delete(next, name)
		}
	}
	err := w.save(context.WithoutCancel(w.ctx), next)
	if err == nil {
		w.state = next
	}
	return err
}

// recover revokes what an earlier run has left.
func (w *work) recover() {
	if pending := read(w.state["pending"]); pending.name != "" {
		w.revoke(pending.name)
	}
	if name, ok := w.state["retiring"].(string); ok {
		w.revoke(name)
	}
	w.state = maps.Clone(w.state)
	delete(w.state, "pending")
	delete(w.state, "retiring")
}

// make saves the name of the token before it makes it, and the token before anything else.
func (w *work) make() error {
	w.fresh.name = fmt.Sprintf("t%d", w.countChanges())
	if err := w.keep(map[string]any{"pending": map[string]any{"name": w.fresh.name}}); err != nil {
		return err
	}
	w.fresh.secret = w.create(w.fresh.name)
	err := w.keep(map[string]any{"pending": w.fresh.data()})
	if errors.Is(err, rotators.ErrConflict) {
		w.revoke(w.fresh.name)
	}
	return err
}

func (w *work) prove() error {
	for range 3 {
		if w.try(w.fresh.name, w.fresh.secret.Reveal()) {
			return nil
		}
	}
	return errors.New("the new token does not work")
}

// promote makes the new token current; the one before the previous one leaves the document before it is revoked.
func (w *work) promote() error {
	changes := map[string]any{"current": w.fresh.data(), "pending": nil, "rotatedAt": w.time().Format(time.RFC3339)}
	if w.state["current"] != nil {
		changes["previous"] = w.state["current"]
	}
	if old := read(w.state["previous"]); old.name != "" {
		changes["retiring"] = old.name
	}
	return w.keep(changes)
}

func (w *work) clean() error {
	name, ok := w.state["retiring"].(string)
	if !ok {
		return nil
	}
	w.revoke(name)
	return w.keep(map[string]any{"retiring": nil})
}

// Due says that a token of a day is due.
func (r rotator) Due(req *rotators.Request, now time.Time) (rotators.Due, error) {
	due := rotators.Due{}
	at, _ := req.State["rotatedAt"].(string)
	made, err := time.Parse(time.RFC3339, at)
	if next := made.Add(24 * time.Hour); err == nil && next.After(now) {
		due.Next = next
	} else {
		due.Actions = []rotators.Action{{Kind: "rotate", At: next, Why: "it is old"}}
	}
	if r.bugs.due != nil {
		r.bugs.due(r, req, &due)
	}
	return due, nil
}

func (r rotator) Maintain(ctx context.Context, req *rotators.Request, save saveFunc) error {
	if r.bugs.mend != nil {
		return r.bugs.mend(r, ctx, req, save)
	}
	if due, err := r.Due(req, r.time()); err != nil || len(due.Actions) == 0 {
		return err
	}
	return r.renew(ctx, req, save)
}

func (r rotator) Plan(_ context.Context, req *rotators.Request) (*rotators.Plan, error) {
	plan := &rotators.Plan{}
	saves := 3
	if req.State["previous"] != nil {
		saves = 4
	}
	if r.recent(req.State) {
		saves = 0
	}
	for range saves {
		plan.Steps = append(plan.Steps, rotators.Step{State: map[string]any{"current": schema.Unknown{}}})
	}
	if r.bugs.plan != nil {
		r.bugs.plan(r, plan)
	}
	return plan, nil
}

// Audit lists the tokens that there are.
func (r rotator) Audit(_ context.Context, req *rotators.Request) (*rotators.Audit, error) {
	audit := &rotators.Audit{Subject: "tokens"}
	for _, name := range r.list() {
		audit.Rows = append(audit.Rows, rotators.AuditRow{KeyID: name})
	}
	if r.bugs.audit != nil {
		return audit, r.bugs.audit(r, req, audit)
	}
	return audit, nil
}

// Verify tries the current token.
func (r rotator) Verify(_ context.Context, req *rotators.Request) (*rotators.Proof, error) {
	current, err := read(req.State["current"]), error(nil)
	if current.name == "" {
		err = rotators.ErrNotRotated
	} else if !r.try(current.name, current.secret.Reveal()) {
		err = fmt.Errorf("the token %q is refused", current.name)
	}
	if r.bugs.verify != nil {
		err = r.bugs.verify(r, req, err)
	}
	if err != nil {
		return nil, err
	}
	return &rotators.Proof{KeyID: current.name}, nil
}
