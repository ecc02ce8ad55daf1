package awslogin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/escapement-go/escapement/schema"
)

// A File is a source that reads a file afresh for each token, such as those that Kubernetes and SPIFFE keep up to date.
// White space around the token is ignored.
type File struct {
	Path string // empty: the file that the variable AWS_WEB_IDENTITY_TOKEN_FILE of the process names
}

func (File) fixed() {}

// String returns the form that [ParseSource] reads.
func (f File) String() string { return "file:" + f.Path }

// Token returns what is in the file.
func (f File) Token(_ context.Context, _ TokenRequest) (Token, error) {
	const variable = "AWS_WEB_IDENTITY_TOKEN_FILE"
	path := f.Path
	if path == "" {
		if path = os.Getenv(variable); path == "" {
			return Token{}, fmt.Errorf("the variable %q is not set; set it to the file of the token, or name a file", variable)
		}
	}
	file, err := os.Open(path)
	if err != nil {
		return Token{}, fmt.Errorf("cannot read the token: %w; check the path and who may read it", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxToken+1))
	if err != nil {
		return Token{}, fmt.Errorf("cannot read the token: %w; name a file that holds it", err)
	}
	return tokenText(text)
}

// tokenText makes a token of what a source read.
func tokenText(text []byte) (Token, error) {
	if len(text) > maxToken {
		return Token{}, fmt.Errorf("there are more than %d bytes, which no token has; check what is read", maxToken)
	}
	trimmed := strings.TrimSpace(string(text))
	if trimmed == "" {
		return Token{}, errors.New("there is no token; check what is read")
	}
	return Token{Text: schema.NewSecret(trimmed)}, nil
}
