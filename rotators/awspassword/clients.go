package awspassword

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// An iamAPI is what the protocol needs of IAM.
type iamAPI interface {
	iamuser.Users
	GetLoginProfile(context.Context, *iam.GetLoginProfileInput, ...func(*iam.Options)) (*iam.GetLoginProfileOutput, error)
	GetAccountPasswordPolicy(context.Context, *iam.GetAccountPasswordPolicyInput, ...func(*iam.Options)) (*iam.GetAccountPasswordPolicyOutput, error)
	UpdateLoginProfile(context.Context, *iam.UpdateLoginProfileInput, ...func(*iam.Options)) (*iam.UpdateLoginProfileOutput, error)
}

// A dialer makes the clients of a login.
type dialer interface {
	IAM(login awsclient.Login, region string) iamAPI
	STS(login awsclient.Login, region string) iamuser.STS
}

// An sdkDialer makes clients of the SDK.
type sdkDialer struct {
	*Rotator
	limits iamuser.Limits
}

func (d sdkDialer) IAM(login awsclient.Login, region string) iamAPI {
	return iam.NewFromConfig(d.options(d.IAMEndpoint).Config(login, region))
}

func (d sdkDialer) STS(login awsclient.Login, region string) iamuser.STS {
	return sts.NewFromConfig(d.options(d.STSEndpoint).Config(login, region))
}

func (d sdkDialer) options(endpoint string) awsclient.Options {
	return awsclient.Options{
		Endpoint: endpoint, FIPS: d.FIPS, DualStack: d.DualStack, Transport: d.Transport, Timeout: d.limits.CallTimeout,
	}
}
