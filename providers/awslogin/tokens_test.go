package awslogin_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/schema"
)

// Fifty logins with one source whose tokens have expired: one request for each cause, and every login reports it.
func TestFiftyLoginsWithExpiredTokens(t *testing.T) {
	variable := "AWSLOGIN_TEST_TOKEN"
	expired := failure(400, "ExpiredTokenException", "Token expired")
	tests := []struct {
		name     string
		exp      time.Duration // of the tokens, against the clock of AWS
		by       time.Duration // how wrong the clock here is
		fresh    bool          // each token is another one
		fixed    bool          // the source is one of ours
		requests int
	}{
		{"the same token", -time.Hour, 0, false, false, 1},
		{"the same token, from a variable", -time.Hour, 0, false, true, 1},
		{"the same token, clock behind", -time.Hour, -3 * time.Hour, false, false, 1},
		{"the same token, from a variable, clock behind", -time.Hour, -3 * time.Hour, false, true, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sts := newSTS(t, expired)
			var asked atomic.Int64
			text := jwt(map[string]any{"exp": start.Add(test.exp).Unix()})
			var source awslogin.TokenSource = counting(&asked, func(int64) string { return text })
			if test.fixed {
				t.Setenv(variable, text)
				source = awslogin.Env{Name: variable}
			}
			p := sts.provider(source)
			p.Clock = skewed{sts.clock, test.by}
			for _, step := range []struct {
				advance time.Duration
				want    int
			}{{0, 1}, {29 * time.Second, 1}, {2 * time.Second, 2}} {
				sts.clock.advance(step.advance)
				for _, err := range opened(t, p, fifty()) {
					checkError(t, err, "expired-token", "Token expired", "has expired, at 2026-03-01T11:00:00Z")
					if test.by != 0 {
						checkError(t, err, "expired-token", "the clock of this machine is 3h0m0s behind AWS's")
					}
				}
				if sts.count() != step.want {
					t.Errorf("after %v: %d requests, want %d", step.advance, sts.count(), step.want)
				}
			}
			t.Logf("150 logins, 3 times 50 at once: %d requests, source asked %d times", sts.count(), asked.Load())
		})
	}
}

// A source that makes another expired token each time is asked for a second one, once for all who came together.
func TestExpiredTokensThatDiffer(t *testing.T) {
	for _, reqs := range [][]*providers.Request{
		slices.Repeat([]*providers.Request{oidcRequest()}, 50),
		fifty(),
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &wire{answer: func(int, *http.Request) reply { return failure(400, "ExpiredTokenException", "Token expired") }}
			var asked atomic.Int64
			all := make(chan struct{})
			p := w.provider()
			p.Source = awslogin.Shared(func(context.Context, awslogin.TokenRequest) (awslogin.Token, error) {
				n := asked.Add(1)
				<-all
				return awslogin.Token{Text: schema.NewSecret(jwt(map[string]any{"exp": start.Unix() - 1, "jti": n}))}, nil
			})
			go func() {
				synctest.Wait() // until all 50 wait for the first token
				close(all)
			}()
			for _, err := range opened(t, p, reqs) {
				checkError(t, err, "expired-token")
			}
			if len(w.sent) != 2 || asked.Load() != 4 {
				t.Errorf("%d requests, source asked %d times; want 2 and 4", len(w.sent), asked.Load())
			}
		})
	}
}

// A token that was good when it was fetched is replaced by a fresh one when AWS calls it expired.
func TestExpiredTokenIsReplaced(t *testing.T) {
	var asked atomic.Int64
	sts := newSTS(t)
	p := sts.provider(counting(&asked, func(n int64) string { return jwt(map[string]any{"jti": n}) }))
	sts.script = func(n int, form url.Values) reply {
		if form.Get("WebIdentityToken") == jwt(map[string]any{"jti": 1}) {
			return failure(400, "ExpiredTokenException", "Token expired")
		}
		return success(sts.clock.Now(), time.Hour)
	}
	if err := errors.Join(opened(t, p, slices.Repeat([]*providers.Request{oidcRequest()}, 50))...); err != nil {
		t.Error(err)
	}
	if sts.count() != 2 || asked.Load() != 2 {
		t.Errorf("%d requests, source asked %d times; want 2 and 2", sts.count(), asked.Load())
	}
}

// Tokens of our sources are shared by all environments until a minute before they expire, those of others by equal
// requests. One that looks expired is fetched again and then sent anyway.
func TestTokensAreShared(t *testing.T) {
	sts := newSTS(t)
	var asked atomic.Int64
	p := sts.provider(counting(&asked, func(n int64) string {
		return jwt(map[string]any{"exp": sts.clock.Now().Add(10 * time.Minute).Unix(), "jti": n})
	}))
	for _, step := range []struct {
		advance time.Duration
		want    int64
	}{{0, 50}, {0, 50}, {9*time.Minute - time.Second, 50}, {time.Second, 100}} {
		sts.clock.advance(step.advance)
		reqs := fifty()
		for i, req := range reqs { // so that no session is shared
			req.Inputs = oidcInputs("sessionName", fmt.Sprintf("%d-%d", sts.count(), i))
		}
		if err := errors.Join(opened(t, p, reqs)...); err != nil {
			t.Error(err)
		}
		if asked.Load() != step.want {
			t.Errorf("source asked %d times, want %d", asked.Load(), step.want)
		}
	}

	asked.Store(0)
	late := sts.provider(counting(&asked, func(n int64) string { return jwt(map[string]any{"exp": start.Unix() - 3600}) }))
	if _, err := late.Open(t.Context(), oidcRequest()); err != nil || asked.Load() != 2 {
		t.Errorf("%v, source asked %d times, want 2", err, asked.Load())
	}
}

// A source may say that its tokens are good for less long than they do.
func TestExpiryBySource(t *testing.T) {
	sts := newSTS(t)
	var asked atomic.Int64
	p := sts.provider(sourceFunc(func(context.Context, awslogin.TokenRequest) (awslogin.Token, error) {
		asked.Add(1)
		return awslogin.Token{Text: schema.NewSecret(jwt(nil)), Expires: sts.clock.Now().Add(5 * time.Minute)}, nil
	}))
	for i, step := range []struct {
		advance time.Duration
		want    int64
	}{{0, 1}, {4*time.Minute - time.Second, 1}, {time.Second, 2}} {
		sts.clock.advance(step.advance)
		if _, err := p.Open(t.Context(), oidcRequest("sessionName", fmt.Sprintf("session-%d", i))); err != nil || asked.Load() != step.want {
			t.Errorf("%v: source asked %d times, want %d", err, asked.Load(), step.want)
		}
	}
}

// A source that fails is asked again by the next login, and by one of those who come together.
func TestSourceErrorsAreNotKept(t *testing.T) {
	sts := newSTS(t)
	var asked atomic.Int64
	p := sts.provider(sourceFunc(func(context.Context, awslogin.TokenRequest) (awslogin.Token, error) {
		if asked.Add(1) == 1 {
			return awslogin.Token{}, errors.New("not yet")
		}
		return awslogin.Token{Text: schema.NewSecret(jwt(nil))}, nil
	}))
	_, err := p.Open(t.Context(), oidcRequest())
	checkError(t, err, "token-source-failed", "not yet")
	if _, err := p.Open(t.Context(), oidcRequest()); err != nil {
		t.Error(err)
	}
}
