package awsclient

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/escapement-go/escapement/providers/awspartition"
)

// An ARN is what that of an IAM user, role or managed policy says.
type ARN struct {
	Text      string                 // the whole
	Partition awspartition.Partition // of a policy it may be unknown, and has only a name then
	Account   string                 // 12 digits, or "aws" for a policy of AWS's own
	Name      string                 // without path
}

var (
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
	nameForm    = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{1,64}$`)
	printable   = regexp.MustCompile(`^[!-~]*$`)
)

// IsAccount tells whether the text is the id of an account.
func IsAccount(text string) bool { return accountForm.MatchString(text) }

// ParseUser reads the ARN of an IAM user, whose path may contain colons. The error, which begins with a verb, says what is
// wrong and what to write, without the text.
func ParseUser(text string) (ARN, error) { return parseARN("user", text) }

// ParseRole is [ParseUser] for roles.
func ParseRole(text string) (ARN, error) { return parseARN("role", text) }

func parseARN(kind, text string) (ARN, error) {
	example := fmt.Sprintf(`write one such as "arn:aws:iam::123456789012:%s/name"`, kind)
	parsed, err := arn.Parse(text)
	switch {
	case err != nil:
		return ARN{}, fmt.Errorf("is not an ARN; %s", example)
	case len(text) > 2048:
		return ARN{}, fmt.Errorf("is longer than 2048 bytes; %s", example)
	case strings.ContainsAny(text, "*?"):
		return ARN{}, fmt.Errorf("has a wildcard; name one %s", kind)
	case !printable.MatchString(text):
		return ARN{}, fmt.Errorf("holds white space or a character that no ARN has; %s", example)
	}
	part, known := awspartition.Named(parsed.Partition)
	switch {
	case !known:
		return ARN{}, fmt.Errorf("is of an unknown partition; known are %s", PartitionNames())
	case parsed.Service != "iam":
		return ARN{}, fmt.Errorf(`is not an ARN of "iam"; %s%s`, ofService(parsed.Service, kind), example)
	case parsed.Region != "":
		return ARN{}, fmt.Errorf("has a region, which no %s has; leave it empty: %s", kind, example)
	case !IsAccount(parsed.AccountID):
		return ARN{}, errors.New("has no account of 12 digits; write leading zeros, too")
	}
	path, ok := strings.CutPrefix(parsed.Resource, kind+"/")
	switch {
	case parsed.Resource == kind:
		return ARN{}, fmt.Errorf("has no name; %s", example)
	case !ok:
		return ARN{}, fmt.Errorf("is the ARN of %s; %s", kindOf(parsed.Resource), example)
	}
	name := path[strings.LastIndex(path, "/")+1:]
	if !nameForm.MatchString(name) {
		return ARN{}, fmt.Errorf(`does not end in the name of a %s, which has 1 to 64 letters, digits and characters of "_+=,.@-"; `+
			"write it behind the last slash", kind)
	}
	return ARN{Text: text, Partition: part, Account: parsed.AccountID, Name: name}, nil
}

func ofService(service, kind string) string {
	if service == "sts" {
		return fmt.Sprintf(`one of "sts" names a session and not a %s; `, kind)
	}
	return ""
}

// kindOf names what is easily taken for a user or a role.
func kindOf(resource string) string {
	kind, _, _ := strings.Cut(resource, "/")
	switch kind {
	case "root":
		return "the root of an account"
	case "user":
		return "a user"
	case "role":
		return "a role"
	case "assumed-role":
		return "a session of a role"
	case "group":
		return "a group"
	case "mfa":
		return "an MFA device"
	case "instance-profile":
		return "an instance profile"
	case "oidc-provider":
		return "an OIDC provider"
	}
	return "something else"
}

// ParsePolicy is [ParseUser] for managed policies, those of AWS's own among them.
func ParsePolicy(text string) (ARN, error) {
	parsed, err := arn.Parse(text)
	path, isPolicy := strings.CutPrefix(parsed.Resource, "policy/")
	name := path[strings.LastIndex(path, "/")+1:]
	const example = `write one such as "arn:aws:iam::aws:policy/ReadOnlyAccess"`
	switch {
	case len(text) < 20 || len(text) > 2048:
		return ARN{}, fmt.Errorf("is not from 20 to 2048 bytes long; %s", example)
	case err != nil || !printable.MatchString(text) || parsed.Service != "iam" || parsed.Region != "" || !isPolicy || name == "":
		return ARN{}, fmt.Errorf("is not the ARN of a managed policy; %s", example)
	}
	part, known := awspartition.Named(parsed.Partition)
	if !known {
		part.Name = parsed.Partition
	}
	return ARN{Text: text, Partition: part, Account: parsed.AccountID, Name: name}, nil
}

// PartitionNames lists the partitions that are known, for messages.
func PartitionNames() string {
	var names []string
	for _, p := range awspartition.All() {
		names = append(names, `"`+p.Name+`"`)
	}
	return strings.Join(names, ", ")
}

// RegionIn returns the region, or that of the partition if it is empty. The error, which begins with a verb, says that it
// is none, or one of another partition.
func RegionIn(region string, of awspartition.Partition) (string, error) {
	if region == "" {
		return of.Region, nil
	}
	its, known := awspartition.Of(region)
	switch {
	case !known:
		return "", fmt.Errorf("is no region of AWS; write one such as %q", of.Region)
	case its.Name != of.Name:
		return "", fmt.Errorf("is in the partition %q and the ARN in %q; write one such as %q", its.Name, of.Name, of.Region)
	}
	return region, nil
}
