package awstest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// A Document holds the state of one rotator as an environment does, without encryption or files. What the evaluator
// promises of a save holds for it: nil means durable, a save replaces only the state that the rotation was given or last
// saved, an uncertain save may be repeated, saving what is there already succeeds, and edits elsewhere never conflict. It
// is safe for concurrent use.
type Document struct {
	mu        sync.Mutex
	revisions []Revision
	rules     []*activeSaveRule
	observers []func(Revision)
}

// A Revision is what a document held from one change to the next.
type Revision struct {
	State     map[string]any // nil before the first rotation
	Elsewhere string         // the rest of the document
	Edited    bool           // made by a human, not by a save
}

// NewDocument returns a document with the state; nil is none.
func NewDocument(state map[string]any) *Document {
	return &Document{revisions: []Revision{{State: copyState(state)}}}
}

// State returns the durable state.
func (d *Document) State() map[string]any {
	d.mu.Lock()
	defer d.mu.Unlock()
	return copyState(d.last().State)
}

// Revisions returns all that the document has held, oldest first.
func (d *Document) Revisions() []Revision {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]Revision, len(d.revisions))
	for i, r := range d.revisions {
		r.State = copyState(r.State)
		all[i] = r
	}
	return all
}

func (d *Document) last() Revision { return d.revisions[len(d.revisions)-1] }

// change appends a revision; the caller holds the lock, and tells the observers after it has given it back.
func (d *Document) change(r Revision) (tell func()) {
	d.revisions = append(d.revisions, r)
	observers := d.observers
	return func() {
		for _, f := range observers {
			f(r)
		}
	}
}

// Edit lets a human change the state. A save of a rotation that began before conflicts then, unless it saves just that.
func (d *Document) Edit(f func(state map[string]any) map[string]any) {
	d.mu.Lock()
	tell := d.change(Revision{State: copyState(f(copyState(d.last().State))), Elsewhere: d.last().Elsewhere, Edited: true})
	d.mu.Unlock()
	tell()
}

// EditElsewhere lets a human change the rest of the document.
func (d *Document) EditElsewhere(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.change(Revision{State: d.last().State, Elsewhere: text, Edited: true})
}

// Begin hands out the state for one rotation, with the function that saves a new one.
func (d *Document) Begin() (state map[string]any, save func(ctx context.Context, state any) error) {
	session := &saving{document: d, confirmed: d.State()}
	return copyState(session.confirmed), session.save
}

// saving is what one rotation believes about the document.
type saving struct {
	document  *Document
	mu        sync.Mutex
	confirmed map[string]any
	doubtful  []map[string]any // states that it does not know to be saved
}

func (v *saving) save(ctx context.Context, data any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	state, isObject := data.(map[string]any)
	if !isObject {
		return fmt.Errorf("a state is an object, not %T", data)
	}
	if err := checkPlain(state); err != nil {
		return err
	}
	state = copyState(state)
	v.mu.Lock()
	defer v.mu.Unlock()
	err := v.document.replace(state, v.accepts)
	switch {
	case err == nil:
		v.confirmed, v.doubtful = state, nil
	case !errors.Is(err, rotators.ErrConflict):
		v.doubtful = append(v.doubtful, state)
	}
	return err
}

// accepts tells whether the rotation may replace a state.
func (v *saving) accepts(present map[string]any) bool {
	for _, known := range append([]map[string]any{v.confirmed}, v.doubtful...) {
		if sameState(known, present) {
			return true
		}
	}
	return false
}

// replace makes state the durable one if the present one is accepted, or does what the script says.
func (d *Document) replace(state map[string]any, accepts func(map[string]any) bool) error {
	d.mu.Lock()
	outcome := d.saveOutcome(state)
	present := d.last()
	there := sameState(present.State, state)
	tell := func() {}
	conflict := outcome == SaveConflict || !there && !accepts(present.State)
	if !conflict && !there && outcome.writes() {
		tell = d.change(Revision{State: state, Elsewhere: present.Elsewhere})
	}
	d.mu.Unlock()
	tell()
	switch {
	case outcome.crashes():
		panic(&Crash{})
	case conflict:
		return fmt.Errorf("the document was not saved: %w", rotators.ErrConflict)
	}
	return outcome.err()
}

// sameState compares two states; none is only like none.
func sameState(a, b map[string]any) bool {
	return (a == nil) == (b == nil) && schema.Equal(a, b)
}

func copyState(state map[string]any) map[string]any {
	if state == nil {
		return nil
	}
	copied, _ := copyData(state).(map[string]any)
	return copied
}

func copyData(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, e := range v {
			m[k] = copyData(e)
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i, e := range v {
			l[i] = copyData(e)
		}
		return l
	}
	return v
}

// checkPlain refuses what is not plain data: the evaluator would, too.
func checkPlain(v any) error {
	switch v := v.(type) {
	case nil, bool, string, json.Number, schema.Secret:
	case []any:
		for i, e := range v {
			if err := checkPlain(e); err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
		}
	case map[string]any:
		for k, e := range v {
			if err := checkPlain(e); err != nil {
				return fmt.Errorf("%q: %w", k, err)
			}
		}
	default:
		return fmt.Errorf("a %T is not plain data: nil, bool, string, json.Number, schema.Secret, []any and map[string]any are", v)
	}
	return nil
}
