package eval

import (
	"context"
	"errors"
	"fmt"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

type verb uint8

const (
	checking verb = iota
	opening
	rotating
)

// A request says what a caller wants.
type request struct {
	verb      verb
	name      string
	text      []byte // of a root that is given or anonymous
	given     bool   // the root is not loaded
	anonymous bool   // nor has it a name
	paths     []string
	rotate    RotateOptions
	still     bool     // of checking: nothing is decrypted, whatever CheckSecrets says
	inquiry   *inquiry // of rotating: the rotators are asked this, and do not rotate; nil: they do

	// gather, if not nil, is run when the values are there, and again as long as it returns false since it has to wait.
	gather func(o *operation, t *task) bool
}

// writes reports whether the request is about new states of the document.
func (r *request) writes() bool {
	return r.verb == rotating && (r.inquiry == nil || r.inquiry.foresees)
}

// isPassive reports whether nothing is called for the request but what it asks.
func (r *request) isPassive() bool { return r.inquiry != nil && r.inquiry.passive }

// anonymousName is the name of a root without one.
const anonymousName = "<yaml>"

// An operation is one evaluation of a root: what a call of Open or Check works with. Everything but loads, calls and
// decryptions happens on the goroutine of the caller, so it needs no locks.
type operation struct {
	*Evaluator
	ctx     context.Context
	limits  Limits
	request request
	paths   []syntax.Path

	environments
	scheduler
	findings

	rotations

	context    map[string]Value // what the host put under ${context}
	performing bool             // the second phase: calls are performed
	collecting bool             // what comes after rotating: no further call is performed
	oversized  bool             // a value that is too large has been reported
	schemas    map[string]*contract
	keys       map[*syntax.Expr][]string // of mappings, as far as they have been listed
	merges     *merges
	heard      map[*task]*warnings // of calls that have not been answered yet
	secrets    []string            // every text that is secret, for scrubbing
	logged     int                 // errors in the log
	io         *workers
	text       []byte // the memory in which strings with interpolations are put together
}

func (e *Evaluator) evaluate(ctx context.Context, req request) (*Environment, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	return e.operation(ctx, req).evaluate()
}

func (e *Evaluator) operation(ctx context.Context, req request) *operation {
	o := &operation{Evaluator: e, ctx: ctx, limits: e.Limits.withDefaults(), request: req, schemas: map[string]*contract{}, merges: new(merges)}
	o.io = newWorkers(o.limits.Concurrency)
	return o
}

func (o *operation) evaluate() (*Environment, error) {
	name, ok := o.readRequest()
	result := emptyEnvironment(name)
	if err := o.readContext(); err != nil {
		return result, err
	}
	if ok && o.loadRoot(name) {
		o.run(result)
	}
	result.Diagnostics = o.diagnostics(name)
	secrets := o.secrets
	result.secrets = func() []string { return secrets }
	if err := o.ctx.Err(); err != nil {
		return result, err
	}
	if o.stalled {
		return result, ErrInternal
	}
	return result, result.Diagnostics.Err()
}

func emptyEnvironment(name string) *Environment {
	return &Environment{Name: name, Values: Value{d: objectDatum(nil, nil, false)}}
}

// ErrInternal is the error of an operation that ended because of a defect of the evaluator.
var ErrInternal = errors.New("eval: internal error: the evaluation cannot go on; please report it with the document")

// readRequest checks what the caller named.
func (o *operation) readRequest() (name string, ok bool) {
	name = anonymousName
	if !o.request.anonymous {
		if name, ok = syntax.CanonicalName(o.request.name); !ok {
			o.reportPlain("invalid-environment-name", "invalid environment name "+quoted(o.request.name), syntax.NameHint)
			return o.request.name, false
		}
	}
	if o.request.writes() {
		if unversioned, version := syntax.SplitVersion(name); version != "" {
			o.reportPlain("pinned-version", "cannot rotate a pinned version", "rotate "+quoted(unversioned))
		}
	}
	for _, text := range o.request.paths {
		path, err := syntax.ParsePath(text)
		if err != nil {
			o.reportPlain(err.Code, err.Message, err.Hint)
			continue
		}
		o.paths = append(o.paths, path)
	}
	return name, o.errors == 0
}

// run evaluates the root: everything that depends on no call first, and the rest if that found no error.
func (o *operation) run(result *Environment) {
	result.document = o.root.doc
	if o.request.verb == rotating {
		o.selectRotators()
		if o.request.writes() {
			o.checkSaving()
		}
	}
	o.drive(&task{kind: taskGoal, env: o.root})
	o.reportLoadFailures()
	if o.request.verb == checking && o.paths == nil {
		o.checkExposed()
	}
	decrypting := o.request.verb == checking && o.CheckSecrets && !o.request.still
	if !o.stopped() && (o.request.verb == opening || decrypting) {
		o.project(&Environment{}, o.result())
		if o.errors == 0 && !o.broken() {
			o.performing = true
			o.drive(&task{kind: taskGoal, env: o.root})
		}
	}
	if o.request.verb == rotating && !o.stopped() && o.errors == 0 && !o.broken() && !o.rotateSelected() || o.stopped() {
		return
	}
	result.context = o.contextValue(o.root)
	values := o.result()
	if o.request.verb != rotating {
		o.project(result, values)
	}
	if o.request.verb == opening {
		o.reportUnknownOutputs(values)
	}
	if values.data().size > o.limits.ValueBytes {
		if !o.oversized {
			o.report(o.rootMark(), "result-too-large", fmt.Sprintf("value has more than %d bytes", o.limits.ValueBytes), "")
		}
		return
	}
	result.Values = values
}

// stopped reports whether the operation ends before it is done.
func (o *operation) stopped() bool { return o.spent || o.stalled || o.ctx.Err() != nil }

// rootMark is the place of the root document as a whole.
func (o *operation) rootMark() syntax.Mark {
	return syntax.Mark{Doc: o.root.doc, Node: o.root.doc.Source.Root}
}

// evalGoal evaluates what the operation was asked for.
func (o *operation) evalGoal(t *task) bool {
	if o.request.verb == rotating && o.performing && !o.collecting {
		return o.evalSelected(t)
	}
	ok := true
	for _, again := range o.again {
		ok = o.need(t, again) && ok
	}
	if o.paths == nil {
		_, done := o.eval(t, place{slot: o.root.slot})
		ok = ok && done
	}
	for _, path := range o.paths {
		p, found := o.walk(t, o.root, path)
		if found {
			_, found = o.eval(t, p)
		}
		ok = ok && found
	}
	if o.request.verb == checking && o.paths == nil {
		for _, call := range o.root.doc.Rotates {
			_, done := o.rotatorInputs(t, o.root, call, true)
			ok = ok && done
		}
	}
	if ok && o.request.gather != nil {
		ok = o.request.gather(o, t)
	}
	return ok
}

// result collects the values that the operation was asked for.
func (o *operation) result() Value {
	if o.paths == nil {
		v, _ := o.eval(nil, place{slot: o.root.slot})
		if d := v.data(); d.secret || d.unknown {
			v.d = objectDatum(d.keys, d.items, false)
		}
		return v
	}
	partial := &partial{}
	for _, path := range o.paths {
		if p, ok := o.walk(nil, o.root, path); ok && !p.failed() && !o.exceeds(path) {
			v, _ := o.eval(nil, p)
			partial.add(path, v)
		}
	}
	return partial.value()
}
