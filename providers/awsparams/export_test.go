package awsparams

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/escapement-go/escapement/providers/internal/awsgettest"
)

// Hasty returns a provider that tries as often as p does, without waiting.
func Hasty(p *Provider) *Provider {
	p.patience = func() aws.Retryer { return awsgettest.Hasty(tries) }
	return p
}
