package awsclient

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

var direct http.RoundTripper = &http.Transport{
	DialContext:         (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
	TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
	TLSHandshakeTimeout: 10 * time.Second,
	IdleConnTimeout:     time.Minute,
	MaxIdleConnsPerHost: 2,
}

// Transport is what requests are sent with unless the program says otherwise: TLS 1.2 or later, and no proxy, since one of
// the machine's environment would receive secrets.
func Transport() http.RoundTripper { return direct }

// NewHTTPClient returns a client that follows no redirect: nobody may repeat a request but who made it. A nil transport
// means [Transport].
func NewHTTPClient(transport http.RoundTripper, timeout time.Duration) *http.Client {
	if transport == nil {
		transport = direct
	}
	return &http.Client{
		Transport:     transport,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (o Options) httpClient() *http.Client {
	base := o.Transport
	if base == nil {
		base = direct
	}
	return NewHTTPClient(&recorder{base: base, fresh: o.Fresh}, cmp.Or(o.Timeout, CallTimeout))
}

// A recorder notes in the record of a context how far its request has come.
type recorder struct {
	base  http.RoundTripper
	fresh bool
}

func (t *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	if rec, _ := req.Context().Value(recordKey{}).(*Record); rec != nil {
		rec.handedOver.Store(true)
	}
	if t.fresh {
		req = req.Clone(req.Context())
		req.Close = true
	}
	resp, err := t.base.RoundTrip(req)
	if err == nil && resp != nil && resp.Body != nil { // the client has words for a transport that returns nothing
		resp.Body = &answerBody{resp.Body, maxAnswer}
	}
	return resp, err
}

// maxAnswer bounds what is read of an answer, in bytes. It is far more than AWS sends.
const maxAnswer = 16 << 20

// An answerBody fails after so many bytes, so that an answer without an end does not fill the memory.
type answerBody struct {
	io.ReadCloser
	left int
}

func (b *answerBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, fmt.Errorf("the answer has more than %d bytes", maxAnswer)
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

type recordKey struct{}

// A Record tells how far the request of one call has come, for [Classify].
type Record struct {
	handedOver atomic.Bool // to the transport
	connecting atomic.Bool
	connected  atomic.Bool
	wrote      atomic.Bool
}

// Recording returns a context for one call whose request is recorded.
func Recording(ctx context.Context) (context.Context, *Record) {
	rec := &Record{}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { rec.connecting.Store(true) },
		GotConn:      func(httptrace.GotConnInfo) { rec.connected.Store(true) },
		WroteHeaders: func() { rec.wrote.Store(true) },
	})
	return context.WithValue(ctx, recordKey{}, rec), rec
}

// unsent tells whether no header of the request can have been written: the transport never got it, or never got a
// connection for it. A transport that says nothing of its connections is not trusted, and once there is a connection
// the request may be written at any moment, even after the caller has given up.
func (rec *Record) unsent(err error) bool {
	if rec == nil || rec.wrote.Load() || rec.connected.Load() {
		return false
	}
	var op *net.OpError
	dialled := errors.As(err, &op) && op.Op == "dial"
	return !rec.handedOver.Load() || rec.connecting.Load() || dialled
}
