package awstest_test

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/escapement-go/escapement/providers/awstest"
)

const (
	roleARN = "arn:aws:iam::123456789012:role/ci/deploy"
	trust   = `{
		"Version": "2012-10-17",
		"Statement": [{
			"Effect": "Allow",
			"Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/tokens.example.com/a"},
			"Action": "sts:AssumeRoleWithWebIdentity",
			"Condition": {
				"StringEquals": {"tokens.example.com/a:aud": "aws:contoso"},
				"StringLike": {"tokens.example.com/a:sub": "pulumi:environments:org:contoso:env:*"}
			}
		}]
	}`
)

func federated() awstest.Options {
	return awstest.Options{
		Issuers: []awstest.Issuer{{URL: issuerURL, ClientIDs: []string{audience, "other"}, Documents: published()}},
		Roles: []awstest.Role{
			{Name: "deploy", Path: "/ci/", TrustPolicy: trust},
			{Name: "long", TrustPolicy: trust, MaxSessionDuration: 12 * time.Hour, Policy: awstest.ReadOnlyPolicy},
		},
	}
}

// assume performs the call with a good token and what change makes of it.
func (a account) assume(change func(*sts.AssumeRoleWithWebIdentityInput)) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	in := &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: aws.String(roleARN), RoleSessionName: aws.String("ci-1"), WebIdentityToken: aws.String(mint(byEC, good(nil))),
	}
	if change != nil {
		change(in)
	}
	return a.sts(aws.Credentials{}).AssumeRoleWithWebIdentity(a.Context(), in)
}

func session(out *sts.AssumeRoleWithWebIdentityOutput) aws.Credentials {
	return aws.Credentials{
		AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken,
	}
}

type assumeInput = sts.AssumeRoleWithWebIdentityInput

