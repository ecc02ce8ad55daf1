package awstest

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// A signature is what the Authorization header of a request says.
type signature struct {
	keyID, date, region, service string
	headers                      []string
	text                         string // of the whole header, to be recomputed
	at                           time.Time
}

const (
	sigAlgorithm = "AWS4-HMAC-SHA256"
	sigTime      = "20060102T150405Z"
	maxSkew      = 15 * time.Minute
)

func incomplete(why string) error {
	return refuse("IncompleteSignature", "Authorization header is not valid: %s", why)
}

// readSignature returns the signature of a request, or nil if it has none.
func readSignature(r *http.Request) (*signature, error) {
	text := r.Header.Get("Authorization")
	if text == "" {
		return nil, nil
	}
	rest, known := strings.CutPrefix(text, sigAlgorithm+" ")
	if !known {
		return nil, incomplete("it does not begin with " + sigAlgorithm)
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	scope := strings.Split(parts["Credential"], "/")
	if len(scope) != 5 || scope[4] != "aws4_request" {
		return nil, incomplete("its Credential is not KEY/DATE/REGION/SERVICE/aws4_request")
	}
	if parts["SignedHeaders"] == "" || parts["Signature"] == "" {
		return nil, incomplete("it lacks SignedHeaders or Signature")
	}
	at, err := time.Parse(sigTime, r.Header.Get("X-Amz-Date"))
	if err != nil || !strings.HasPrefix(r.Header.Get("X-Amz-Date"), scope[1]) {
		return nil, incomplete("X-Amz-Date is missing or of another day than the Credential")
	}
	return &signature{
		keyID: scope[0], date: scope[1], region: scope[2], service: scope[3],
		headers: strings.Split(parts["SignedHeaders"], ";"), text: text, at: at,
	}, nil
}

// check recomputes the signature of a request with the SDK's own signer and compares.
func (g *signature) check(r *http.Request, body []byte, creds aws.Credentials) error {
	again := &http.Request{
		Method: r.Method,
		URL:    &url.URL{Scheme: "https", Host: r.Host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery},
		Host:   r.Host,
		Header: http.Header{},
	}
	for _, name := range g.headers {
		switch name {
		case "host":
		case "content-length":
			again.ContentLength = int64(len(body))
		default:
			again.Header[http.CanonicalHeaderKey(name)] = r.Header.Values(name)
		}
	}
	sum := sha256.Sum256(body)
	err := v4.NewSigner().SignHTTP(context.Background(), creds, again, hex.EncodeToString(sum[:]), g.service, g.region, g.at)
	if err != nil || subtle.ConstantTimeCompare([]byte(again.Header.Get("Authorization")), []byte(g.text)) != 1 {
		return refuse("SignatureDoesNotMatch", badSignature)
	}
	return nil
}

// checkScope refuses a signature for another service.
func (g *signature) checkScope(service string) error {
	if g.service != service {
		return refuse("SignatureDoesNotMatch", "Credential should be scoped to correct service: '%s'.", service)
	}
	return nil
}

// checkTime refuses a signature of another time.
func (g *signature) checkTime(now time.Time) error {
	if g.at.Before(now.Add(-maxSkew)) {
		return refuse("SignatureDoesNotMatch", "Signature expired: %s is now earlier than %s (%s - 15 min.)",
			g.at.Format(sigTime), now.Add(-maxSkew).Format(sigTime), now.Format(sigTime))
	}
	if g.at.After(now.Add(maxSkew)) {
		return refuse("SignatureDoesNotMatch", "Signature not yet current: %s is still later than %s (%s + 15 min.)",
			g.at.Format(sigTime), now.Add(maxSkew).Format(sigTime), now.Format(sigTime))
	}
	return nil
}
