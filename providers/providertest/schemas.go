package providertest

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// readSchema asks the provider for its schema. A panic is nil if there was none.
func (s *suite) readSchema() (answer providers.Schema, panicked any) {
	defer func() { panicked = recover() }()
	return s.provider.Schema(), nil
}

// checkSchema keeps the schema and reports whether anything can be judged by it.
func (s *suite) checkSchema() bool {
	first, panicked := s.readSchema()
	if panicked != nil {
		s.report(noPanic, nil, "Schema panicked: %v", panicked)
		return false
	}
	s.schema = first
	for _, side := range []struct {
		name   string
		schema *schema.Schema
	}{{"Inputs", first.Inputs}, {"Outputs", first.Outputs}} {
		for _, flaw := range flaws(side.schema) {
			s.report(validSchema, nil, "%s: %v", side.name, flaw)
		}
	}
	s.checkSchemaAgain()
	return len(s.findings) == 0
}

// checkSchemaAgain compares the schema with the one that was there first.
func (s *suite) checkSchemaAgain() {
	again, panicked := s.readSchema()
	switch {
	case panicked != nil:
		s.report(noPanic, nil, "Schema panicked: %v", panicked)
	case !reflect.DeepEqual(again, s.schema):
		s.report(stableSchema, nil, "a later call of Schema answered differently from the first")
	}
}

// flaws returns what is wrong with a schema: what is found when it is written as JSON and read again.
func flaws(s *schema.Schema) []schema.Problem {
	text, err := unveiler{}.unveil(s).MarshalJSON()
	if err != nil {
		return []schema.Problem{{Message: err.Error(), Code: "invalid-schema"}}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var data any
	if err := decoder.Decode(&data); err != nil {
		return []schema.Problem{{Message: err.Error(), Code: "invalid-schema"}}
	}
	_, problems := schema.Parse(data)
	return problems
}

// An unveiler copies schemas that are not secret, since what is in a secret one is not written. It maps those that it
// was given to their copies.
type unveiler map[*schema.Schema]*schema.Schema

func (u unveiler) unveil(s *schema.Schema) *schema.Schema {
	if s == nil {
		return &schema.Schema{}
	}
	if c, ok := u[s]; ok {
		return c
	}
	c := *s
	u[s] = &c
	c.Secret = false
	for _, list := range []*[]*schema.Schema{&c.AllOf, &c.AnyOf, &c.OneOf, &c.PrefixItems} {
		*list = slices.Clone(*list)
		for i, sub := range *list {
			(*list)[i] = u.unveil(sub)
		}
	}
	for _, named := range []*map[string]*schema.Schema{&c.Properties, &c.Defs} {
		*named = maps.Clone(*named)
		for name, sub := range *named {
			(*named)[name] = u.unveil(sub)
		}
	}
	for _, sub := range []**schema.Schema{&c.Not, &c.Items, &c.AdditionalProperties} {
		if *sub != nil {
			*sub = u.unveil(*sub)
		}
	}
	return &c
}
