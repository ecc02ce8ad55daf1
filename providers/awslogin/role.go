package awslogin

import (
	"strings"

	"github.com/escapement-go/escapement/providers/awsclient"
)

// A role is what the ARN of a role says.
type role struct{ awsclient.ARN }

func parseRole(text string) (role, error) {
	arn, err := awsclient.ParseRole(text)
	if err != nil {
		return role{}, badInput(`"oidc.roleArn" %v`, err)
	}
	return role{arn}, nil
}

// checkPolicy checks the ARN of a policy for sessions of r.
func (r role) checkPolicy(text string, index int) error {
	policy, err := awsclient.ParsePolicy(text)
	switch {
	case err != nil:
		return badInput(`"oidc.policyArns[%d]" %v`, index, err)
	case policy.Partition.Name != r.Partition.Name:
		return badInput(`"oidc.policyArns[%d]" is of another partition than the role; use a policy of the same one`, index)
	case policy.Account != "aws" && policy.Account != r.Account:
		return badInput(`"oidc.policyArns[%d]" is of another account than the role; use a policy of AWS or of the role's account`, index)
	}
	return nil
}

// principal is the ARN of the OIDC provider in the role's account for tokens of that issuer.
func (r role) principal(issuer string) string {
	return "arn:" + r.Partition.Name + ":iam::" + r.Account + ":oidc-provider/" + withoutScheme(issuer)
}

func withoutScheme(issuer string) string {
	return strings.TrimPrefix(strings.TrimPrefix(issuer, "https://"), "http://")
}
