package awstest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// An issuer is a registered provider of OpenID Connect.
type issuer struct{ Issuer }

const discovery = ".well-known/openid-configuration"

// AddIssuer registers a provider of OpenID Connect, or replaces the one with that URL. It returns an error if the URL is
// not one.
func (s *Simulator) AddIssuer(i Issuer) error {
	u, err := url.Parse(i.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("issuer URL %q: it is https, or http in tests, with a host and no query", i.URL)
	}
	if len(i.ClientIDs) == 0 {
		return fmt.Errorf("issuer %q needs at least one of ClientIDs, the audiences of its tokens", i.URL)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issuers[bare(i.URL)] = &issuer{i}
	return nil
}

// bare is an issuer URL as ARNs and condition keys have it: without its scheme.
func bare(issuer string) string {
	_, rest, found := strings.Cut(issuer, "://")
	if !found {
		rest = issuer
	}
	return strings.TrimSuffix(rest, "/")
}

// documents are what an issuer publishes, read before the account is locked.
type documents struct {
	keys []jwk
	err  error // they cannot be had
}

// prepareWebIdentity reads the documents of the issuer that a token names.
func prepareWebIdentity(s *Simulator, c *call, in any) {
	t, err := readToken(aws.ToString(in.(*sts.AssumeRoleWithWebIdentityInput).WebIdentityToken))
	if err != nil {
		return
	}
	s.mu.Lock()
	i := s.issuers[bare(t.claims.Issuer)]
	s.mu.Unlock()
	if i != nil {
		c.documents = i.published()
	}
}

// published reads the discovery document and the keys that it leads to.
func (i *issuer) published() documents {
	var config struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	base := strings.TrimSuffix(i.URL, "/") + "/"
	data, err := i.read(base, base+discovery)
	if err != nil {
		return documents{err: err}
	}
	if json.Unmarshal(data, &config) != nil || config.Issuer != i.URL || config.Keys == "" {
		return documents{err: errors.New("the discovery document is not JSON with this issuer and a jwks_uri")}
	}
	if data, err = i.read(base, config.Keys); err != nil {
		return documents{err: err}
	}
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if json.Unmarshal(data, &set) != nil {
		return documents{err: errors.New("the key set is not JSON")}
	}
	return documents{keys: set.Keys}
}

const (
	fetchTimeout = 5 * time.Second
	maxDocument  = 1 << 20
)

func (i *issuer) read(base, address string) ([]byte, error) {
	if i.Documents != nil {
		name, below := strings.CutPrefix(address, base)
		if data, found := i.Documents[name]; found && below {
			return data, nil
		}
		return nil, fmt.Errorf("%q is not among the documents", address)
	}
	client := i.HTTPClient
	if client == nil {
		client = &http.Client{Timeout: fetchTimeout}
	}
	resp, err := client.Get(address)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%q answers %s", address, resp.Status)
	}
	return io.ReadAll(io.LimitReader(resp.Body, maxDocument))
}

func badToken(format string, args ...any) error {
	return refuse("InvalidIdentityToken", format, args...)
}

// verify checks a token in AWS's order: form, provider, audience, keys, signature, times.
func (s *Simulator) verify(published documents, text string) (*claims, error) {
	t, err := readToken(text)
	if err != nil {
		return nil, badToken("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
	}
	i := s.issuers[bare(t.claims.Issuer)]
	if i == nil || i.URL != t.claims.Issuer {
		return nil, badToken("No OpenIDConnect provider found in your account for %s", t.claims.Issuer)
	}
	if !t.claims.pickAudience() || !slices.Contains(i.ClientIDs, t.claims.audience) {
		return nil, badToken("Incorrect token audience")
	}
	if published.err != nil {
		return nil, refuse("IDPCommunicationError", "Couldn't retrieve verification key from your identity provider: %v", published.err)
	}
	if err := t.checkSignature(published.keys); err != nil {
		return nil, err
	}
	return t.claims, t.claims.check(s.clock.Now())
}

func (t *token) checkSignature(keys []jwk) error {
	if t.header.Algorithm != "RS256" && t.header.Algorithm != "ES256" {
		return badToken("Token signature algorithm is not supported")
	}
	known := false
	for _, k := range keys {
		if t.header.KeyID != "" && k.KeyID != t.header.KeyID {
			continue
		}
		known = true
		if k.verifies(t) {
			return nil
		}
	}
	if !known {
		return badToken("Couldn't retrieve verification key from your identity provider, " +
			"please reference AssumeRoleWithWebIdentity documentation for requirements")
	}
	return badToken("Token signature is invalid")
}

// check looks at the required claims and the times.
func (c *claims) check(now time.Time) error {
	for _, claim := range []struct {
		name    string
		missing bool
	}{{"sub", c.Subject == ""}, {"exp", c.Expires == nil}, {"iat", c.IssuedAt == nil}} {
		if claim.missing {
			return badToken("Missing a required claim: %s", claim.name)
		}
	}
	seconds := float64(now.UnixNano()) / 1e9
	switch {
	case seconds >= *c.Expires:
		return refuse("ExpiredTokenException", "Token expired: current date/time %d must be before the expiration date/time%d",
			int64(seconds), int64(math.Min(*c.Expires, math.MaxInt32)))
	case *c.IssuedAt > seconds:
		return badToken("Token issued in the future")
	case c.Before != nil && *c.Before > seconds:
		return badToken("Token is not valid yet")
	}
	return nil
}
