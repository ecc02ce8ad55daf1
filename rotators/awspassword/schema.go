package awspassword

import (
	"encoding/json"
	"strconv"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
	"github.com/escapement-go/escapement/schema"
)

func number(n int) json.Number { return json.Number(strconv.Itoa(n)) }

func inputSchema() *schema.Schema {
	flag := func(usual bool, description string) *schema.Schema {
		return &schema.Schema{Type: []string{"boolean"}, Default: usual, Description: description}
	}
	return iamuser.Inputs(map[string]*schema.Schema{
		"length": {
			Type: []string{"integer"}, Minimum: number(leastLength), Maximum: number(mostLength), Default: number(defaultLength),
			Description: "How long new passwords are, unless the account's policy wants them longer.",
		},
		"lower":        flag(true, "Whether new passwords have small letters."),
		"upper":        flag(true, "Whether they have capital letters."),
		"numeric":      flag(true, "Whether they have digits."),
		"special":      flag(true, "Whether they have other characters."),
		"requireReset": flag(false, "Whether the user must choose another password at the next sign-in."),
	})
}

func currentSchema() map[string]*schema.Schema {
	return map[string]*schema.Schema{
		"password": iamuser.SecretText("The console password."),
		"userName": iamuser.Text("The name of the user."),
		"setAt":    iamuser.Text("When it was set, in RFC 3339."),
	}
}

func stateSchema() *schema.Schema {
	candidate := iamuser.Open(map[string]*schema.Schema{
		"password": iamuser.SecretText("A password that may be in force."),
		"at":       iamuser.Text("When it was made."),
	}, "password")
	return iamuser.Open(map[string]*schema.Schema{
		"current": iamuser.Open(currentSchema(), "password"),
		"ledger": iamuser.Open(map[string]*schema.Schema{
			"userId":     iamuser.Text("The UserId of the user that the password belongs to."),
			"promotedAt": iamuser.Text("When the current password became current."),
			"adoptedAt":  iamuser.Text("When upkeep first saw a password that was written by hand."),
			"pending": iamuser.Open(map[string]*schema.Schema{
				"startedAt":  iamuser.Text("When the unfinished rotation began."),
				"candidates": {Type: []string{"array"}, Items: candidate, Description: "The last one is set next."},
			}, "startedAt"),
		}),
	})
}

// Schema describes the inputs, the state and the outputs that the package documentation lists.
func (*Rotator) Schema() rotators.Schema {
	return rotators.Schema{
		Inputs: inputSchema(),
		State:  stateSchema(),
		Outputs: iamuser.Closed(map[string]*schema.Schema{
			"current": iamuser.Closed(currentSchema(), "password"),
			"candidates": {
				Type: []string{"array"}, Items: iamuser.SecretText("A password that may be in force."),
				Description: "Only while a rotation is unfinished: one of these, or current, is in force.",
			},
		}, "current"),
	}
}
