package awsiam

import (
	"slices"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

var stateText = &schema.Schema{Type: []string{"string"}}

func text(description string) *schema.Schema {
	return &schema.Schema{Type: []string{"string"}, Description: description}
}

func secretText(description string) *schema.Schema {
	return &schema.Schema{Type: []string{"string"}, Description: description, Secret: true}
}

func duration(description string) *schema.Schema {
	return &schema.Schema{Type: []string{"string"}, Description: description, Pattern: durationPattern}
}

func choice(description, usual string, values ...any) *schema.Schema {
	return &schema.Schema{Type: []string{"string"}, Description: description, Enum: values, Default: usual}
}

// open describes an object that may have other members, too.
func open(properties map[string]*schema.Schema, required ...string) *schema.Schema {
	return &schema.Schema{Type: []string{"object"}, Properties: properties, Required: required}
}

// closed describes an object that has no other members.
func closed(properties map[string]*schema.Schema, required ...string) *schema.Schema {
	s := open(properties, required...)
	s.AdditionalProperties = &schema.Schema{Never: true}
	return s
}

func inputSchema() *schema.Schema {
	s := closed(map[string]*schema.Schema{
		"login": closed(map[string]*schema.Schema{
			"accessKeyId":     text("The id of the access key that manages the user."),
			"secretAccessKey": secretText("Its secret."),
			"sessionToken":    secretText("Its session token, if it is temporary."),
			"expiresAt":       text("When it expires, if it does, in RFC 3339."),
		}, "accessKeyId", "secretAccessKey"),
		"userArn":         text("The ARN of the user whose keys are rotated."),
		"region":          text("The region whose STS is asked; a default of the user's partition without it."),
		"minInterval":     duration("The least time between two rotations, 5m to 168h."),
		"rotateAfter":     duration("The age of the current key at which it is due for rotation, 1h to 3650d."),
		"deactivateAfter": duration("The age of the previous key at which it is deactivated."),
		"deleteAfter":     duration("The age of the previous key at which it is deleted."),
		"orphans": choice("What to do with a key that an unfinished rotation may have made.", "quarantine",
			"quarantine", "report"),
		"previousInUse": choice("What to do if the place of the previous key is needed and it was used lately.", "delete",
			"delete", "fail"),
		"verify": {
			Type: []string{"boolean"}, Default: true,
			Description: "Whether keys are tried with sts:GetCallerIdentity; false for networks without STS.",
		},
	}, "login", "userArn")
	s.Properties["minInterval"].Default = "10m"
	for name := range s.Properties {
		s.RotateOnly = append(s.RotateOnly, name)
	}
	slices.Sort(s.RotateOnly)
	return s
}

func credentialSchema() map[string]*schema.Schema {
	return map[string]*schema.Schema{
		"accessKeyId":     text("The id of the access key."),
		"secretAccessKey": secretText("Its secret."),
		"createdAt":       text("When it was made, in RFC 3339."),
	}
}

func stateSchema() *schema.Schema {
	pending := credentialSchema()
	pending["id"] = text("The id of the attempt.")
	pending["startedAt"] = text("When it began.")
	pending["baseline"] = &schema.Schema{Type: []string{"array"}, Items: stateText, Description: "The keys that were there before."}
	return open(map[string]*schema.Schema{
		"current":  open(credentialSchema(), "accessKeyId", "secretAccessKey"),
		"previous": open(credentialSchema(), "accessKeyId", "secretAccessKey"),
		"ledger": open(map[string]*schema.Schema{
			"userId":     text("The UserId of the user that the keys belong to."),
			"promotedAt": text("When the current key became current."),
			"adoptedAt":  text("When upkeep first saw keys that were written by hand."),
			"pending":    open(pending, "startedAt"),
			"retiring": {Type: []string{"array"}, Items: open(map[string]*schema.Schema{
				"accessKeyId":   text("The id of a key that is to end."),
				"action":        text("delete or deactivate."),
				"since":         text("When it stopped being handed out."),
				"createdAt":     text("When it was made."),
				"inactiveSince": text("When it was deactivated."),
			}, "accessKeyId", "action", "since")},
			"quarantine": open(map[string]*schema.Schema{
				"accessKeyId": text("The id of a key that an unfinished rotation has made."),
				"since":       text("When it was found."),
			}, "accessKeyId", "since"),
			"cannotDeactivate": {Type: []string{"boolean"}, Description: "That iam:UpdateAccessKey was refused."},
		}),
	})
}

// Schema describes the inputs, the state and the outputs that the package documentation lists.
func (*Rotator) Schema() rotators.Schema {
	outputs := closed(credentialSchema(), "accessKeyId", "secretAccessKey")
	return rotators.Schema{
		Inputs:  inputSchema(),
		State:   stateSchema(),
		Outputs: closed(map[string]*schema.Schema{"current": outputs, "previous": outputs}, "current"),
	}
}
