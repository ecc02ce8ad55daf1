package awsclient

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// A Login is an access key, with a session token if it is temporary: what fn::open::aws-login returns.
type Login struct {
	AccessKeyID     string
	SecretAccessKey schema.Secret
	SessionToken    schema.Secret // empty: the key needs none
	Expires         time.Time     // zero: never, as far as is known
}

// Credentials returns the login in the form of the SDK, which does not hide the secrets when it is printed.
func (l Login) Credentials() aws.Credentials {
	return aws.Credentials{
		AccessKeyID: l.AccessKeyID, SecretAccessKey: l.SecretAccessKey.Reveal(), SessionToken: l.SessionToken.Reveal(),
	}
}

// Secrets returns the texts that no message may hold.
func (l Login) Secrets() []string {
	return []string{l.SecretAccessKey.Reveal(), l.SessionToken.Reveal()}
}

// An InputError says which input cannot be used, and why. It never holds the value of one.
type InputError struct {
	Code string // bad-input or login-expiring
	Text string // what is wrong
	Hint string // what to do about it; may be empty
}

// Error returns the text and the hint.
func (e *InputError) Error() string {
	if e.Hint == "" {
		return e.Text
	}
	return e.Text + "; " + e.Hint
}

// DiagnosticCode returns the code.
func (e *InputError) DiagnosticCode() string { return e.Code }

func badLogin(member, problem string) *InputError {
	return &InputError{
		Code: "bad-input", Text: fmt.Sprintf("%q %s", "login"+member, problem), Hint: `give it what "fn::open::aws-login" returns`,
	}
}

// LoginSchema describes the input "login", as [ParseLogin] reads it. What an id or a secret looks like is left to ParseLogin,
// so that placeholders pass a check of the document.
func LoginSchema() *schema.Schema {
	text := func(description string, secret bool) *schema.Schema {
		return &schema.Schema{Type: []string{"string"}, Description: description, Secret: secret}
	}
	return &schema.Schema{
		Type: []string{"object"},
		Properties: map[string]*schema.Schema{
			"accessKeyId":     text("The id of the access key to call AWS with.", false),
			"secretAccessKey": text("Its secret.", true),
			"sessionToken":    text("Its session token, if it is temporary.", true),
			"expiresAt":       text("When it expires, if it does, in RFC 3339.", false),
			"createdAt":       text("When it was made, as fn::rotate::aws-iam tells; it has no effect.", false),
		},
		Required:             []string{"accessKeyId", "secretAccessKey"},
		AdditionalProperties: &schema.Schema{Never: true},
		Description:          "Credentials to call AWS with, as fn::open::aws-login and fn::rotate::aws-iam return them.",
	}
}

// KeyIDForm is what the id of an access key looks like.
var KeyIDForm = regexp.MustCompile(`^[A-Za-z0-9_]{1,128}$`)

// ParseLogin reads the input "login" and checks what can be checked without calling AWS: that id and secret can be those
// of an access key, that a temporary one, whose id begins with ASIA, has its session token, and that it lives for at
// least reserve from now on. The error is an [*InputError].
func ParseLogin(req *providers.Request, now time.Time, reserve time.Duration) (Login, error) {
	var raw struct {
		Login *struct {
			AccessKeyID     string        `json:"accessKeyId"`
			SecretAccessKey schema.Secret `json:"secretAccessKey"`
			SessionToken    schema.Secret `json:"sessionToken"`
			ExpiresAt       string        `json:"expiresAt"`
		} `json:"login"`
	}
	if err := req.Decode(&raw); err != nil {
		return Login{}, &InputError{Code: "bad-input", Text: err.Error()}
	}
	l := raw.Login
	switch {
	case l == nil:
		return Login{}, badLogin("", "is missing")
	case !KeyIDForm.MatchString(l.AccessKeyID):
		return Login{}, badLogin(".accessKeyId", "is not the id of an access key")
	case l.SecretAccessKey.Reveal() == "" || strings.ContainsFunc(l.SecretAccessKey.Reveal(), blank):
		return Login{}, badLogin(".secretAccessKey", "is empty or holds white space")
	case strings.ContainsFunc(l.SessionToken.Reveal(), blank):
		return Login{}, badLogin(".sessionToken", "holds white space")
	case strings.HasPrefix(l.AccessKeyID, "ASIA") && l.SessionToken.Reveal() == "":
		return Login{}, badLogin(".sessionToken", `is missing; an access key whose id begins with "ASIA" works only with one`)
	}
	login := Login{AccessKeyID: l.AccessKeyID, SecretAccessKey: l.SecretAccessKey, SessionToken: l.SessionToken}
	if l.ExpiresAt == "" {
		return login, nil
	}
	var err error
	if login.Expires, err = time.Parse(time.RFC3339, l.ExpiresAt); err != nil {
		return Login{}, badLogin(".expiresAt", `is not a time such as "2025-01-01T12:00:00Z"`)
	}
	if login.Expires.Before(now.Add(reserve)) {
		return Login{}, &InputError{
			Code: "login-expiring", Hint: "open a fresh login",
			Text: fmt.Sprintf(`"login" expires at %s; one that lives for %v more is needed`, login.Expires.UTC().Format(time.RFC3339), reserve),
		}
	}
	return login, nil
}

func blank(c rune) bool { return c <= ' ' || c >= 0x7f }
