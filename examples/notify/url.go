package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/escapement-go/escapement/schema"
)

const (
	maxTries  = 5
	firstWait = 500 * time.Millisecond // doubled from try to try
	tryTime   = 10 * time.Second
	maxWait   = 20 * time.Second // that a receiver may ask for
	maxAnswer = 64 << 10         // bytes that are read of an answer, so that the connection can be used again
)

// A URL is an address on the web to which notices are posted, signed as Standard Webhooks says, so that the receiver can
// tell who has sent them: see https://www.standardwebhooks.com. A notice is sent up to five times, until it is answered by a
// status 2xx; the header webhook-id lets the receiver know it again. What is refused with another status than 429 or 5xx is
// not sent again, and redirects are not followed.
type URL struct {
	Address   *url.URL          // see ParseURL
	Key       schema.Secret     // see ParseKey
	Transport http.RoundTripper // nil: one of its own
}

// ParseURL reads an address. It begins with https, or with http if it leads to the same machine, and holds no password.
func ParseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return nil, errors.New("it is not the address of a server")
	case u.User != nil:
		return nil, errors.New("it holds a user name or password, which others can see on the command line")
	case u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()):
		return u, nil
	}
	return nil, errors.New("it does not begin with https")
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// String names the server alone: paths and queries of such addresses are often secret.
func (u *URL) String() string { return strconv.Quote(u.Address.Host) }

// Send posts the notice.
func (u *URL) Send(ctx context.Context, n Notice) error {
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	for try, wait := 1, firstWait; ; try, wait = try+1, 2*wait {
		asked, err := u.post(ctx, n.ID, body)
		var final *finalError
		switch {
		case err == nil || ctx.Err() != nil || errors.As(err, &final):
			return err
		case try == maxTries:
			return fmt.Errorf("%w, %d times", err, try)
		case asked > maxWait:
			return fmt.Errorf("%w, and asks to wait for %v", err, asked)
		}
		select {
		case <-time.After(max(wait, asked)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// A finalError is one that another try would not change.
type finalError struct{ text string }

func (e *finalError) Error() string { return e.text }

// post sends the notice once, and returns how long the receiver asks to wait.
func (u *URL) post(ctx context.Context, id string, body []byte) (wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.Address.String(), bytes.NewReader(body))
	if err != nil {
		return 0, &finalError{"the address cannot be used"}
	}
	now := time.Now()
	req.Header = http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"escapement"}, "Webhook-Id": {id},
		"Webhook-Timestamp": {strconv.FormatInt(now.Unix(), 10)}, "Webhook-Signature": {sign(u.Key, id, now, body)},
	}
	res, err := u.client().Do(req)
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err // which does not quote the address
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("there is no answer within %v", tryTime)
	}
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer))
	status := fmt.Sprintf("it answers %d %s", res.StatusCode, http.StatusText(res.StatusCode))
	switch code := res.StatusCode; {
	case code/100 == 2:
		return 0, nil
	case code/100 == 3:
		return 0, &finalError{status + ", and redirects are not followed"}
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return 0, &finalError{status + "; see that both sides have the same key"}
	case code != http.StatusTooManyRequests && code/100 != 5:
		return 0, &finalError{status}
	}
	return retryAfter(res.Header.Get("Retry-After"), now), errors.New(status)
}

// retryAfter reads how long to wait: a number of seconds, or a time.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return at.Sub(now)
	}
	return 0
}

// ownTransport serves every URL without a transport of its own.
var ownTransport http.RoundTripper = &http.Transport{
	DialContext:         (&net.Dialer{Timeout: tryTime}).DialContext,
	TLSHandshakeTimeout: tryTime,
	IdleConnTimeout:     time.Minute,
	ForceAttemptHTTP2:   true,
}

func (u *URL) client() *http.Client {
	c := &http.Client{
		Transport:     u.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if c.Transport == nil {
		c.Transport = ownTransport
	}
	return c
}
