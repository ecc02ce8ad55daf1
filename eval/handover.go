package eval

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
	"github.com/escapement-go/escapement/schema"
)

// A handover takes the states of one rotator and saves each before it says so. What it compares and swaps is the state in
// the document: edits elsewhere are merged, but nobody else may have changed the state that the rotator was given or has
// last saved. After a save whose outcome is uncertain, both states count as the rotator's own.
//
// It is safe for concurrent use until it is closed; then the operation reads what has come of it.
type handover struct {
	mu        sync.Mutex
	evaluator *Evaluator
	saver     Saver
	contract  *contract
	call      []any             // the path of the call's argument in the document
	envelopes map[string]string // of the secrets in the states so far, by plaintext
	closed    bool

	text *Document        // as it was last read or written
	ours []*yamltext.Node // the states that count as the rotator's own; nil is none

	state      map[string]any // the last one that was saved
	saved      bool
	pending    map[string]any // handed over, but not saved for certain
	problem    *handoverError // why it is not; nil if all is well
	violations []schema.Violation
	secrets    []string
}

// saveTime bounds one save whose context has no deadline of its own.
const saveTime = 30 * time.Second

var errClosed = errors.New("a state came after the rotator had ended")

func (o *operation) newHandover(e *syntax.Expr, c *contract) *handover {
	source := o.root.doc.Source
	h := &handover{
		evaluator: o.Evaluator,
		saver:     o.Loader.(Saver),
		contract:  c,
		call:      callPath(e),
		envelopes: o.envelopesIn(e.Call.State),
		text:      &Document{name: o.root.name, text: source, origin: source},
	}
	h.ours = []*yamltext.Node{h.stateIn(h.text)}
	return h
}

// callPath is the path of a call's argument in its document.
func callPath(e *syntax.Expr) []any {
	return append(e.Doc.Source.PathOf(e.Node), e.Node.Content[0].Value)
}

// envelopesIn lists the ciphertexts of a state by what they decrypt to, so that they are written as they are.
func (o *operation) envelopesIn(state *syntax.Expr) map[string]string {
	envelopes := map[string]string{}
	if state == nil {
		return envelopes
	}
	state.Walk(func(e *syntax.Expr) {
		if e.Kind != syntax.Cipher {
			return
		}
		if t := o.root.cells[e.ID].task; t != nil && t.state == done && t.value.Known() {
			envelopes[*t.value.data().text] = strings.Join(strings.Fields(e.Call.Arg.Text), "")
		}
	})
	return envelopes
}

func (h *handover) stateIn(d *Document) *yamltext.Node {
	return d.text.Lookup(append(slices.Clip(h.call), "state"))
}

// save is what the rotator is given. A context that has ended does not keep a state from being saved.
func (h *handover) save(ctx context.Context, state any) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return errClosed
	}
	deadline, bounded := ctx.Deadline()
	if !bounded || ctx.Err() != nil {
		deadline = time.Now().Add(saveTime)
	}
	ctx, stop := context.WithDeadline(context.WithoutCancel(ctx), deadline)
	defer stop()
	plain, err := h.accept(state)
	if err == nil {
		err = h.write(ctx, plain)
	}
	if err != nil {
		h.problem = &handoverError{err}
		return h.problem
	}
	h.state, h.saved, h.pending, h.problem = plain, true, nil, nil
	return nil
}

// A handoverError is what a rotator is told of a state that was not saved for certain.
type handoverError struct{ cause error }

func (e *handoverError) Error() string { return "the state was not saved: " + e.cause.Error() }
func (e *handoverError) Unwrap() error { return e.cause }

// close ends the handing over: what a goroutine that the rotator left behind hands over is refused.
func (h *handover) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
}

// unsaved returns the state that could not be saved for certain.
func (h *handover) unsaved() map[string]schema.Secret {
	if h.pending == nil {
		return nil
	}
	secrets := map[string]schema.Secret{}
	for name, v := range h.pending {
		secrets[name] = schema.SecretData(v)
	}
	return secrets
}

// accept checks a state, and marks what its schema calls secret. One that violates the schema is saved all the same: it
// may hold the only copy of a credential.
func (h *handover) accept(state any) (map[string]any, error) {
	in := importer{limits: h.evaluator.Limits.withDefaults()}
	normal, err := in.normal(state, 0)
	h.pending = map[string]any{"state": state}
	if err != nil {
		return nil, err
	}
	whole, isSecret := normal.(schema.Secret)
	if isSecret {
		normal = whole.Data()
	}
	marked := h.contract.state.MarkSecrets(withoutNulls(normal, h.contract.state))
	if whole, ok := marked.(schema.Secret); ok {
		isSecret, marked = true, whole.Data()
	}
	object, ok := marked.(map[string]any)
	if !ok {
		return nil, errors.New("a state must be an object")
	}
	object = maps.Clone(object)
	for name, v := range object {
		if hasFunctionPrefix(name) {
			return nil, fmt.Errorf("the name of a member of a state cannot begin with %q", "fn::")
		}
		if isSecret {
			object[name] = schema.SecretData(v)
		}
	}
	h.pending = object
	h.violations = h.contract.state.Validate(object)
	h.secrets = appendSecrets(h.secrets, object)
	return object, nil
}

