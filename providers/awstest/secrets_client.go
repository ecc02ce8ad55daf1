package awstest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// A SecretsClient calls Secrets Manager without HTTP, as [IAMClient] does IAM. Of the options it obeys Region, too.
type SecretsClient struct{ client[secretsmanager.Options] }

// SecretsManager returns a direct client that signs with the given credentials; empty ones do not sign.
func (r *Run) SecretsManager(creds aws.Credentials, options ...func(*secretsmanager.Options)) *SecretsClient {
	obey := func(d *directClient, o secretsmanager.Options) { d.region, d.retryer = o.Region, o.Retryer }
	return &SecretsClient{newClient(r.direct(ServiceSecrets, creds), secretsmanager.Options{Region: r.sim.options.Region}, obey, options)}
}

// SecretsManager is Run.SecretsManager for the latest run.
func (s *Simulator) SecretsManager(creds aws.Credentials, options ...func(*secretsmanager.Options)) *SecretsClient {
	return s.currentRun().SecretsManager(creds, options...)
}

// CreateSecret performs the action of that name.
func (c *SecretsClient) CreateSecret(ctx context.Context, in *secretsmanager.CreateSecretInput, options ...func(*secretsmanager.Options)) (*secretsmanager.CreateSecretOutput, error) {
	return invoke[secretsmanager.CreateSecretOutput](ctx, c.with(options), "CreateSecret", in)
}

// GetSecretValue performs the action of that name.
func (c *SecretsClient) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, options ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	return invoke[secretsmanager.GetSecretValueOutput](ctx, c.with(options), "GetSecretValue", in)
}

// BatchGetSecretValue performs the action of that name.
func (c *SecretsClient) BatchGetSecretValue(ctx context.Context, in *secretsmanager.BatchGetSecretValueInput, options ...func(*secretsmanager.Options)) (*secretsmanager.BatchGetSecretValueOutput, error) {
	return invoke[secretsmanager.BatchGetSecretValueOutput](ctx, c.with(options), "BatchGetSecretValue", in)
}

// PutSecretValue performs the action of that name.
func (c *SecretsClient) PutSecretValue(ctx context.Context, in *secretsmanager.PutSecretValueInput, options ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error) {
	return invoke[secretsmanager.PutSecretValueOutput](ctx, c.with(options), "PutSecretValue", in)
}

// DescribeSecret performs the action of that name.
func (c *SecretsClient) DescribeSecret(ctx context.Context, in *secretsmanager.DescribeSecretInput, options ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error) {
	return invoke[secretsmanager.DescribeSecretOutput](ctx, c.with(options), "DescribeSecret", in)
}

// DeleteSecret performs the action of that name.
func (c *SecretsClient) DeleteSecret(ctx context.Context, in *secretsmanager.DeleteSecretInput, options ...func(*secretsmanager.Options)) (*secretsmanager.DeleteSecretOutput, error) {
	return invoke[secretsmanager.DeleteSecretOutput](ctx, c.with(options), "DeleteSecret", in)
}

// RestoreSecret performs the action of that name.
func (c *SecretsClient) RestoreSecret(ctx context.Context, in *secretsmanager.RestoreSecretInput, options ...func(*secretsmanager.Options)) (*secretsmanager.RestoreSecretOutput, error) {
	return invoke[secretsmanager.RestoreSecretOutput](ctx, c.with(options), "RestoreSecret", in)
}
