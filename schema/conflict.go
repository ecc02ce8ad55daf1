package schema

import (
	"math"
	"slices"
)

// A pair asks whether a value that is only known to fit one schema can fit another one.
type pair struct {
	unknown, wanted view
}

// checkUnknown validates what is not known yet: only what cannot turn out well is a violation.
func (c *checker) checkUnknown(s view, n *node, u Unknown) verdict {
	unknown := top(u.Of)
	unknown.secret = unknown.secret || n.secret
	clashes := c.conflict(pair{unknown, s})
	v := verdict{unsure: len(clashes) == 0 && !s.unconstrained()}
	for _, f := range clashes {
		f.at = n
		v.find(f)
	}
	return v
}

// conflict returns findings, without their node, if no value fits both schemas of p for sure. It does not look for all
// of them: one is enough. A pair that is met again below itself does not conflict.
func (c *checker) conflict(p pair) []finding {
	if known, met := c.pairs[p]; met || !c.spend(1) {
		return known
	}
	if c.pairs == nil {
		c.pairs = map[pair][]finding{}
	}
	c.pairs[p] = nil
	clashes := c.findConflict(p)
	c.pairs[p] = clashes
	return clashes
}

func (c *checker) findConflict(p pair) []finding {
	x, a := p.unknown, p.wanted
	if x.Never || a.Never {
		return []finding{{rule: ruleNever, schema: a}}
	}
	for _, find := range []func(x, a view) []finding{
		c.conflictOfKinds, c.conflictOfObjects, c.conflictOfArrays, c.conflictOfWanted, c.conflictOfUnknown,
	} {
		if clashes := find(x, a); clashes != nil {
			return clashes
		}
	}
	return nil
}

// conflictOfKinds compares types and constants.
func (c *checker) conflictOfKinds(x, a view) []finding {
	if x.kinds()&a.typeKinds() == 0 {
		return []finding{{rule: ruleType, schema: a, kinds: x.kinds()}}
	}
	constants, ok := a.constants()
	if !ok {
		return nil
	}
	f := finding{rule: ruleEnum, schema: a}
	if a.Const != nil {
		f.rule = ruleConst
	}
	if x.kinds()&a.constantKinds() == 0 {
		return []finding{f}
	}
	if candidates, ok := x.constants(); ok && !c.meet(candidates, constants) {
		return []finding{f}
	}
	return nil
}

// meet tells whether two lists of constants could have one in common.
func (c *checker) meet(a, b []any) bool {
	c.spend(len(a) + len(b))
	table := make(map[string]bool, len(a))
	for _, v := range a {
		key, ok := appendKey(nil, v, 0)
		if !ok {
			return true
		}
		table[string(key)] = true
	}
	return slices.ContainsFunc(b, func(v any) bool {
		key, ok := appendKey(nil, v, 0)
		return !ok || table[string(key)]
	})
}

// conflictOfObjects compares properties, if the value must be an object.
func (c *checker) conflictOfObjects(x, a view) []finding {
	if x.kinds()&a.kinds() != objectKind {
		return nil
	}
	byUnknown, byWanted := nameSet(x.Required), nameSet(a.Required)
	c.spend(len(byUnknown) + len(byWanted))
	required := slices.Concat(x.Required, a.Required)
	slices.Sort(required)
	for _, name := range slices.Compact(required) {
		switch {
		case byWanted[name] && x.excludes(name):
			return []finding{{rule: ruleRequired, schema: a, name: name}}
		case byUnknown[name] && a.excludes(name):
			return c.excluded(x, a, name)
		}
		wanted, ok := a.property(name)
		if !ok {
			continue
		}
		unknown, ok := x.property(name)
		if !ok {
			unknown = x.to(nil)
		}
		if clashes := c.conflict(pair{unknown, wanted}); clashes != nil {
			return below(memberKey(x, name), clashes)
		}
	}
	return nil
}

