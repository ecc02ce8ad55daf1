package awssecrets

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/internal/awsget"
	"github.com/escapement-go/escapement/schema"
)

// A Provider reads secrets from AWS Secrets Manager. The zero value asks AWS's own endpoints. Its methods may be called
// concurrently; its fields must not change after the first call. It remembers nothing between calls.
type Provider struct {
	// Options say how Secrets Manager is reached.
	Options awsclient.Options

	// Clock tells whether a login has expired; nil means that of the machine.
	Clock awsclient.Clock

	patience func() aws.Retryer // nil: the usual one
}

// An Error says which inputs stand in the way of an answer, all of them. Its text holds no secret.
type Error = awsget.Error

// A Problem is what is wrong with some inputs.
type Problem = awsget.Problem

var _ providers.Provider = (*Provider)(nil)

// An item is what an entry of get asks for.
type item struct {
	SecretID     string `json:"secretId"`
	VersionID    string `json:"versionId"`
	VersionStage string `json:"versionStage"`
}

// Schema describes the inputs and outputs that the package documentation lists.
func (*Provider) Schema() providers.Schema {
	entry := awsget.Object(map[string]*schema.Schema{
		"secretId":     awsget.Text("The name or the ARN of the secret."),
		"versionId":    awsget.Text("The id of a version, which is the current one without it."),
		"versionStage": awsget.Text("The staging label of a version, such as AWSPREVIOUS; AWSCURRENT without it."),
	}, "secretId")
	return providers.Schema{
		Inputs: awsget.InputSchema("Which secrets to read, by the name that each has in the outputs.", entry),
		Outputs: &schema.Schema{
			Type: []string{"object"},
			AdditionalProperties: &schema.Schema{
				Type: []string{"string"}, Secret: true, Description: "The text of a secret, or its bytes in base64.",
			},
		},
	}
}

// Open reads the secrets. An error other than that of ctx is an [*Error], with every entry that cannot be read, or an
// [*awsclient.InputError] about the login.
func (p *Provider) Open(ctx context.Context, req *providers.Request) (any, error) {
	target, err := awsget.Parse(req, awsclient.ClockOr(p.Clock).Now())
	if err != nil {
		return nil, err
	}
	wanted, err := awsget.ParseGet(req, target, "secretsmanager", "secretId", item.wanted)
	if err != nil {
		return nil, err
	}
	r := &reader{Wanted: wanted, target: target, client: p.client(target)}
	r.read(ctx)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return r.Answer()
}

const (
	tries     = 4               // of each call that AWS is too busy or too broken for
	tryWithin = 5 * time.Second // at most, between two tries
)

func (p *Provider) client(t awsget.Target) *secretsmanager.Client {
	return secretsmanager.NewFromConfig(p.Options.Config(t.Login, t.Region), func(o *secretsmanager.Options) {
		if o.Retryer = awsclient.Patience(tries, tryWithin); p.patience != nil {
			o.Retryer = p.patience()
		}
	})
}
