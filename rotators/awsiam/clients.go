package awsiam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// An iamAPI is what the protocol needs of IAM.
type iamAPI interface {
	iamuser.Users
	ListAccessKeys(context.Context, *iam.ListAccessKeysInput, ...func(*iam.Options)) (*iam.ListAccessKeysOutput, error)
	CreateAccessKey(context.Context, *iam.CreateAccessKeyInput, ...func(*iam.Options)) (*iam.CreateAccessKeyOutput, error)
	UpdateAccessKey(context.Context, *iam.UpdateAccessKeyInput, ...func(*iam.Options)) (*iam.UpdateAccessKeyOutput, error)
	DeleteAccessKey(context.Context, *iam.DeleteAccessKeyInput, ...func(*iam.Options)) (*iam.DeleteAccessKeyOutput, error)
	GetAccessKeyLastUsed(context.Context, *iam.GetAccessKeyLastUsedInput, ...func(*iam.Options)) (*iam.GetAccessKeyLastUsedOutput, error)
}

// A dialer makes the clients of one login. Clients are never shared between logins.
type dialer interface {
	IAM(login awsclient.Login, region string) iamAPI
	STS(login awsclient.Login, region string) iamuser.STS
	Secrets(login awsclient.Login, region string) secretsAPI
}

// A secretsAPI is what the protocol needs of Secrets Manager.
type secretsAPI interface {
	PutSecretValue(context.Context, *secretsmanager.PutSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error)
}

// An sdkDialer makes clients of the SDK.
type sdkDialer struct{ *Rotator }

func (d sdkDialer) IAM(login awsclient.Login, region string) iamAPI {
	return iam.NewFromConfig(d.options(d.IAMEndpoint).Config(login, region))
}

// STS makes clients whose every request has a connection of its own, so that a key is tried on several servers.
func (d sdkDialer) STS(login awsclient.Login, region string) iamuser.STS {
	o := d.options(d.STSEndpoint)
	o.Fresh = true
	return sts.NewFromConfig(o.Config(login, region))
}

func (d sdkDialer) Secrets(login awsclient.Login, region string) secretsAPI {
	return secretsmanager.NewFromConfig(d.options(d.SecretsManagerEndpoint).Config(login, region))
}

func (d sdkDialer) options(endpoint string) awsclient.Options {
	return awsclient.Options{
		Endpoint: endpoint, FIPS: d.FIPS, DualStack: d.DualStack, Transport: d.Transport, Timeout: d.constants().CallTimeout,
	}
}

func onceSTS(o *sts.Options) { o.Retryer = aws.NopRetryer{} }

func onceSecrets(o *secretsmanager.Options) { o.Retryer = aws.NopRetryer{} }
