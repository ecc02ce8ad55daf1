package awsclient_test

import (
	"strings"
	"testing"

	"github.com/escapement-go/escapement/providers/awsclient"
)

func TestParseUser(t *testing.T) {
	for text, want := range map[string]awsclient.ARN{
		"arn:aws:iam::123456789012:user/app":                        {Account: "123456789012", Name: "app"},
		"arn:aws:iam::012345678901:user/a/b/app":                    {Account: "012345678901", Name: "app"},
		"arn:aws:iam::123456789012:user/team:x/app":                 {Account: "123456789012", Name: "app"},
		"arn:aws-cn:iam::123456789012:user/app+a=b,c.d@e-f_g":       {Account: "123456789012", Name: "app+a=b,c.d@e-f_g"},
		"arn:aws-us-gov:iam::123456789012:user/app":                 {Account: "123456789012", Name: "app"},
		"arn:aws-iso:iam::123456789012:user/app":                    {Account: "123456789012", Name: "app"},
		"arn:aws-iso-b:iam::123456789012:user/app":                  {Account: "123456789012", Name: "app"},
		"arn:aws-iso-e:iam::123456789012:user/app":                  {Account: "123456789012", Name: "app"},
		"arn:aws-iso-f:iam::123456789012:user/app":                  {Account: "123456789012", Name: "app"},
		"arn:aws-eusc:iam::123456789012:user/app":                   {Account: "123456789012", Name: "app"},
		"arn:aws:iam::123456789012:user/" + strings.Repeat("n", 64): {Account: "123456789012", Name: strings.Repeat("n", 64)},
	} {
		got, err := awsclient.ParseUser(text)
		if err != nil || got.Account != want.Account || got.Name != want.Name || got.Text != text {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for text, hint := range map[string]string{
		"":         "is not an ARN",
		"app":      "is not an ARN",
		"user/app": "is not an ARN",
		"arn:aws:iam::<account id>:user/<username>":                  "white space or a character",
		"arn:aws:iam::123456789:user/app":                            "12 digits",
		"arn:aws:iam::1234567890123:user/app":                        "12 digits",
		"arn:aws:iam::12345678901a:user/app":                         "12 digits",
		"arn:aws:iam:us-east-1:123456789012:user/app":                "has a region",
		"arn:aws:iam::123456789012:root":                             "root of an account",
		"arn:aws:iam::123456789012:role/app":                         "a role",
		"arn:aws:sts::123456789012:assumed-role/app/session":         "names a session",
		"arn:aws:iam::123456789012:assumed-role/app":                 "a session of a role",
		"arn:aws:iam::123456789012:group/app":                        "a group",
		"arn:aws:iam::123456789012:mfa/app":                          "an MFA device",
		"arn:aws:iam::123456789012:policy/app":                       "something else",
		"arn:aws:iam::123456789012:user/*":                           "wildcard",
		"arn:aws:iam::123456789012:user/a?p":                         "wildcard",
		"arn:aws:iam::123456789012:user/":                            "does not end in the name",
		"arn:aws:iam::123456789012:user/team/":                       "does not end in the name",
		"arn:aws:iam::123456789012:user/a b":                         "white space",
		"arn:aws:iam::123456789012:user/appé":                        "white space or a character",
		"arn:aws:iam::123456789012:user/a#b":                         "does not end in the name",
		"arn:aws:iam::123456789012:user/a:b":                         "does not end in the name",
		"arn:aws:iam::123456789012:user/" + strings.Repeat("n", 65):  "does not end in the name",
		"arn:aws:iam::123456789012:user":                             "has no name",
		"arn:azure:iam::123456789012:user/app":                       "unknown partition",
		"arn:aws:s3:::bucket":                                        `is not an ARN of "iam"`,
		"arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789ab": `is not an ARN of "iam"`,
	} {
		if _, err := awsclient.ParseUser(text); err == nil || !strings.Contains(err.Error(), hint) {
			t.Errorf("%q: %v, want %q", text, err, hint)
		}
	}
}
