package schema

import "slices"

// maxPatterns bounds the patterns of one schema that is parsed, in instructions of their programs.
const maxPatterns = 1_000_000

// Parse reads a schema from plain data: true, false or an object of keywords, with numbers as json.Number or any numeric
// kind of Go. It returns nil if there is a problem that is not a warning. Problems come in the order of paths.
//
// The data may contain secrets. A schema with a secret in one of its keywords is a secret part: it has Secret set.
func Parse(v any) (*Schema, []Problem) {
	if flaw := inspect(v); flaw != nil {
		return nil, []Problem{{Path: flaw.Path, Code: codeInvalidSchema, Message: "invalid schema: " + flaw.Message}}
	}
	p := parser{keywords: vocabulary(), patternsLeft: maxPatterns}
	s := p.schema(newNode(v))
	p.checkRefs(s)
	slices.SortStableFunc(p.problems, func(a, b Problem) int { return comparePaths(a.Path, b.Path) })
	if slices.ContainsFunc(p.problems, func(p Problem) bool { return !p.Warning }) {
		return nil, p.problems
	}
	return s, p.problems
}

// A parser is the state of one Parse.
type parser struct {
	keywords     []keyword
	problems     []Problem
	refs         []ref
	patternsLeft int
}

// A ref is a schema with a reference, and where that is written.
type ref struct {
	schema *Schema
	at     *node
}

func (p *parser) invalid(n *node, reason string) {
	p.problems = append(p.problems, Problem{Path: n.path(), Code: codeInvalidSchema, Message: "invalid schema: " + reason})
}

// schema reads a schema; if it cannot, it reports why and returns some schema.
func (p *parser) schema(n *node) *Schema {
	switch data := n.data.(type) {
	case bool:
		return &Schema{Never: !data, Secret: n.secret}
	case map[string]any:
		s := &Schema{Secret: n.secret}
		children := n.expand()
		for i := range children {
			p.keyword(s, &children[i])
		}
		return s
	case Unknown:
		p.invalid(n, "a part of it is not known yet")
	default:
		p.invalid(n, "a schema must be true, false or an object, is "+joinOr(n.kind.names()))
	}
	return &Schema{}
}

func (p *parser) keyword(s *Schema, n *node) {
	i := slices.IndexFunc(p.keywords, func(k keyword) bool { return k.name == n.name })
	if i < 0 {
		p.unsupported(s, n)
		return
	}
	if n.secret || !p.keywords[i].schemas && holdsSecret(n.data) {
		s.Secret = true
	}
	p.keywords[i].read(p, s, n)
}

func (p *parser) unsupported(s *Schema, n *node) {
	var names []string
	for _, k := range p.keywords {
		names = append(names, k.name)
	}
	slices.Sort(names)
	name, hint := quote(n.name), "supported are "+quoteList(names)
	if n.parent.secret {
		name = redacted
	} else {
		hint += suggestion(n.name, names)
	}
	p.problems = append(p.problems, Problem{
		Path: n.path(), Code: codeUnsupported, Hint: hint, Warning: true,
		Message: "schema keyword " + name + " is not supported and not applied",
	})
}

// checkRefs reports references to nothing, and those that lead back to themselves at the same place of the data.
func (p *parser) checkRefs(s *Schema) {
	at := map[*Schema]*node{}
	for _, r := range p.refs {
		at[r.schema] = r.at
		if _, ok := refName(r.schema.Ref); !ok {
			p.invalid(r.at, `"$ref" must have the form "#/$defs/NAME"`)
		} else if _, ok := (view{Schema: r.schema, defs: s}).target(); !ok {
			p.invalid(r.at, reasonRef)
		}
	}
	c := cycles{top: s, state: map[*Schema]visitState{}, found: func(s *Schema) { p.invalid(at[s], reasonLoop) }}
	// Definitions are all that references lead to, so a cycle goes through one.
	for _, name := range sortedKeys(s.Defs) {
		c.visit(s.Defs[name])
	}
}

type visitState uint8

const (
	unvisited visitState = iota
	visiting
	visited
)

// Cycles looks for references that lead back to themselves through nothing but combinations.
type cycles struct {
	top   *Schema
	state map[*Schema]visitState
	found func(*Schema)
}

// visit reports whether s is being visited already, further up.
func (c *cycles) visit(s *Schema) bool {
	if c.state[s] != unvisited {
		return c.state[s] == visiting
	}
	c.state[s] = visiting
	if s.Ref != "" {
		if target, ok := (view{Schema: s, defs: c.top}).target(); ok && c.visit(target.Schema) {
			c.found(s)
		}
	}
	for _, parts := range [][]*Schema{s.AllOf, s.AnyOf, s.OneOf} {
		for _, part := range parts {
			c.visit(part)
		}
	}
	if s.Not != nil {
		c.visit(s.Not)
	}
	c.state[s] = visited
	return false
}
