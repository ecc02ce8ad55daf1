package awslogin

import (
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/escapement-go/escapement/providers/awspartition"
)

// A role is what the ARN of a role says.
type role struct {
	arn       string
	partition awspartition.Partition
	account   string
	name      string // without path
}

var (
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
	nameForm    = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{1,64}$`)
	printable   = regexp.MustCompile(`^[!-~]*$`)
)

const roleHint = `write one such as "arn:aws:iam::123456789012:role/name"`

// parseRole reads the ARN of a role. A path may contain colons.
func parseRole(text string) (role, error) {
	parsed, err := arn.Parse(text)
	switch {
	case len(text) < 20 || len(text) > 2048:
		return role{}, badInput(`"oidc.roleArn" is not from 20 to 2048 bytes long; %s`, roleHint)
	case err != nil:
		return role{}, badInput(`"oidc.roleArn" is not an ARN; %s`, roleHint)
	case strings.ContainsAny(text, "*?"):
		return role{}, badInput(`"oidc.roleArn" has a wildcard; name one role`)
	case !printable.MatchString(text):
		return role{}, badInput(`"oidc.roleArn" holds white space or a character that no ARN has; %s`, roleHint)
	}
	part, known := awspartition.Named(parsed.Partition)
	switch {
	case !known:
		return role{}, badInput(`"oidc.roleArn" is of an unknown partition; known are %s`, partitionNames())
	case parsed.Service != "iam":
		return role{}, badInput(`"oidc.roleArn" is not an ARN of "iam"; %s%s`, ofService(parsed.Service), roleHint)
	case parsed.Region != "":
		return role{}, badInput(`"oidc.roleArn" has a region, which no role has; leave it empty, as in %q`,
			"arn:aws:iam::123456789012:role/name")
	case !accountForm.MatchString(parsed.AccountID):
		return role{}, badInput(`"oidc.roleArn" has no account of 12 digits; write leading zeros, too`)
	}
	path, ok := strings.CutPrefix(parsed.Resource, "role/")
	if !ok {
		return role{}, badInput(`"oidc.roleArn" is the ARN of something else%s; %s`, ofResource(parsed.Resource), roleHint)
	}
	name := path[strings.LastIndex(path, "/")+1:]
	if !nameForm.MatchString(name) {
		return role{}, badInput(`"oidc.roleArn" does not end in the name of a role, which has 1 to 64 letters, digits and ` +
			`characters of "_+=,.@-"; write it behind the last slash`)
	}
	return role{arn: text, partition: part, account: parsed.AccountID, name: name}, nil
}

func ofService(service string) string {
	if service == "sts" {
		return `one of "sts" names a session and not a role; `
	}
	return ""
}

// ofResource names a kind of resource that is easily taken for a role.
func ofResource(resource string) string {
	kind, _, _ := strings.Cut(resource, "/")
	switch kind {
	case "user":
		return ", a user"
	case "group":
		return ", a group"
	case "assumed-role":
		return ", a session of a role"
	case "instance-profile":
		return ", an instance profile"
	case "oidc-provider":
		return ", an OIDC provider"
	}
	return ""
}

// checkPolicy checks the ARN of a policy for sessions of r.
func (r role) checkPolicy(text string, index int) error {
	parsed, err := arn.Parse(text)
	path, isPolicy := strings.CutPrefix(parsed.Resource, "policy/")
	name := path[strings.LastIndex(path, "/")+1:]
	const hint = `write one such as "arn:aws:iam::aws:policy/ReadOnlyAccess"`
	switch {
	case len(text) < 20 || len(text) > 2048:
		return badInput(`"oidc.policyArns[%d]" is not from 20 to 2048 bytes long; %s`, index, hint)
	case err != nil || !printable.MatchString(text) || parsed.Service != "iam" || parsed.Region != "" || !isPolicy || name == "":
		return badInput(`"oidc.policyArns[%d]" is not the ARN of a managed policy; %s`, index, hint)
	case parsed.Partition != r.partition.Name:
		return badInput(`"oidc.policyArns[%d]" is of another partition than the role; use a policy of the same one`, index)
	case parsed.AccountID != "aws" && parsed.AccountID != r.account:
		return badInput(`"oidc.policyArns[%d]" is of another account than the role; use a policy of AWS or of the role's account`, index)
	}
	return nil
}

// principal is the ARN of the OIDC provider in the role's account for tokens of that issuer.
func (r role) principal(issuer string) string {
	return "arn:" + r.partition.Name + ":iam::" + r.account + ":oidc-provider/" + withoutScheme(issuer)
}

func withoutScheme(issuer string) string {
	return strings.TrimPrefix(strings.TrimPrefix(issuer, "https://"), "http://")
}
