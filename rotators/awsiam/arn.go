package awsiam

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/escapement-go/escapement/providers/awspartition"
)

// A user is what the ARN of an IAM user says.
type user struct {
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

const userExample = `write one such as "arn:aws:iam::123456789012:user/name"`

// parseUser reads the ARN of a user. A path may contain colons. The error says what is wrong and what to write.
func parseUser(text string) (user, error) {
	parsed, err := arn.Parse(text)
	switch {
	case err != nil:
		return user{}, fmt.Errorf("is not an ARN; %s", userExample)
	case strings.ContainsAny(text, "*?"):
		return user{}, fmt.Errorf("has a wildcard; name one user")
	case !printable.MatchString(text):
		return user{}, fmt.Errorf("holds white space or a character that no ARN has; %s", userExample)
	}
	part, known := awspartition.Named(parsed.Partition)
	switch {
	case !known:
		return user{}, fmt.Errorf("is of an unknown partition; %s", userExample)
	case parsed.Service == "sts":
		return user{}, fmt.Errorf(`is of "sts", which names sessions; %s`, userExample)
	case parsed.Service != "iam":
		return user{}, fmt.Errorf(`is not an ARN of "iam"; %s`, userExample)
	case parsed.Region != "":
		return user{}, fmt.Errorf("has a region, which no user has; leave it empty, as in %q", "arn:aws:iam::123456789012:user/name")
	case !accountForm.MatchString(parsed.AccountID):
		return user{}, fmt.Errorf("has no account of 12 digits; write leading zeros, too")
	}
	path, isUser := strings.CutPrefix(parsed.Resource, "user/")
	if !isUser {
		return user{}, fmt.Errorf("is the ARN of %s; %s", kindOf(parsed.Resource), userExample)
	}
	name := path[strings.LastIndex(path, "/")+1:]
	switch {
	case name == "":
		return user{}, fmt.Errorf("ends in a slash; write the name of the user behind it")
	case !nameForm.MatchString(name):
		return user{}, fmt.Errorf(`does not end in the name of a user, which has 1 to 64 letters, digits and characters of "_+=,.@-"`)
	}
	return user{arn: text, partition: part, account: parsed.AccountID, name: name}, nil
}

// kindOf names what is easily taken for a user.
func kindOf(resource string) string {
	kind, _, _ := strings.Cut(resource, "/")
	switch kind {
	case "root":
		return "the root of an account, whose keys should not exist"
	case "role", "assumed-role":
		return "a role, which has no access keys"
	case "group":
		return "a group, which has no access keys"
	case "mfa":
		return "an MFA device"
	}
	return "something else than a user"
}
