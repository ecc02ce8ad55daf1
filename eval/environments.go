package eval

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// An env is an environment as one operation sees it.
type env struct {
	name     string
	doc      *syntax.Document // nil if it could not be loaded
	err      error            // why not
	asked    bool             // loading has begun
	closure  bool             // the root reaches it through "imports" lists alone
	admitted bool             // it counts among the environments of the operation
	refused  bool             // there are too many

	loadedWithImports bool
	loading           *task  // done when the environment and what it imports are loaded
	rootName          string // ${context.rootEnvironment.name}
	references        []syntax.Mark

	imported []*env // what its items name, each once
	direct   []*env // those of them that are loaded and close no cycle
	imports  []importEdge
	slot     *slot  // its effective values
	bag      *slot  // ${imports}
	tasks    []task // room for the tasks of cells
	cells    []cell // by the ID of expressions
	shapes   map[*syntax.Expr]*task
	context  *Value
	finals   finals // of its effective values
	combined bool   // finals is there
}

// An importEdge is an item of "imports".
type importEdge struct {
	item   *syntax.Import
	env    *env
	closes bool // a cycle, so the item contributes nothing and its values are unknown
}

// merges reports whether the item contributes to the values of the document.
func (i importEdge) merges() bool { return i.item.Merge && !i.closes }

// place is what references to the item mean.
func (i importEdge) place() place {
	if i.closes {
		return unknownPlace()
	}
	return place{slot: i.env.slot}
}

// A cell holds what has been computed of an expression: literals have a value only.
type cell struct {
	literal *datum
	task    *task
}

// environments are those of one operation. The root and what is reached from it through "imports" lists is loaded
// before anything is evaluated; an environment that only a reference names is loaded when the reference is needed.
type environments struct {
	root     *env
	envs     map[string]*env
	order    []*env                 // as they were admitted
	wanted   []*env                 // named by a needed reference, not loaded yet
	overflow bool                   // too-many-imports has been reported
	reach    map[*env]map[*env]bool // what each imports, directly (true) or not

	importCycles map[[2]*env]string // what has been reported, by the ends of the item that closes the cycle

	hasListed bool
	names     []string // of all environments, when they have been listed

	discovered bool // an environment that has been loaded imports one that nobody has asked for yet
}

// usable reports whether the environment contributes values.
func (e *env) usable() bool { return e.doc != nil && !e.refused && (!e.doc.Broken() || e.isRoot()) }

func (e *env) isRoot() bool { return e.loading == nil }

// broken reports whether a document that counts has an error.
func (o *operation) broken() bool {
	return slices.ContainsFunc(o.order, func(e *env) bool { return e.doc != nil && e.doc.Broken() })
}

// env returns the environment of a canonical name.
func (o *operation) env(name string) *env {
	e := o.envs[name]
	if e == nil {
		e = &env{name: name}
		e.loading = &task{kind: taskLoad, state: blocked, missing: 1, env: e}
		o.envs[name] = e
	}
	return e
}

// loadRoot loads the root and everything that it imports. It is false if there is no root.
func (o *operation) loadRoot(name string) bool {
	o.envs = map[string]*env{}
	o.reach = map[*env]map[*env]bool{}
	o.importCycles = map[[2]*env]string{}
	o.root = &env{name: name, rootName: name, asked: true, admitted: true, closure: true}
	o.order = []*env{o.root}
	if !o.request.anonymous {
		o.envs[name] = o.root
	}
	if o.request.anonymous || o.request.given {
		o.parsed(o.root, o.request.text)
	} else {
		o.load(o.root)
		for o.io.busy() && o.ctx.Err() == nil {
			o.receive()
		}
	}
	if o.root.err != nil && o.ctx.Err() == nil {
		o.reportLoadFailure(syntax.Mark{}, o.root)
	}
	if o.root.doc == nil || o.request.rotate.among && !o.root.doc.Broken() && len(o.root.doc.Rotates) == 0 {
		return false
	}
	o.settle([]*env{o.root})
	for _, e := range o.order {
		e.closure = true
	}
	return o.ctx.Err() == nil
}

// loadWanted loads the environments that references have come to need, and what these import. It waits for all of
// them, so that they count in the order of the references and not in that of the answers.
func (o *operation) loadWanted() {
	wave := o.wanted
	o.wanted = nil
	for _, e := range wave {
		slices.SortFunc(e.references, o.compareMarks)
	}
	slices.SortFunc(wave, func(a, b *env) int { return o.compareMarks(a.references[0], b.references[0]) })
	o.settle(wave)
	if o.ctx.Err() != nil {
		return
	}
	for _, e := range wave {
		e.loadedWithImports = true
		if e.loading.state != done {
			o.complete(e.loading)
		}
	}
}

