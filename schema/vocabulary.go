package schema

import (
	"encoding/json"
	"strconv"
)

// A keyword says how a member of a schema is read from data and written as JSON.
type keyword struct {
	name    string
	schemas bool // the value consists of schemas, each of which says for itself whether it is secret
	// read puts n into s, or reports what is wrong with it.
	read func(p *parser, s *Schema, n *node)
	// write appends the JSON; it returns nil if s does not have the keyword.
	write func(m *marshaler, s view) []byte
}

// vocabulary returns all keywords in the order in which they are written. What cannot stand in a Schema is only read.
func vocabulary() []keyword {
	return []keyword{
		{"$schema", false, func(p *parser, _ *Schema, n *node) { p.text(n) }, func(*marshaler, view) []byte { return nil }},
		text("title", func(s *Schema) *string { return &s.Title }),
		text("description", func(s *Schema) *string { return &s.Description }),
		text("$comment", func(s *Schema) *string { return &s.Comment }),
		flag("deprecated", func(s *Schema) *bool { return &s.Deprecated }),
		flag("secret", func(s *Schema) *bool { return &s.Secret }),
		{"type", false, readType, writeType},
		data("const", func(s *Schema) *any { return &s.Const }),
		list("enum", func(s *Schema) *[]any { return &s.Enum }),
		data("default", func(s *Schema) *any { return &s.Default }),
		list("examples", func(s *Schema) *[]any { return &s.Examples }),
		{"$ref", false, readRef, writeRef},
		schemas("allOf", func(s *Schema) *[]*Schema { return &s.AllOf }),
		schemas("anyOf", func(s *Schema) *[]*Schema { return &s.AnyOf }),
		schemas("oneOf", func(s *Schema) *[]*Schema { return &s.OneOf }),
		subschema("not", func(s *Schema) **Schema { return &s.Not }),
		numeric("multipleOf", func(s *Schema) *json.Number { return &s.MultipleOf }),
		numeric("minimum", func(s *Schema) *json.Number { return &s.Minimum }),
		numeric("maximum", func(s *Schema) *json.Number { return &s.Maximum }),
		numeric("exclusiveMinimum", func(s *Schema) *json.Number { return &s.ExclusiveMinimum }),
		numeric("exclusiveMaximum", func(s *Schema) *json.Number { return &s.ExclusiveMaximum }),
		length("minLength", func(s *Schema) **int { return &s.MinLength }),
		length("maxLength", func(s *Schema) **int { return &s.MaxLength }),
		{"pattern", false, readPattern, text("pattern", func(s *Schema) *string { return &s.Pattern }).write},
		schemas("prefixItems", func(s *Schema) *[]*Schema { return &s.PrefixItems }),
		subschema("items", func(s *Schema) **Schema { return &s.Items }),
		length("minItems", func(s *Schema) **int { return &s.MinItems }),
		length("maxItems", func(s *Schema) **int { return &s.MaxItems }),
		flag("uniqueItems", func(s *Schema) *bool { return &s.UniqueItems }),
		{"properties", true, readProperties, writeProperties},
		subschema("additionalProperties", func(s *Schema) **Schema { return &s.AdditionalProperties }),
		names("required", func(s *Schema) *[]string { return &s.Required }),
		{"dependentRequired", false, readDependent, writeDependent},
		length("minProperties", func(s *Schema) **int { return &s.MinProperties }),
		length("maxProperties", func(s *Schema) **int { return &s.MaxProperties }),
		names("rotateOnly", func(s *Schema) *[]string { return &s.RotateOnly }),
		{"$defs", true, readDefs, writeDefs},
	}
}

// A field finds the field of a Schema that holds a keyword.
type field[T any] func(*Schema) *T

func text(name string, of field[string]) keyword {
	return keyword{name, false, func(p *parser, s *Schema, n *node) {
		if text, ok := p.text(n); ok {
			*of(s) = text
		}
	}, func(_ *marshaler, s view) []byte {
		if text := *of(s.Schema); text != "" {
			return appendQuoted(nil, text)
		}
		return nil
	}}
}

