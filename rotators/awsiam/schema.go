package awsiam

import (
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/age"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
	"github.com/escapement-go/escapement/schema"
)

var stateText = &schema.Schema{Type: []string{"string"}}

func choice(description, usual string, values ...any) *schema.Schema {
	return &schema.Schema{Type: []string{"string"}, Description: description, Enum: values, Default: usual}
}

func inputSchema() *schema.Schema {
	return iamuser.Inputs(map[string]*schema.Schema{
		"deactivateAfter": age.Schema("The age of the previous key at which it is deactivated."),
		"deleteAfter":     age.Schema("The age of the previous key at which it is deleted."),
		"orphans": choice("What to do with a key that an unfinished rotation may have made.", "quarantine",
			"quarantine", "report"),
		"previousInUse": choice("What to do if the place of the previous key is needed and it was used lately.", "delete",
			"delete", "fail"),
		"publish": publicationSchema(),
		"verify": {
			Type: []string{"boolean"}, Default: true,
			Description: "Whether keys are tried with sts:GetCallerIdentity; false for networks without STS.",
		},
	})
}

func credentialSchema() map[string]*schema.Schema {
	return map[string]*schema.Schema{
		"accessKeyId":     iamuser.Text("The id of the access key."),
		"secretAccessKey": iamuser.SecretText("Its secret."),
		"createdAt":       iamuser.Text("When it was made, in RFC 3339."),
	}
}

func stateSchema() *schema.Schema {
	pending := credentialSchema()
	pending["id"] = iamuser.Text("The id of the attempt.")
	pending["startedAt"] = iamuser.Text("When it began.")
	pending["baseline"] = &schema.Schema{Type: []string{"array"}, Items: stateText, Description: "The keys that were there before."}
	return iamuser.Open(map[string]*schema.Schema{
		"current":  iamuser.Open(credentialSchema(), "accessKeyId", "secretAccessKey"),
		"previous": iamuser.Open(credentialSchema(), "accessKeyId", "secretAccessKey"),
		"ledger": iamuser.Open(map[string]*schema.Schema{
			"userId":     iamuser.Text("The UserId of the user that the keys belong to."),
			"promotedAt": iamuser.Text("When the current key became current."),
			"adoptedAt":  iamuser.Text("When upkeep first saw keys that were written by hand."),
			"pending":    iamuser.Open(pending, "startedAt"),
			"retiring": {Type: []string{"array"}, Items: iamuser.Open(map[string]*schema.Schema{
				"accessKeyId":   iamuser.Text("The id of a key that is to end."),
				"action":        iamuser.Text("delete or deactivate."),
				"since":         iamuser.Text("When it stopped being handed out."),
				"createdAt":     iamuser.Text("When it was made."),
				"inactiveSince": iamuser.Text("When it was deactivated."),
			}, "accessKeyId", "action", "since")},
			"quarantine": iamuser.Open(map[string]*schema.Schema{
				"accessKeyId": iamuser.Text("The id of a key that an unfinished rotation has made."),
				"since":       iamuser.Text("When it was found."),
			}, "accessKeyId", "since"),
			"published": iamuser.Open(map[string]*schema.Schema{
				"accessKeyId": iamuser.Text("The id of the key that was last published."),
				"secretId":    iamuser.Text("The secret that it was published to, as the inputs named it."),
				"at":          iamuser.Text("When it was."),
			}, "accessKeyId", "secretId"),
			"publishFailed": iamuser.Open(map[string]*schema.Schema{
				"code":  iamuser.Text("Why the current key could not be published."),
				"since": iamuser.Text("Since when."),
			}, "code"),
			"cannotDeactivate": {Type: []string{"boolean"}, Description: "That iam:UpdateAccessKey was refused."},
		}),
	})
}

// Schema describes the inputs, the state and the outputs that the package documentation lists.
func (*Rotator) Schema() rotators.Schema {
	outputs := iamuser.Closed(credentialSchema(), "accessKeyId", "secretAccessKey")
	return rotators.Schema{
		Inputs:  inputSchema(),
		State:   stateSchema(),
		Outputs: iamuser.Closed(map[string]*schema.Schema{"current": outputs, "previous": outputs}, "current"),
	}
}
