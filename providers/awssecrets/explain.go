package awssecrets

import (
	"strings"

	"github.com/escapement-go/escapement/providers/internal/awsget"
)

// explain says why a secret is not read, and what to do.
func explain(f awsget.Failure, t awsget.Target, i item) *awsget.Problem {
	p := f.Problem(t)
	set := func(code, text, hint string) { p.Code, p.Text, p.Hint = code, text+": "+f.Words(), hint }
	switch {
	case f.Forbidden() && strings.Contains(f.Message, "KMS"):
		set("kms-denied", "is encrypted with a key of KMS that may not be used", "allow kms:Decrypt on the key of the secret, in the key's policy and to whoever owns the access key "+t.Login.AccessKeyID)
	case f.Forbidden():
		return f.Denied(t, resource(t, i.SecretID))
	case f.Code == "ResourceNotFoundException" && strings.Contains(f.Message, "secret value for"):
		set("version-not-found", "has no such version", `write a "versionId" or "versionStage" that it has, or store a value in it`)
	case f.Code == "ResourceNotFoundException":
		set("not-found", "is no secret in "+t.Region, `write the name or the ARN of one that is there, or correct "region"`)
	case f.Code == "InvalidRequestException" && strings.Contains(f.Message, "deletion"):
		set("deleted", "is marked for deletion", "restore it with secretsmanager:RestoreSecret, or write another one")
	case f.Code == "InvalidRequestException" && strings.Contains(f.Message, "VersionStage"):
		set("version-not-found", "has no such version with that label", `remove one of "versionId" and "versionStage"`)
	case f.Code == "DecryptionFailure":
		set("kms-unusable", "cannot be decrypted", "enable the key of KMS that it is encrypted with")
	case f.Code == "InvalidParameterException", f.Code == "ValidationException":
		set("invalid-request", "is refused", `correct "secretId", "versionId" and "versionStage"`)
	}
	return p
}

// resource is what the ARN of a secret looks like in a policy.
func resource(t awsget.Target, id string) string {
	if strings.HasPrefix(id, "arn:") {
		return id
	}
	return "arn:" + t.Partition.Name + ":secretsmanager:" + t.Region + ":*:secret:" + id + "-??????"
}
