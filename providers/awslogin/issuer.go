package awslogin

import (
	"context"
	"crypto"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/cryptosigner"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/schema"
)

// An Issuer is a source that signs tokens itself. AWS accepts them once the documents of [Issuer.Documents] can be read
// at URL and the account has an OIDC provider for it. It is the one source that sets the subject as the document wants.
//
// It has no secret but its key, which no way of printing it shows. Whoever has the key can log in to every role that
// trusts the issuer.
type Issuer struct {
	// URL is https://host or https://host/path, without port, query, fragment and final slash, at most 255 bytes. It
	// is the claim iss.
	URL string
	// Organization is a name of letters, digits and the characters _.- that the subjects begin with.
	Organization string
	// Key signs: an RSA key of at least 2048 bits, with RS256, or one on the curve P-256, with ES256.
	Key crypto.Signer `json:"-"`
	// Audience is the claim aud; empty: aws: and the Organization.
	Audience string
	// Attributes are the values of pulumi.user.login, pulumi.token.type and pulumi.token.team in subjects.
	Attributes map[string]string
	// Lifetime is how long a token lasts, from a minute to an hour; zero: 10 minutes.
	Lifetime time.Duration

	// Clock is the time to go by; nil means that of the machine.
	Clock Clock `json:"-"`
	// Insecure allows http and ports in URL, which AWS does not, for tests.
	Insecure bool
}

const (
	tokenLifetime = 10 * time.Minute
	tokenBackdate = 30 * time.Second // for clocks that are a little behind
	maxIssuerURL  = 255
)

var _ TokenSource = Issuer{}

// String names the issuer.
func (i Issuer) String() string { return "issuer:" + i.URL }

// GoString is String.
func (i Issuer) GoString() string { return i.String() }

// Token signs a token for req.
func (i Issuer) Token(_ context.Context, req TokenRequest) (Token, error) {
	key, err := i.check()
	if err != nil {
		return Token{}, err
	}
	subject, err := i.Subject(req)
	if err != nil {
		return Token{}, err
	}
	issued := awsclient.ClockOr(i.Clock).Now().Truncate(time.Second)
	expires := issued.Add(i.lifetime())
	id := make([]byte, 16)
	rand.Read(id) // never fails
	payload, err := json.Marshal(map[string]any{
		"iss": i.URL,
		"aud": i.audience(),
		"sub": subject,
		"jti": base64.RawURLEncoding.EncodeToString(id),
		"iat": issued.Add(-tokenBackdate).Unix(),
		"nbf": issued.Add(-tokenBackdate).Unix(),
		"exp": expires.Unix(),
	})
	if err != nil {
		return Token{}, issuerError("cannot write the claims")
	}
	text, err := i.sign(key, payload)
	if err != nil {
		return Token{}, issuerError("cannot sign: %v", err)
	}
	return Token{Text: schema.NewSecret(text), Expires: expires}, nil
}

func (i Issuer) sign(key *jose.JSONWebKey, payload []byte) (string, error) {
	options := (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", key.KeyID)
	signer, err := jose.NewSigner(jose.SigningKey{
		Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: cryptosigner.Opaque(i.Key),
	}, options)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

func (i Issuer) audience() string {
	if i.Audience != "" {
		return i.Audience
	}
	return "aws:" + i.Organization
}

func (i Issuer) lifetime() time.Duration {
	if i.Lifetime == 0 {
		return tokenLifetime
	}
	return i.Lifetime
}

// issuerError is an error in how an issuer is set up.
func issuerError(format string, args ...any) error {
	return &Error{Code: "bad-issuer", text: "the issuer " + fmt.Sprintf(format, args...)}
}

var organizationForm = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// check returns the public key, and an error if anything is not as its field says.
func (i Issuer) check() (*jose.JSONWebKey, error) {
	if err := i.checkNames(); err != nil {
		return nil, err
	}
	if i.Key == nil {
		return nil, issuerError("has no key; make one")
	}
	return publicKey(i.Key.Public())
}

// checkNames checks everything but the key.
func (i Issuer) checkNames() error {
	if err := i.checkURL(); err != nil {
		return err
	}
	if !organizationForm.MatchString(i.Organization) {
		return issuerError(`has the organization %q; use letters, digits and characters of "_.-"`, shortened(i.Organization, 100))
	}
	if l := i.lifetime(); l < time.Minute || l > time.Hour {
		return issuerError("makes tokens that last %v; let them last from a minute to an hour", l)
	}
	return i.checkAttributes()
}

var (
	hostForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)
	pathForm = regexp.MustCompile(`^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$`)
)

func (i Issuer) checkURL() error {
	const hint = `write one such as "https://example.com/oidc", without port, query, fragment and final slash`
	u, err := url.Parse(i.URL)
	if err != nil || len(i.URL) > maxIssuerURL {
		return issuerError("has no URL of at most %d bytes; %s", maxIssuerURL, hint)
	}
	host, scheme := u.Host, "https"
	if i.Insecure {
		host, scheme = u.Hostname(), u.Scheme
	}
	_, notName := netip.ParseAddr(host)
	if u.Scheme != scheme || !hostForm.MatchString(host) || notName == nil && !i.Insecure || !pathForm.MatchString(u.EscapedPath()) ||
		i.URL != scheme+"://"+u.Host+u.EscapedPath() || scheme != "https" && scheme != "http" {
		return issuerError("has the URL %q; %s", shortened(i.URL, maxIssuerURL), hint)
	}
	return nil
}
