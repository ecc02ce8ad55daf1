package password

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/age"
	"github.com/escapement-go/escapement/rotators/internal/draw"
	"github.com/escapement-go/escapement/schema"
)

func text(description string) *schema.Schema {
	return &schema.Schema{Type: []string{"string"}, Description: description}
}

func flag(description string) *schema.Schema {
	return &schema.Schema{Type: []string{"boolean"}, Description: description, Default: true}
}

func count(description string, least, usual int) *schema.Schema {
	return &schema.Schema{
		Type: []string{"integer"}, Description: description, Default: number(usual),
		Minimum: number(least), Maximum: number(maxLength),
	}
}

func number(n int) json.Number { return json.Number(fmt.Sprint(n)) }

func inputSchema() *schema.Schema {
	s := &schema.Schema{
		Type: []string{"object"},
		Properties: map[string]*schema.Schema{
			"length":          count("The number of characters.", 1, usualLength),
			"lower":           flag("Whether there may be lower-case letters."),
			"upper":           flag("Whether there may be upper-case letters."),
			"numeric":         flag("Whether there may be digits."),
			"special":         flag("Whether there may be special characters."),
			"minLower":        count("The least number of lower-case letters.", 0, 0),
			"minUpper":        count("The least number of upper-case letters.", 0, 0),
			"minNumeric":      count("The least number of digits.", 0, 0),
			"minSpecial":      count("The least number of special characters.", 0, 0),
			"overrideSpecial": text("The special characters, instead of " + draw.Special + "."),
			"minInterval":     age.IntervalSchema(),
			"rotateAfter":     age.Schema("The age of the password at which it is due for rotation, 1h to 3650d."),
		},
		AdditionalProperties: &schema.Schema{Never: true},
	}
	for name := range s.Properties {
		s.RotateOnly = append(s.RotateOnly, name)
	}
	slices.Sort(s.RotateOnly)
	return s
}

// credentialSchema describes a password, which may have other members, too.
func credentialSchema() *schema.Schema {
	return &schema.Schema{
		Type: []string{"object"},
		Properties: map[string]*schema.Schema{
			"password":  {Type: []string{"string"}, Description: "The password.", Secret: true},
			"createdAt": text("When it was made, in RFC 3339."),
		},
		Required: []string{"password"},
	}
}

func stateSchema() *schema.Schema {
	current := credentialSchema()
	current.Properties["adoptedAt"] = text("When upkeep first saw a password that was written by hand.")
	return &schema.Schema{
		Type:       []string{"object"},
		Properties: map[string]*schema.Schema{"current": current, "previous": credentialSchema()},
	}
}

// Schema describes the inputs, the state and the outputs that the package documentation lists.
func (Rotator) Schema() rotators.Schema {
	output := credentialSchema()
	output.AdditionalProperties = &schema.Schema{Never: true}
	return rotators.Schema{
		Inputs: inputSchema(),
		State:  stateSchema(),
		Outputs: &schema.Schema{
			Type:                 []string{"object"},
			Properties:           map[string]*schema.Schema{"current": output, "previous": output},
			Required:             []string{"current"},
			AdditionalProperties: &schema.Schema{Never: true},
		},
	}
}