// withoutNulls leaves out the members of objects that are null where their schema has no null.
func withoutNulls(v any, s *schema.Schema) any {
	switch v := v.(type) {
	case map[string]any:
		kept := make(map[string]any, len(v))
		for name, item := range v {
			below, _ := s.Property(name)
			if !isNull(item) || below.Admits("null") {
				kept[name] = withoutNulls(item, below)
			}
		}
		return kept
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			below, _ := s.Element(i)
			list[i] = withoutNulls(item, below)
		}
		return list
	}
	return v
}

func isNull(v any) bool {
	secret, isSecret := v.(schema.Secret)
	return v == nil || isSecret && secret.Data() == nil
}

// appendSecrets adds the texts of all secrets in data.
func appendSecrets(texts []string, v any) []string {
	switch v := v.(type) {
	case schema.Secret:
		if text, ok := v.Data().(string); ok {
			return append(texts, text)
		}
		return appendSecretTexts(texts, v.Data())
	case map[string]any:
		for _, item := range v {
			texts = appendSecrets(texts, item)
		}
	case []any:
		for _, item := range v {
			texts = appendSecrets(texts, item)
		}
	}
	return texts
}

// appendSecretTexts adds all strings in data that is secret as a whole.
func appendSecretTexts(texts []string, v any) []string {
	switch v := v.(type) {
	case string:
		return append(texts, v)
	case map[string]any:
		for _, item := range v {
			texts = appendSecretTexts(texts, item)
		}
	case []any:
		for _, item := range v {
			texts = appendSecretTexts(texts, item)
		}
	}
	return texts
}

// write encrypts a state and saves it in the newest text of the document.
func (h *handover) write(ctx context.Context, state map[string]any) error {
	w := dataWriter{
		ctx: ctx, crypter: h.evaluator.Crypter, environment: h.text.name, writing: yamltext.Quoted, envelopes: h.envelopes,
	}
	value, err := w.value(state)
	if err != nil {
		return err
	}
	edit := yamltext.Edit{Path: append(slices.Clip(h.call), "state"), Value: value}
	for {
		next, err := h.text.edit("", edit)
		if err != nil {
			return err
		}
		wanted := h.stateIn(next)
		switch err := h.saveText(ctx, next); {
		case err == nil:
			h.text, h.ours = next, []*yamltext.Node{wanted}
			return nil
		case !errors.Is(err, ErrConflict):
			h.ours = append(h.ours, wanted)
			return err
		}
		if err := h.reload(ctx, wanted); err != nil {
			return err
		}
	}
}

func (h *handover) saveText(ctx context.Context, next *Document) error {
	return guardedCall(func() error { return h.saver.Save(ctx, next.name, h.text.Bytes(), next.Bytes()) })
}

// reload reads the newest text. It fails with a conflict if the call is gone, or its state is neither ours nor the wanted
// one.
func (h *handover) reload(ctx context.Context, wanted *yamltext.Node) error {
	newest, err := h.evaluator.load(ctx, h.text.name)
	if err != nil {
		return err
	}
	state := h.stateIn(newest)
	known := slices.ContainsFunc(append(h.ours, wanted), func(n *yamltext.Node) bool { return yamltext.Same(state, n) })
	if !known || !h.sameCall(newest) {
		return conflict(h.text.name, showPlace(append(slices.Clip(h.call), "state")))
	}
	h.text = newest
	return nil
}

// sameCall reports whether the call is still there. Where its path counts the items of a list, another call may have taken
// its place, so that its inputs must be the same as well.
func (h *handover) sameCall(newest *Document) bool {
	now, before := newest.text.Lookup(h.call), h.text.text.Lookup(h.call)
	if now == nil || now.Kind != yamltext.Mapping {
		return false
	}
	counted := slices.ContainsFunc(h.call, func(step any) bool { _, ok := step.(int); return ok })
	if !counted {
		return true
	}
	inputs := append(slices.Clip(h.call), "inputs")
	return before != nil && yamltext.Same(newest.text.Lookup(inputs), h.text.text.Lookup(inputs))
}

// tryState reports why no state can be written for a call; nil if one can.
func (o *operation) tryState(e *syntax.Expr) *yamltext.Refusal {
	state := &yamltext.Value{Kind: yamltext.Mapping, Writing: yamltext.Quoted, Keys: []string{"a"}, Items: []*yamltext.Value{
		{Writing: yamltext.Quoted, Text: "b"},
	}}
	_, err := e.Doc.Source.Edit(yamltext.Edit{Path: append(callPath(e), "state"), Value: state})
	refusal := (*yamltext.Refusal)(nil)
	errors.As(err, &refusal)
	return refusal
}

// reportHandover reports a state that could not be saved for certain.
func (o *operation) reportHandover(t *task, problem *handoverError) {
	if errors.Is(problem, ErrConflict) {
		o.report(t.expr.Mark(), "save-conflict", "the document changed while rotating; the new state is kept in the result", "").
			Path = exprPath(t.expr)
		return
	}
	o.reportCall(t, "state-not-saved", "the new state could not be saved", problem.cause)
}
