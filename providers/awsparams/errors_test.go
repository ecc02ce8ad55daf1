package awsparams_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsparams"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/providers/internal/awsgettest"
	"github.com/escapement-go/escapement/schema"
)

func forgetAll(out *ssm.GetParametersOutput) { out.Parameters = nil }

const denied = `may not be read: AccessDeniedException: User: arn:aws:iam::123456789012:user/app is not authorized to perform: ssm:GetParameters on resource: %[1]s ` +
	`because no identity-based policy allows the ssm:GetParameters action (ssm:GetParameters, request ID); allow ssm:GetParameters on %[1]s to whoever owns the access key KEY`

var fault, policy, login = awsgettest.Fault, awsgettest.Policy, awsgettest.Login

// A failure is written without the names of its fields.
type failure awsgettest.Failure

var failures = []failure{
	{"an absent parameter", nil, []any{"a", "/app/url", "b", "/nothing"}, nil, "not-found",
		`get["b"].name is no parameter in us-west-2 (ssm:GetParameters, request ID); write the name or the ARN of one that is there, or correct "region"`},
	{"absent versions and labels", nil, []any{"a", "/app/url:7", "b", "/app/url:test", "c", "/nothing"}, nil, "not-found",
		`there are 2 problems: (1) get["a"].name, get["b"].name is no parameter, version or label in us-west-2 (ssm:GetParameters, request ID); ` +
			`write the name or the ARN of one that is there, or correct "region", ` +
			`(2) get["c"].name is no parameter in us-west-2 (ssm:GetParameters, request ID); write the name or the ARN of one that is there, or correct "region"`},
	{"an absent version, one by one", policy("ssm:GetParameter"), []any{"a", "/app/url:7"}, nil, "not-found",
		`get["a"].name is no parameter, version or label in us-west-2 (ssm:GetParameter, request ID); write the name or the ARN of one that is there, or correct "region"`},
	{"no permission", policy(), []any{"a", "/app/url:1"}, nil, "access-denied",
		fmt.Sprintf(`get["a"].name `+denied, "arn:aws:ssm:us-west-2:123456789012:parameter/app/url")},
	{"no permission, by ARN, among others", policy("ssm:GetParameters *:parameter/app/*"), []any{"a", "/app/url", "b", "arn:aws:ssm:us-west-2:123456789012:parameter/hosts:1"}, nil, "access-denied",
		fmt.Sprintf(`get["b"].name `+denied, "arn:aws:ssm:us-west-2:123456789012:parameter/hosts")},
	{"no permission for the key", policy("ssm:GetParameters"), []any{"a", "/app/locked", "b", "/app/password"}, nil, "kms-denied",
		`get["a"].name is encrypted with a key of KMS that may not be used: AccessDeniedException: The ciphertext refers to a customer master key that does not exist, ` +
			`does not exist in this region, or you are not allowed to access (ssm:GetParameters, request ID); ` +
			`allow kms:Decrypt on the key of the parameter, in the key's policy and to whoever owns the access key KEY`},
	{"in two ways", policy("ssm:GetParameters"), []any{"a", "/app/locked", "b", "/nothing"}, nil, "several-failures",
		`there are 2 problems: (1) get["a"].name is encrypted with a key of KMS that may not be used: AccessDeniedException: The ciphertext refers to a customer master key that does not exist, ` +
			`does not exist in this region, or you are not allowed to access (ssm:GetParameters, request ID); ` +
			`allow kms:Decrypt on the key of the parameter, in the key's policy and to whoever owns the access key KEY, ` +
			`(2) get["b"].name is no parameter in us-west-2 (ssm:GetParameters, request ID); write the name or the ARN of one that is there, or correct "region"`},
	{"a key that is out of use", fault(awstest.FailWith("InvalidKeyId", 0, "It is disabled.")), []any{"a", "/app/locked"}, nil, "kms-unusable",
		`get["a"].name cannot be decrypted: InvalidKeyId: It is disabled (ssm:GetParameters, request ID); enable the key of KMS that it is encrypted with`},
	{"a refused request", fault(awstest.FailWith("ValidationException", 0, "It is invalid.")), []any{"a", "/app/url", "b", "hosts"}, nil, "invalid-request",
		`get["a"].name, get["b"].name is refused: ValidationException: It is invalid (ssm:GetParameters, request ID); correct "name"`},
	{"any other refusal", fault(awstest.FailWith("Novelty", 0, "It is new.")), []any{"a", "/app/url"}, nil, "aws-refused",
		`get["a"].name is refused: Novelty: It is new (ssm:GetParameters, request ID); see AWS's documentation of ssm:GetParameters`},
	{"an answer without values", fault(awstest.Altered(forgetAll)), []any{"a", "/app/url"}, nil, "unreadable-answer",
		`get["a"].name is answered without a value; check the endpoint that the program is set up with, and proxies`},

	{"a wrong secret key", nil, []any{"a", "/app/url", "b", "hosts"}, login("secretAccessKey", schema.NewSecret(awsgettest.WrongSecret)), "login-refused",
		`AWS does not accept "login": InvalidSignatureException: The request signature we calculated does not match the signature you provided. ` +
			`Check your AWS Secret Access Key and signing method. Consult the service documentation for details ` +
			`(ssm:GetParameters, request ID); check the access key KEY, or open a fresh login`},
	{"a login that has expired", nil, []any{"a", "/app/url"}, login("expiresAt", "2025-12-31T23:59:59Z"), "login-expiring",
		`"login" expires at 2025-12-31T23:59:59Z; one that lives for 0s more is needed; open a fresh login`},
	{"too many calls", fault(awstest.Throttled()), []any{"a", "/app/url"}, nil, "throttled",
		`AWS answers no more requests just now: ThrottlingException: Rate exceeded (ssm:GetParameters, request ID); try again later`},
	{"an error of AWS", fault(awstest.InternalError()), []any{"a", "/app/url", "b", "hosts"}, nil, "aws-unavailable",
		`AWS is out of order in "us-west-2": InternalFailure: The request processing has failed because of an unknown error, exception or failure ` +
			`(ssm:GetParameters, request ID); try again later`},
	{"no connection", fault(awstest.Refused()), []any{"a", "/app/url"}, nil, "aws-unreachable",
		`AWS gives no answer in "us-west-2": connection refused (ssm:GetParameters); check the network, and that "region" exists`},
	{"a redirect", fault(awstest.Redirect(307, "https://example.com/")), []any{"a", "/app/url"}, nil, "redirected",
		`a redirect (307) came in the place of an answer, and is not followed (ssm:GetParameters, request ID); ` +
			`check the endpoint that the program is set up with, and proxies`},
	{"a page", fault(awstest.HTML()), []any{"a", "/app/url"}, nil, "unreadable-answer",
		`the answer is not one of AWS (ssm:GetParameters); check the endpoint that the program is set up with, and proxies`},
	{"another service", fault(awstest.Fail("UnknownOperationException", 0)), []any{"a", "/app/url"}, nil, "not-aws",
		`the endpoint is not AWS: UnknownOperationException: The simulator was told to answer with this error ` +
			`(ssm:GetParameters, request ID); check the endpoint that the program is set up with`},

	{"no region", nil, []any{"a", "/app/url"}, func(_ account, req *providers.Request) { req.Inputs["region"] = "Oregon" }, "bad-input",
		`"region" is no region of AWS; write one such as "us-west-2"`},
	{"ARNs of elsewhere", nil, []any{
		"a", "arn:aws:ssm:us-east-1:123456789012:parameter/x", "b", "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/x",
		"c", "arn:aws:secretsmanager:us-west-2:123456789012:secret:x", "d", " ",
	}, nil, "bad-input",
		`there are 4 problems: (1) get["a"].name is in the region "us-east-1" and "region" is "us-west-2"; get it with another call for its region, ` +
			`(2) get["b"].name is in the partition "aws-cn" and "region" in "aws"; change one of them, ` +
			`(3) get["c"].name is not an ARN of "ssm"; write a name or such an ARN, ` +
			`(4) get["d"].name is empty or longer than 2048 bytes; write a name or an ARN`},
	{"a secret name that AWS repeats", policy(), []any{"a", object{"name": schema.NewSecret("/" + awsgettest.HiddenName)}}, nil, "access-denied",
		fmt.Sprintf(`get["a"].name `+denied, "arn:aws:ssm:us-west-2:123456789012:parameter[secret]")},
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

// A login that AWS refuses is not tried with each parameter.
func TestNoStorm(t *testing.T) {
	_, entries, _ := many(150)
	a := newAccount(t)
	req := a.Request(entries...)
	login("secretAccessKey", schema.NewSecret(awsgettest.WrongSecret))(a, req)
	if _, err := a.Provider.Open(t.Context(), req); err == nil || len(a.Calls()) > 8 {
		t.Error(err, len(a.Calls()))
	}
}

// TestProblems gives programs the parts of an error.
func TestProblems(t *testing.T) {
	a := newAccount(t, some()...)
	_, err := a.Provider.Open(t.Context(), a.Request("a", "/nothing", "b", "/neither", "c", "/app/url"))
	var refused *awsparams.Error
	if !errors.As(err, &refused) || len(refused.Problems) != 1 {
		t.Fatal(err)
	}
	if p := refused.Problems[0]; len(p.Inputs) != 2 || p.Code != "not-found" || p.Op != "ssm:GetParameters" || p.RequestID == "" {
		t.Errorf("%+v", p)
	}
}
