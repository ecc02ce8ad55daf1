package awslogin

import "context"

// A Shared is a source of one kind of tokens for all requests, as File, Env, GitHubActions and Exec are.
type Shared func(context.Context, TokenRequest) (Token, error)

func (Shared) fixed() {}

// Token calls the function.
func (s Shared) Token(ctx context.Context, req TokenRequest) (Token, error) { return s(ctx, req) }
