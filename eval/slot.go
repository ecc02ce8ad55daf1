package eval

import (
	"fmt"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// A place is something that a path can lead to: an expression of an environment, a slot of several layers, or a value.
type place struct {
	env  *env
	expr *syntax.Expr
	slot *slot
	val  Value // if expr and slot are nil
}

func (p place) isValue() bool { return p.expr == nil && p.slot == nil }

// top is the highest layer that has been found of a slot, whose own highest layer counts if that is a slot as well.
func (p place) top() place {
	for p.slot != nil && len(p.slot.layers) > 0 {
		p = p.slot.layers[0].place
	}
	return p
}

// A slot is a property path of an environment with its layers: what the document itself and
// its imports contribute to the property. Its layers are found from the top, and no further than somebody asks, so
// that a contribution which is hidden is not evaluated.
type slot struct {
	env      *env
	parent   *slot // nil for the values of an environment as a whole
	key      string
	depth    int     // below the values of its environment
	layers   []layer // found so far, highest first
	next     int     // the layer of parent to look at next
	complete bool    // all layers have been found
	finals   bool    // a layer is final at this path or below it
	settled  bool    // what is final has been applied

	uncertain bool // an unknown took part, so the perform phase looks again
	performed bool // the perform phase has looked again

	pieces []piece // of an object of several layers, highest first; nil until it is evaluated

	bag      bool // the members are in children, there are no layers
	children map[string]place
	missing  map[string]bool
	names    []string // of all members, for suggestions; nil until needed
	task     *task
}

// A layer is what one document, or one import with all that it inherits, contributes to a slot.
type layer struct {
	place
	from   *env         // whose document, or whose effective values, it is a part of
	finals finals       // what is final in it, at this path and below
	within *syntax.Expr // the expression whose value it is a part of; nil if it is written out itself
}

// origin returns what a member of a layer is to be blamed on: the expression that stands for the whole layer, unless
// that writes its members out.
func (l layer) origin() *syntax.Expr {
	switch {
	case l.within != nil:
		return l.within
	case l.expr == nil, l.expr.Kind == syntax.Mapping, l.expr.Kind == syntax.Final:
		return nil
	}
	return l.expr
}

// finish is called when a slot is made with all of its layers.
func (s *slot) finish() {
	s.complete = true
	for _, l := range s.layers {
		s.finals = s.finals || l.finals != nil
	}
}

// alone reports whether the slot is nothing but one layer, as the values of an environment without imports are.
func (s *slot) alone() bool { return s.complete && len(s.layers) == 1 && !s.finals }

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
	s.missing, s.names, s.pieces = nil, nil, nil
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
		s.uncertain = s.uncertain || member.slot != nil && member.slot.uncertain
		s.layers = append(s.layers, layer{place: member, from: above.from, finals: above.finals.at(s.key), within: above.origin()})
	}
	s.next++
	return true
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
	if s.alone() {
		shape, ok := o.shape(t, s.layers[0].place)
		if !ok {
			return place{}, waiting
		}
		return o.member(t, shape, key)
	}
	// It is kept while it has to wait, for what has been found of it.
	if s.children == nil {
		s.children = map[string]place{}
	}
	if s.depth >= o.limits.Depth {
		s.children[key] = o.tooDeep(s)
		return s.children[key], present
	}
	o.count(1)
	c := &slot{
		env: s.env, parent: s, key: key, depth: s.depth + 1, finals: s.finalBelow(key), performed: o.performing,
	}
	s.children[key] = place{slot: c}
	_, st := o.layer(t, c, 0)
	if st == absent {
		delete(s.children, key)
		if s.missing == nil {
			s.missing = map[string]bool{}
		}
		s.missing[key] = true
	}
	return place{slot: c}, st
}

// tooDeep reports a slot whose members are nested too deeply: an object that contains itself by way of its layers would
// be unfolded without end.
func (o *operation) tooDeep(s *slot) place {
	if e := s.definition(place{slot: s}); e != nil && e.Doc != nil {
		o.reportExpr(e, "too-deep", fmt.Sprintf("nesting is deeper than %d", o.limits.Depth), "")
	}
	return unknownPlace()
}

// reference is the place of the reference in the highest layer that is one.
func (s *slot) reference() syntax.Mark {
	for _, l := range s.layers {
		if l.expr != nil && l.expr.Kind == syntax.Ref {
			path := l.expr.Parts[0].Path
			return l.expr.PartMark(int(path[0].From), int(path[len(path)-1].To))
		}
	}
	return syntax.Mark{}
}

// isWithin reports whether a slot is another one or below it.
func (s *slot) isWithin(outer *slot) bool {
	for at := s; at != nil; at = at.parent {
		if at == outer {
			return true
		}
	}
	return false
}

func (s *slot) finalBelow(key string) bool {
	for _, l := range s.layers {
		if l.finals.at(key) != nil {
			return true
		}
	}
	return false
}

// definition is the expression that is said to have made the value of a slot: that of its highest layer.
func (s *slot) definition(top place) *syntax.Expr {
	if top = top.top(); top.expr != nil {
		return top.expr
	}
	return top.val.def
}
