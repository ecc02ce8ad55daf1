package awslogin

import (
	"context"
	"net/http"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// A Provider logs in to AWS. The zero value is ready for static credentials and refuses oidc for want of a source of
// tokens. Its methods may be called concurrently; its fields must not change after the first call.
//
// A Provider remembers sessions until shortly before they expire, so a program that opens many environments makes one
// and keeps it. Nothing that it remembers is written to disk.
type Provider struct {
	// Source supplies the tokens that oidc exchanges for credentials. With nil, every oidc login fails with the code
	// no-token-source.
	Source TokenSource

	// Regions are the regions whose STS is asked, such as eu-west-1: the first one first, the next one when it is out
	// of order or STS is disabled there. Those of another partition than the role's are passed over, but one must be
	// of it. Empty means the default region of the role's partition, such as us-east-1.
	Regions []string

	// Endpoint is the URL of STS in place of AWS's own, for private endpoints and tests. A URL with a path must end in
	// a slash. The tokens are sent there.
	Endpoint string

	// FIPS and DualStack choose those variants of AWS's own endpoints.
	FIPS, DualStack bool

	// HTTPClient supplies the transport of the calls to STS, and so the proxy, if there is to be one; its Timeout, if
	// there is one, holds for each attempt. Nil means direct connections with TLS 1.2 or later. Whichever it is, an
	// attempt takes at most 30 seconds and follows no redirect.
	HTTPClient *http.Client

	// Clock is the time to go by; nil means that of the machine.
	Clock Clock

	sessions sessions
	tokens   tokens
}

var _ providers.Provider = (*Provider)(nil)

// Schema describes the inputs and outputs that the package documentation lists.
func (*Provider) Schema() providers.Schema {
	return providers.Schema{
		Inputs:  object(map[string]*schema.Schema{"static": staticSchema(), "oidc": oidcSchema()}),
		Outputs: outputSchema(),
	}
}

// Open returns the credentials of req. With oidc it asks the source of tokens and STS, unless an equal call has a
// session that still lasts. An error other than that of ctx is an [*Error].
func (p *Provider) Open(ctx context.Context, req *providers.Request) (any, error) {
	var in struct {
		Static *static `json:"static"`
		OIDC   *oidc   `json:"oidc"`
	}
	if err := req.Decode(&in); err != nil {
		return nil, badInput("%v", err)
	}
	switch {
	case in.Static != nil && in.OIDC != nil:
		return nil, badInput(`there are both "static" and "oidc"; keep one of them`)
	case in.Static != nil:
		return in.Static.open()
	case in.OIDC != nil:
		return p.openOIDC(ctx, in.OIDC, req)
	default:
		return nil, badInput(`there is neither "static" nor "oidc"; write one of them`)
	}
}

// openOIDC returns the credentials of a session, and sees to it that nothing secret in req is in what is said of it.
func (p *Provider) openOIDC(ctx context.Context, in *oidc, req *providers.Request) (any, error) {
	secrets := secretTexts(req.Inputs)
	l, err := in.login()
	if err != nil {
		return nil, err
	}
	s, err := p.session(ctx, l, TokenRequest{
		Environment: req.Environment, Root: req.Root, SubjectAttributes: l.attributes,
	})
	if err != nil {
		return nil, withoutTexts(err, secrets)
	}
	if req.Warn != nil {
		for _, warning := range s.warnings {
			req.Warn(secrets.Mask(warning))
		}
	}
	return s.outputs(), nil
}

func outputSchema() *schema.Schema {
	return object(map[string]*schema.Schema{
		"accessKeyId":     {Type: []string{"string"}, Description: "The id of the access key."},
		"secretAccessKey": {Type: []string{"string"}, Description: "The secret of the access key.", Secret: true},
		"sessionToken":    {Type: []string{"string"}, Description: "The session token, if there is one.", Secret: true},
		"expiresAt": {
			Type:        []string{"string"},
			Description: "When the credentials expire, such as 2025-01-01T12:00:00Z; only with oidc.",
		},
	}, "accessKeyId", "secretAccessKey")
}

// object describes an object that has these properties and no others.
func object(properties map[string]*schema.Schema, required ...string) *schema.Schema {
	return &schema.Schema{
		Type:                 []string{"object"},
		Properties:           properties,
		Required:             required,
		AdditionalProperties: &schema.Schema{Never: true},
	}
}