var stsStatements = []statement{
	{"a session is answered with id, secret, token, expiry, subject and audience", federated(), func(a account) {
		out, err := a.assume(nil)
		if err != nil {
			a.Fatal(err)
		}
		if *out.SubjectFromWebIdentityToken != subject || *out.Audience != audience || *out.Provider != issuerURL ||
			!out.Credentials.Expiration.Equal(awstest.Epoch.Add(time.Hour)) || !strings.HasPrefix(*out.Credentials.AccessKeyId, "ASIA") ||
			*out.AssumedRoleUser.Arn != "arn:aws:sts::123456789012:assumed-role/deploy/ci-1" {
			a.Error(out)
		}
	}},
	{"its credentials sign later calls", federated(), func(a account) {
		out, err := a.assume(nil)
		if err != nil {
			a.Fatal(err)
		}
		who, err := a.sts(session(out)).GetCallerIdentity(a.Context(), nil)
		if err != nil || *who.Arn != *out.AssumedRoleUser.Arn || *who.UserId != *out.AssumedRoleUser.AssumedRoleId {
			a.Error(who, err)
		}
		_, err = a.iam(session(out)).ListAccessKeys(a.Context(), &iam.ListAccessKeysInput{UserName: aws.String("app")})
		a.code(err, "")
		_, err = a.iam(session(out)).ListAccessKeys(a.Context(), nil)
		a.code(err, "ValidationError")
	}},
	{"a session may do what its role may", federated(), func(a account) {
		out, err := a.assume(func(in *assumeInput) { in.RoleArn = aws.String(a.RoleARN("long")) })
		if err != nil {
			a.Fatal(err)
		}
		_, err = a.iam(session(out)).CreateAccessKey(a.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("app")})
		a.code(err, "AccessDenied")
		a.SetPolicy(a.RoleARN("long"), nil)
		_, err = a.iam(session(out)).CreateAccessKey(a.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("app")})
		a.code(err, "")
	}},
	{"a missing or wrong session token is InvalidClientTokenId, a wrong secret SignatureDoesNotMatch", federated(), func(a account) {
		out, err := a.assume(nil)
		if err != nil {
			a.Fatal(err)
		}
		for token, want := range map[string]string{"": "InvalidClientTokenId", "x": "InvalidClientTokenId", *out.Credentials.SessionToken: ""} {
			creds := session(out)
			creds.SessionToken = token
			if got := a.works(creds); got != want {
				a.Errorf("%q, want %q", got, want)
			}
		}
		creds := session(out)
		creds.SecretAccessKey = strings.Repeat("x", 40)
		if got := a.works(creds); got != "SignatureDoesNotMatch" {
			a.Error(got)
		}
	}},
	{"an expired session is ExpiredToken", federated(), func(a account) {
		out, err := a.assume(func(in *assumeInput) { in.DurationSeconds = aws.Int32(900) })
		if err != nil {
			a.Fatal(err)
		}
		a.Advance(15*minute - 1)
		before := a.works(session(out))
		a.Advance(1)
		if after := a.works(session(out)); before != "" || after != "ExpiredToken" {
			a.Errorf("before %q, after %q", before, after)
		}
	}},
	{"the bounds of the inputs are ValidationError", federated(), func(a account) {
		long := func(n int) *string { return aws.String(strings.Repeat("x", n)) }
		arns := func(n int, arn string) []types.PolicyDescriptorType {
			list := make([]types.PolicyDescriptorType, n)
			for i := range list {
				list[i].Arn = aws.String(arn)
			}
			return list
		}
		for name, c := range map[string]struct {
			change func(*assumeInput)
			want   string
		}{
			"899 s": {func(in *assumeInput) { in.DurationSeconds = aws.Int32(899) }, "ValidationError"},
			"900 s": {func(in *assumeInput) { in.DurationSeconds = aws.Int32(900) }, ""},
			"12 h": {func(in *assumeInput) {
				in.DurationSeconds, in.RoleArn = aws.Int32(43200), aws.String(a.RoleARN("long"))
			}, ""},
			"12 h and a second": {func(in *assumeInput) {
				in.DurationSeconds, in.RoleArn = aws.Int32(43201), aws.String(a.RoleARN("long"))
			}, "ValidationError"},
			"session of 1":       {func(in *assumeInput) { in.RoleSessionName = long(1) }, "ValidationError"},
			"session of 2":       {func(in *assumeInput) { in.RoleSessionName = long(2) }, ""},
			"session of 64":      {func(in *assumeInput) { in.RoleSessionName = long(64) }, ""},
			"session of 65":      {func(in *assumeInput) { in.RoleSessionName = long(65) }, "ValidationError"},
			"session with blank": {func(in *assumeInput) { in.RoleSessionName = aws.String("a b") }, "ValidationError"},
			"short ARN":          {func(in *assumeInput) { in.RoleArn = long(19) }, "ValidationError"},
			"user ARN":           {func(in *assumeInput) { in.RoleArn = aws.String("arn:aws:iam::123456789012:user/app") }, "ValidationError"},
			"short token":        {func(in *assumeInput) { in.WebIdentityToken = long(3) }, "ValidationError"},
			"long token":         {func(in *assumeInput) { in.WebIdentityToken = long(20001) }, "ValidationError"},
			"10 policies":        {func(in *assumeInput) { in.PolicyArns = arns(10, "arn:aws:iam::aws:policy/ReadOnlyAccess") }, ""},
			"11 policies":        {func(in *assumeInput) { in.PolicyArns = arns(11, "arn:aws:iam::aws:policy/ReadOnlyAccess") }, "ValidationError"},
			"own policy":         {func(in *assumeInput) { in.PolicyArns = arns(1, "arn:aws:iam::123456789012:policy/x/y") }, ""},
			"foreign policy":     {func(in *assumeInput) { in.PolicyArns = arns(1, "arn:aws:iam::210987654321:policy/x") }, "ValidationError"},
			"other partition":    {func(in *assumeInput) { in.PolicyArns = arns(1, "arn:aws-cn:iam::aws:policy/ReadOnlyAccess") }, "ValidationError"},
			"too much policy":    {func(in *assumeInput) { in.PolicyArns = arns(10, "arn:aws:iam::aws:policy/"+strings.Repeat("x", 200)) }, "PackedPolicyTooLarge"},
			"malformed policy":   {func(in *assumeInput) { in.Policy = aws.String("{") }, "MalformedPolicyDocument"},
			"policy":             {func(in *assumeInput) { in.Policy = aws.String(`{"Version":"2012-10-17"}`) }, ""},
		} {
			if _, err := a.assume(c.change); code(err) != c.want {
				a.Errorf("%s: %q, want %q", name, code(err), c.want)
			}
		}
	}},
	{"a role's maximum is one hour unless changed, and named in the refusal", federated(), func(a account) {
		_, err := a.assume(func(in *assumeInput) { in.DurationSeconds = aws.Int32(3601) })
		a.code(err, "ValidationError")
		if err == nil || !strings.Contains(err.Error(), "MaxSessionDuration") {
			a.Error(err)
		}
	}},
	{"an unknown role is AccessDenied", federated(), func(a account) {
		_, err := a.assume(func(in *assumeInput) { in.RoleArn = aws.String(roleARN + "x") })
		a.code(err, "AccessDenied")
	}},
	{"a region can be disabled", federated(), func(a account) {
		a.DisableRegion("eu-west-1")
		_, err := a.sts(a.Credentials("app"), "eu-west-1").GetCallerIdentity(a.Context(), nil)
		a.code(err, "RegionDisabledException")
		_, err = a.sts(a.Credentials("app"), "us-west-2").GetCallerIdentity(a.Context(), nil)
		a.code(err, "")
		in := &assumeInput{RoleArn: aws.String(roleARN), RoleSessionName: aws.String("ci"), WebIdentityToken: aws.String(mint(byEC, good(nil)))}
		_, err = a.sts(aws.Credentials{}, "eu-west-1").AssumeRoleWithWebIdentity(a.Context(), in)
		a.code(err, "RegionDisabledException")
	}},
}
