package awsclient_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/schema"
)

// The quota is no throttle: the SDK's retryer lets it be.
func TestLimitIsNotRetried(t *testing.T) {
	for code, want := range map[string]bool{"LimitExceeded": false, "LimitExceededException": true, "Throttling": true, "AccessDenied": false} {
		if got := awsclient.Patience(3, time.Second).IsErrorRetryable(&smithy.GenericAPIError{Code: code}); got != want {
			t.Errorf("%s: retried is %t", code, got)
		}
	}
}

// A capture remembers where a request went, and fails.
type capture struct{ host, agent string }

func (c *capture) RoundTrip(req *http.Request) (*http.Response, error) {
	c.host, c.agent = req.URL.Host, req.UserAgent()
	return nil, errors.New("nobody is there")
}

// What the options say decides where a request goes, and the environment does not.
func TestEndpoints(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1", "AWS_USE_FIPS_ENDPOINT": "true",
		"AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_REGION": "eu-north-1",
	} {
		t.Setenv(name, value)
	}
	for want, o := range map[string]awsclient.Options{
		"sts.eu-west-1.amazonaws.com":      {},
		"sts-fips.us-east-1.amazonaws.com": {FIPS: true},
		"sts.eu-west-1.api.aws":            {DualStack: true},
		"sts.example.com":                  {Endpoint: "https://sts.example.com/"},
	} {
		c := &capture{}
		o.Transport = c
		region := "eu-west-1"
		if o.FIPS {
			region = "us-east-1"
		}
		login := awsclient.Login{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: schema.NewSecret("secret")}
		_, err := sts.NewFromConfig(o.Config(login, region)).GetCallerIdentity(t.Context(), nil)
		if c.host != want || err == nil || !strings.Contains(c.agent, "escapement/"+awsclient.Version()) {
			t.Errorf("%q, want %q: %s, %v", c.host, want, c.agent, err)
		}
	}
}

// A suspended machine's monotonic clock stands still; the calendar does not.
func TestElapsed(t *testing.T) {
	start := time.Now()
	if got := awsclient.Elapsed(stopped{start.Round(0).Add(time.Hour)}, start); got != time.Hour {
		t.Error(got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := awsclient.ClockOr(nil).Sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := awsclient.MachineClock().Sleep(t.Context(), time.Nanosecond); err != nil || awsclient.MachineClock().Now().Before(start) {
		t.Error(err)
	}
}

type stopped struct{ at time.Time }

func (s stopped) Now() time.Time                           { return s.at }
func (stopped) Sleep(context.Context, time.Duration) error { return nil }
