package awsclient_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/escapement-go/escapement/providers/awsclient"
)

// client returns that of a configuration.
func client(transport http.RoundTripper) aws.HTTPClient {
	return awsclient.Options{Transport: transport}.Config(awsclient.Login{}, "us-east-1").HTTPClient
}

// What the transport saw of a request decides whether it can have been carried out.
func TestUnsent(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }))
	defer server.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	tls := httptest.NewUnstartedServer(nil)
	tls.Config.ErrorLog = log.New(io.Discard, "", 0)
	tls.StartTLS()
	defer tls.Close()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	silent := roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("something went wrong") })
	for _, test := range []struct {
		name      string
		ctx       context.Context
		url       string
		transport http.RoundTripper
		want      bool
	}{
		{"dropped after the request", t.Context(), server.URL, nil, false},
		{"nobody listens", t.Context(), closed.URL, nil, true},
		{"unknown host", t.Context(), "http://host.invalid/", nil, true},
		{"unknown authority", t.Context(), tls.URL, nil, true},
		{"given up before", ended, server.URL, nil, true},
		{"a transport that says nothing", t.Context(), server.URL, silent, false},
	} {
		ctx, rec := awsclient.Recording(test.ctx)
		req, _ := http.NewRequestWithContext(ctx, http.MethodPost, test.url, strings.NewReader("Action=CreateAccessKey"))
		resp, err := client(test.transport).Do(req)
		if err == nil {
			resp.Body.Close()
			t.Errorf("%s: no error", test.name)
			continue
		}
		var failed *url.Error
		if f := awsclient.Classify("x:Y", err, rec); f.Definite != test.want || !errors.As(err, &failed) {
			t.Errorf("%s: definite is %t for %v", test.name, f.Definite, err)
		}
		if awsclient.Classify("x:Y", err, nil).Definite {
			t.Errorf("%s: without a record nothing is certain", test.name)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
