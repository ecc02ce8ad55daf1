package eval

import (
	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// A class says whether something is an object, which is what decides whether layers merge.
type class uint8

const (
	notObject class = iota
	isObject
	maybeObject // not known yet
)

// evident returns what a contribution is as far as its text alone shows.
func evident(p place) (c class, ok bool) {
	e := p.expr
	for e != nil && e.Kind == syntax.Final {
		e = e.Call.Arg
	}
	if e == nil {
		return 0, false
	}
	switch e.Kind {
	case syntax.Mapping:
		return isObject, true
	case syntax.Func:
		return notObject, builtins[e.Call.Name].fixed()
	case syntax.Null, syntax.Bool, syntax.Number, syntax.String, syntax.Template, syntax.List, syntax.Secret, syntax.Cipher:
		return notObject, true
	}
	return 0, false
}

// class returns whether a shape is an object.
func (o *operation) class(shape place) class {
	if shape.slot != nil {
		return isObject
	}
	if shape.expr != nil {
		c, _ := evident(shape)
		return c
	}
	d := shape.val.data()
	switch {
	case d.unknown && (d.schema == nil || d.schema.Admits("object")):
		return maybeObject
	case d.unknown || d.kind != Object:
		return notObject
	}
	return isObject
}

// shape follows references and slots of one layer until it is clear what a place is: a literal, a slot that holds an
// object, or the value of a call.
func (o *operation) shape(t *task, p place) (place, bool) {
	for p.expr != nil && p.expr.Kind == syntax.Final {
		p.expr = p.expr.Call.Arg
	}
	switch {
	case p.slot != nil:
		return o.slotShape(t, p.slot)
	case p.expr == nil:
		return p, true
	}
	if _, ok := evident(p); ok && p.expr.Kind != syntax.Func {
		return p, true
	}
	if p.expr.Kind == syntax.Ref {
		follow := p.env.shapes[p.expr]
		if follow == nil {
			follow = &task{kind: taskShape, env: p.env, expr: p.expr}
			p.env.shapes[p.expr] = follow
		}
		if !o.need(t, follow) {
			return place{}, false
		}
		return *follow.place, true
	}
	v, ok := o.eval(t, p)
	return place{val: v}, ok
}

// slotShape is the shape of the highest layer, or the slot itself if that is or may be an object.
func (o *operation) slotShape(t *task, s *slot) (place, bool) {
	o.freshen(s)
	switch {
	case s.bag:
		return place{slot: s}, true
	case s.alone():
		return o.shape(t, s.layers[0].place)
	}
	top, st := o.layer(t, s, 0)
	if st == absent {
		return place{expr: emptyMapping}, true
	}
	if st == waiting {
		return place{}, false
	}
	shape, ok := o.shape(t, top.place)
	if !ok || o.class(shape) == notObject || s.complete && len(s.layers) == 1 {
		return shape, ok
	}
	if o.class(shape) == maybeObject {
		switch _, st := o.layer(t, s, 1); st {
		case waiting:
			return place{}, false
		case absent:
			return shape, true
		}
	}
	return place{slot: s}, true
}

// emptyMapping stands for the values of an environment that has none.
var emptyMapping = syntax.NewMapping()

// followRef computes the shape of a reference.
func (o *operation) followRef(t *task) (place, bool) {
	p, ok := o.resolve(t, t.env, t.expr, t.expr.Parts[0].Path)
	if !ok {
		return place{}, false
	}
	return o.shape(t, p)
}

// member returns the member of an object, by its shape.
func (o *operation) member(t *task, shape place, key string) (place, status) {
	switch {
	case shape.slot != nil:
		return o.child(t, shape.slot, key)
	case shape.expr != nil:
		if e := shape.expr.Member(key); e != nil {
			return place{env: shape.env, expr: e}, present
		}
		return place{}, absent
	}
	d := shape.val.data()
	if v, ok := d.member(key); ok {
		return place{val: v}, present
	}
	if !d.unknown {
		return place{}, absent
	}
	s, step := d.schema.Property(key)
	if step != schema.Defined && step != schema.Undeclared {
		return place{}, absent
	}
	return place{val: Value{d: unknownBecause(d, s, d.secret), def: shape.val.def}}, present
}
