package awstest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// An IAMClient calls IAM without HTTP. Its methods are those of the SDK's client, so it satisfies the same interfaces,
// and its errors are of the same types. Of the options of a call it obeys the retryer; without one there are no retries.
type IAMClient struct {
	direct  directClient
	options iam.Options
}

// An STSClient calls STS without HTTP, as [IAMClient] does IAM. Of the options it obeys Region, too.
type STSClient struct {
	direct  directClient
	options sts.Options
}

// IAM returns a direct client that signs with the given credentials; empty ones do not sign.
func (r *Run) IAM(creds aws.Credentials, options ...func(*iam.Options)) *IAMClient {
	c := &IAMClient{direct: directClient{run: r, service: ServiceIAM, region: r.sim.options.Region, creds: creds}}
	for _, set := range options {
		set(&c.options)
	}
	return c
}

// STS returns a direct client that signs with the given credentials; empty ones do not sign.
func (r *Run) STS(creds aws.Credentials, options ...func(*sts.Options)) *STSClient {
	c := &STSClient{
		direct:  directClient{run: r, service: ServiceSTS, region: r.sim.options.Region, creds: creds},
		options: sts.Options{Region: r.sim.options.Region},
	}
	for _, set := range options {
		set(&c.options)
	}
	c.direct.region = c.options.Region
	return c
}

// IAM is Run.IAM for the latest run.
func (s *Simulator) IAM(creds aws.Credentials, options ...func(*iam.Options)) *IAMClient {
	return s.currentRun().IAM(creds, options...)
}

// STS is Run.STS for the latest run.
func (s *Simulator) STS(creds aws.Credentials, options ...func(*sts.Options)) *STSClient {
	return s.currentRun().STS(creds, options...)
}

func (c *IAMClient) retryer(options []func(*iam.Options)) aws.Retryer {
	if len(options) == 0 {
		return c.options.Retryer
	}
	o := c.options
	for _, set := range options {
		set(&o)
	}
	return o.Retryer
}

func (c *STSClient) with(options []func(*sts.Options)) (*directClient, aws.Retryer) {
	if len(options) == 0 {
		return &c.direct, c.options.Retryer
	}
	o := c.options
	for _, set := range options {
		set(&o)
	}
	d := c.direct
	d.region = o.Region
	return &d, o.Retryer
}

