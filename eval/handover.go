package eval

import (
	"context"
	"errors"
	"fmt"
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
	evaluator   *Evaluator
	saver       Saver
	environment string
	contract    *contract
	call        []any              // the path of the call's argument in the document
	origin      *yamltext.Document // the text that the call was read from
	deadline    time.Time          // of the caller, which does not bound saving; zero for none

	mu        sync.Mutex
	closed    bool
	secrets   []string            // all in the states so far
	known     []string            // those known before
	envelopes map[string][]string // of the secrets in the states so far, by plaintext

	text *yamltext.Document // as it was last read or written
	ours []*yamltext.Node   // the states that count as the rotator's own; nil is none

	state      map[string]any // the last one that was saved
	saved      bool
	pending    map[string]any // handed over, but not saved for certain; nil for none
	problem    *handoverError // why it is not; nil if all is well
	violations []schema.Violation
}

// saveTime bounds a save for which the rotator sets no time of its own.
const saveTime = 30 * time.Second

var errClosed = errors.New("a state came after the rotator had ended")

func (o *operation) newHandover(run *rotationRun) *handover {
	e := run.expr
	_, c := o.rotatorContract(e)
	h := &handover{
		evaluator:   o.Evaluator,
		saver:       o.Loader.(Saver),
		environment: o.root.name,
		contract:    c,
		call:        callPath(e),
		origin:      o.root.doc.Source,
		known:       slices.Clone(o.secrets),
		envelopes:   o.envelopesIn(e.Call.State),
	}
	h.deadline, _ = o.ctx.Deadline()
	h.text = h.origin
	h.ours = []*yamltext.Node{h.stateIn(h.origin)}
	if o.newest != nil && h.isOurs(o.newest) {
		h.text = o.newest
	}
	return h
}

// callPath is the path of a call's argument in its document.
func callPath(e *syntax.Expr) []any { return e.Doc.Source.PathOf(e.Call.Arg.Node) }

// envelopesIn lists the ciphertexts of a state by what they decrypt to, so that they are written as they are.
func (o *operation) envelopesIn(state *syntax.Expr) map[string][]string {
	envelopes := map[string][]string{}
	if state == nil {
		return envelopes
	}
	state.Walk(func(e *syntax.Expr) {
		if e.Kind != syntax.Cipher {
			return
		}
		if t := o.root.cells[e.ID].task; t != nil && t.state == done && t.value.Known() {
			text := *t.value.data().text
			envelopes[text] = append(envelopes[text], strings.Join(strings.Fields(e.Call.Arg.Text), ""))
		}
	})
	return envelopes
}

// save is what the rotator is given. A context that has ended does not keep a state from being saved.
func (h *handover) save(ctx context.Context, state any) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return errClosed
	}
	ctx, stop := h.timeToSave(ctx)
	defer stop()
	accepted, violations, err := h.accept(state)
	if err == nil {
		err = h.write(ctx, accepted)
	}
	if err != nil {
		h.problem = &handoverError{err}
		return h.problem
	}
	h.state, h.saved, h.pending, h.problem = accepted, true, nil, nil
	h.violations = append(h.violations, violations...)
	return nil
}

// timeToSave returns a context with the deadline that the rotator has set, if it is no mere inheritance from the caller.
func (h *handover) timeToSave(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx == nil {
		ctx = context.Background()
	}
	deadline, ok := ctx.Deadline()
	if !ok || ctx.Err() != nil || deadline.Equal(h.deadline) {
		deadline = time.Now().Add(saveTime)
	}
	return context.WithDeadline(context.WithoutCancel(ctx), deadline)
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

// knownSecrets lists the texts that must not be told.
func (h *handover) knownSecrets() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Concat(h.known, h.secrets)
}

// write encrypts a state and saves it in the newest text of the document.
func (h *handover) write(ctx context.Context, state map[string]any) error {
	w := dataWriter{
		ctx: ctx, crypter: h.evaluator.Crypter, environment: h.environment, writing: yamltext.Quoted, envelopes: h.envelopes,
	}
	value, err := w.value(state)
	if crypt, ok := errors.AsType[*cryptError](err); ok {
		return errors.New(crypt.text(slices.Concat(h.known, h.secrets)))
	}
	if err != nil {
		return err
	}
	for wait := time.Duration(0); ; wait = min(max(2*wait, 5*time.Millisecond), time.Second) {
		next, err := h.text.Edit(yamltext.Edit{Path: append(slices.Clip(h.call), "state"), Value: value})
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
		if !pause(ctx, wait) {
			return fmt.Errorf("the document never stopped changing: %w", ctx.Err())
		}
	}
}

// pause waits. It is false if the context ends before.
func pause(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// saveText saves a text in the place of the one that was last seen. An error that matches ErrConflict means that nothing
// has been written.
func (h *handover) saveText(ctx context.Context, next *yamltext.Document) error {
	err := guardedCall(func() error { return h.saver.Save(ctx, h.environment, h.text.Bytes(), next.Bytes()) })
	if errors.Is(err, ErrConflict) && errors.Is(err, ErrUncertain) {
		return fmt.Errorf("%w: %v", ErrUncertain, err)
	}
	return err
}

// reload reads the newest text. It fails with a conflict if the call is gone, or its state is neither ours nor the wanted
// one.
func (h *handover) reload(ctx context.Context, wanted *yamltext.Node) error {
	newest, err := h.evaluator.load(ctx, h.environment)
	switch {
	case errors.Is(err, ErrConflict):
		return fmt.Errorf("cannot load the newest text: %v", err)
	case err != nil:
		return err
	case !h.isOurs(newest.text(), wanted):
		return ErrConflict
	}
	h.text = newest.text()
	return nil
}

// isOurs reports whether the call is still there, with a state that is one of ours or of those wanted.
func (h *handover) isOurs(text *yamltext.Document, wanted ...*yamltext.Node) bool {
	state := h.stateIn(text)
	ours := func(n *yamltext.Node) bool { return yamltext.Same(state, n) }
	return h.sameCall(text) && (slices.ContainsFunc(h.ours, ours) || slices.ContainsFunc(wanted, ours))
}

// sameCall reports whether the call is still there, with the same function. Where its path counts the items of a list,
// another call may have taken its place, so that its inputs must be the same as well.
func (h *handover) sameCall(text *yamltext.Document) bool {
	if now := text.Lookup(h.call); now == nil || now.Kind != yamltext.Mapping {
		return false
	}
	same := func(member string) bool {
		path := append(slices.Clip(h.call), member)
		return yamltext.Same(text.Lookup(path), h.origin.Lookup(path))
	}
	counted := slices.ContainsFunc(h.call, func(step any) bool { _, ok := step.(int); return ok })
	return same("provider") && (!counted || same("inputs"))
}

func (h *handover) stateIn(text *yamltext.Document) *yamltext.Node {
	return text.Lookup(append(slices.Clip(h.call), "state"))
}
