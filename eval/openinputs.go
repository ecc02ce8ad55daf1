package eval

import (
	"maps"
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// openInputs evaluates inputs without those that only a rotation needs.
func (o *operation) openInputs(t *task, p place, s *schema.Schema, depth int) (Value, bool) {
	if !s.HoldsRotateOnly() || depth > o.limits.Depth {
		return o.eval(t, p)
	}
	shape, ok := o.shape(t, p)
	if !ok {
		return Value{}, false
	}
	switch {
	case shape.expr != nil && shape.expr.Kind == syntax.List:
		return o.openItems(t, shape, s, depth)
	case o.class(shape) != isObject:
		return o.eval(t, p)
	}
	names, ok := o.memberNames(t, shape)
	items := make([]Value, len(names))
	for i, name := range names {
		member, st := o.member(t, shape, name)
		below, _ := s.Property(name)
		var done bool
		switch {
		case st != present:
		case s.RotateOnlyProperty(name):
			items[i], done = o.written(member, below), true
		default:
			items[i], done = o.openInputs(t, member, below, depth+1)
		}
		ok = ok && done
	}
	if !ok {
		return Value{}, false
	}
	return Value{d: objectDatum(names, items, false), def: p.expr}, true
}

// openItems is openInputs for a list.
func (o *operation) openItems(t *task, list place, s *schema.Schema, depth int) (Value, bool) {
	items := make([]Value, len(list.expr.Items))
	ok := true
	for i, item := range list.expr.Items {
		below, _ := s.Element(i)
		var done bool
		items[i], done = o.openInputs(t, place{env: list.env, expr: item}, below, depth+1)
		ok = ok && done
	}
	if !ok {
		return Value{}, false
	}
	return Value{d: arrayDatum(items, false), def: list.expr}, true
}

// memberNames returns the names of the members of an object, by its shape.
func (o *operation) memberNames(t *task, shape place) ([]string, bool) {
	if shape.slot == nil && shape.expr == nil {
		return shape.val.data().keys, true
	}
	if shape.expr != nil {
		return o.keysOf(shape.expr), true
	}
	m := merged{members: map[string]contribution{}, visited: map[any]bool{}}
	_, ok := o.collect(t, shape.slot, &m)
	return slices.Sorted(maps.Keys(m.members)), ok
}

// written returns what is known of an input without evaluating anything: its literal parts.
func (o *operation) written(p place, s *schema.Schema) Value {
	if p.expr == nil {
		return unknownValue(s, false)
	}
	switch e := p.expr; e.Kind {
	case syntax.Null, syntax.Bool, syntax.Number, syntax.String:
		return o.literal(p.env, e)
	case syntax.List:
		items := make([]Value, len(e.Items))
		for i := range items {
			below, _ := s.Element(i)
			items[i] = o.written(place{env: p.env, expr: e.Items[i]}, below)
		}
		return Value{d: arrayDatum(items, false), def: e}
	case syntax.Mapping:
		keys, items := make([]string, len(e.Members)), make([]Value, len(e.Members))
		for i := range items {
			keys[i] = e.Members[i].Key
			below, _ := s.Property(keys[i])
			items[i] = o.written(place{env: p.env, expr: e.Members[i].Value}, below)
		}
		return Value{d: objectDatum(keys, items, false), def: e}
	}
	return Value{d: unknownDatum(s, false), def: p.expr}
}

// withoutUnknowns returns an object without the members, at any depth, that are not known.
func withoutUnknowns(object map[string]any) map[string]any {
	known := make(map[string]any, len(object))
	for key, v := range object {
		if _, unknown := v.(schema.Unknown); !unknown {
			known[key] = knownPart(v)
		}
	}
	return known
}

func knownPart(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return withoutUnknowns(v)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = knownPart(item)
		}
		return list
	}
	return v
}
