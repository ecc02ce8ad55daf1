package schema

import (
	"maps"
	"slices"
)

// RotateOnlyProperty tells whether RotateOnly lists the property, here or in what Ref and AllOf name.
func (s *Schema) RotateOnlyProperty(name string) bool {
	return slices.ContainsFunc(top(s).parts(certain), func(part view) bool {
		return slices.Contains(part.RotateOnly, name)
	})
}

// AllRotateOnly tells whether there are properties, and each one that s lists, here or in what Ref and AllOf name, is
// rotate-only.
func (s *Schema) AllRotateOnly() bool {
	marked, listed := map[string]bool{}, map[string]bool{}
	for _, part := range top(s).parts(certain) {
		for _, name := range part.RotateOnly {
			marked[name] = true
		}
		for name := range part.Properties {
			listed[name] = true
		}
	}
	for name := range listed {
		if !marked[name] {
			return false
		}
	}
	return len(listed) > 0
}

// HoldsRotateOnly tells whether s marks a property as rotate-only at any object level: here, in its properties and
// items, or in what Ref and AllOf name.
func (s *Schema) HoldsRotateOnly() bool { return holdsRotateOnly(top(s), map[*Schema]bool{}) }

func holdsRotateOnly(v view, seen map[*Schema]bool) bool {
	for _, part := range v.parts(certain) {
		if seen[part.Schema] {
			continue
		}
		seen[part.Schema] = true
		if len(part.RotateOnly) > 0 {
			return true
		}
		below := slices.Collect(maps.Values(part.Properties))
		below = append(append(below, part.PrefixItems...), part.Items, part.AdditionalProperties)
		for _, s := range below {
			if s != nil && holdsRotateOnly(part.to(s), seen) {
				return true
			}
		}
	}
	return false
}
