package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
	"unicode/utf8"

	"github.com/escapement-go/escapement/eval"
)

// processCredentials are what the AWS SDKs and the AWS command line read from a credential_process.
type processCredentials struct {
	Version         int
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string `json:",omitempty"`
	Expiration      string `json:",omitempty"` // left out: they do not expire
}

// credentialProcess prints credentials of AWS.
func (c *openCmd) credentialProcess(ctx context.Context, g *cli) error {
	assumed := c.Path == ""
	c.Path = cmp.Or(c.Path, "aws.login")
	env, err := c.open(ctx, g)
	if err != nil && assumed && hasCode(err, "no-value-at-path") {
		return errors.Join(err, hint(fmt.Sprintf("without a PATH, the credentials are looked for at %q; write theirs: esc open %s PATH -f credential-process",
			c.Path, shellWord(c.Env))))
	}
	if err != nil {
		return err
	}
	g.printDiagnostics(os.Stderr, env.Diagnostics)
	v, _ := env.Values.Lookup(c.Path)
	text, err := credentialText(v)
	if err != nil {
		return errors.Join(fmt.Errorf("the value at %q holds no credentials: %w", c.Path, err), hint("name the path of what aws-login or aws-iam returns"))
	}
	_, err = os.Stdout.Write(text)
	return err
}

// credentialText is what a credential_process prints.
func credentialText(v eval.Value) ([]byte, error) {
	credentials, err := credentialsOf(v)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(credentials)
	return append(text, '\n'), err
}

// credentialsOf reads credentials as aws-login returns them, and as aws-iam does.
func credentialsOf(v eval.Value) (processCredentials, error) {
	c := processCredentials{Version: 1}
	fields := []struct {
		name     string
		text     *string
		optional bool
	}{
		{"accessKeyId", &c.AccessKeyID, false},
		{"secretAccessKey", &c.SecretAccessKey, false},
		{"sessionToken", &c.SessionToken, true},
		{"expiresAt", &c.Expiration, true},
	}
	for _, field := range fields {
		member, ok := v.Member(field.name)
		switch {
		case !ok && field.optional:
			continue
		case !ok:
			return c, fmt.Errorf("%q is missing", field.name)
		case member.Kind() != eval.String:
			return c, fmt.Errorf("%q is no text", field.name)
		}
		text, err := textOf(member)
		if err != nil {
			return c, err
		}
		if !utf8.ValidString(text) {
			return c, fmt.Errorf("%q is not valid UTF-8", field.name)
		}
		*field.text = text
	}
	if _, err := time.Parse(time.RFC3339, c.Expiration); err != nil && c.Expiration != "" {
		return c, errors.New(`"expiresAt" is no time such as 2025-01-01T12:00:00Z`)
	}
	return c, nil
}
