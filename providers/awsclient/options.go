package awsclient

import (
	"context"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	smithymiddleware "github.com/aws/smithy-go/middleware"
)

// CallTimeout is how long one attempt of a call may take unless [Options] say otherwise.
const CallTimeout = 30 * time.Second

// Options say how the service of AWS that a client is for is reached. The zero value reaches AWS's own endpoints directly.
type Options struct {
	// Endpoint is a base URL to use instead of AWS's own, for private endpoints and tests. One with a path ends in a
	// slash. Empty means the endpoint of the region.
	Endpoint string

	// FIPS and DualStack choose the variants of AWS's own endpoints.
	FIPS, DualStack bool

	// Transport sends the requests; nil means [Transport]. Redirects are never followed.
	Transport http.RoundTripper

	// Timeout is that of one attempt; zero means [CallTimeout].
	Timeout time.Duration

	// Fresh gives each request a connection of its own, so that it may meet another server.
	Fresh bool
}

// Config returns a configuration for clients of the SDK, such as those of iam.NewFromConfig. It is made by hand, so that no
// environment variable and no file of the machine has a say. Calls are tried once unless the client says otherwise, as
// with [Patience]. Clients must not be shared between logins.
func (o Options) Config(login Login, region string) aws.Config {
	creds := login.Credentials()
	config := aws.Config{
		Region:     region,
		HTTPClient: o.httpClient(),
		Retryer:    func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return creds, nil
		}),
		APIOptions:    []func(*smithymiddleware.Stack) error{middleware.AddUserAgentKeyValue("escapement", Version())},
		ConfigSources: []any{variants{fips: o.FIPS, dualStack: o.DualStack}},
	}
	if o.Endpoint != "" {
		config.BaseEndpoint = &o.Endpoint
	}
	return config
}

// variants tell the SDK which of AWS's own endpoints to use. Without them it would ask nobody, and with them it asks
// nobody else.
type variants struct{ fips, dualStack bool }

// GetUseFIPSEndpoint is called by the SDK.
func (v variants) GetUseFIPSEndpoint(context.Context) (aws.FIPSEndpointState, bool, error) {
	return aws.FIPSEndpointStateEnabled, v.fips, nil
}

// GetUseDualStackEndpoint is called by the SDK.
func (v variants) GetUseDualStackEndpoint(context.Context) (aws.DualStackEndpointState, bool, error) {
	return aws.DualStackEndpointStateEnabled, v.dualStack, nil
}

// Patience returns a retryer for reads: it tries so many times, and waits at most so long between two tries. The SDK's own
// default depends on the environment.
func Patience(tries int, most time.Duration) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = tries
		o.MaxBackoff = most
	})
}

// Version returns the version of this module for user agents; "devel" if it has none.
func Version() string {
	const module = "github.com/escapement-go/escapement"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == module && m.Version != "" && m.Version != "(devel)" {
			return m.Version
		}
	}
	return "devel"
}
