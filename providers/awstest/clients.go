package awstest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// An IAMClient calls IAM without HTTP. Its methods are those of the SDK's client, so it satisfies the same interfaces,
// and its errors are of the same types. Of the options of a call it obeys the retryer; without one there are no retries.
type IAMClient struct{ client[iam.Options] }

// An STSClient calls STS without HTTP, as [IAMClient] does IAM. Of the options it obeys Region, too.
type STSClient struct{ client[sts.Options] }

// IAM returns a direct client that signs with the given credentials; empty ones do not sign.
func (r *Run) IAM(creds aws.Credentials, options ...func(*iam.Options)) *IAMClient {
	obey := func(d *directClient, o iam.Options) { d.retryer = o.Retryer }
	return &IAMClient{newClient(r.direct(ServiceIAM, creds), iam.Options{}, obey, options)}
}

// STS returns a direct client that signs with the given credentials; empty ones do not sign.
func (r *Run) STS(creds aws.Credentials, options ...func(*sts.Options)) *STSClient {
	obey := func(d *directClient, o sts.Options) { d.region, d.retryer = o.Region, o.Retryer }
	return &STSClient{newClient(r.direct(ServiceSTS, creds), sts.Options{Region: r.sim.options.Region}, obey, options)}
}

// IAM is Run.IAM for the latest run.
func (s *Simulator) IAM(creds aws.Credentials, options ...func(*iam.Options)) *IAMClient {
	return s.currentRun().IAM(creds, options...)
}

// STS is Run.STS for the latest run.
func (s *Simulator) STS(creds aws.Credentials, options ...func(*sts.Options)) *STSClient {
	return s.currentRun().STS(creds, options...)
}

// GetUser performs the action of that name.
func (c *IAMClient) GetUser(ctx context.Context, in *iam.GetUserInput, options ...func(*iam.Options)) (*iam.GetUserOutput, error) {
	return invoke[iam.GetUserOutput](ctx, c.with(options), "GetUser", in)
}

// TagUser performs the action of that name.
func (c *IAMClient) TagUser(ctx context.Context, in *iam.TagUserInput, options ...func(*iam.Options)) (*iam.TagUserOutput, error) {
	return invoke[iam.TagUserOutput](ctx, c.with(options), "TagUser", in)
}

// CreateAccessKey performs the action of that name.
func (c *IAMClient) CreateAccessKey(ctx context.Context, in *iam.CreateAccessKeyInput, options ...func(*iam.Options)) (*iam.CreateAccessKeyOutput, error) {
	return invoke[iam.CreateAccessKeyOutput](ctx, c.with(options), "CreateAccessKey", in)
}

// DeleteAccessKey performs the action of that name.
func (c *IAMClient) DeleteAccessKey(ctx context.Context, in *iam.DeleteAccessKeyInput, options ...func(*iam.Options)) (*iam.DeleteAccessKeyOutput, error) {
	return invoke[iam.DeleteAccessKeyOutput](ctx, c.with(options), "DeleteAccessKey", in)
}

// UpdateAccessKey performs the action of that name.
func (c *IAMClient) UpdateAccessKey(ctx context.Context, in *iam.UpdateAccessKeyInput, options ...func(*iam.Options)) (*iam.UpdateAccessKeyOutput, error) {
	return invoke[iam.UpdateAccessKeyOutput](ctx, c.with(options), "UpdateAccessKey", in)
}

// ListAccessKeys performs the action of that name.
func (c *IAMClient) ListAccessKeys(ctx context.Context, in *iam.ListAccessKeysInput, options ...func(*iam.Options)) (*iam.ListAccessKeysOutput, error) {
	return invoke[iam.ListAccessKeysOutput](ctx, c.with(options), "ListAccessKeys", in)
}

// GetAccessKeyLastUsed performs the action of that name.
func (c *IAMClient) GetAccessKeyLastUsed(ctx context.Context, in *iam.GetAccessKeyLastUsedInput, options ...func(*iam.Options)) (*iam.GetAccessKeyLastUsedOutput, error) {
	return invoke[iam.GetAccessKeyLastUsedOutput](ctx, c.with(options), "GetAccessKeyLastUsed", in)
}

// CreateLoginProfile performs the action of that name.
func (c *IAMClient) CreateLoginProfile(ctx context.Context, in *iam.CreateLoginProfileInput, options ...func(*iam.Options)) (*iam.CreateLoginProfileOutput, error) {
	return invoke[iam.CreateLoginProfileOutput](ctx, c.with(options), "CreateLoginProfile", in)
}

// GetLoginProfile performs the action of that name.
func (c *IAMClient) GetLoginProfile(ctx context.Context, in *iam.GetLoginProfileInput, options ...func(*iam.Options)) (*iam.GetLoginProfileOutput, error) {
	return invoke[iam.GetLoginProfileOutput](ctx, c.with(options), "GetLoginProfile", in)
}

// UpdateLoginProfile performs the action of that name.
func (c *IAMClient) UpdateLoginProfile(ctx context.Context, in *iam.UpdateLoginProfileInput, options ...func(*iam.Options)) (*iam.UpdateLoginProfileOutput, error) {
	return invoke[iam.UpdateLoginProfileOutput](ctx, c.with(options), "UpdateLoginProfile", in)
}

// DeleteLoginProfile performs the action of that name.
func (c *IAMClient) DeleteLoginProfile(ctx context.Context, in *iam.DeleteLoginProfileInput, options ...func(*iam.Options)) (*iam.DeleteLoginProfileOutput, error) {
	return invoke[iam.DeleteLoginProfileOutput](ctx, c.with(options), "DeleteLoginProfile", in)
}

// GetAccountPasswordPolicy performs the action of that name.
func (c *IAMClient) GetAccountPasswordPolicy(ctx context.Context, in *iam.GetAccountPasswordPolicyInput, options ...func(*iam.Options)) (*iam.GetAccountPasswordPolicyOutput, error) {
	return invoke[iam.GetAccountPasswordPolicyOutput](ctx, c.with(options), "GetAccountPasswordPolicy", in)
}

// UpdateAccountPasswordPolicy performs the action of that name.
func (c *IAMClient) UpdateAccountPasswordPolicy(ctx context.Context, in *iam.UpdateAccountPasswordPolicyInput, options ...func(*iam.Options)) (*iam.UpdateAccountPasswordPolicyOutput, error) {
	return invoke[iam.UpdateAccountPasswordPolicyOutput](ctx, c.with(options), "UpdateAccountPasswordPolicy", in)
}

// GetCallerIdentity performs the action of that name.
func (c *STSClient) GetCallerIdentity(ctx context.Context, in *sts.GetCallerIdentityInput, options ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error) {
	return invoke[sts.GetCallerIdentityOutput](ctx, c.with(options), "GetCallerIdentity", in)
}

// AssumeRoleWithWebIdentity performs the action of that name.
func (c *STSClient) AssumeRoleWithWebIdentity(ctx context.Context, in *sts.AssumeRoleWithWebIdentityInput, options ...func(*sts.Options)) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	return invoke[sts.AssumeRoleWithWebIdentityOutput](ctx, c.with(options), "AssumeRoleWithWebIdentity", in)
}
