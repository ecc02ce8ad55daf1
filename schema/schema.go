// Package schema describes data: what providers and rotators take and return, what fn::validate checks, and what a
// value that is not known yet may turn out to be.
//
// A [Schema] is plain data in the vocabulary of JSON Schema 2020-12, with two keywords of its own (Secret and
// RotateOnly). It needs no compilation, is complete when built, and may be shared by any number of goroutines as long
// as nobody changes it:
//
//	inputs := &schema.Schema{
//		Type:       []string{"object"},
//		Properties: map[string]*schema.Schema{"region": {Type: []string{"string"}}},
//		Required:   []string{"region"},
//	}
//	violations := inputs.Validate(map[string]any{"region": json.Number("5")})
//
// The data that it describes is plain as well: nil, bool, [encoding/json.Number], string, []any and map[string]any,
// with a [Secret] in the place of every part that must not be shown and an [Unknown] in the place of every part that
// is not known yet. Other numeric kinds of Go are taken for numbers, too.
//
// No message of this package quotes a value. Messages name keywords, and constants and property names of the schema;
// where the data or that part of the schema is secret, they say [secret] instead.
package schema

import "encoding/json"

// A Schema says which data is allowed. The zero Schema allows anything; a nil *Schema does too.
//
// Numbers are json.Number, so that no bound is rounded; the empty one means that there is no such bound.
type Schema struct {
	Never bool // the schema false: no data is allowed

	Ref string // "#/$defs/NAME"; resolved against the innermost Defs around it

	// Defs is what Ref can name, here and in every schema below that has no Defs of its own. The JSON form has
	// "$defs" at the top alone; Defs further down let schemas of different origin be put together.
	Defs map[string]*Schema

	Type  []string // of string number integer boolean array object null; empty: any
	Const any      // nil: none; use Null for the constant null
	Enum  []any    // nil: none; data as in Validate

	AllOf, AnyOf, OneOf []*Schema // empty: no such combination
	Not                 *Schema   // nil: none

	MultipleOf                         json.Number // more than zero
	Minimum, Maximum                   json.Number
	ExclusiveMinimum, ExclusiveMaximum json.Number

	MinLength, MaxLength *int   // in code points
	Pattern              string // RE2, unanchored; empty: none

	PrefixItems        []*Schema // of the first elements
	Items              *Schema   // of those behind them; nil: anything
	MinItems, MaxItems *int      // nil: any number
	UniqueItems        bool

	Properties                   map[string]*Schema
	AdditionalProperties         *Schema             // of those that Properties does not list; nil: anything
	Required                     []string            // must be there
	DependentRequired            map[string][]string // must be there if the property of the name is
	MinProperties, MaxProperties *int                // nil: any number

	Title, Description, Comment string // for people, as Examples and Deprecated are
	Default                     any    // nil: none; use Null for the default null
	Examples                    []any
	Deprecated                  bool

	// Secret makes the value, and everything in it, secret.
	Secret bool
	// RotateOnly lists the properties that a rotator needs to rotate but not to open.
	RotateOnly []string
}

// Null is the constant or default null in a Schema, where nil means that there is none. In data it is null, too.
type Null struct{}

// unconstrained tells whether s allows anything. A schema that does may still annotate.
func (s *Schema) unconstrained() bool {
	return !s.Never && s.Ref == "" && len(s.Type) == 0 && s.Const == nil && s.Enum == nil &&
		len(s.AllOf) == 0 && len(s.AnyOf) == 0 && len(s.OneOf) == 0 && s.Not == nil &&
		s.MultipleOf == "" && s.Minimum == "" && s.Maximum == "" && s.ExclusiveMinimum == "" && s.ExclusiveMaximum == "" &&
		s.MinLength == nil && s.MaxLength == nil && s.Pattern == "" &&
		len(s.PrefixItems) == 0 && s.Items == nil && s.MinItems == nil && s.MaxItems == nil && !s.UniqueItems &&
		len(s.Properties) == 0 && s.AdditionalProperties == nil && len(s.Required) == 0 && len(s.DependentRequired) == 0 &&
		s.MinProperties == nil && s.MaxProperties == nil
}
