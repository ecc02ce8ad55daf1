package awstest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/escapement-go/escapement/providers/awstest"
)

// iamAPI is what the SDK's client and the direct one have in common.
type iamAPI interface {
	GetUser(context.Context, *iam.GetUserInput, ...func(*iam.Options)) (*iam.GetUserOutput, error)
	TagUser(context.Context, *iam.TagUserInput, ...func(*iam.Options)) (*iam.TagUserOutput, error)
	CreateAccessKey(context.Context, *iam.CreateAccessKeyInput, ...func(*iam.Options)) (*iam.CreateAccessKeyOutput, error)
	DeleteAccessKey(context.Context, *iam.DeleteAccessKeyInput, ...func(*iam.Options)) (*iam.DeleteAccessKeyOutput, error)
	UpdateAccessKey(context.Context, *iam.UpdateAccessKeyInput, ...func(*iam.Options)) (*iam.UpdateAccessKeyOutput, error)
	ListAccessKeys(context.Context, *iam.ListAccessKeysInput, ...func(*iam.Options)) (*iam.ListAccessKeysOutput, error)
	GetAccessKeyLastUsed(context.Context, *iam.GetAccessKeyLastUsedInput, ...func(*iam.Options)) (*iam.GetAccessKeyLastUsedOutput, error)
	CreateLoginProfile(context.Context, *iam.CreateLoginProfileInput, ...func(*iam.Options)) (*iam.CreateLoginProfileOutput, error)
	GetLoginProfile(context.Context, *iam.GetLoginProfileInput, ...func(*iam.Options)) (*iam.GetLoginProfileOutput, error)
	UpdateLoginProfile(context.Context, *iam.UpdateLoginProfileInput, ...func(*iam.Options)) (*iam.UpdateLoginProfileOutput, error)
	DeleteLoginProfile(context.Context, *iam.DeleteLoginProfileInput, ...func(*iam.Options)) (*iam.DeleteLoginProfileOutput, error)
	GetAccountPasswordPolicy(context.Context, *iam.GetAccountPasswordPolicyInput, ...func(*iam.Options)) (*iam.GetAccountPasswordPolicyOutput, error)
	UpdateAccountPasswordPolicy(context.Context, *iam.UpdateAccountPasswordPolicyInput, ...func(*iam.Options)) (*iam.UpdateAccountPasswordPolicyOutput, error)
}

type stsAPI interface {
	GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error)
	AssumeRoleWithWebIdentity(context.Context, *sts.AssumeRoleWithWebIdentityInput, ...func(*sts.Options)) (*sts.AssumeRoleWithWebIdentityOutput, error)
}

var (
	_ iamAPI = (*iam.Client)(nil)
	_ iamAPI = (*awstest.IAMClient)(nil)
	_ stsAPI = (*sts.Client)(nil)
	_ stsAPI = (*awstest.STSClient)(nil)
)

// An account is a simulator with one of the two ways to call it.
type account struct {
	*testing.T
	*awstest.Simulator
	direct bool
}

func once(o *iam.Options) { o.Retryer = aws.NopRetryer{} }

func (a account) iam(creds aws.Credentials) iamAPI {
	if a.direct {
		return a.Simulator.IAM(creds)
	}
	return iam.NewFromConfig(a.NewRun().Config(creds), once)
}

func (a account) sts(creds aws.Credentials, region ...string) stsAPI {
	set := func(o *sts.Options) {
		o.Retryer = aws.NopRetryer{}
		for _, r := range region {
			o.Region = r
		}
	}
	if a.direct {
		return a.Simulator.STS(creds, set)
	}
	return sts.NewFromConfig(a.NewRun().Config(creds), set)
}

// admin is the client of the user admin.
func (a account) admin() iamAPI { return a.iam(a.Credentials("admin")) }

// works tells whether GetCallerIdentity accepts credentials, with the code if it does not.
func (a account) works(creds aws.Credentials) string {
	_, err := a.sts(creds).GetCallerIdentity(a.Context(), nil)
	return code(err)
}

// create makes a key for the user app.
func (a account) create() aws.Credentials {
	a.Helper()
	out, err := a.admin().CreateAccessKey(a.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("app")})
	if err != nil {
		a.Fatal(err)
	}
	return aws.Credentials{AccessKeyID: *out.AccessKey.AccessKeyId, SecretAccessKey: *out.AccessKey.SecretAccessKey}
}

func (a account) delete(id string) {
	a.Helper()
	_, err := a.admin().DeleteAccessKey(a.Context(), &iam.DeleteAccessKeyInput{UserName: aws.String("app"), AccessKeyId: &id})
	a.code(err, "")
}

func (a account) update(id string, status types.StatusType) {
	a.Helper()
	_, err := a.admin().UpdateAccessKey(a.Context(), &iam.UpdateAccessKeyInput{UserName: aws.String("app"), AccessKeyId: &id, Status: status})
	a.code(err, "")
}

// listed returns the ids that ListAccessKeys shows of the user app, with their statuses.
func (a account) listed() map[string]types.StatusType {
	a.Helper()
	keys := map[string]types.StatusType{}
	in := &iam.ListAccessKeysInput{UserName: aws.String("app")}
	for {
		out, err := a.admin().ListAccessKeys(a.Context(), in)
		if err != nil {
			a.Fatal(err)
		}
		for _, k := range out.AccessKeyMetadata {
			keys[*k.AccessKeyId] = k.Status
		}
		if !out.IsTruncated {
			return keys
		}
		in.Marker = out.Marker
	}
}

// code fails the test unless err has the wire code; an empty one means no error.
func (a account) code(err error, want string) {
	a.Helper()
	if got := code(err); got != want {
		a.Errorf("got the code %q, want %q: %v", got, want, err)
	}
}

// code is the code of an error as the SDK decodes it.
func code(err error) string {
	var api smithy.APIError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &api):
		return api.ErrorCode()
	}
	return "no code: " + err.Error()
}

const minute = time.Minute
