package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/escapement-go/escapement/schema"
)

// A client calls the service.
type client struct {
	url       string
	transport http.RoundTripper
}

// create makes a token of a name that does not exist.
func (c client) create(ctx context.Context, admin schema.Secret, name string) (schema.Secret, error) {
	text, err := c.call(ctx, http.MethodPut, "/tokens/"+url.PathEscape(name), admin)
	return schema.NewSecret(text), err
}

// remove removes a token if there is one of that name.
func (c client) remove(ctx context.Context, admin schema.Secret, name string) error {
	_, err := c.call(ctx, http.MethodDelete, "/tokens/"+url.PathEscape(name), admin)
	return err
}

// try fails if the service does not take a token.
func (c client) try(ctx context.Context, token schema.Secret) error {
	_, err := c.call(ctx, http.MethodGet, "/whoami", token)
	return err
}

// call makes one request, and returns the text of the answer. Its errors hold no token.
func (c client) call(ctx context.Context, method, path string, token schema.Secret) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	resp, err := (&http.Client{Transport: c.transport}).Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s %s is refused: %s", method, path, resp.Status)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	return string(text), err
}
