package awslogin

import (
	"context"
	"fmt"
	"os"
)

// An Env is a source that reads a variable of the process, such as those in which GitLab and Bitbucket put tokens.
type Env struct {
	Name string
}

func (Env) fixed() {}

// String returns the form that [ParseSource] reads.
func (e Env) String() string { return "env:" + e.Name }

// Token returns what is in the variable.
func (e Env) Token(_ context.Context, _ TokenRequest) (Token, error) {
	text := os.Getenv(e.Name)
	if text == "" {
		return Token{}, fmt.Errorf("the variable %q is not set; have the token put into it", e.Name)
	}
	return tokenText([]byte(text))
}
