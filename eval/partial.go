package eval

import (
	"maps"
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// A partial is a tree of the values at some paths.
type partial struct {
	leaf    *Value
	members map[string]*partial
	items   map[int]*partial
}

// exceeds reports whether a path leads to an element that no array has room for. Of an array that is not known it can.
func (o *operation) exceeds(path syntax.Path) bool {
	return slices.ContainsFunc(path, func(a syntax.Accessor) bool { return a.Index >= o.limits.ValueBytes/nodeSize })
}

func (p *partial) add(path syntax.Path, v Value) {
	for _, a := range path {
		if p.leaf != nil {
			return // all of it is there already
		}
		p = p.below(a)
	}
	p.leaf = &v
}

func (p *partial) below(a syntax.Accessor) *partial {
	next := &partial{}
	if a.IsIndex() {
		if p.items == nil {
			p.items = map[int]*partial{}
		}
		if p.items[a.Index] == nil {
			p.items[a.Index] = next
		}
		return p.items[a.Index]
	}
	if p.members == nil {
		p.members = map[string]*partial{}
	}
	if p.members[a.Name] == nil {
		p.members[a.Name] = next
	}
	return p.members[a.Name]
}

// value returns the tree as a value. Elements of an array before one that was asked for are unknown.
func (p *partial) value() Value {
	if p.leaf != nil {
		return *p.leaf
	}
	if p.items != nil {
		items := make([]Value, slices.Max(slices.Collect(maps.Keys(p.items)))+1)
		anything := unknownValue(nil, false)
		for i := range items {
			items[i] = anything
			if item := p.items[i]; item != nil {
				items[i] = item.value()
			}
		}
		return Value{d: arrayDatum(items, false)}
	}
	keys := slices.Sorted(maps.Keys(p.members))
	items := make([]Value, len(keys))
	for i, key := range keys {
		items[i] = p.members[key].value()
	}
	return Value{d: objectDatum(keys, items, false)}
}