// load starts to load one environment.
func (o *operation) load(e *env) {
	e.asked = true
	if o.Loader == nil {
		e.err = errors.New("no loader is configured")
		return
	}
	o.io.start(o.ctx, job{
		do: func(ctx context.Context) (any, error) { return loadBeginning(ctx, o.Loader, e.name, o.limits.Bytes) },
		then: func(a *answer) {
			o.log("loaded", "environment", e.name, a.err)
			if e.err = a.err; a.err == nil {
				text, _ := a.out.([]byte)
				o.parsed(e, text)
			}
		},
	})
}

func (o *operation) parsed(e *env, text []byte) {
	if e.isRoot() && o.request.rotate.among {
		e.doc = newDocument(e.name, text, o.limits) // it is one of many that are needed once
	} else {
		e.doc = o.documents.parse(e.name, text, o.limits)
	}
	for i := range e.doc.Imports {
		imported := o.envs[o.pinned(e, e.doc.Imports[i].Name)]
		o.discovered = o.discovered || imported == nil || !imported.asked
	}
	for _, secret := range e.doc.Secrets {
		if secret.Node.Kind == yamltext.Scalar {
			o.secrets = append(o.secrets, secret.Node.Value)
		}
	}
}

// link prepares an environment for evaluation.
func (o *operation) link(e *env) {
	e.slot = &slot{env: e, complete: true}
	if e.usable() {
		e.cells = make([]cell, e.doc.Exprs)
		e.shapes = map[*syntax.Expr]*task{}
	}
}

// layer stacks what makes up the effective values of an environment: its own values, then its imports from the last
// to the first. An environment that could not be loaded may hold anything.
func (e *env) layer() {
	if !e.usable() {
		e.slot.layers = []layer{{place: place{val: unknownValue(nil, false)}, from: e}}
		return
	}
	if e.doc.Values != nil {
		own := layer{place: place{env: e, expr: e.doc.Values}, from: e}
		if e.doc.Finals != nil {
			own.finals = finals{e.doc.Finals}
		}
		e.slot.layers = append(e.slot.layers, own)
	}
	for _, merged := range e.mergedImports() {
		e.slot.layers = append(e.slot.layers, layer{place: place{slot: merged.slot}, from: merged, finals: merged.allFinals()})
	}
	e.slot.finish()
}

// mergedImports returns the environments that contribute to the values of e, from the last to the first. One that is
// listed several times counts at its highest place, which hides the others, and at its lowest, for what is final in it.
// Of those that may hold anything the highest is enough.
func (e *env) mergedImports() []*env {
	lowest := map[*env]int{}
	for i, edge := range slices.Backward(e.imports) {
		if edge.merges() {
			lowest[edge.env] = i
		}
	}
	var all []*env
	seen := map[*env]bool{}
	anything := false
	for i, edge := range slices.Backward(e.imports) {
		if !edge.merges() || seen[edge.env] && lowest[edge.env] != i || anything && !edge.env.usable() {
			continue
		}
		seen[edge.env] = true
		anything = anything || !edge.env.usable()
		all = append(all, edge.env)
	}
	return all
}

// reportLoadFailures reports the environments that could not be loaded, each once, at the first place that names it.
func (o *operation) reportLoadFailures() {
	for _, e := range o.order {
		if e.err != nil && !e.isRoot() {
			slices.SortFunc(e.references, o.compareMarks)
			o.reportLoadFailure(e.references[0], e)
		}
	}
}

func (o *operation) reportLoadFailure(mark syntax.Mark, e *env) {
	found := o.reportOutside(mark, "load-failed", "cannot load environment "+quoted(e.name), e.err)
	found.Hint = absentHint(e.name, e.err, o.listed)
}

// absentHint says what may be meant by the name of an environment that could not be loaded.
func absentHint(name string, err error, listed func() []string) string {
	if plain, ok := strings.CutSuffix(name, ".yaml"); ok {
		return "names have no file extension; write " + quoted(plain)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return didYouMean(name, listed())
	}
	return ""
}

// maxListing is how long a hint may take: a directory can hold a whole disk.
const maxListing = time.Second

// listed returns the names of all environments, as far as the loader can tell soon.
func (o *operation) listed() []string {
	if !o.hasListed {
		o.hasListed = true
		o.names = o.Evaluator.listed(o.ctx)
	}
	return o.names
}

func (e *Evaluator) listed(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, maxListing)
	defer cancel()
	names, _ := guarded(func() ([]string, error) { return e.List(ctx) })
	return names
}

// compareMarks orders places as diagnostics are ordered.
func (o *operation) compareMarks(a, b syntax.Mark) int {
	rank := func(m syntax.Mark) int {
		if m.Doc == o.root.doc {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(rank(a), rank(b)),
		cmp.Compare(a.Doc.Name, b.Doc.Name),
		cmp.Compare(a.Node.Line, b.Node.Line),
		cmp.Compare(a.Node.Column, b.Node.Column),
		cmp.Compare(a.From, b.From),
	)
}

func quoted(name string) string { return syntax.Quote(name) }
