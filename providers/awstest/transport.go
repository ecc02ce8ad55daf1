package awstest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// ticketHeader ties a request over HTTP to the run that made it. It is added after signing.
const ticketHeader = "X-Awstest-Ticket"

// A ticket is how the server tells the client's side of a run what became of its request.
type ticket struct {
	run    *Run
	call   Call
	damage damage
}

func (t *ticket) close(c Call, d damage) {
	t.run.sim.mu.Lock()
	defer t.run.sim.mu.Unlock()
	t.call, t.damage = c, d
}

func (s *Simulator) issueTicket(r *Run) (string, *ticket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextTicket++
	id, t := strconv.Itoa(s.nextTicket), &ticket{run: r}
	s.tickets[id] = t
	return id, t
}

func (s *Simulator) takeTicket(id string) *ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tickets[id]
	delete(s.tickets, id)
	return t
}

// URL returns where a service is served, such as "iam" or "sts": for the BaseEndpoint of an SDK client. A region may be
// given for those that are not IAM; without one it is that of the options or of the request's signature. It starts the
// server.
func (s *Simulator) URL(service string, region ...string) string {
	return s.listen() + "/" + strings.Join(append([]string{service}, region...), "/") + "/"
}

func (s *Simulator) listen() string {
	s.serve.Do(func() {
		server := httptest.NewServer(s)
		s.mu.Lock()
		s.server = server
		s.mu.Unlock()
		if s.t != nil {
			s.t.Cleanup(s.Close)
		}
	})
	return s.server.URL
}

// HTTPClient returns a client for the SDK that reaches the simulator for AWS's own hosts of its services as well as for
// [Simulator.URL], and nothing else. It follows no redirect, and belongs to the latest run.
func (s *Simulator) HTTPClient() *http.Client { return s.currentRun().HTTPClient() }

// Config returns a configuration of the SDK: for the credentials of a user, and for the HTTP client of the latest run.
// An empty user means anonymous; with one that has no active key every call fails.
func (s *Simulator) Config(user string) aws.Config {
	creds := s.Credentials(user)
	config := s.currentRun().Config(creds)
	if user != "" && creds.AccessKeyID == "" {
		config.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{}, fmt.Errorf("the simulator has no user %q with an active key", user)
		})
	}
	return config
}

// HTTPClient is Simulator.HTTPClient for this run.
func (r *Run) HTTPClient() *http.Client {
	return &http.Client{
		Transport:     r.Transport(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Config returns a configuration of the SDK for this run. Empty credentials mean anonymous.
func (r *Run) Config(creds aws.Credentials) aws.Config {
	config := aws.Config{Region: r.sim.options.Region, HTTPClient: r.HTTPClient(), Credentials: aws.AnonymousCredentials{}}
	if creds.AccessKeyID != "" {
		config.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return creds, nil })
	}
	return config
}

// Transport returns what HTTPClient sends its requests with, for clients of another make.
func (r *Run) Transport() http.RoundTripper {
	server := r.sim.listen()
	return &transport{run: r, server: strings.TrimPrefix(server, "http://"), base: r.sim.server.Client().Transport}
}

type transport struct {
	run    *Run
	server string
	base   http.RoundTripper
}

// RoundTrip sends a request to the simulator. Crashes happen here, in the goroutine of the code under test.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := readBody(req)
	if err != nil {
		return nil, err
	}
	out := req.Clone(req.Context())
	out.Body = io.NopCloser(bytes.NewReader(body))
	if out.Host == "" {
		out.Host = req.URL.Host
	}
	if _, _, found := serviceOf(out.Host); !found && out.URL.Host != t.server {
		return nil, fmt.Errorf("the simulator has no host %q, only those of the services that it simulates", req.URL.Host)
	}
	out.URL.Scheme, out.URL.Host = "http", t.server
	name, _ := t.run.sim.place(out)
	action := ""
	if service, known := services[name]; known {
		action = service.action(out, body)
	}
	if err := t.run.enter(action); err != nil {
		return nil, err
	}
	if c, isRefused := t.refused(out, body); isRefused {
		if trace := httptrace.ContextClientTrace(req.Context()); trace != nil && trace.GetConn != nil {
			trace.GetConn(out.Host)
		}
		t.run.leave(c)
		return nil, errRefused()
	}
	id, ticket := t.run.sim.issueTicket(t.run)
	out.Header.Set(ticketHeader, id)
	resp, err := t.base.RoundTrip(out)
	return t.arrived(resp, err, id, ticket)
}

// arrived turns the server's answer into what the client sees.
func (t *transport) arrived(resp *http.Response, err error, id string, ticket *ticket) (*http.Response, error) {
	t.run.sim.takeTicket(id)
	t.run.sim.mu.Lock()
	c, d := ticket.call, ticket.damage
	t.run.sim.mu.Unlock()
	if d == timedOut {
		err = errTimeout{}
	}
	if c.N > 0 {
		if crash := t.run.passed(c); crash != nil {
			if resp != nil {
				_ = resp.Body.Close()
			}
			panic(crash)
		}
	}
	return resp, err
}

func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer func() { _ = req.Body.Close() }()
	return io.ReadAll(req.Body)
}

// refused tells whether the fault script refuses the connection of a request, and records the call if it does.
func (t *transport) refused(req *http.Request, body []byte) (Call, bool) {
	s := t.run.sim
	name, region := s.place(req)
	service, known := services[name]
	if !known {
		return Call{}, false
	}
	op, in, err := service.read(name, req, body)
	if err != nil {
		return Call{}, false
	}
	g, _ := readSignature(req)
	c := &call{Call: &Call{Run: t.run.name, Attempt: attempt(req)}, run: t.run, region: region}
	c.proof.check = func(aws.Credentials) error { return refuse("SignatureDoesNotMatch", badSignature) } // it is never sent
	if g != nil {
		c.Signer, c.region = g.keyID, g.region
	}
	s.mu.Lock()
	s.describe(c, op, in)
	rule := s.deciding(*c.Call)
	s.mu.Unlock()
	if rule == nil || rule.Outcome.damage != refused {
		return Call{}, false
	}
	s.perform(c, op, in)
	return *c.Call, true
}

// errRefused is what net/http returns when nobody listens.
func errRefused() error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: nowhere, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}

var nowhere net.Addr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}

// errTimeout is what net/http returns when the time of a request is over.
type errTimeout struct{}

func (errTimeout) Error() string   { return "timeout awaiting response headers" }
func (errTimeout) Timeout() bool   { return true }
func (errTimeout) Temporary() bool { return true }
func (errTimeout) Is(target error) bool {
	return errors.Is(target, context.DeadlineExceeded)
}
