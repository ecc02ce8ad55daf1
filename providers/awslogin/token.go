package awslogin

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/escapement-go/escapement/providers/internal/hidden"
	"github.com/escapement-go/escapement/schema"
)

// A token is one that has been looked into, but not verified: that is up to AWS.
type token struct {
	text    schema.Secret
	sum     [sha256.Size]byte // of the text
	claims  claims
	expires time.Time
	number  uint64 // how many tokens were supplied before
}

// claims are what messages say of a token. None of them is secret.
type claims struct {
	Issuer   string      `json:"iss"`
	Subject  string      `json:"sub"`
	Audience audience    `json:"aud"`
	Expires  json.Number `json:"exp"`
}

// An audience is a string or a list of strings.
type audience []string

func (a *audience) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(a))
}

// algorithms are those that AWS verifies.
var algorithms = []string{"ES256", "ES384", "ES512", "RS256", "RS384", "RS512"}

// decodeToken returns what is wrong with the token otherwise, in words that hold nothing of it but its algorithm.
func decodeToken(raw Token) (t *token, problem string) {
	text := raw.Text.Reveal()
	if len(text) < 4 || len(text) > maxToken {
		return nil, fmt.Sprintf("has %d bytes where 4 to %d are allowed", len(text), maxToken)
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil, fmt.Sprintf("has %d parts where a JSON Web Token has 3", len(parts))
	}
	var header struct {
		Algorithm string `json:"alg"`
	}
	t = &token{text: raw.Text, sum: sha256.Sum256([]byte(text)), expires: raw.Expires}
	if !decodePart(parts[0], &header) {
		return nil, "has a header that is not JSON in base64url"
	}
	if !decodePart(parts[1], &t.claims) {
		return nil, "has claims that are not JSON in base64url, or not of the right types"
	}
	if _, err := base64.RawURLEncoding.DecodeString(parts[2]); err != nil || parts[2] == "" {
		return nil, "has a signature that is not base64url"
	}
	if !slices.Contains(algorithms, header.Algorithm) {
		return nil, "is signed by another algorithm than AWS knows, which are " + quotedList(algorithms)
	}
	seconds, err := t.claims.Expires.Float64()
	if err != nil || seconds < 0 || seconds > maxTime {
		return nil, `has no time in its claim "exp"`
	}
	if t.claims.Expires = json.Number(fmt.Sprint(int64(seconds))); t.expires.IsZero() {
		t.expires = time.Unix(int64(seconds), 0)
	}
	return t, ""
}

// maxTime is the last second of the year 9999.
const maxTime = 253402300799

func decodePart(part string, v any) bool {
	text, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) && json.Unmarshal(text, v) == nil
}

// String lists the claims.
func (c claims) String() string {
	return fmt.Sprintf("iss %s, aud %s, sub %s, exp %s", shown(c.Issuer), shown(c.Audience...), shown(c.Subject), c.expiry())
}

func (c claims) expiry() string {
	seconds, _ := c.Expires.Int64()
	return time.Unix(seconds, 0).UTC().Format(time.RFC3339)
}

// shown quotes claims, which may hold anything.
func shown(texts ...string) string {
	var list []string
	for _, text := range texts {
		if text != "" {
			list = append(list, fmt.Sprintf("%q", shortened(text, 300)))
		}
	}
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, " and ")
}

// shortened returns text with at most so many bytes of it.
func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// scrub removes the token from a text that AWS, or what answers in its place, wrote: whole, in parts and in pieces.
func (t *token) scrub(text string) string {
	whole := t.text.Reveal()
	return hidden.Texts{whole}.With(strings.Split(whole, ".")...).Mask(text)
}
