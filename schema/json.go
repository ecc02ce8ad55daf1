package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
)

// MarshalJSON returns s as JSON: true, false, or an object whose keywords come in a fixed order. Parse reads it back.
//
// Nothing of a secret part is shown except its type. Defs below the top go to the top, under another name if need be.
func (s Schema) MarshalJSON() ([]byte, error) {
	m := marshaler{keywords: vocabulary(), names: map[definition]string{}, taken: map[string]bool{}}
	v := top(&s)
	if !s.hidesParts() {
		for _, name := range sortedKeys(s.Defs) {
			m.define(v.defs, name, v.to(s.Defs[name]))
		}
	}
	text := m.schema(v)
	return text, m.err
}

// UnmarshalJSON reads s as Parse does. It ignores keywords that are not supported.
func (s *Schema) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return err
	}
	parsed, problems := Parse(v)
	for _, p := range problems {
		if p.Warning {
			continue
		}
		if len(p.Path) == 0 {
			return errors.New(p.Message)
		}
		return fmt.Errorf("at %q: %s", pathString(p.Path), p.Message)
	}
	*s = *parsed
	return nil
}

// String returns the JSON form, which shows no secret.
func (s Schema) String() string {
	text, err := s.MarshalJSON()
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// A marshaler is the state of one MarshalJSON.
type marshaler struct {
	keywords []keyword
	depth    int
	err      error

	names   map[definition]string // how definitions are called at the top
	taken   map[string]bool
	pending []called
}

// A definition is one of the Defs of a schema. Defs that are the same map are the same, wherever they are.
type definition struct {
	defs uintptr
	name string
}

// A called schema is one that is to be defined at the top.
type called struct {
	name   string
	schema view
}

// schema writes one schema.
func (m *marshaler) schema(s view) []byte {
	m.depth++
	defer func() { m.depth-- }()
	if m.depth > maxDepth && m.err == nil {
		m.err = errors.New("schema is nested too deep")
	}
	if m.err != nil {
		return nil
	}
	if s.Never && !s.Secret {
		return []byte("false")
	}
	if s.hidesParts() {
		s = view{Schema: &Schema{Type: s.Type, Secret: true}}
	}
	text := []byte{'{'}
	for _, k := range m.keywords {
		if value := k.write(m, s); value != nil {
			text = appendMember(text, k.name, value)
		}
	}
	if len(text) == 1 {
		return []byte("true")
	}
	return append(text, '}')
}

// hidesParts tells whether s is a secret part, as one with secret data in it is without saying so.
func (s *Schema) hidesParts() bool {
	return s.Secret || holdsSecret(s.Const) || holdsSecret(s.Enum) || holdsSecret(s.Default) || holdsSecret(s.Examples)
}

func appendMember(object []byte, name string, value []byte) []byte {
	if len(object) > 1 {
		object = append(object, ',')
	}
	return append(append(appendQuoted(object, name), ':'), value...)
}

func namesJSON(names []string) []byte {
	list := make([]any, len(names))
	for i, name := range names {
		list[i] = name
	}
	return dataJSON(list)
}

func writeType(_ *marshaler, s view) []byte {
	switch len(s.Type) {
	case 0:
		return nil
	case 1:
		return appendQuoted(nil, s.Type[0])
	}
	return namesJSON(s.Type)
}

func writeRef(m *marshaler, s view) []byte {
	if s.Ref == "" {
		return nil
	}
	target, ok := s.target()
	if !ok {
		return appendQuoted(nil, s.Ref)
	}
	name, _ := refName(s.Ref)
	return appendQuoted(nil, refTo(m.define(s.defs, name, target)))
}

// define sees to it that a definition is written at the top and returns its name there.
func (m *marshaler) define(defs *Schema, name string, target view) string {
	d := definition{reflect.ValueOf(defs.Defs).Pointer(), name}
	if name, ok := m.names[d]; ok {
		return name
	}
	for i := 2; m.taken[name]; i++ {
		name = d.name + "-" + strconv.Itoa(i)
	}
	m.names[d], m.taken[name] = name, true
	m.pending = append(m.pending, called{name, target})
	return name
}

// writeDefs writes all definitions, at the top only. Writing them can call for more.
func writeDefs(m *marshaler, _ view) []byte {
	if m.depth > 1 || len(m.pending) == 0 {
		return nil
	}
	written := map[string][]byte{}
	for len(m.pending) > 0 {
		next := m.pending[0]
		m.pending = m.pending[1:]
		written[next.name] = m.schema(next.schema)
	}
	return objectJSON(written, func(text []byte) []byte { return text })
}

func writeProperties(m *marshaler, s view) []byte {
	return objectJSON(s.Properties, func(property *Schema) []byte { return m.schema(s.to(property)) })
}

func writeDependent(_ *marshaler, s view) []byte { return objectJSON(s.DependentRequired, namesJSON) }

// objectJSON writes an object in the order of names; nothing if it is empty.
func objectJSON[V any](members map[string]V, write func(V) []byte) []byte {
	if len(members) == 0 {
		return nil
	}
	text := []byte{'{'}
	for _, name := range sortedKeys(members) {
		text = appendMember(text, name, write(members[name]))
	}
	return append(text, '}')
}

func (m *marshaler) list(s view, schemas []*Schema) []byte {
	text := []byte{'['}
	for i, sub := range schemas {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, m.schema(s.to(sub))...)
	}
	return append(text, ']')
}
