package schema

import "slices"

// maxSteps bounds the work of one Validate: a step is one schema applied to one part of the data, or about as much work
// of another sort. Ordinary schemas take a few steps for each part of the data. All steps together take some seconds.
const maxSteps = 10_000_000

// Validate returns how v violates s, in the order of paths; nothing if v is valid. The data v is nil, bool, json.Number
// or any other number of Go, string, []any and map[string]any, with Secret and Unknown anywhere in it. Anything else is
// the violation wrong-type.
//
// Numbers are compared by exact value. A Secret is validated by what it holds. An Unknown is a violation only if its
// own schema shows that no value fits; the code is that of the violation to come.
//
// A schema that cannot be applied, such as one with a reference to nothing, is the single violation invalid-schema;
// data nested more than 1000 levels is too-deep; and hostile combinations of schema and data that would take more than
// 10 million steps are too-many-steps.
func (s *Schema) Validate(v any) []Violation {
	if flaw := inspect(v); flaw != nil {
		return []Violation{*flaw}
	}
	c := checker{steps: maxSteps}
	data := newNode(v)
	result := c.check(top(s), data)
	if c.stopped != nil {
		return violations([]finding{*c.stopped})
	}
	return violations(result.findings)
}

// A checker is the state of one Validate.
type checker struct {
	steps    int
	stopped  *finding // why the rest was not checked
	met      map[visit]verdict
	pairs    map[pair][]finding
	patterns memo[string, *pattern]
	enums    memo[*Schema, map[string]bool]
}

// A visit is one schema applied to one part of the data.
type visit struct {
	schema view
	at     *node
}

// A verdict is the result of a visit.
type verdict struct {
	findings []finding
	// unsure says that something unknown could still add findings.
	unsure bool
	// done tells a verdict from the lack of one during its visit.
	done bool
}

func (v *verdict) add(other verdict) {
	v.findings = append(v.findings, other.findings...)
	v.unsure = v.unsure || other.unsure
}

func (v *verdict) find(f finding) { v.findings = append(v.findings, f) }

// matches says that the data is valid, whatever becomes known.
func (v verdict) matches() bool { return len(v.findings) == 0 && !v.unsure }

// check applies s to n. Where schemas branch, the verdict is kept, so that no visit is made twice.
func (c *checker) check(s view, n *node) verdict {
	if !c.spend(1 + n.cost()) {
		return verdict{}
	}
	if !s.branches() {
		return c.apply(s, n)
	}
	v := visit{s, n}
	if known, met := c.met[v]; met {
		if !known.done {
			c.stop(finding{rule: ruleInvalidSchema, at: n, schema: s, name: reasonLoop})
		}
		return known
	}
	if c.met == nil {
		c.met = map[visit]verdict{}
	}
	c.met[v] = verdict{}
	result := c.apply(s, n)
	result.done = true
	if len(result.findings) > 1 {
		result.findings = c.unique(result.findings)
	}
	c.met[v] = result
	return result
}

// branches tells whether s applies other schemas to the same data.
func (v view) branches() bool {
	return v.Ref != "" || len(v.AllOf) > 0 || len(v.AnyOf) > 0 || len(v.OneOf) > 0 || v.Not != nil
}

func (c *checker) apply(s view, n *node) verdict {
	var v verdict
	if s.Never {
		v.find(finding{rule: ruleNever, at: n, schema: s})
		return v
	}
	if u, ok := n.data.(Unknown); ok {
		return c.checkUnknown(s, n, u)
	}
	c.checkType(&v, s, n)
	c.checkConstants(&v, s, n)
	switch n.kind {
	case numberKind:
		c.checkNumber(&v, s, n)
	case stringKind:
		c.checkString(&v, s, n)
	case arrayKind:
		c.checkArray(&v, s, n)
	case objectKind:
		c.checkObject(&v, s, n)
	}
	if s.branches() {
		c.checkBranches(&v, s, n)
	}
	return v
}

// spend takes steps from the budget. It reports false if the validation is over.
func (c *checker) spend(steps int) bool {
	if c.stopped != nil {
		return false
	}
	if c.steps -= steps; c.steps < 0 {
		c.stop(finding{rule: ruleTooManySteps})
		return false
	}
	return true
}

// stop ends the validation with f as its only result.
func (c *checker) stop(f finding) {
	if c.stopped == nil {
		c.stopped = &f
	}
}

// unique drops repeated findings, which AllOf and Ref would otherwise double at every level.
func (c *checker) unique(findings []finding) []finding {
	c.spend(len(findings))
	met := make(map[finding]bool, len(findings))
	return slices.DeleteFunc(findings, func(f finding) bool {
		again := met[f]
		met[f] = true
		return again
	})
}

// violations words the findings, in the order of their anchors, without repetitions.
func violations(findings []finding) []Violation {
	if len(findings) == 0 {
		return nil
	}
	type placed struct {
		anchor []any
		finding
	}
	all := make([]placed, len(findings))
	for i, f := range findings {
		all[i] = placed{f.anchor(), f}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return comparePaths(a.anchor, b.anchor) })

	type said struct {
		at            *node
		below         *step
		message, code string
	}
	var w writer
	met := make(map[said]bool, len(all))
	violations := make([]Violation, 0, len(all))
	for _, p := range all {
		v := w.violation(p.finding)
		if key := (said{p.at, p.below, v.Message, v.Code}); !met[key] {
			met[key] = true
			violations = append(violations, v)
		}
	}
	return violations
}