func nameSet(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

// excluded is the finding that a known object with that property would give.
func (c *checker) excluded(x, a view, name string) []finding {
	f := finding{rule: ruleNoMoreProperties, schema: a}
	if _, listed := a.Properties[name]; listed {
		f = finding{rule: ruleNever, schema: a.to(a.Properties[name])}
	}
	return below(memberKey(x, name), []finding{f})
}

// conflictOfArrays compares lengths and the elements that must be there, if the value must be an array.
func (c *checker) conflictOfArrays(x, a view) []finding {
	if x.kinds()&a.kinds() != arrayKind {
		return nil
	}
	xLeast, xMost := x.lengths()
	aLeast, aMost := a.lengths()
	switch {
	case xMost < aLeast:
		return []finding{{rule: ruleTooShort, schema: a, kinds: arrayKind, have: xMost, want: aLeast, unsure: true}}
	case xLeast > aMost && a.MaxItems != nil && *a.MaxItems == aMost:
		return []finding{{rule: ruleTooLong, schema: a, kinds: arrayKind, have: xLeast, want: aMost, unsure: true}}
	case xLeast > aMost:
		return below(aMost, []finding{{rule: ruleNoMoreItems, schema: a, have: aMost}})
	}
	// Beyond both prefixes all positions are alike.
	end := min(max(xLeast, aLeast), max(len(x.PrefixItems), len(a.PrefixItems))+1)
	for i := 0; i < end && c.spend(1); i++ {
		unknown, ok := x.element(i)
		if !ok {
			unknown = x.to(nil)
		}
		wanted, ok := a.element(i)
		if !ok {
			break
		}
		if clashes := c.conflict(pair{unknown, wanted}); clashes != nil {
			return below(i, clashes)
		}
	}
	return nil
}

// lengths returns how many elements an array has at least and at most.
func (v view) lengths() (least, most int) {
	most = math.MaxInt
	if v.MinItems != nil {
		least = *v.MinItems
	}
	if v.MaxItems != nil {
		most = *v.MaxItems
	}
	if v.Items != nil && v.Items.Never {
		most = min(most, len(v.PrefixItems))
	}
	return least, most
}

// conflictOfWanted looks for a conflict with all that the wanted schema refers to and combines.
func (c *checker) conflictOfWanted(x, a view) []finding {
	if a.Ref != "" {
		target, ok := a.target()
		if !ok {
			c.stop(finding{rule: ruleInvalidSchema, schema: a, name: reasonRef})
			return nil
		}
		if clashes := c.conflict(pair{x, target}); clashes != nil {
			return clashes
		}
	}
	for _, part := range a.AllOf {
		if clashes := c.conflict(pair{x, a.to(part)}); clashes != nil {
			return clashes
		}
	}
	for _, alternatives := range [][]*Schema{a.AnyOf, a.OneOf} {
		closest := c.conflictOfAll(alternatives, func(s *Schema) pair { return pair{x, a.to(s)} })
		if closest != nil {
			return append(slices.Clip(closest), finding{rule: ruleNoMatch, schema: a, have: len(alternatives)})
		}
	}
	return nil
}

// conflictOfUnknown looks for a conflict with all that the schema of the unknown refers to and combines. A reference to
// nothing says nothing.
func (c *checker) conflictOfUnknown(x, a view) []finding {
	if x.Ref != "" {
		if target, ok := x.target(); ok {
			if clashes := c.conflict(pair{target, a}); clashes != nil {
				return clashes
			}
		}
	}
	for _, part := range x.AllOf {
		if clashes := c.conflict(pair{x.to(part), a}); clashes != nil {
			return clashes
		}
	}
	for _, alternatives := range [][]*Schema{x.AnyOf, x.OneOf} {
		if clashes := c.conflictOfAll(alternatives, func(s *Schema) pair { return pair{x.to(s), a} }); clashes != nil {
			return clashes
		}
	}
	return nil
}

// conflictOfAll returns the conflict of the alternative that came closest if there are alternatives and all conflict.
func (c *checker) conflictOfAll(alternatives []*Schema, with func(*Schema) pair) []finding {
	var closest []finding
	for _, alternative := range alternatives {
		clashes := c.conflict(with(alternative))
		if clashes == nil {
			return nil
		}
		if closest == nil || len(clashes) < len(closest) {
			closest = clashes
		}
	}
	return closest
}

// A step is an element of a path inside an unknown.
type step struct {
	key  any
	next *step
}

// below moves findings into a part of the unknown. It leaves the findings given alone, since they are kept.
func below(key any, findings []finding) []finding {
	moved := slices.Clone(findings)
	for i := range moved {
		moved[i].below = &step{key, moved[i].below}
	}
	return moved
}

func memberKey(x view, name string) any {
	if x.secret {
		return redacted
	}
	return name
}
