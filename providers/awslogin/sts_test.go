package awslogin_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/schema"
)

// start is when the tests take place.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// A clock moves only when somebody sleeps by it or sets it.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func newClock() *clock { return &clock{now: start} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d).Truncate(time.Second).Add(time.Second) // whole seconds, as in the header Date
	c.slept = append(c.slept, d)
	return ctx.Err()
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// skewed is a clock that is wrong.
type skewed struct {
	*clock
	by time.Duration
}

func (c skewed) Now() time.Time { return c.clock.Now().Add(c.by) }

// A reply is what STS answers. One with status 0 breaks the connection.
type reply struct {
	status int
	body   string
	header map[string]string
}

func failure(status int, code, message string) reply {
	return reply{status: status, body: fmt.Sprintf(`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>req-1</RequestId></ErrorResponse>`, code, message)}
}

// success answers with credentials that last for d after the time of the clock.
func success(now time.Time, d time.Duration) reply {
	return reply{status: 200, body: fmt.Sprintf(`<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey>
<SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleWithWebIdentityResult>
<ResponseMetadata><RequestId>req-0</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>`,
		temporaryID, secretText, tokenText, now.Add(d).Format(time.RFC3339))}
}

// A fakeSTS answers AssumeRoleWithWebIdentity by a script.
type fakeSTS struct {
	*httptest.Server
	clock *clock

	mu       sync.Mutex
	forms    []url.Values
	requests []*http.Request
	script   func(n int, form url.Values) reply // n counts from 1
}

// newSTS starts one that gives these answers in turn, the last one for good; without any it succeeds.
func newSTS(t *testing.T, answers ...reply) *fakeSTS {
	t.Helper()
	s := &fakeSTS{clock: newClock()}
	s.script = func(n int, form url.Values) reply {
		if len(answers) > 0 {
			return answers[min(n, len(answers))-1]
		}
		seconds, _ := time.ParseDuration(form.Get("DurationSeconds") + "s")
		return success(s.clock.Now(), seconds)
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *fakeSTS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := r.ParseForm()
	s.mu.Lock()
	s.forms, s.requests = append(s.forms, r.PostForm), append(s.requests, r)
	n, script := len(s.forms), s.script
	s.mu.Unlock()
	answer := script(n, r.PostForm)
	if err != nil || answer.status == 0 {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Date", s.clock.Now().Format(http.TimeFormat))
	w.Header().Set("Content-Type", "text/xml")
	for name, value := range answer.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(answer.status)
	_, _ = w.Write([]byte(answer.body))
}

func (s *fakeSTS) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.forms)
}

// provider returns a provider that asks s with tokens of source.
func (s *fakeSTS) provider(source awslogin.TokenSource) *awslogin.Provider {
	return &awslogin.Provider{Source: source, Endpoint: s.URL, Clock: s.clock}
}

// A sourceFunc is a source of the program's own.
type sourceFunc func(context.Context, awslogin.TokenRequest) (awslogin.Token, error)

func (f sourceFunc) Token(ctx context.Context, req awslogin.TokenRequest) (awslogin.Token, error) {
	return f(ctx, req)
}

// signatureText stands for a signature, which nobody here verifies.
const signatureText = "Y2FuYXJ5LXNpZ25hdHVyZQ"

// jwt returns a token of the right form with these claims besides the usual ones; nil removes one.
func jwt(claims map[string]any) string {
	all := map[string]any{
		"iss": "https://issuer.example", "aud": "aws:acme", "sub": "pulumi:environments:org:acme:env:aws/login",
		"exp": start.Add(time.Hour).Unix(),
	}
	for name, value := range claims {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	return jwtOf(map[string]any{"alg": "RS256", "typ": "JWT"}, all)
}

func jwtOf(header, claims any) string {
	encoded := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	return encoded(header) + "." + encoded(claims) + "." + signatureText
}

func always(text string) awslogin.TokenSource {
	return sourceFunc(func(context.Context, awslogin.TokenRequest) (awslogin.Token, error) {
		return awslogin.Token{Text: schema.NewSecret(text)}, nil
	})
}

const roleText = "arn:aws:iam::123456789012:role/deploy/er"

// oidcInputs returns the inputs of oidc with these members changed; nil removes one.
func oidcInputs(members ...any) map[string]any {
	in := map[string]any{"roleArn": roleText, "sessionName": "session"}
	for i := 0; i < len(members); i += 2 {
		name := members[i].(string)
		if in[name] = members[i+1]; in[name] == nil {
			delete(in, name)
		}
	}
	return map[string]any{"oidc": in}
}

func oidcRequest(members ...any) *providers.Request {
	return &providers.Request{Inputs: oidcInputs(members...), Environment: "aws/login", Root: "myapp/dev"}
}

// printed is everything that programs print of a value.
func printed(values ...any) string {
	var log strings.Builder
	for _, v := range values {
		slog.New(slog.NewJSONHandler(&log, nil)).Info("opened", "value", v)
		slog.New(slog.NewTextHandler(&log, nil)).Info("opened", "value", v)
		fmt.Fprintf(&log, "%v %+v %#v %s %q", v, v, v, v, v)
		text, _ := json.Marshal(v)
		log.Write(text)
	}
	return log.String()
}

// silent fails if one of these secrets, or a token made by jwt, is in the text.
func silent(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, secret := range append(secrets, signatureText, secretText, tokenText) {
		for _, form := range []string{secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))} {
			if strings.Contains(text, form) {
				t.Errorf("%q is printed in\n%s", form, text)
			}
		}
	}
}
