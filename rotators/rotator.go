package rotators

import (
	"context"
	"errors"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// A Rotator opens and renews a credential. Schema and Open may be called by any number of goroutines at once; Rotate is
// called for one document at a time, but may meet other processes that rotate the same credential.
type Rotator interface {
	// Schema describes inputs, state and outputs. It is pure, does no I/O, and answers equally on every call.
	Schema() Schema

	// Open returns the outputs for the saved state in req as plain data, with sensitive strings as schema.Secret.
	// It has no side effects. Inputs that are RotateOnly may be absent. Without a state it is not called; for a state
	// that has nothing to open yet it returns an error that matches [ErrNotRotated].
	Open(ctx context.Context, req *Request) (any, error)

	// Rotate renews the credential. It calls save with the whole new state, an object of plain data, as soon as it
	// holds anything that must not be lost, and again on every change of state. When save returns nil, the state is
	// durable; when it returns an error that matches [ErrConflict], that state was not saved; after any other, such as
	// one that matches [ErrUncertain], it may or may not have been, and Rotate destroys nothing that either state
	// needs. The last state handed over is the new one; a Rotate that returns nil without having saved has
	// changed nothing. The context that Rotate passes to save bounds the saving.
	Rotate(ctx context.Context, req *Request, save func(ctx context.Context, state any) error) error
}

// A Schema describes what a rotator takes, remembers and returns. A nil field allows anything; inputs and state are
// objects all the same.
type Schema struct {
	Inputs, State, Outputs *schema.Schema
}

// A Request is what a rotator is asked to open or to rotate. Like the request of a provider it belongs to the caller.
type Request struct {
	providers.Request

	// State is what was last saved, as plain data with secrets as schema.Secret; nil before the first rotation.
	// It satisfies the state schema, which should admit members that it does not know: a state outlives programs.
	State map[string]any

	// Force says that the credential is to be renewed although it was renewed a moment ago.
	Force bool

	// Audit is what an [Auditor] is asked to find fault with.
	Audit AuditOptions

	// Report, if not nil, is told what happens, as it happens. It may be called by one goroutine at a time, and not after
	// the method has returned.
	Report func(Event)
}

// ErrNotRotated is matched by the error of an Open whose state is that of an unfinished first rotation, so that there is
// nothing to open yet.
var ErrNotRotated = errors.New("not rotated yet")

// ErrConflict is matched by the error of a save that found another state than the one that this rotation was given or
// last saved: somebody else has rotated, or has edited the state. This call of save has written nothing, and a repetition
// would not either. Edits elsewhere in the document are no conflict, nor is it one if the new state is there already.
var ErrConflict = errors.New("changed by another in the meantime")

// ErrUncertain is matched by the error of a save that failed when it may already have written, so that either state may be
// the durable one. The same holds for every error of a save that does not match [ErrConflict]. To settle it, save again:
// the next save takes the last confirmed and the uncertain state for its own.
var ErrUncertain = errors.New("it is uncertain whether it was saved")
