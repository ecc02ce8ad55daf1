package awstest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// A SecretsClient calls Secrets Manager without HTTP, as [IAMClient] does IAM. Of the options it obeys Region, too.
type SecretsClient struct {
	direct  directClient
	options secretsmanager.Options
}

// SecretsManager returns a direct client that signs with the given credentials; empty ones do not sign.
func (r *Run) SecretsManager(creds aws.Credentials, options ...func(*secretsmanager.Options)) *SecretsClient {
	c := &SecretsClient{
		direct:  directClient{run: r, service: ServiceSecrets, creds: creds},
		options: secretsmanager.Options{Region: r.sim.options.Region},
	}
	for _, set := range options {
		set(&c.options)
	}
	return c
}

// SecretsManager is Run.SecretsManager for the latest run.
func (s *Simulator) SecretsManager(creds aws.Credentials, options ...func(*secretsmanager.Options)) *SecretsClient {
	return s.currentRun().SecretsManager(creds, options...)
}

func (c *SecretsClient) with(options []func(*secretsmanager.Options)) (*directClient, aws.Retryer) {
	o := c.options
	for _, set := range options {
		set(&o)
	}
	d := c.direct
	d.region = o.Region
	return &d, o.Retryer
}

// CreateSecret performs the action of that name.
func (c *SecretsClient) CreateSecret(ctx context.Context, in *secretsmanager.CreateSecretInput, options ...func(*secretsmanager.Options)) (*secretsmanager.CreateSecretOutput, error) {
	d, retryer := c.with(options)
	out, metadata, err := invoke[secretsmanager.CreateSecretInput, secretsmanager.CreateSecretOutput](ctx, d, "CreateSecret", in, retryer)
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// GetSecretValue performs the action of that name.
func (c *SecretsClient) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, options ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	d, retryer := c.with(options)
	out, metadata, err := invoke[secretsmanager.GetSecretValueInput, secretsmanager.GetSecretValueOutput](ctx, d, "GetSecretValue", in, retryer)
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// BatchGetSecretValue performs the action of that name.
func (c *SecretsClient) BatchGetSecretValue(ctx context.Context, in *secretsmanager.BatchGetSecretValueInput, options ...func(*secretsmanager.Options)) (*secretsmanager.BatchGetSecretValueOutput, error) {
	d, retryer := c.with(options)
	out, metadata, err := invoke[secretsmanager.BatchGetSecretValueInput, secretsmanager.BatchGetSecretValueOutput](ctx, d, "BatchGetSecretValue", in, retryer)
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// PutSecretValue performs the action of that name.
func (c *SecretsClient) PutSecretValue(ctx context.Context, in *secretsmanager.PutSecretValueInput, options ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error) {
	d, retryer := c.with(options)
	out, metadata, err := invoke[secretsmanager.PutSecretValueInput, secretsmanager.PutSecretValueOutput](ctx, d, "PutSecretValue", in, retryer)
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// DescribeSecret performs the action of that name.
func (c *SecretsClient) DescribeSecret(ctx context.Context, in *secretsmanager.DescribeSecretInput, options ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error) {
	d, retryer := c.with(options)
	out, metadata, err := invoke[secretsmanager.DescribeSecretInput, secretsmanager.DescribeSecretOutput](ctx, d, "DescribeSecret", in, retryer)
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// DeleteSecret performs the action of that name.
func (c *SecretsClient) DeleteSecret(ctx context.Context, in *secretsmanager.DeleteSecretInput, options ...func(*secretsmanager.Options)) (*secretsmanager.DeleteSecretOutput, error) {
	d, retryer := c.with(options)
	out, metadata, err := invoke[secretsmanager.DeleteSecretInput, secretsmanager.DeleteSecretOutput](ctx, d, "DeleteSecret", in, retryer)
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// RestoreSecret performs the action of that name.
func (c *SecretsClient) RestoreSecret(ctx context.Context, in *secretsmanager.RestoreSecretInput, options ...func(*secretsmanager.Options)) (*secretsmanager.RestoreSecretOutput, error) {
	d, retryer := c.with(options)
	out, metadata, err := invoke[secretsmanager.RestoreSecretInput, secretsmanager.RestoreSecretOutput](ctx, d, "RestoreSecret", in, retryer)
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}
