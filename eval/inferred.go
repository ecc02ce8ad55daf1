package eval

import (
	"encoding/json"

	"github.com/escapement-go/escapement/schema"
)

// inferSchema returns what a value says about itself. Of a secret it says no more than the type.
// Shared parts of the value share their schemas.
func inferSchema(d *datum) *schema.Schema {
	return inferrer{}.infer(d)
}

// An inferrer holds the schemas of what it has met.
type inferrer map[*datum]*schema.Schema

func (in inferrer) infer(d *datum) *schema.Schema {
	if s, ok := in[d]; ok {
		return s
	}
	var s *schema.Schema
	switch {
	case d.secret:
		s = secretSchema(d)
	case d.unknown && d.schema == nil:
		s = &schema.Schema{}
	case d.unknown:
		s = d.schema
	case d.kind == Array:
		s = in.array(d)
	case d.kind == Object:
		s = in.object(d)
	default:
		s = literalSchema(d)
	}
	in[d] = s
	return s
}

func secretSchema(d *datum) *schema.Schema {
	s := &schema.Schema{Secret: true}
	switch {
	case !d.unknown:
		s.Type = []string{d.kind.String()}
	case d.schema != nil:
		s.Type = d.schema.Type
	}
	return s
}

func literalSchema(d *datum) *schema.Schema {
	s := &schema.Schema{Type: []string{d.kind.String()}}
	switch d.kind {
	case Bool:
		s.Const = d.bool
	case Number:
		s.Const = json.Number(*d.text)
	case String:
		s.Const = *d.text
	}
	return s
}

func (in inferrer) array(d *datum) *schema.Schema {
	s := &schema.Schema{Type: []string{"array"}, Items: &schema.Schema{Never: true}}
	for _, item := range d.items {
		s.PrefixItems = append(s.PrefixItems, in.infer(item.data()))
	}
	return s
}

func (in inferrer) object(d *datum) *schema.Schema {
	s := &schema.Schema{Type: []string{"object"}, Required: d.keys}
	if len(d.keys) > 0 {
		s.Properties = make(map[string]*schema.Schema, len(d.keys))
	}
	for i, key := range d.keys {
		s.Properties[key] = in.infer(d.items[i].data())
	}
	return s
}
