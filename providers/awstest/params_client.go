package awstest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// An SSMClient calls Parameter Store without HTTP, as [IAMClient] does IAM. Of the options it obeys Region, too.
type SSMClient struct{ client[ssm.Options] }

// SSM returns a direct client that signs with the given credentials; empty ones do not sign.
func (r *Run) SSM(creds aws.Credentials, options ...func(*ssm.Options)) *SSMClient {
	obey := func(d *directClient, o ssm.Options) { d.region, d.retryer = o.Region, o.Retryer }
	return &SSMClient{newClient(r.direct(ServiceSSM, creds), ssm.Options{Region: r.sim.options.Region}, obey, options)}
}

// SSM is Run.SSM for the latest run.
func (s *Simulator) SSM(creds aws.Credentials, options ...func(*ssm.Options)) *SSMClient {
	return s.currentRun().SSM(creds, options...)
}

// PutParameter performs the action of that name.
func (c *SSMClient) PutParameter(ctx context.Context, in *ssm.PutParameterInput, options ...func(*ssm.Options)) (*ssm.PutParameterOutput, error) {
	return invoke[ssm.PutParameterOutput](ctx, c.with(options), "PutParameter", in)
}

// GetParameter performs the action of that name.
func (c *SSMClient) GetParameter(ctx context.Context, in *ssm.GetParameterInput, options ...func(*ssm.Options)) (*ssm.GetParameterOutput, error) {
	return invoke[ssm.GetParameterOutput](ctx, c.with(options), "GetParameter", in)
}

// GetParameters performs the action of that name.
func (c *SSMClient) GetParameters(ctx context.Context, in *ssm.GetParametersInput, options ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	return invoke[ssm.GetParametersOutput](ctx, c.with(options), "GetParameters", in)
}

// GetParametersByPath performs the action of that name.
func (c *SSMClient) GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, options ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	return invoke[ssm.GetParametersByPathOutput](ctx, c.with(options), "GetParametersByPath", in)
}

// LabelParameterVersion performs the action of that name.
func (c *SSMClient) LabelParameterVersion(ctx context.Context, in *ssm.LabelParameterVersionInput, options ...func(*ssm.Options)) (*ssm.LabelParameterVersionOutput, error) {
	return invoke[ssm.LabelParameterVersionOutput](ctx, c.with(options), "LabelParameterVersion", in)
}
