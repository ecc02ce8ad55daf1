package awslogin

import (
	"fmt"
	"strings"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awspartition"
)

// TrustPolicy returns the trust policy of a role that accepts the issuer's tokens with one of these subjects, as JSON
// to paste into the role. In a subject, * stands for any text and ? for any character, as in
// pulumi:environments:org:acme:env:*; [Issuer.Subject] returns the subject of an environment. The partition is such as
// aws, the account has 12 digits.
func (i Issuer) TrustPolicy(partition, account string, subjects ...string) ([]byte, error) {
	if err := i.checkNames(); err != nil {
		return nil, err
	}
	part, ok := awspartition.Named(partition)
	switch {
	case !ok:
		return nil, badInput("there is no partition %q; known are %s", partition, awsclient.PartitionNames())
	case !awsclient.IsAccount(account):
		return nil, badInput("%q is no account; write its 12 digits", account)
	case len(subjects) == 0:
		return nil, badInput("a trust policy without subject would let every environment in; name at least one subject")
	}
	operator := "StringEquals"
	for _, subject := range subjects {
		if err := checkSubject(subject); err != nil {
			return nil, err
		}
		if strings.ContainsAny(subject, "*?") {
			operator = "StringLike"
		}
	}
	host := withoutScheme(i.URL)
	conditions := map[string]map[string]any{"StringEquals": {host + ":aud": i.audience()}}
	if conditions[operator] == nil {
		conditions[operator] = map[string]any{}
	}
	conditions[operator][host+":sub"] = oneOrAll(subjects)
	return indented(policy{"2012-10-17", []statement{{
		Effect:    "Allow",
		Principal: map[string]string{"Federated": role{awsclient.ARN{Partition: part, Account: account}}.principal(i.URL)},
		Action:    "sts:AssumeRoleWithWebIdentity",
		Condition: conditions,
	}}})
}

type policy struct {
	Version   string
	Statement []statement
}

type statement struct {
	Effect    string
	Principal map[string]string
	Action    string
	Condition map[string]map[string]any
}

// checkSubject refuses what no subject of an issuer holds, such as the dollar sign of a variable of AWS's policies.
func checkSubject(subject string) error {
	odd := strings.IndexFunc(subject, func(r rune) bool {
		return r >= 0x80 || !plainInSubject(byte(r)) && !strings.ContainsRune(":%*?", r)
	})
	if subject == "" || len(subject) > maxSubject || odd >= 0 {
		return badInput("%q cannot be a subject; escape characters as the issuer does, and write at most %d bytes",
			fmt.Sprint(shortened(subject, maxSubject)), maxSubject)
	}
	return nil
}

func oneOrAll(texts []string) any {
	if len(texts) == 1 {
		return texts[0]
	}
	return texts
}
