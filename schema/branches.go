package schema

import (
	"math"
	"strconv"
)

// checkBranches applies the schemas that s refers to and combines.
func (c *checker) checkBranches(v *verdict, s view, n *node) {
	if s.Ref != "" {
		if target, ok := s.target(); ok {
			v.add(c.check(target, n))
		} else {
			c.stop(finding{rule: ruleInvalidSchema, at: n, schema: s, name: reasonRef})
		}
	}
	for _, part := range s.AllOf {
		v.add(c.check(s.to(part), n))
	}
	if len(s.AnyOf) > 0 {
		c.checkAnyOf(v, s, n)
	}
	if len(s.OneOf) > 0 {
		c.checkOneOf(v, s, n)
	}
	if s.Not != nil {
		switch inner := c.check(s.to(s.Not), n); {
		case inner.matches():
			v.find(finding{rule: ruleNot, at: n, schema: s})
		case len(inner.findings) == 0:
			v.unsure = true
		}
	}
}

func (c *checker) checkAnyOf(v *verdict, s view, n *node) {
	a := c.try(s, s.AnyOf, n)
	if !a.possible {
		v.noMatch(a.closest, finding{rule: ruleNoMatch, at: n, schema: s, have: len(s.AnyOf)})
	}
	v.unsure = v.unsure || a.possible && len(a.matching) == 0
}

func (c *checker) checkOneOf(v *verdict, s view, n *node) {
	a := c.try(s, s.OneOf, n)
	switch {
	case !a.possible:
		v.noMatch(a.closest, finding{rule: ruleNoMatch, at: n, schema: s, have: len(s.OneOf)})
	case len(a.matching) > 1:
		v.find(finding{rule: ruleAmbiguous, at: n, schema: s, name: joinAnd(a.matching)})
	default:
		v.unsure = v.unsure || a.unsure
	}
}

// Attempts are the results of alternatives.
type attempts struct {
	matching []string  // the numbers, from 1, of those that match for sure
	possible bool      // one matches or could match
	unsure   bool      // one could match
	closest  []finding // the fewest, where none can match; the first of equals
}

func (c *checker) try(s view, alternatives []*Schema, n *node) attempts {
	var a attempts
	fewest := math.MaxInt
	for i, alternative := range alternatives {
		result := c.check(s.to(alternative), n)
		switch {
		case result.matches():
			a.matching = append(a.matching, strconv.Itoa(i+1))
		case len(result.findings) == 0:
			a.unsure = true
		case len(result.findings) < fewest:
			fewest, a.closest = len(result.findings), result.findings
		}
	}
	a.possible = len(a.matching) > 0 || a.unsure
	return a
}

// noMatch records what the closest alternative found, and then f. They stay together.
func (v *verdict) noMatch(closest []finding, f finding) {
	for _, found := range closest {
		found.group = f.at
		v.find(found)
	}
	v.find(f)
}