func flag(name string, of field[bool]) keyword {
	return keyword{name, false, func(p *parser, s *Schema, n *node) {
		b, ok := n.data.(bool)
		if !ok {
			p.invalid(n, `"`+name+`" must be true or false`)
		}
		*of(s) = *of(s) || b
	}, func(_ *marshaler, s view) []byte {
		if *of(s.Schema) {
			return []byte("true")
		}
		return nil
	}}
}

func data(name string, of field[any]) keyword {
	return keyword{name, false, func(p *parser, s *Schema, n *node) {
		if p.known(n, n.data) {
			if *of(s) = n.kept(); *of(s) == nil {
				*of(s) = Null{}
			}
		}
	}, func(_ *marshaler, s view) []byte {
		if v := *of(s.Schema); v != nil {
			return dataJSON(v)
		}
		return nil
	}}
}

func list(name string, of field[[]any]) keyword {
	return keyword{name, false, func(p *parser, s *Schema, n *node) {
		items, ok := n.data.([]any)
		if !ok {
			p.invalid(n, `"`+name+`" must be a list`)
			return
		}
		if p.known(n, items) {
			children := n.expand()
			*of(s) = make([]any, len(items))
			for i := range children {
				(*of(s))[i] = children[i].kept()
			}
		}
	}, func(_ *marshaler, s view) []byte {
		if items := *of(s.Schema); items != nil {
			return dataJSON(items)
		}
		return nil
	}}
}

func numeric(name string, of field[json.Number]) keyword {
	return keyword{name, false, func(p *parser, s *Schema, n *node) {
		text, ok := numberText(n.data)
		switch {
		case !ok:
			p.invalid(n, `"`+name+`" must be a number`)
		case name == "multipleOf" && number(n.data).sign() <= 0:
			p.invalid(n, `"multipleOf" must be more than 0`)
		default:
			*of(s) = json.Number(text)
		}
	}, func(_ *marshaler, s view) []byte {
		if v := *of(s.Schema); v != "" {
			return dataJSON(v)
		}
		return nil
	}}
}

// length reads how long something may be. Lengths beyond an int are as good as the largest one.
func length(name string, of field[*int]) keyword {
	return keyword{name, false, func(p *parser, s *Schema, n *node) {
		value := number(n.data)
		if n.kind != numberKind || !value.isInteger() || value.negative {
			p.invalid(n, `"`+name+`" must be an integer of at least 0`)
			return
		}
		limit := value.int()
		*of(s) = &limit
	}, func(_ *marshaler, s view) []byte {
		if limit := *of(s.Schema); limit != nil {
			return strconv.AppendInt(nil, int64(*limit), 10)
		}
		return nil
	}}
}

func names(name string, of field[[]string]) keyword {
	return keyword{name, false, func(p *parser, s *Schema, n *node) {
		if names, ok := p.names(n, name); ok {
			*of(s) = names
		}
	}, func(_ *marshaler, s view) []byte {
		if names := *of(s.Schema); len(names) > 0 {
			return namesJSON(names)
		}
		return nil
	}}
}

func subschema(name string, of field[*Schema]) keyword {
	return keyword{name, true, func(p *parser, s *Schema, n *node) {
		*of(s) = p.schema(n)
	}, func(m *marshaler, s view) []byte {
		if sub := *of(s.Schema); sub != nil {
			return m.schema(s.to(sub))
		}
		return nil
	}}
}

func schemas(name string, of field[[]*Schema]) keyword {
	return keyword{name, true, func(p *parser, s *Schema, n *node) {
		children := n.expand()
		if n.kind != arrayKind || len(children) == 0 {
			p.invalid(n, `"`+name+`" must be a list of at least one schema`)
			return
		}
		for i := range children {
			*of(s) = append(*of(s), p.schema(&children[i]))
		}
	}, func(m *marshaler, s view) []byte {
		if subs := *of(s.Schema); len(subs) > 0 {
			return m.list(s, subs)
		}
		return nil
	}}
}
