package eval

import (
	"maps"
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// A place is something that a path can lead to: an expression of an environment, a slot of several layers, or a value.
type place struct {
	env  *env
	expr *syntax.Expr
	slot *slot
	val  Value // if expr and slot are nil
}

func (p place) isValue() bool { return p.expr == nil && p.slot == nil }

// A slot is a property path of an environment with its layers (language.md section 6): what the document itself and
// its imports contribute to the property. Its layers are found from the top, and no further than somebody asks, so
// that a contribution which is hidden is not evaluated.
type slot struct {
	env      *env
	parent   *slot // nil for the values of an environment as a whole
	key      string
	layers   []layer // found so far, highest first
	next     int     // the layer of parent to look at next
	complete bool    // all layers have been found
	finals   bool    // a layer is final at this path or below it
	settled  bool    // what is final has been applied

	uncertain bool // an unknown took part, so the perform phase looks again
	performed bool // the perform phase has looked again

	bag      bool // the members are in children, there are no layers
	children map[string]place
	missing  map[string]bool
	names    []string // of all members, for suggestions; nil until needed
	task     *task
}

// A layer is what one document, or one import with all that it inherits, contributes to a slot.
type layer struct {
	place
	finals *syntax.Finals // what is final in it, at this path and below
}

// finish is called when a slot is made with all of its layers.
func (s *slot) finish() {
	s.complete = true
	for _, l := range s.layers {
		s.finals = s.finals || l.finals != nil
	}
}

type status uint8

const (
	waiting status = iota // not known yet; the task has been registered
	absent
	present
)

// layer returns layer i of a slot.
func (o *operation) layer(t *task, s *slot, i int) (layer, status) {
	o.freshen(s)
	for !s.complete && (len(s.layers) <= i || s.finals) {
		if !o.findLayer(t, s) {
			return layer{}, waiting
		}
	}
	if s.finals && s.parent != nil && !s.settled && !o.applyFinals(t, s) {
		return layer{}, waiting
	}
	if i >= len(s.layers) {
		return layer{}, absent
	}
	return s.layers[i], present
}

// freshen makes a slot look at its layers again when calls are performed and an unknown took part before.
func (o *operation) freshen(s *slot) {
	if !o.performing || s.performed {
		return
	}
	s.performed = true
	s.missing, s.names = nil, nil
	if s.parent == nil {
		return
	}
	o.freshen(s.parent)
	if s.uncertain {
		s.layers, s.next, s.complete, s.settled, s.uncertain, s.children = nil, 0, false, false, false, nil
	}
}

// findLayer looks at the next layer of the parent. It is false if that has to wait.
func (o *operation) findLayer(t *task, s *slot) bool {
	above, st := o.layer(t, s.parent, s.next)
	switch st {
	case waiting:
		return false
	case absent:
		s.complete = true
		return true
	}
	if c, ok := evident(above.place); ok && c == notObject {
		s.complete = true
		return true
	}
	shape, ok := o.shape(t, above.place)
	if !ok {
		return false
	}
	switch o.class(shape) {
	case notObject:
		s.complete = true
		return true
	case maybeObject:
		s.uncertain = true
	}
	member, st := o.member(t, shape, s.key)
	if st == waiting {
		return false
	}
	if st == present {
		found := layer{place: member}
		if above.finals != nil {
			found.finals = above.finals.Members[s.key]
		}
		s.layers = append(s.layers, found)
	}
	s.next++
	return true
}

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
	case d.unknown && d.schema.Admits("object"):
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
		return follow.place, true
	}
	v, ok := o.eval(t, p)
	return place{val: v}, ok
}

// slotShape is the shape of the highest layer, or the slot itself if that is or may be an object.
func (o *operation) slotShape(t *task, s *slot) (place, bool) {
	if s.bag {
		return place{slot: s}, true
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
	return place{slot: s}, true
}

// emptyMapping stands for the values of an environment that has none.
var emptyMapping = &syntax.Expr{Kind: syntax.Mapping}

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
	return place{val: Value{d: unknownDatum(s, d.secret), def: shape.val.def}}, present
}

// child returns the member of a slot that holds an object.
func (o *operation) child(t *task, s *slot, key string) (place, status) {
	o.freshen(s)
	if p, ok := s.children[key]; ok {
		if p.slot == nil || p.slot.parent == nil {
			return p, present
		}
		_, st := o.layer(t, p.slot, 0)
		return p, st
	}
	if s.bag || s.missing[key] {
		return place{}, absent
	}
	if s.complete && len(s.layers) == 1 && !s.finals {
		shape, ok := o.shape(t, s.layers[0].place)
		if !ok {
			return place{}, waiting
		}
		return o.member(t, shape, key)
	}
	c := &slot{env: s.env, parent: s, key: key, finals: s.finalBelow(key), performed: o.performing}
	switch _, st := o.layer(t, c, 0); st {
	case waiting:
		return place{}, waiting
	case absent:
		if s.missing == nil {
			s.missing = map[string]bool{}
		}
		s.missing[key] = true
		return place{}, absent
	}
	if s.children == nil {
		s.children = map[string]place{}
	}
	s.children[key] = place{slot: c}
	return place{slot: c}, present
}

