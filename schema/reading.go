package schema

// text reads a string.
func (p *parser) text(n *node) (string, bool) {
	text, ok := n.data.(string)
	if !ok {
		p.invalid(n, `"`+n.name+`" must be a string`)
	}
	return text, ok
}

// names reads a list of distinct strings.
func (p *parser) names(n *node, keyword string) ([]string, bool) {
	names := make([]string, 0, len(n.expand()))
	met := map[string]bool{}
	for i := range n.expand() {
		name, ok := n.expand()[i].data.(string)
		if !ok || met[name] {
			break
		}
		met[name] = true
		names = append(names, name)
	}
	if n.kind != arrayKind || len(names) < len(n.expand()) {
		p.invalid(n, `"`+keyword+`" must be a list of different strings`)
		return nil, false
	}
	return names, true
}

// known reports whether all of v, found at n, is known.
func (p *parser) known(n *node, v any) bool {
	if holdsUnknown(v) {
		p.invalid(n, "a part of it is not known yet")
		return false
	}
	return true
}

func readType(p *parser, s *Schema, n *node) {
	names := []string{""}
	if name, ok := n.data.(string); ok {
		names[0] = name
	} else if names, ok = p.names(n, "type"); !ok {
		return
	}
	for _, name := range names {
		if _, ok := kindsNamed(name); !ok {
			p.invalid(n, `"type" must name array, boolean, integer, null, number, object or string`)
			return
		}
	}
	s.Type = names
}

func readRef(p *parser, s *Schema, n *node) {
	if text, ok := p.text(n); ok {
		s.Ref = text
		p.refs = append(p.refs, ref{s, n})
	}
}

func readPattern(p *parser, s *Schema, n *node) {
	text, ok := p.text(n)
	if !ok {
		return
	}
	if p.patternsLeft < 0 {
		p.invalid(n, "its patterns are too large together")
		return
	}
	pattern := compilePattern(text)
	p.patternsLeft -= pattern.size
	if pattern.flaw != "" {
		p.invalid(n, pattern.flaw)
		return
	}
	s.Pattern = text
}

// schemaMap reads an object of schemas.
func (p *parser) schemaMap(n *node) (map[string]*Schema, bool) {
	if n.kind != objectKind {
		p.invalid(n, `"`+n.name+`" must be an object of schemas`)
		return nil, false
	}
	children := n.expand()
	schemas := make(map[string]*Schema, len(children))
	for i := range children {
		schemas[children[i].name] = p.schema(&children[i])
	}
	return schemas, true
}

func readProperties(p *parser, s *Schema, n *node) {
	if schemas, ok := p.schemaMap(n); ok {
		s.Properties = schemas
	}
}

func readDefs(p *parser, s *Schema, n *node) {
	if n.parent.parent != nil {
		p.invalid(n, `"$defs" belongs at the top of the schema`)
		return
	}
	if schemas, ok := p.schemaMap(n); ok {
		s.Defs = schemas
	}
}

func readDependent(p *parser, s *Schema, n *node) {
	if n.kind != objectKind {
		p.invalid(n, `"dependentRequired" must be an object of lists of strings`)
		return
	}
	children := n.expand()
	s.DependentRequired = make(map[string][]string, len(children))
	for i := range children {
		if names, ok := p.names(&children[i], "dependentRequired"); ok {
			s.DependentRequired[children[i].name] = names
		}
	}
}
