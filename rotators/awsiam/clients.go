package awsiam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithymiddleware "github.com/aws/smithy-go/middleware"
)

// An iamAPI is what the protocol needs of IAM.
type iamAPI interface {
	GetUser(context.Context, *iam.GetUserInput, ...func(*iam.Options)) (*iam.GetUserOutput, error)
	ListAccessKeys(context.Context, *iam.ListAccessKeysInput, ...func(*iam.Options)) (*iam.ListAccessKeysOutput, error)
	CreateAccessKey(context.Context, *iam.CreateAccessKeyInput, ...func(*iam.Options)) (*iam.CreateAccessKeyOutput, error)
	UpdateAccessKey(context.Context, *iam.UpdateAccessKeyInput, ...func(*iam.Options)) (*iam.UpdateAccessKeyOutput, error)
	DeleteAccessKey(context.Context, *iam.DeleteAccessKeyInput, ...func(*iam.Options)) (*iam.DeleteAccessKeyOutput, error)
	GetAccessKeyLastUsed(context.Context, *iam.GetAccessKeyLastUsedInput, ...func(*iam.Options)) (*iam.GetAccessKeyLastUsedOutput, error)
}

// An stsAPI is what the protocol needs of STS.
type stsAPI interface {
	GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error)
}

// A dialer makes the clients of one set of credentials. Clients are never shared between credentials.
type dialer interface {
	IAM(creds aws.Credentials, region string) iamAPI
	STS(creds aws.Credentials, region string) stsAPI
}

// An sdkDialer makes clients of the SDK. Their configuration is built by hand, so that no environment variable and no
// file of the machine has a say.
type sdkDialer struct{ *Rotator }

func (d sdkDialer) config(creds aws.Credentials, region string, fresh bool) aws.Config {
	return aws.Config{
		Region:     region,
		HTTPClient: d.httpClient(fresh),
		Retryer:    func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return creds, nil
		}),
		APIOptions: []func(*smithymiddleware.Stack) error{middleware.AddUserAgentKeyValue("escapement", version)},
	}
}

const version = "1"

func (d sdkDialer) IAM(creds aws.Credentials, region string) iamAPI {
	return iam.NewFromConfig(d.config(creds, region, false), func(o *iam.Options) {
		o.BaseEndpoint = endpoint(d.IAMEndpoint)
		d.variant(&o.EndpointOptions.UseFIPSEndpoint, &o.EndpointOptions.UseDualStackEndpoint)
	})
}

func (d sdkDialer) STS(creds aws.Credentials, region string) stsAPI {
	return sts.NewFromConfig(d.config(creds, region, true), func(o *sts.Options) {
		o.BaseEndpoint = endpoint(d.STSEndpoint)
		d.variant(&o.EndpointOptions.UseFIPSEndpoint, &o.EndpointOptions.UseDualStackEndpoint)
	})
}

func (d sdkDialer) variant(fips *aws.FIPSEndpointState, dual *aws.DualStackEndpointState) {
	if d.FIPS {
		*fips = aws.FIPSEndpointStateEnabled
	}
	if d.DualStack {
		*dual = aws.DualStackEndpointStateEnabled
	}
}

func endpoint(url string) *string {
	if url == "" {
		return nil
	}
	return &url
}

// patience is the retryer of reads, set for each call: the SDK's own default depends on the environment.
func (r *run) patience() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = r.c.readTries
		o.MaxBackoff = r.c.readBackoff
	})
}

func (r *run) patientIAM(o *iam.Options) { o.Retryer = r.patience() }
func (r *run) patientSTS(o *sts.Options) { o.Retryer = r.patience() }

func onceIAM(o *iam.Options) { o.Retryer = aws.NopRetryer{} }
func onceSTS(o *sts.Options) { o.Retryer = aws.NopRetryer{} }
