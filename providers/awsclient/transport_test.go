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

// An endless answers with a body that goes on and on.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

func (e *endless) Close() error { return nil }

func (e *endless) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Body: e}, nil
}

// An answer that does not end fails, before it has filled the memory.
func TestEndlessAnswer(t *testing.T) {
	answer := &endless{}
	req := httptest.NewRequest(http.MethodPost, "https://iam.amazonaws.com/", nil)
	req.RequestURI = ""
	resp, err := client(answer).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if most := 16 << 20; err == nil || len(text) != most || answer.read != most {
		t.Errorf("read %d bytes of %d: %v", len(text), answer.read, err)
	}
}
