package eval

import (
	"maps"
	"slices"
)

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
	if c, ok := evident(top.place); ok && c == notObject || s.alone() {
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
	s.pieces = significant(m.pieces)
	if twin := o.merges.twin(s); twin != s {
		o.at = s.reference()
		v, ok := o.eval(t, place{slot: twin})
		return s.made(v.d, m.top), ok
	}
	return o.evalMembers(t, s, slices.Sorted(maps.Keys(m.members)), m)
}

// made returns a value as that of the slot, whose highest layer is top.
func (s *slot) made(d *datum, top place) Value {
	v := Value{d: d, def: s.definition(top)}
	if s.parent != nil {
		v.over = s
	}
	return v
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
	unknown bool     // a layer is unknown and may be an object
	failed  bool     // and not only because a call is not performed
	listed  []string // the names in the schemas of unknown layers
	pieces  []piece
	top     place
}

// secret reports whether the object is secret, which its highest piece decides.
func (m *merged) secret() bool { return len(m.pieces) > 0 && m.pieces[0].secret() }

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
		}
		o.collectLayer(shape, c, m)
		if shape.slot != nil && t != nil && t.slot.isWithin(shape.slot) && !o.need(t, shape.slot.valueTask()) {
			return i, false // it contains itself
		}
		switch {
		case shape.slot == nil:
		case m.visited[shape.slot]:
			m.pieces = append(m.pieces, pieceOf(shape).repeated())
		default:
			m.visited[shape.slot] = true
			if _, ok := o.collect(t, shape.slot, m); !ok {
				return i, false
			}
			m.pieces = append(m.pieces, pieceOf(shape))
		}
	}
}

func (o *operation) collectLayer(shape place, c class, m *merged) {
	switch {
	case shape.expr != nil:
		if m.visited[shape.expr] {
			m.pieces = append(m.pieces, pieceOf(shape).repeated())
			return
		}
		m.visited[shape.expr] = true
		m.pieces = append(m.pieces, pieceOf(shape))
		for i := range shape.expr.Members {
			member := &shape.expr.Members[i]
			m.add(member.Key, place{env: shape.env, expr: member.Value})
		}
	case shape.slot != nil && shape.slot.bag:
		m.pieces = append(m.pieces, pieceOf(shape))
		for key, p := range shape.slot.children {
			m.add(key, p)
		}
	case shape.slot == nil:
		m.pieces = append(m.pieces, pieceOf(shape))
		d := shape.val.data()
		m.unknown = m.unknown || c == maybeObject
		m.failed = m.failed || c == maybeObject && d.failed
		if d.unknown && !d.secret {
			m.listed = append(m.listed, d.schema.Names()...)
		}
		for i, key := range d.keys {
			m.add(key, place{val: d.items[i]})
		}
	}
}

func (m *merged) add(key string, p place) {
	c, shared := m.members[key]
	if shared {
		p = c.place
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
	d := objectDatum(keys, items, m.secret())
	if m.unknown {
		d.unknown, d.unknownBelow = true, true
		d.failed = d.failed || m.failed
	}
	return o.bounded(s.made(d, m.top)), true
}

// mergedMember returns a member of a merged object. One that a single layer contributes needs no slot.
func (o *operation) mergedMember(t *task, s *slot, key string, m merged) (place, bool) {
	if c, ok := m.members[key]; ok && !c.shared && !m.unknown {
		return c.place, true
	}
	p, st := o.child(t, s, key)
	return p, st == present
}
