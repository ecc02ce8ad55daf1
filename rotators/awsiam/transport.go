package awsiam

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// usualTransport is what every rotator without a transport of its own sends with.
var usualTransport http.RoundTripper = &http.Transport{
	DialContext:         (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
	TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
	TLSHandshakeTimeout: 10 * time.Second,
	IdleConnTimeout:     time.Minute,
	MaxIdleConnsPerHost: 2,
}

// httpClient returns a client that follows no redirect: nobody may repeat a request but the protocol.
func (o *Rotator) httpClient(fresh bool) *http.Client {
	base := o.Transport
	if base == nil {
		base = usualTransport
	}
	return &http.Client{
		Transport:     &recorder{base: base, fresh: fresh},
		Timeout:       o.constants().callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// A recorder notes in the write record of a context how far its request has come.
type recorder struct {
	base  http.RoundTripper
	fresh bool // each request has a connection of its own, so that it may meet another server
}

func (t *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	if rec, _ := req.Context().Value(recordKey{}).(*writeRecord); rec != nil {
		rec.handedOver.Store(true)
	}
	if t.fresh {
		req = req.Clone(req.Context())
		req.Close = true
	}
	return t.base.RoundTrip(req)
}

type recordKey struct{}

// A writeRecord tells how far the request of one call has come.
type writeRecord struct {
	handedOver atomic.Bool // to the transport
	connecting atomic.Bool
	connected  atomic.Bool
	wrote      atomic.Bool
}

// recording returns a context whose call is recorded.
func recording(ctx context.Context) (context.Context, *writeRecord) {
	rec := &writeRecord{}
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
func (rec *writeRecord) unsent(err error) bool {
	if rec == nil || rec.wrote.Load() || rec.connected.Load() {
		return false
	}
	var op *net.OpError
	dialled := errors.As(err, &op) && op.Op == "dial"
	return !rec.handedOver.Load() || rec.connecting.Load() || dialled
}