func (s *slot) finalBelow(key string) bool {
	for _, l := range s.layers {
		if l.finals != nil && l.finals.Members[key] != nil {
			return true
		}
	}
	return false
}

// evalSlot computes the value of a slot from its layers.
func (o *operation) evalSlot(t *task) (Value, bool) {
	s := t.slot
	if s.bag {
		return o.evalMembers(t, s, slices.Sorted(maps.Keys(s.children)), merged{})
	}
	top, st := o.layer(t, s, 0)
	switch st {
	case waiting:
		return Value{}, false
	case absent:
		return Value{d: objectDatum(nil, nil, false)}, true
	}
	if c, ok := evident(top.place); ok && c == notObject {
		return o.evalTop(t, s, top)
	}
	m := merged{members: map[string]contribution{}, visited: map[any]bool{}}
	layers, ok := o.collect(t, s, &m)
	if !ok {
		return Value{}, false
	}
	if layers <= 1 {
		return o.evalTop(t, s, top)
	}
	return o.evalMembers(t, s, slices.Sorted(maps.Keys(m.members)), m)
}

func (o *operation) evalTop(t *task, s *slot, top layer) (Value, bool) {
	v, ok := o.eval(t, top.place)
	if s.parent != nil {
		v.over = s
	}
	return v, ok
}

// merged is what the layers of an object have in common.
type merged struct {
	members map[string]contribution
	visited map[any]bool
	unknown bool // a layer is unknown and may be an object
	secret  bool // the highest layer is secret
	top     place
}

// A contribution is the highest declaration of a member and whether there are others.
type contribution struct {
	place
	shared bool
}

// collect finds the members of an object from those of its layers, down to the first layer that is not an object. It
// returns the number of layers that count. What several layers share is visited once.
func (o *operation) collect(t *task, s *slot, m *merged) (layers int, ok bool) {
	for i := 0; ; i++ {
		l, st := o.layer(t, s, i)
		if st != present {
			return i, st == absent
		}
		if c, ok := evident(l.place); ok && c == notObject {
			return i, true
		}
		shape, ok := o.shape(t, l.place)
		if !ok {
			return i, false
		}
		c := o.class(shape)
		if c == notObject {
			return i, true
		}
		if m.top == (place{}) {
			m.top = l.place
			m.secret = shape.isValue() && shape.val.Secret()
		}
		o.collectLayer(s, shape, c, m)
		if shape.slot != nil && !m.visited[shape.slot] {
			m.visited[shape.slot] = true
			if _, ok := o.collect(t, shape.slot, m); !ok {
				return i, false
			}
		}
	}
}

func (o *operation) collectLayer(s *slot, shape place, c class, m *merged) {
	switch {
	case shape.expr != nil:
		if m.visited[shape.expr] {
			return
		}
		m.visited[shape.expr] = true
		for i := range shape.expr.Members {
			member := &shape.expr.Members[i]
			m.add(member.Key, place{env: shape.env, expr: member.Value}, s.finals)
		}
	case shape.slot != nil && shape.slot.bag:
		for key, p := range shape.slot.children {
			m.add(key, p, false)
		}
	case shape.slot == nil:
		m.unknown = m.unknown || c == maybeObject
		d := shape.val.data()
		for i, key := range d.keys {
			m.add(key, place{val: d.items[i]}, s.finals)
		}
	}
}

func (m *merged) add(key string, p place, shared bool) {
	if c, ok := m.members[key]; ok {
		p, shared = c.place, true
	}
	m.members[key] = contribution{p, shared || m.unknown}
}

// evalMembers computes a merged object from its members.
func (o *operation) evalMembers(t *task, s *slot, keys []string, m merged) (Value, bool) {
	items := make([]Value, len(keys))
	complete := true
	literals := 1
	for i, key := range keys {
		p, ok := o.mergedMember(t, s, key, m)
		if !ok {
			complete = false
			continue
		}
		if p.expr != nil && isLiteral(p.expr) {
			literals++
		}
		items[i], ok = o.eval(t, p)
		complete = complete && ok
	}
	if !complete {
		return Value{}, false
	}
	if !t.counted {
		t.counted = true
		o.count(literals)
	}
	d := objectDatum(keys, items, m.secret)
	if m.unknown {
		d.unknown, d.unknownBelow = true, true
	}
	v := Value{d: d, def: s.definition(m.top)}
	if s.parent != nil {
		v.over = s
	}
	return o.bounded(v), true
}

// mergedMember returns a member of a merged object. One that a single layer contributes needs no slot.
func (o *operation) mergedMember(t *task, s *slot, key string, m merged) (place, bool) {
	if c, ok := m.members[key]; ok && !c.shared && !m.unknown {
		return c.place, true
	}
	p, st := o.child(t, s, key)
	return p, st == present
}

// definition is the expression that is said to have made the value of a slot: that of its highest layer.
func (s *slot) definition(top place) *syntax.Expr {
	for top.slot != nil && len(top.slot.layers) > 0 {
		top = top.slot.layers[0].place
	}
	if top.expr != nil {
		return top.expr
	}
	return top.val.def
}
