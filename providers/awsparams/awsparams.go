package awsparams

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/internal/awsget"
	"github.com/escapement-go/escapement/schema"
)

// A Provider reads parameters from Parameter Store. The zero value asks AWS's own endpoints. Its methods may be called
// concurrently; its fields must not change after the first call. It remembers nothing between calls.
type Provider struct {
	// Options say how Systems Manager is reached.
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

// An entry is one of get.
type entry struct {
	Name    string `json:"name"`
	Decrypt *bool  `json:"decrypt"`
}

// An item is what an entry asks for.
type item struct {
	name    string
	decrypt bool
}

func (e entry) wanted() (id string, _ item) {
	return e.Name, item{e.Name, e.Decrypt == nil || *e.Decrypt}
}

// Schema describes the inputs and outputs that the package documentation lists.
func (*Provider) Schema() providers.Schema {
	text := []string{"string"}
	get := awsget.Object(map[string]*schema.Schema{
		"name": awsget.Text("The name or the ARN of the parameter; a version or a label may follow a colon."),
		"decrypt": {
			Type: []string{"boolean"}, Default: true, Description: "Whether a SecureString is decrypted.",
		},
	}, "name")
	return providers.Schema{
		Inputs: awsget.InputSchema("Which parameters to read, by the name that each has in the outputs.", get),
		Outputs: &schema.Schema{
			Type: []string{"object"},
			AdditionalProperties: &schema.Schema{
				AnyOf:       []*schema.Schema{{Type: text}, {Type: []string{"array"}, Items: &schema.Schema{Type: text}}},
				Description: "The value of a String; that of a SecureString, which is secret; a list with those of a StringList.",
			},
		},
	}
}

// Open reads the parameters. An error other than that of ctx is an [*Error], with every entry that cannot be read, or an
// [*awsclient.InputError] about the login.
func (p *Provider) Open(ctx context.Context, req *providers.Request) (any, error) {
	target, err := awsget.Parse(req, awsclient.ClockOr(p.Clock).Now())
	if err != nil {
		return nil, err
	}
	wanted, err := awsget.ParseGet(req, target, "ssm", "name", entry.wanted)
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
	tries     = 5               // of each call that AWS is too busy or too broken for
	tryWithin = 5 * time.Second // at most, between two tries
)

func (p *Provider) client(t awsget.Target) *ssm.Client {
	return ssm.NewFromConfig(p.Options.Config(t.Login, t.Region), func(o *ssm.Options) {
		if o.Retryer = awsclient.Patience(tries, tryWithin); p.patience != nil {
			o.Retryer = p.patience()
		}
	})
}
