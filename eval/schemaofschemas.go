package eval

import "github.com/escapement-go/escapement/schema"

// schemaOfSchemas describes the schemas that fn::validate takes.
var schemaOfSchemas = &schema.Schema{
	Ref: "#/$defs/schema",
	Defs: map[string]*schema.Schema{
		"schema": {
			Type:                 []string{"boolean", "object"},
			AdditionalProperties: &schema.Schema{Never: true},
			Properties:           keywordsOfSchemas(),
		},
	},
}

func keywordsOfSchemas() map[string]*schema.Schema {
	sub := &schema.Schema{Ref: "#/$defs/schema"}
	typed := func(kind, description string) *schema.Schema {
		return &schema.Schema{Type: []string{kind}, Description: description}
	}
	list := func(description string) *schema.Schema {
		return &schema.Schema{Type: []string{"array"}, Items: sub, Description: description}
	}
	byName := func(description string) *schema.Schema {
		return &schema.Schema{Type: []string{"object"}, AdditionalProperties: sub, Description: description}
	}
	one := func(description string) *schema.Schema {
		return &schema.Schema{Ref: sub.Ref, Description: description}
	}
	return map[string]*schema.Schema{
		"type":                 {Type: []string{"array", "string"}, Description: "The kind of value, or a list of kinds: " + kindsOfSchemas},
		"const":                {Description: "The only value."},
		"enum":                 typed("array", "The values to choose from."),
		"allOf":                list("All of these must fit."),
		"anyOf":                list("One of these must fit, or several."),
		"oneOf":                list("Exactly one of these must fit."),
		"not":                  one("What must not fit."),
		"$defs":                byName("Schemas to be referred to with $ref."),
		"$ref":                 typed("string", "#/$defs/NAME"),
		"multipleOf":           typed("number", "What a number is a multiple of."),
		"minimum":              typed("number", "The least number."),
		"maximum":              typed("number", "The greatest number."),
		"exclusiveMinimum":     typed("number", "What a number is greater than."),
		"exclusiveMaximum":     typed("number", "What a number is less than."),
		"minLength":            typed("integer", "The least number of characters."),
		"maxLength":            typed("integer", "The greatest number of characters."),
		"pattern":              typed("string", "A regular expression that matches somewhere in the text."),
		"prefixItems":          list("What the first elements are, one after the other."),
		"items":                one("What the elements are, after those of prefixItems."),
		"minItems":             typed("integer", "The least number of elements."),
		"maxItems":             typed("integer", "The greatest number of elements."),
		"uniqueItems":          typed("boolean", "Whether no two elements are equal."),
		"properties":           byName("What the members of these names are."),
		"additionalProperties": one("What all other members are; false for none."),
		"required":             typed("array", "The names of members that must be there."),
		"dependentRequired":    typed("object", "The names of members that must be there if another one is."),
		"minProperties":        typed("integer", "The least number of members."),
		"maxProperties":        typed("integer", "The greatest number of members."),
		"title":                typed("string", "What the value is, in a few words."),
		"description":          typed("string", "What the value is."),
		"default":              {Description: "What stands for a member that is not there."},
		"deprecated":           typed("boolean", "Whether the value should no longer be used."),
		"examples":             typed("array", "Values that fit."),
		"$comment":             typed("string", "A remark for readers of the schema."),
		"$schema":              typed("string", "The dialect of the schema."),
		"secret":               typed("boolean", "Whether the value is secret."),
		"rotateOnly":           typed("array", "The names of members that a rotator needs to rotate but not to open."),
	}
}

const kindsOfSchemas = "string, number, integer, boolean, array, object or null."
