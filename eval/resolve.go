package eval

import (
	"maps"
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// failed is the unknown that a wrong path leads to.
var failed = unknownDatum(nil, false)

func (p place) failed() bool { return p.isValue() && p.val.d == failed }

func unknownPlace() place { return place{val: Value{d: failed}} }

// A walker follows a path.
type walker struct {
	*operation
	task *task
	env  *env
	expr *syntax.Expr // the expression that holds the reference; nil for a path of the caller's
	path syntax.Path
}

// resolve finds what a reference means. It is false if that has to be waited for. A wrong reference is reported and
// leads to an unknown.
func (o *operation) resolve(t *task, env *env, e *syntax.Expr, path syntax.Path) (place, bool) {
	w := walker{operation: o, task: t, env: env, expr: e, path: path}
	o.at = w.mark(0, len(path)-1)
	switch path[0].Name {
	case "imports":
		return w.imports()
	case "environments":
		return w.environments()
	case "context":
		return w.from(place{val: o.contextValue(env)}, 1)
	}
	return w.from(place{slot: env.slot}, 0)
}

// walk follows a path of the caller's in the values of an environment.
func (o *operation) walk(t *task, env *env, path syntax.Path) (place, bool) {
	return walker{operation: o, task: t, env: env, path: path}.from(place{slot: env.slot}, 0)
}

// mark is the place of accessors i to j of the path.
func (w walker) mark(i, j int) syntax.Mark {
	if w.expr == nil {
		return syntax.Mark{}
	}
	return w.expr.PartMark(int(w.path[i].From), int(w.path[j].To))
}

func (w walker) imports() (place, bool) {
	if len(w.path) == 1 {
		return place{slot: w.env.bagOfImports()}, true
	}
	a := w.path[1]
	if a.IsIndex() {
		return w.indexOnObject(1)
	}
	name, _ := syntax.CanonicalName(a.Name)
	for _, edge := range w.env.imports {
		if edge.item.Name == name {
			return w.from(edge.place(), 2)
		}
	}
	return w.undefined(1, slices.Sorted(maps.Keys(w.env.bagOfImports().children)))
}

// bagOfImports is the object of all direct imports.
func (e *env) bagOfImports() *slot {
	if e.bag == nil {
		e.bag = &slot{env: e, complete: true, bag: true, children: map[string]place{}}
		seen := map[*env]bool{}
		for _, edge := range e.imports {
			if !seen[edge.env] {
				seen[edge.env] = true
				e.bag.children[edge.item.Written] = edge.place()
			}
		}
	}
	return e.bag
}

func (w walker) environments() (place, bool) {
	for i := 1; i < len(w.path) && i < 3; i++ {
		if w.path[i].IsIndex() {
			return w.indexOnObject(i)
		}
	}
	if len(w.path) < 3 {
		w.reportAt(w.mark(0, len(w.path)-1), "incomplete-environment",
			`"environments" needs a project and an environment name`, "as in environments.PROJECT.NAME")
		return unknownPlace(), true
	}
	name, ok := syntax.EnvironmentOf(w.path)
	if !ok {
		w.reportAt(w.mark(1, 2), "invalid-environment-name",
			"invalid environment name "+quoted(w.path[1].Name+"/"+w.path[2].Name), syntax.NameHint)
		return unknownPlace(), true
	}
	env := w.operation.named(w.env, name)
	if !env.isRoot() && !env.loadedWithImports {
		if mark := w.mark(1, 2); !slices.Contains(env.references, mark) {
			env.references = append(env.references, mark)
		}
		if env.slot == nil && !slices.Contains(w.wanted, env) {
			w.wanted = append(w.wanted, env)
		}
		if env.slot != nil {
			env.loadedWithImports = true
		} else if !w.need(w.task, env.loading) {
			return place{}, false
		}
	}
	if env.slot == nil {
		return unknownPlace(), true
	}
	return w.from(place{slot: env.slot}, 3)
}

// from follows the path from accessor i on.
func (w walker) from(p place, i int) (place, bool) {
	for ; i < len(w.path); i++ {
		shape, ok := w.shape(w.task, p)
		if !ok {
			return place{}, false
		}
		if p, ok = w.step(shape, i); !ok {
			return place{}, false
		}
		if p.failed() {
			return p, true
		}
	}
	return p, true
}

// step applies accessor i of the path to what has a shape.
func (w walker) step(shape place, i int) (place, bool) {
	a := w.path[i]
	switch {
	case shape.slot != nil, shape.expr != nil && shape.expr.Kind == syntax.Mapping:
		return w.member(shape, i)
	case shape.expr != nil && shape.expr.Kind == syntax.List:
		return w.element(i, len(shape.expr.Items), func() place {
			return place{env: shape.env, expr: shape.expr.Items[a.Index]}
		})
	case shape.expr != nil:
		return w.noContainer(i, exprKind(shape.expr))
	}
	d := shape.val.data()
	switch {
	case d.unknown:
		return w.stepUnknown(shape.val, i)
	case d.kind == Object:
		return w.member(shape, i)
	case d.kind == Array:
		return w.element(i, len(d.items), func() place { return place{val: d.items[a.Index]} })
	}
	return w.noContainer(i, d.kind)
}

func (w walker) member(shape place, i int) (place, bool) {
	a := w.path[i]
	if a.IsIndex() {
		if v, ok := w.unknownTop(shape); ok {
			return w.stepUnknown(v, i)
		}
		return w.indexOnObject(i)
	}
	p, st := w.operation.member(w.task, shape, a.Name)
	switch st {
	case waiting:
		return place{}, false
	case present:
		return p, true
	}
	names, ok := w.names(shape)
	if !ok {
		return place{}, false
	}
	return w.undefined(i, names)
}

// unknownTop returns the highest layer of a slot if that is unknown: it may be an array, which hides the others.
func (w walker) unknownTop(shape place) (Value, bool) {
	for shape.slot != nil && !shape.slot.bag {
		top, st := w.layer(w.task, shape.slot, 0)
		if st != present {
			return Value{}, false
		}
		var ok bool
		if shape, ok = w.shape(w.task, top.place); !ok {
			return Value{}, false
		}
	}
	return shape.val, shape.isValue() && shape.val.data().unknown
}

// names lists the members of an object for suggestions: those of a secret one stay secret.
func (w walker) names(shape place) ([]string, bool) {
	switch {
	case shape.expr != nil:
		return w.keysOf(shape.expr), true
	case shape.slot == nil:
		if shape.val.Secret() {
			return nil, true
		}
		return shape.val.data().keys, true
	}
	s := shape.slot
	if s.names == nil {
		m := merged{members: map[string]contribution{}, visited: map[any]bool{}}
		if _, ok := w.collect(w.task, s, &m); !ok {
			return nil, false
		}
		s.names = []string{}
		if !m.secret() {
			s.names = append(slices.Sorted(maps.Keys(m.members)), m.listed...)
		}
	}
	return s.names, true
}

// keysOf returns the keys of a mapping, listed once however many references are wrong.
func (o *operation) keysOf(e *syntax.Expr) []string {
	names, ok := o.keys[e]
	if !ok {
		names = make([]string, len(e.Members))
		for i := range names {
			names[i] = e.Members[i].Key
		}
		if o.keys == nil {
			o.keys = map[*syntax.Expr][]string{}
		}
		o.keys[e] = names
	}
	return names
}

func (w walker) element(i, length int, element func() place) (place, bool) {
	switch a := w.path[i]; {
	case !a.IsIndex():
		return w.nameOnArray(i)
	case a.Index >= length:
		return w.outOfRange(i, length)
	}
	return element(), true
}

// stepUnknown steps into a value that is not known, by its schema.
func (w walker) stepUnknown(v Value, i int) (place, bool) {
	a, d := w.path[i], v.data()
	if a.IsIndex() {
		s, step := d.schema.Element(a.Index)
		switch step {
		case schema.NotContainer:
			return w.noContainer(i, d.kind)
		case schema.IndexOnObject:
			return w.indexOnObject(i)
		case schema.Missing:
			length, _ := d.schema.MaxElements()
			return w.outOfRange(i, length)
		}
		return place{val: Value{d: unknownBecause(d, s, d.secret), def: v.def}}, true
	}
	if known, ok := d.member(a.Name); ok {
		return place{val: known}, true
	}
	s, step := d.schema.Property(a.Name)
	switch step {
	case schema.NotContainer:
		return w.noContainer(i, d.kind)
	case schema.NameOnArray:
		return w.nameOnArray(i)
	case schema.Missing:
		if d.secret {
			return w.undefined(i, nil)
		}
		return w.undefined(i, d.schema.Names())
	case schema.Undeclared:
		if w.expr != nil {
			w.warn(w.mark(i, i), "undeclared-property",
				"property "+quoted(a.Name)+" is not declared in the schema of "+source(v), "")
		}
	}
	return place{val: Value{d: unknownBecause(d, s, d.secret), def: v.def}}, true
}

// source names what an unknown value comes from.
func source(v Value) string {
	if v.def != nil && v.def.Call != nil {
		return quoted(v.def.Call.Key)
	}
	return "its value"
}
