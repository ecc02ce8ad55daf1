package schema

import (
	"encoding/json"
	"regexp"
	"regexp/syntax"
	"unicode/utf8"
)

const (
	stepBytes   = 64 // bytes of text that make a step when they are counted or compared
	stepMatches = 32 // bytes of text times instructions of a pattern that make a step
)

func (c *checker) checkType(v *verdict, s view, n *node) {
	if len(s.Type) == 0 {
		return
	}
	var allowed kinds
	for _, name := range s.Type {
		k, ok := kindsNamed(name)
		if !ok {
			c.stop(finding{rule: ruleInvalidSchema, at: n, schema: s, name: reasonType})
			return
		}
		allowed |= k
	}
	kind := n.kind
	if kind == numberKind && allowed&numberKind == integerKind {
		kind = exactKind(n.data)
	}
	if kind&allowed == 0 {
		v.find(finding{rule: ruleType, at: n, schema: s, kinds: n.kind})
	}
}

func (c *checker) checkConstants(v *verdict, s view, n *node) {
	if s.Const != nil {
		v.decide(compare(s.Const, n.data, 0), finding{rule: ruleConst, at: n, schema: s})
	}
	if s.Enum != nil {
		v.decide(c.enumerated(s, n), finding{rule: ruleEnum, at: n, schema: s})
	}
}

// decide records f unless the data is like one of the constants.
func (v *verdict) decide(l likeness, f finding) {
	switch l {
	case different:
		v.find(f)
	case unsure:
		v.unsure = true
	}
}

// enumerated tells whether n is in Enum. It looks values up in a table if there are many.
func (c *checker) enumerated(s view, n *node) likeness {
	const few = 8
	if len(s.Enum) > few {
		key, ok := appendKey(nil, n.data, 0)
		c.spend(len(key) / stepBytes)
		if ok {
			return likenessOf(c.enumTable(s)[string(key)])
		}
		c.spend(len(s.Enum))
	}
	best := different
	for _, constant := range s.Enum {
		if best = max(best, compare(constant, n.data, 0)); best == same {
			break
		}
	}
	return best
}

func (c *checker) enumTable(s view) map[string]bool {
	return c.enums.get(s.Schema, func() map[string]bool {
		table := make(map[string]bool, len(s.Enum))
		for _, constant := range s.Enum {
			if key, ok := appendKey(nil, constant, 0); ok {
				table[string(key)] = true
			}
		}
		return table
	})
}

func (c *checker) checkNumber(v *verdict, s view, n *node) {
	if s.MultipleOf == "" && s.Minimum == "" && s.Maximum == "" && s.ExclusiveMinimum == "" && s.ExclusiveMaximum == "" {
		return
	}
	value := number(n.data)
	bounds := []struct {
		rule  rule
		bound json.Number
		fits  func(comparison int) bool
	}{
		{ruleMinimum, s.Minimum, func(c int) bool { return c >= 0 }},
		{ruleMaximum, s.Maximum, func(c int) bool { return c <= 0 }},
		{ruleExclusiveMinimum, s.ExclusiveMinimum, func(c int) bool { return c > 0 }},
		{ruleExclusiveMaximum, s.ExclusiveMaximum, func(c int) bool { return c < 0 }},
	}
	for _, b := range bounds {
		if bound, ok := c.bound(s, n, b.bound); ok && !b.fits(value.compare(bound)) {
			v.find(finding{rule: b.rule, at: n, schema: s})
		}
	}
	if factor, ok := c.bound(s, n, s.MultipleOf); ok && !value.isMultipleOf(factor) {
		v.find(finding{rule: ruleMultipleOf, at: n, schema: s})
	}
}

// bound reads a number of the schema. It reports false if there is none.
func (c *checker) bound(s view, n *node, text json.Number) (decimal, bool) {
	if text == "" {
		return decimal{}, false
	}
	d, ok := parseDecimal(string(text))
	if !ok {
		c.stop(finding{rule: ruleInvalidSchema, at: n, schema: s, name: reasonNumber})
	}
	return d, ok
}

