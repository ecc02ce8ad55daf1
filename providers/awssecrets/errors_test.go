package awssecrets_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awssecrets"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/providers/internal/awsgettest"
	"github.com/escapement-go/escapement/schema"
)

func forgetAll(out *secretsmanager.BatchGetSecretValueOutput) { out.SecretValues = nil }
func endless(out *secretsmanager.BatchGetSecretValueOutput) {
	out.SecretValues, out.NextToken = nil, aws.String("cGFnZSBhdCAx")
}
func forgetValue(out *secretsmanager.GetSecretValueOutput) { out.SecretString = nil }

var fault, policy, login = awsgettest.Fault, awsgettest.Policy, awsgettest.Login

// A failure is written without the names of its fields.
type failure awsgettest.Failure

var failures = []failure{
	{"an absent secret", nil, []any{"api-key", "nothing"}, nil, "not-found",
		`get["api-key"].secretId is no secret in us-west-2: ResourceNotFoundException: Secrets Manager can't find the specified secret ` +
			`(secretsmanager:GetSecretValue, request ID); write the name or the ARN of one that is there, or correct "region"`},
	{"several, in two ways", func(a account) {
		_, _ = a.SecretsManager(a.Credentials("admin")).DeleteSecret(context.Background(), &secretsmanager.DeleteSecretInput{SecretId: aws.String("app/db")})
	}, []any{"a", "nothing", "b", "app/db", "c", "nothing", "d", "api-key", "e", "neither"}, nil, "several-failures",
		`there are 2 problems: (1) get["a"].secretId, get["c"].secretId, get["e"].secretId is no secret in us-west-2: ResourceNotFoundException: ` +
			`Secrets Manager can't find the specified secret (secretsmanager:GetSecretValue, request ID); ` +
			`write the name or the ARN of one that is there, or correct "region", ` +
			`(2) get["b"].secretId is marked for deletion: InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion ` +
			`(secretsmanager:GetSecretValue, request ID); restore it with secretsmanager:RestoreSecret, or write another one`},
	{"an absent label", nil, []any{"a", object{"secretId": "app/db", "versionStage": "AWSPREVIOUS"}}, nil, "version-not-found",
		`get["a"].secretId has no such version: ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS ` +
			`(secretsmanager:GetSecretValue, request ID); write a "versionId" or "versionStage" that it has, or store a value in it`},
	{"an absent version", nil, []any{"a", object{"secretId": "app/db", "versionId": "0123"}}, nil, "version-not-found",
		`get["a"].secretId has no such version: ResourceNotFoundException: Secrets Manager can't find the specified secret value for VersionId: 0123 ` +
			`(secretsmanager:GetSecretValue, request ID); write a "versionId" or "versionStage" that it has, or store a value in it`},
	{"a version without the label", nil, []any{"a", object{"secretId": "api-key", "versionId": "FIRST", "versionStage": "AWSCURRENT"}},
		func(a account, req *providers.Request) {
			req.Inputs["get"].(object)["a"].(object)["versionId"] = a.SecretVersions("api-key")[0].ID
		}, "version-not-found",
		`get["a"].secretId has no such version with that label: InvalidRequestException: You provided a VersionStage that is not associated to the provided VersionId ` +
			`(secretsmanager:GetSecretValue, request ID); remove one of "versionId" and "versionStage"`},
	{"no permission, by name", policy(), []any{"a", "api-key"}, nil, "access-denied",
		`get["a"].secretId may not be read: AccessDeniedException: User: arn:aws:iam::123456789012:user/app is not authorized to perform: ` +
			`secretsmanager:GetSecretValue on resource: api-key because no identity-based policy allows the secretsmanager:GetSecretValue action ` +
			`(secretsmanager:GetSecretValue, request ID); allow secretsmanager:GetSecretValue on ` +
			`arn:aws:secretsmanager:us-west-2:123456789012:secret:api-key-?????? to whoever owns the access key KEY`},
	{"no permission, by ARN, in a batch", policy("secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue *:app/*"), []any{"a", "ARN", "b", "app/db"},
		func(a account, req *providers.Request) {
			req.Inputs["get"].(object)["a"].(object)["secretId"] = a.SecretARN("api-key")
		}, "access-denied",
		`get["a"].secretId may not be read: AccessDeniedException: User: arn:aws:iam::123456789012:user/app is not authorized to perform: ` +
			`secretsmanager:GetSecretValue on resource: ARN because no identity-based policy allows the secretsmanager:GetSecretValue action ` +
			`(secretsmanager:GetSecretValue, request ID); allow secretsmanager:GetSecretValue on ARN to whoever owns the access key KEY`},
	{"a permission that is taken away", fault(awstest.FailWith("AccessDeniedException", 0, "User: arn:aws:sts::123456789012:assumed-role/r/s is not "+
		"authorized to perform: secretsmanager:GetSecretValue on resource: api-key with an explicit deny in a service control policy")), []any{"a", "api-key"}, nil, "access-denied",
		`get["a"].secretId may not be read: AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: ` +
			`secretsmanager:GetSecretValue on resource: api-key with an explicit deny in a service control policy (secretsmanager:GetSecretValue, request ID); ` +
			`change the policy that denies secretsmanager:GetSecretValue on arn:aws:secretsmanager:us-west-2:123456789012:secret:api-key-??????, and that AWS names`},
	{"no permission for the key", policy("secretsmanager:GetSecretValue"), []any{"a", "locked"}, nil, "kms-denied",
		`get["a"].secretId is encrypted with a key of KMS that may not be used: AccessDeniedException: Access to KMS is not allowed ` +
			`(secretsmanager:GetSecretValue, request ID); allow kms:Decrypt on the key of the secret, in the key's policy and to whoever owns the access key KEY`},
	{"a key that is out of use", fault(awstest.FailWith("DecryptionFailure", 0, "Secrets Manager can't decrypt it.")), []any{"a", "api-key"}, nil, "kms-unusable",
		`get["a"].secretId cannot be decrypted: DecryptionFailure: Secrets Manager can't decrypt it ` +
			`(secretsmanager:GetSecretValue, request ID); enable the key of KMS that it is encrypted with`},
	{"a refused request", fault(awstest.FailWith("ValidationException", 0, "It is invalid.")), []any{"a", "api-key"}, nil, "invalid-request",
		`get["a"].secretId is refused: ValidationException: It is invalid (secretsmanager:GetSecretValue, request ID); correct "secretId", "versionId" and "versionStage"`},
	{"any other refusal", fault(awstest.FailWith("PreconditionNotMetException", 0, "It is not met.")), []any{"a", "api-key"}, nil, "aws-refused",
		`get["a"].secretId is refused: PreconditionNotMetException: It is not met (secretsmanager:GetSecretValue, request ID); ` +
			`see AWS's documentation of secretsmanager:GetSecretValue`},
	{"an answer without a value", fault(awstest.Altered(forgetValue)), []any{"a", "api-key"}, nil, "unreadable-answer",
		`get["a"].secretId is answered without a value; check the endpoint that the program is set up with, and proxies`},

	{"a wrong secret key", nil, []any{"a", "api-key", "b", "app/db"}, login("secretAccessKey", schema.NewSecret(awsgettest.WrongSecret)), "login-refused",
		`AWS does not accept "login": InvalidSignatureException: The request signature we calculated does not match the signature you provided. ` +
			`Check your AWS Secret Access Key and signing method. Consult the service documentation for details ` +
			`(secretsmanager:BatchGetSecretValue, request ID); check the access key KEY, or open a fresh login`},
	{"an unknown key", nil, []any{"a", "api-key"}, login("accessKeyId", "AKIAIOSFODNN7EXAMPLE"), "login-refused",
		`AWS does not accept "login": UnrecognizedClientException: The security token included in the request is invalid ` +
			`(secretsmanager:GetSecretValue, request ID); check the access key AKIAIOSFODNN7EXAMPLE, or open a fresh login`},
	{"a login that has expired", nil, []any{"a", "api-key"}, login("expiresAt", "2025-12-31T23:59:59Z"), "login-expiring",
		`"login" expires at 2025-12-31T23:59:59Z; one that lives for 0s more is needed; open a fresh login`},
	{"too many calls", fault(awstest.Throttled()), []any{"a", "api-key"}, nil, "throttled",
		`AWS answers no more requests just now: ThrottlingException: Rate exceeded (secretsmanager:GetSecretValue, request ID); try again later`},
	{"an error of AWS", fault(awstest.InternalError()), []any{"a", "api-key", "b", "app/db"}, nil, "aws-unavailable",
		`AWS is out of order in "us-west-2": InternalFailure: The request processing has failed because of an unknown error, exception or failure ` +
			`(secretsmanager:BatchGetSecretValue, request ID); try again later`},
	{"no connection", fault(awstest.Refused()), []any{"a", "api-key"}, nil, "aws-unreachable",
		`AWS gives no answer in "us-west-2": connection refused (secretsmanager:GetSecretValue); check the network, and that "region" exists`},
	{"a redirect", fault(awstest.Redirect(307, "https://example.com/")), []any{"a", "api-key"}, nil, "redirected",
		`a redirect (307) came in the place of an answer, and is not followed (secretsmanager:GetSecretValue, request ID); ` +
			`check the endpoint that the program is set up with, and proxies`},
	{"a page", fault(awstest.HTML()), []any{"a", "api-key"}, nil, "unreadable-answer",
		`the answer is not one of AWS (secretsmanager:GetSecretValue); check the endpoint that the program is set up with, and proxies`},
	{"half an answer", fault(awstest.Truncated()), []any{"a", "api-key"}, nil, "unreadable-answer",
		`the answer is not one of AWS (secretsmanager:GetSecretValue, request ID); check the endpoint that the program is set up with, and proxies`},
	{"another service", fault(awstest.Fail("UnknownOperationException", 0)), []any{"a", "api-key"}, nil, "not-aws",
		`the endpoint is not AWS: UnknownOperationException: The simulator was told to answer with this error ` +
			`(secretsmanager:GetSecretValue, request ID); check the endpoint that the program is set up with`},

	{"no region", nil, []any{"a", "api-key"}, func(_ account, req *providers.Request) { req.Inputs["region"] = "Oregon" }, "bad-input",
		`"region" is no region of AWS; write one such as "us-west-2"`},
	{"a login without a secret", nil, []any{"a", "api-key"}, login("secretAccessKey", schema.NewSecret("")), "bad-input",
		`"login.secretAccessKey" is empty or holds white space; give it what "fn::open::aws-login" returns`},
	{"ARNs of elsewhere", nil, []any{
		"a", "arn:aws:secretsmanager:us-east-1:123456789012:secret:x", "b", "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:x",
		"c", "arn:aws:ssm:us-west-2:123456789012:parameter/x", "d", " ",
	}, nil, "bad-input",
		`there are 4 problems: (1) get["a"].secretId is in the region "us-east-1" and "region" is "us-west-2"; get it with another call for its region, ` +
			`(2) get["b"].secretId is in the partition "aws-cn" and "region" in "aws"; change one of them, ` +
			`(3) get["c"].secretId is not an ARN of "secretsmanager"; write a name or such an ARN, ` +
			`(4) get["d"].secretId is empty or longer than 2048 bytes; write a name or an ARN`},
	{"a secret name", nil, []any{"a", object{"secretId": schema.NewSecret(awsgettest.HiddenName)}}, nil, "not-found",
		`get["a"].secretId is no secret in us-west-2: ResourceNotFoundException: Secrets Manager can't find the specified secret ` +
			`(secretsmanager:GetSecretValue, request ID); write the name or the ARN of one that is there, or correct "region"`},
	{"a secret name that AWS repeats", policy(), []any{"a", object{"secretId": schema.NewSecret(awsgettest.HiddenName)}}, nil, "access-denied",
		`get["a"].secretId may not be read: AccessDeniedException: User: arn:aws:iam::123456789012:user/app is not authorized to perform: ` +
			`secretsmanager:GetSecretValue on resource: [secret] because no identity-based policy allows the secretsmanager:GetSecretValue action ` +
			`(secretsmanager:GetSecretValue, request ID); allow secretsmanager:GetSecretValue on ` +
			`arn:aws:secretsmanager:us-west-2:123456789012:secret:[secret]-?????? to whoever owns the access key KEY`},
}

