package awsparams

import (
	"strings"

	"github.com/escapement-go/escapement/providers/internal/awsget"
)

// mayNot tells whether an action is not allowed, as opposed to the use of a key.
func mayNot(f awsget.Failure, action string) bool {
	return f.Forbidden() && strings.Contains(f.Message, action)
}

// absent is the problem of a parameter, a version or a label that is not there.
func absent(t awsget.Target, name, op, requestID string) *awsget.Problem {
	what := "is no parameter"
	if _, selector := split(name); selector != "" {
		what = "is no parameter, version or label"
	}
	return &awsget.Problem{
		Code: "not-found", Op: op, RequestID: requestID, Text: what + " in " + t.Region,
		Hint: `write the name or the ARN of one that is there, or correct "region"`,
	}
}

// explain says why a parameter is not read, and what to do.
func explain(f awsget.Failure, t awsget.Target, name string) *awsget.Problem {
	p := f.Problem(t)
	set := func(code, text, hint string) { p.Code, p.Text, p.Hint = code, text+": "+f.Words(), hint }
	switch {
	case mayNot(f, batchOp), mayNot(f, singleOp):
		return f.Denied(t, resource(t, name))
	case f.Forbidden():
		set("kms-denied", "is encrypted with a key of KMS that may not be used", "allow kms:Decrypt on the key of the parameter, in the key's policy and to whoever owns the access key "+t.Login.AccessKeyID)
	case f.Code == "InvalidKeyId":
		set("kms-unusable", "cannot be decrypted", "enable the key of KMS that it is encrypted with")
	case f.Code == "ParameterNotFound", f.Code == "ParameterVersionNotFound":
		p = absent(t, name, f.Op, f.RequestID)
		p.AWSCode = f.Code
	case f.Code == "ValidationException":
		set("invalid-request", "is refused", `correct "name"`)
	}
	return p
}

// split cuts the version or label, with its colon, off a name or an ARN.
func split(name string) (bare, selector string) {
	start := 0
	if strings.HasPrefix(name, "arn:") {
		start = max(0, strings.Index(name, ":parameter/")+1)
	}
	if i := strings.IndexByte(name[start:], ':'); i >= 0 {
		return name[:start+i], name[start+i:]
	}
	return name, ""
}

// resource is what the ARN of a parameter looks like in a policy.
func resource(t awsget.Target, name string) string {
	bare, _ := split(name)
	if strings.HasPrefix(bare, "arn:") {
		return bare
	}
	return "arn:" + t.Partition.Name + ":ssm:" + t.Region + ":*:parameter/" + strings.TrimPrefix(bare, "/")
}
