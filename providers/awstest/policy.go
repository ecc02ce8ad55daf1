package awstest

import (
	"slices"
	"strings"
)

// A Policy is the set of actions that a principal may perform, such as iam:CreateAccessKey. A nil Policy allows
// everything, an empty one nothing. GetCallerIdentity is always allowed, and AssumeRoleWithWebIdentity is a matter of
// the role's trust policy. An action on secrets, parameters or keys of KMS may be followed by a space and the ARN of those
// for which it is allowed, in which * is any text and ? any one character; without one it is allowed for all.
type Policy []string

// MinimalPolicy is what a rotation of access keys cannot do without, and iam:TagUser.
var MinimalPolicy = Policy{
	"iam:ListAccessKeys", "iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:GetUser", "iam:TagUser",
}

// RecommendedPolicy is what a rotation of access keys makes use of.
var RecommendedPolicy = Policy{
	"iam:ListAccessKeys", "iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:GetUser",
	"iam:UpdateAccessKey", "iam:GetAccessKeyLastUsed",
}

// ReadOnlyPolicy is what an audit makes use of.
var ReadOnlyPolicy = Policy{
	"iam:ListAccessKeys", "iam:GetUser", "iam:GetAccessKeyLastUsed", "iam:GetLoginProfile", "iam:GetAccountPasswordPolicy",
}

// Without returns the policy less some of its actions.
func (p Policy) Without(actions ...string) Policy {
	return slices.DeleteFunc(append(Policy{}, p...), func(a string) bool { return slices.Contains(actions, a) })
}

func (p Policy) allows(action, resource string) bool {
	return p == nil || slices.ContainsFunc(p, func(entry string) bool {
		allowed, on, limited := strings.Cut(entry, " ")
		return strings.EqualFold(allowed, action) && (!limited || wild(on, resource))
	})
}

// authorize refuses what the caller's policy does not allow.
func (c *call) authorize(op *operation) error {
	if op.permission == "" || c.caller.policy().allows(op.permission, "") {
		return nil
	}
	on := "*"
	if c.User != "" {
		on = "user " + c.User
	}
	return refuse("AccessDenied", "User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		c.caller.arn(), op.permission, on, op.permission)
}