// TestErrors fails in each way.
func TestErrors(t *testing.T) {
	codes := map[string]bool{}
	for _, f := range failures {
		codes[f.Code] = true
		t.Run(f.Name, func(t *testing.T) { awsgettest.Failure(f).Check(t, newAccount(t, some()...)) })
	}
	t.Logf("%d failures with %d codes", len(failures), len(codes))
}

// TestProblems gives programs the parts of an error.
func TestProblems(t *testing.T) {
	a := newAccount(t, some()...)
	_, err := a.Provider.Open(t.Context(), a.Request("a", "nothing", "b", "neither", "c", "api-key"))
	var refused *awssecrets.Error
	if !errors.As(err, &refused) || len(refused.Problems) != 1 {
		t.Fatal(err)
	}
	p := refused.Problems[0]
	if len(p.Inputs) != 2 || p.Code != "not-found" || p.AWSCode != "ResourceNotFoundException" || p.Op != "secretsmanager:GetSecretValue" || p.RequestID == "" {
		t.Errorf("%+v", p)
	}
}

// A login that AWS refuses is tried once, however many secrets are wanted; of other versions than the current ones, which
// are read one by one, only as many are tried as run at once.
func TestNoStorm(t *testing.T) {
	for most, stage := range map[int]string{1: "AWSCURRENT", 8: "AWSPREVIOUS"} {
		_, entries, _ := many(45)
		for i := 1; i < len(entries); i += 2 {
			entries[i] = object{"secretId": entries[i], "versionStage": stage}
		}
		a := accountAt(t, awstest.RealTime(1))
		req := a.Request(entries...)
		login("secretAccessKey", schema.NewSecret(awsgettest.WrongSecret))(a, req)
		if _, err := a.Provider.Open(t.Context(), req); err == nil || len(a.Calls()) > most {
			t.Error(stage, err, len(a.Calls()))
		}
	}
}