func (c *checker) checkString(v *verdict, s view, n *node) {
	text := n.data.(string)
	if s.MinLength != nil || s.MaxLength != nil {
		c.spend(len(text) / stepBytes)
		c.checkLength(v, s, n, utf8.RuneCountInString(text), s.MinLength, s.MaxLength)
	}
	if s.Pattern == "" {
		return
	}
	p := c.pattern(s.Pattern)
	if p.flaw != "" {
		c.stop(finding{rule: ruleInvalidSchema, at: n, schema: s, name: p.flaw})
		return
	}
	if c.spend((len(text)+1)*p.size/stepMatches) && !p.MatchString(text) {
		v.find(finding{rule: rulePattern, at: n, schema: s})
	}
}

func (c *checker) checkLength(v *verdict, s view, n *node, have int, least, most *int) {
	if least != nil && have < *least {
		v.find(finding{rule: ruleTooShort, at: n, schema: s, kinds: n.kind, have: have, want: *least})
	}
	if most != nil && have > *most {
		v.find(finding{rule: ruleTooLong, at: n, schema: s, kinds: n.kind, have: have, want: *most})
	}
}

// A pattern is a compiled regular expression, or says why there is none. Matching takes time in proportion to both the
// size of its program and the length of the text.
type pattern struct {
	*regexp.Regexp
	size int
	flaw string
}

// maxPatternSize bounds the program of a pattern, in instructions. The longest patterns in use have some hundreds.
const maxPatternSize = 10_000

func (c *checker) pattern(text string) *pattern {
	return c.patterns.get(text, func() *pattern {
		p := compilePattern(text)
		c.spend(p.size)
		return p
	})
}

func compilePattern(text string) *pattern {
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return &pattern{flaw: reasonPattern}
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return &pattern{flaw: reasonPattern}
	}
	size := len(program.Inst)
	if size > maxPatternSize {
		return &pattern{size: size, flaw: reasonLargePattern}
	}
	compiled, err := regexp.Compile(text)
	if err != nil {
		return &pattern{size: size, flaw: reasonPattern}
	}
	return &pattern{Regexp: compiled, size: size}
}

func (c *checker) checkArray(v *verdict, s view, n *node) {
	items := n.data.([]any)
	c.checkLength(v, s, n, len(items), s.MinItems, s.MaxItems)
	if s.UniqueItems {
		c.checkUnique(v, s, n)
	}
	if len(s.PrefixItems) == 0 && s.Items == nil {
		return
	}
	children := n.expand()
	for i := range children {
		item, ok := s.element(i)
		if !ok {
			return
		}
		if i >= len(s.PrefixItems) && item.Never {
			v.find(finding{rule: ruleNoMoreItems, at: &children[i], schema: s, have: i})
			return
		}
		v.add(c.check(item, &children[i]))
	}
}

// checkUnique finds each item that equals an earlier one. What is partly unknown could still differ.
func (c *checker) checkUnique(v *verdict, s view, n *node) {
	first := map[string]int{}
	for i, item := range n.data.([]any) {
		key, ok := appendKey(nil, item, 0)
		if !c.spend(len(key) / stepBytes) {
			return
		}
		if !ok {
			v.unsure = true
			continue
		}
		if earlier, met := first[string(key)]; met {
			v.find(finding{rule: ruleUnique, at: n, schema: s, have: earlier, want: i})
		} else {
			first[string(key)] = i
		}
	}
}

func (c *checker) checkObject(v *verdict, s view, n *node) {
	members := n.data.(map[string]any)
	c.checkLength(v, s, n, len(members), s.MinProperties, s.MaxProperties)
	c.checkRequired(v, s, n)
	if len(s.Properties) == 0 && s.AdditionalProperties == nil {
		return
	}
	children := n.expand()
	for i := range children {
		child := &children[i]
		property, ok := s.property(child.name)
		if !ok {
			continue
		}
		if _, listed := s.Properties[child.name]; !listed && property.Never {
			v.find(finding{rule: ruleNoMoreProperties, at: child, schema: s})
			continue
		}
		v.add(c.check(property, child))
	}
}

// checkRequired finds each property that is missing, once.
func (c *checker) checkRequired(v *verdict, s view, n *node) {
	met := map[string]bool{}
	need := func(names []string) {
		c.spend(len(names))
		for _, name := range names {
			if !n.has(name) && !met[name] {
				met[name] = true
				v.find(finding{rule: ruleRequired, at: n, schema: s, name: name})
			}
		}
	}
	need(s.Required)
	for _, name := range sortedKeys(s.DependentRequired) {
		if n.has(name) {
			need(s.DependentRequired[name])
		}
	}
}
