package awslogin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/schema"
)

// GitHubActions is a source that asks the runner of a workflow of GitHub Actions. The workflow needs the permission
// id-token: write.
type GitHubActions struct {
	Audience string // of the tokens; empty: sts.amazonaws.com

	// HTTPClient supplies the transport to the runner's service; nil means direct connections. No redirect is followed.
	HTTPClient *http.Client
	// Clock is what to wait with between tries; nil means that of the machine.
	Clock Clock
}

const (
	githubURL    = "ACTIONS_ID_TOKEN_REQUEST_URL"
	githubBearer = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
	githubTries  = 3
)

func (GitHubActions) fixed() {}

// String returns the form that [ParseSource] reads.
func (GitHubActions) String() string { return "github" }

// Token asks for a token, up to three times.
func (g GitHubActions) Token(ctx context.Context, _ TokenRequest) (Token, error) {
	target, bearer := os.Getenv(githubURL), os.Getenv(githubBearer)
	if target == "" || bearer == "" {
		return Token{}, fmt.Errorf(`the variables %q and %q are not both set; run in GitHub Actions and give the job `+
			`"permissions: id-token: write"`, githubURL, githubBearer)
	}
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || u.Scheme != "https" && !isLoopback(u) {
		return Token{}, fmt.Errorf("the variable %q holds no https URL; leave it as the runner set it", githubURL)
	}
	audience := g.Audience
	if audience == "" {
		audience = "sts.amazonaws.com"
	}
	query := u.Query()
	query.Set("audience", audience)
	u.RawQuery = query.Encode()
	for try := 1; ; try++ {
		token, again, err := g.ask(ctx, u, bearer)
		if err == nil || !again || try == githubTries {
			return token, err
		}
		if err := awsclient.ClockOr(g.Clock).Sleep(ctx, backoff(try)); err != nil {
			return Token{}, err
		}
	}
}

// isLoopback reports whether u stays on this machine.
func isLoopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && ip != nil && ip.IsLoopback()
}

// ask asks once, and reports whether asking again may help. Its errors hold neither the URL's query nor the bearer.
func (g GitHubActions) ask(ctx context.Context, u *url.URL, bearer string) (t Token, again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Token{}, false, errors.New("the request for the token cannot be made; leave the variables as the runner set them")
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	req.Header.Set("Accept", "application/json")
	x := &exchange{}
	resp, err := x.client(g.HTTPClient).Do(req)
	if err != nil {
		return Token{}, true, fmt.Errorf("%q gave no answer: %s; try again later", u.Host, networkText(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	var answer struct {
		Value string `json:"value"`
	}
	switch {
	case resp.StatusCode != http.StatusOK:
		again = resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests
		return Token{}, again, fmt.Errorf(`%q answered %d; check that the job has "permissions: id-token: write"`, u.Host, resp.StatusCode)
	case err != nil:
		return Token{}, true, fmt.Errorf("the answer of %q broke off; try again later", u.Host)
	case json.Unmarshal(body, &answer) != nil || answer.Value == "":
		return Token{}, false, fmt.Errorf("the answer of %q holds no token; check that a runner of GitHub gave it", u.Host)
	}
	return Token{Text: schema.NewSecret(answer.Value)}, false, nil
}