// GetUser performs the action of that name.
func (c *IAMClient) GetUser(ctx context.Context, in *iam.GetUserInput, options ...func(*iam.Options)) (*iam.GetUserOutput, error) {
	out, metadata, err := invoke[iam.GetUserInput, iam.GetUserOutput](ctx, &c.direct, "GetUser", in, c.retryer(options))
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// TagUser performs the action of that name.
func (c *IAMClient) TagUser(ctx context.Context, in *iam.TagUserInput, options ...func(*iam.Options)) (*iam.TagUserOutput, error) {
	out, metadata, err := invoke[iam.TagUserInput, iam.TagUserOutput](ctx, &c.direct, "TagUser", in, c.retryer(options))
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// CreateAccessKey performs the action of that name.
func (c *IAMClient) CreateAccessKey(ctx context.Context, in *iam.CreateAccessKeyInput, options ...func(*iam.Options)) (*iam.CreateAccessKeyOutput, error) {
	out, metadata, err := invoke[iam.CreateAccessKeyInput, iam.CreateAccessKeyOutput](ctx, &c.direct, "CreateAccessKey", in, c.retryer(options))
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// DeleteAccessKey performs the action of that name.
func (c *IAMClient) DeleteAccessKey(ctx context.Context, in *iam.DeleteAccessKeyInput, options ...func(*iam.Options)) (*iam.DeleteAccessKeyOutput, error) {
	out, metadata, err := invoke[iam.DeleteAccessKeyInput, iam.DeleteAccessKeyOutput](ctx, &c.direct, "DeleteAccessKey", in, c.retryer(options))
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// UpdateAccessKey performs the action of that name.
func (c *IAMClient) UpdateAccessKey(ctx context.Context, in *iam.UpdateAccessKeyInput, options ...func(*iam.Options)) (*iam.UpdateAccessKeyOutput, error) {
	out, metadata, err := invoke[iam.UpdateAccessKeyInput, iam.UpdateAccessKeyOutput](ctx, &c.direct, "UpdateAccessKey", in, c.retryer(options))
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// ListAccessKeys performs the action of that name.
func (c *IAMClient) ListAccessKeys(ctx context.Context, in *iam.ListAccessKeysInput, options ...func(*iam.Options)) (*iam.ListAccessKeysOutput, error) {
	out, metadata, err := invoke[iam.ListAccessKeysInput, iam.ListAccessKeysOutput](ctx, &c.direct, "ListAccessKeys", in, c.retryer(options))
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// GetAccessKeyLastUsed performs the action of that name.
func (c *IAMClient) GetAccessKeyLastUsed(ctx context.Context, in *iam.GetAccessKeyLastUsedInput, options ...func(*iam.Options)) (*iam.GetAccessKeyLastUsedOutput, error) {
	out, metadata, err := invoke[iam.GetAccessKeyLastUsedInput, iam.GetAccessKeyLastUsedOutput](ctx, &c.direct, "GetAccessKeyLastUsed", in, c.retryer(options))
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// CreateLoginProfile performs the action of that name.
func (c *IAMClient) CreateLoginProfile(ctx context.Context, in *iam.CreateLoginProfileInput, options ...func(*iam.Options)) (*iam.CreateLoginProfileOutput, error) {
	out, metadata, err := invoke[iam.CreateLoginProfileInput, iam.CreateLoginProfileOutput](ctx, &c.direct, "CreateLoginProfile", in, c.retryer(options))
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// GetLoginProfile performs the action of that name.
func (c *IAMClient) GetLoginProfile(ctx context.Context, in *iam.GetLoginProfileInput, options ...func(*iam.Options)) (*iam.GetLoginProfileOutput, error) {
	out, metadata, err := invoke[iam.GetLoginProfileInput, iam.GetLoginProfileOutput](ctx, &c.direct, "GetLoginProfile", in, c.retryer(options))
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// UpdateLoginProfile performs the action of that name.
func (c *IAMClient) UpdateLoginProfile(ctx context.Context, in *iam.UpdateLoginProfileInput, options ...func(*iam.Options)) (*iam.UpdateLoginProfileOutput, error) {
	out, metadata, err := invoke[iam.UpdateLoginProfileInput, iam.UpdateLoginProfileOutput](ctx, &c.direct, "UpdateLoginProfile", in, c.retryer(options))
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// DeleteLoginProfile performs the action of that name.
func (c *IAMClient) DeleteLoginProfile(ctx context.Context, in *iam.DeleteLoginProfileInput, options ...func(*iam.Options)) (*iam.DeleteLoginProfileOutput, error) {
	out, metadata, err := invoke[iam.DeleteLoginProfileInput, iam.DeleteLoginProfileOutput](ctx, &c.direct, "DeleteLoginProfile", in, c.retryer(options))
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// GetAccountPasswordPolicy performs the action of that name.
func (c *IAMClient) GetAccountPasswordPolicy(ctx context.Context, in *iam.GetAccountPasswordPolicyInput, options ...func(*iam.Options)) (*iam.GetAccountPasswordPolicyOutput, error) {
	out, metadata, err := invoke[iam.GetAccountPasswordPolicyInput, iam.GetAccountPasswordPolicyOutput](ctx, &c.direct, "GetAccountPasswordPolicy", in, c.retryer(options))
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// UpdateAccountPasswordPolicy performs the action of that name.
func (c *IAMClient) UpdateAccountPasswordPolicy(ctx context.Context, in *iam.UpdateAccountPasswordPolicyInput, options ...func(*iam.Options)) (*iam.UpdateAccountPasswordPolicyOutput, error) {
	out, metadata, err := invoke[iam.UpdateAccountPasswordPolicyInput, iam.UpdateAccountPasswordPolicyOutput](ctx, &c.direct, "UpdateAccountPasswordPolicy", in, c.retryer(options))
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// GetCallerIdentity performs the action of that name.
func (c *STSClient) GetCallerIdentity(ctx context.Context, in *sts.GetCallerIdentityInput, options ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error) {
	d, retryer := c.with(options)
	out, metadata, err := invoke[sts.GetCallerIdentityInput, sts.GetCallerIdentityOutput](ctx, d, "GetCallerIdentity", in, retryer)
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// AssumeRoleWithWebIdentity performs the action of that name.
func (c *STSClient) AssumeRoleWithWebIdentity(ctx context.Context, in *sts.AssumeRoleWithWebIdentityInput, options ...func(*sts.Options)) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	d, retryer := c.with(options)
	out, metadata, err := invoke[sts.AssumeRoleWithWebIdentityInput, sts.AssumeRoleWithWebIdentityOutput](ctx, d, "AssumeRoleWithWebIdentity", in, retryer)
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}
