package awslogin

import (
	"context"
	"fmt"
	"time"

	"github.com/escapement-go/escapement/schema"
)

// A TokenSource supplies tokens of OpenID Connect. The program that embeds the provider chooses it, a document cannot.
// Its methods may be called concurrently.
//
// [File], [Env], [GitHubActions] and [Exec] hand out tokens that somebody else signed; [Issuer] signs its own.
type TokenSource interface {
	// Token returns a token for req. It is asked again when the token is about to expire. The text of an error
	// reaches the author of the document; it holds no token.
	Token(ctx context.Context, req TokenRequest) (Token, error)
}

// A TokenRequest says who a token is for.
type TokenRequest struct {
	Environment       string   // the environment that contains the call, by its canonical name
	Root              string   // the environment that is being opened
	SubjectAttributes []string // what the document wants the subject to be made of; empty: the default
}

// A Token is a signed JSON Web Token.
type Token struct {
	Text    schema.Secret
	Expires time.Time // zero: when its claim exp says
}

// maxToken is the length in bytes of the longest token that AWS takes.
const maxToken = 20000

// A fixedSource hands out tokens that do not depend on the request, so that all requests share one.
type fixedSource interface{ fixed() }

// describe names a source in messages.
func describe(source TokenSource) string {
	if s, ok := source.(fmt.Stringer); ok {
		return fmt.Sprintf("%q", s.String())
	}
	return fmt.Sprintf("%T", source)
}

// noSource is the error of a provider without a source.
func noSource() error {
	return &Error{Code: "no-token-source", text: `no source of tokens is set up, which "oidc" needs; ` +
		`set up one of "file:PATH", "env:NAME", "github", "exec:COMMAND" or "issuer:FILE", or use "static"`}
}

// sourceFailed is the error of a source.
func sourceFailed(source TokenSource, err error) error {
	if e, ok := err.(*Error); ok {
		return e
	}
	return &Error{Code: "token-source-failed", cause: err,
		text: fmt.Sprintf("the source of tokens %s failed: %v", describe(source), err)}
}

// askSource asks the source once.
func askSource(ctx context.Context, source TokenSource, req TokenRequest) (t *token, err error) {
	defer func() {
		if r := recover(); r != nil { // the panic's value may be anything
			t, err = nil, sourceFailed(source, fmt.Errorf("it panicked (%T)", r))
		}
	}()
	raw, err := source.Token(ctx, req)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, sourceFailed(source, err)
	}
	t, problem := decodeToken(raw)
	if problem != "" {
		return nil, &Error{Code: "bad-token", text: fmt.Sprintf(
			"what the source of tokens %s supplies is no token that AWS takes: it %s; look at what the source reads", describe(source), problem)}
	}
	return t, nil
}
