package awstest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// An SSMClient calls Parameter Store without HTTP, as [IAMClient] does IAM. Of the options it obeys Region, too.
type SSMClient struct {
	direct  directClient
	options ssm.Options
}

// SSM returns a direct client that signs with the given credentials; empty ones do not sign.
func (r *Run) SSM(creds aws.Credentials, options ...func(*ssm.Options)) *SSMClient {
	c := &SSMClient{
		direct:  directClient{run: r, service: ServiceSSM, creds: creds},
		options: ssm.Options{Region: r.sim.options.Region},
	}
	for _, set := range options {
		set(&c.options)
	}
	return c
}

// SSM is Run.SSM for the latest run.
func (s *Simulator) SSM(creds aws.Credentials, options ...func(*ssm.Options)) *SSMClient {
	return s.currentRun().SSM(creds, options...)
}

func (c *SSMClient) with(options []func(*ssm.Options)) (*directClient, aws.Retryer) {
	o := c.options
	for _, set := range options {
		set(&o)
	}
	d := c.direct
	d.region = o.Region
	return &d, o.Retryer
}

// PutParameter performs the action of that name.
func (c *SSMClient) PutParameter(ctx context.Context, in *ssm.PutParameterInput, options ...func(*ssm.Options)) (*ssm.PutParameterOutput, error) {
	d, retryer := c.with(options)
	out, metadata, err := invoke[ssm.PutParameterInput, ssm.PutParameterOutput](ctx, d, "PutParameter", in, retryer)
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// GetParameter performs the action of that name.
func (c *SSMClient) GetParameter(ctx context.Context, in *ssm.GetParameterInput, options ...func(*ssm.Options)) (*ssm.GetParameterOutput, error) {
	d, retryer := c.with(options)
	out, metadata, err := invoke[ssm.GetParameterInput, ssm.GetParameterOutput](ctx, d, "GetParameter", in, retryer)
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// GetParameters performs the action of that name.
func (c *SSMClient) GetParameters(ctx context.Context, in *ssm.GetParametersInput, options ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	d, retryer := c.with(options)
	out, metadata, err := invoke[ssm.GetParametersInput, ssm.GetParametersOutput](ctx, d, "GetParameters", in, retryer)
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// GetParametersByPath performs the action of that name.
func (c *SSMClient) GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, options ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	d, retryer := c.with(options)
	out, metadata, err := invoke[ssm.GetParametersByPathInput, ssm.GetParametersByPathOutput](ctx, d, "GetParametersByPath", in, retryer)
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}

// LabelParameterVersion performs the action of that name.
func (c *SSMClient) LabelParameterVersion(ctx context.Context, in *ssm.LabelParameterVersionInput, options ...func(*ssm.Options)) (*ssm.LabelParameterVersionOutput, error) {
	d, retryer := c.with(options)
	out, metadata, err := invoke[ssm.LabelParameterVersionInput, ssm.LabelParameterVersionOutput](ctx, d, "LabelParameterVersion", in, retryer)
	if out != nil {
		out.ResultMetadata = metadata
	}
	return out, err
}
