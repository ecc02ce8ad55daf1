package iamuser

import (
	"maps"
	"slices"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators/internal/age"
	"github.com/escapement-go/escapement/schema"
)

// Text describes a string.
func Text(description string) *schema.Schema {
	return &schema.Schema{Type: []string{"string"}, Description: description}
}

// SecretText describes a secret string.
func SecretText(description string) *schema.Schema {
	return &schema.Schema{Type: []string{"string"}, Description: description, Secret: true}
}

// Open describes an object that may have other members, too.
func Open(properties map[string]*schema.Schema, required ...string) *schema.Schema {
	return &schema.Schema{Type: []string{"object"}, Properties: properties, Required: required}
}

// Closed describes an object that has no other members.
func Closed(properties map[string]*schema.Schema, required ...string) *schema.Schema {
	s := Open(properties, required...)
	s.AdditionalProperties = &schema.Schema{Never: true}
	return s
}

// Inputs describes the inputs that every rotator here has, and those of its own. None of them is needed to open.
func Inputs(own map[string]*schema.Schema) *schema.Schema {
	s := Closed(map[string]*schema.Schema{
		"login":       awsclient.LoginSchema(),
		"userArn":     Text("The ARN of the user."),
		"region":      Text("The region whose STS is asked; a default of the user's partition without it."),
		"minInterval": age.IntervalSchema(),
		"rotateAfter": age.Schema("The age at which rotation is due, 1h to 3650d."),
	}, "login", "userArn")
	maps.Copy(s.Properties, own)
	s.RotateOnly = slices.Sorted(maps.Keys(s.Properties))
	return s
}
