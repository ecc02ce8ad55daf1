package awslogin

import (
	"bytes"
	"io"
	"net/http"
	"time"

	"github.com/escapement-go/escapement/providers/awsclient"
)

const maxAnswer = 1 << 20 // bytes of an answer that are read

// An exchange is one attempt: a transport that notes what came back.
type exchange struct {
	base   http.RoundTripper
	status int
	broken bool      // the answer broke off
	date   time.Time // of the answer, by the clock there; zero if it does not say
}

// client returns a client that follows no redirect, with the transport of the program's, which may be nil.
func (x *exchange) client(program *http.Client) *http.Client {
	c := awsclient.NewHTTPClient(x, awsclient.CallTimeout)
	x.base = awsclient.Transport()
	if program == nil {
		return c
	}
	if program.Transport != nil {
		x.base = program.Transport
	}
	if program.Timeout > 0 && program.Timeout < c.Timeout {
		c.Timeout = program.Timeout
	}
	return c
}

// RoundTrip sends the request without what the SDK takes from variables of the process.
func (x *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	if err := ownBody(req); err != nil {
		return nil, err
	}
	req.Header.Del("X-Amzn-Trace-Id")
	req.Header.Set("User-Agent", userAgent)
	resp, err := x.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	x.status = resp.StatusCode
	x.date, _ = http.ParseTime(resp.Header.Get("Date"))
	resp.Body = &answerBody{ReadCloser: resp.Body, left: maxAnswer, exchange: x}
	return resp, nil
}

// ownBody gives the request a body that stays open. The SDK closes its own as soon as an answer begins, and if the
// transport is still looking for its end then, it gives the connection up with the answer in it.
func ownBody(req *http.Request) error {
	if req.Body == nil || req.Body == http.NoBody {
		return nil
	}
	text, err := io.ReadAll(req.Body)
	if closing := req.Body.Close(); err == nil {
		err = closing
	}
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
	req.Body = io.NopCloser(bytes.NewReader(text))
	return err
}

// An answerBody ends after so many bytes.
type answerBody struct {
	io.ReadCloser
	left     int
	exchange *exchange
}

func (b *answerBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, io.EOF
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	if err != nil && err != io.EOF {
		b.exchange.broken = true
	}
	return n, err
}

var userAgent = "escapement/" + awsclient.Version()
