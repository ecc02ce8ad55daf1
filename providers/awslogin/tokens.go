package awslogin

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"sync"
	"time"
)

const (
	tokenReserve = time.Minute      // of the life of a token in which it is not shared any more
	expiredFor   = 30 * time.Second // how long the verdict that a token has expired stands
)

// tokens are those that the source of a provider has supplied. The zero value is ready.
type tokens struct {
	flights  flights[*token]
	mu       sync.Mutex
	number   uint64            // of tokens supplied
	latest   map[string]*token // by who it is for
	verdicts map[[sha256.Size]byte]*verdict

	latestRoom, verdictRoom int // how large the maps may grow before they are pruned
}

// supplied returns how many tokens have been supplied so far.
func (ts *tokens) supplied() uint64 {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return ts.number
}

// token returns a token for req. It has not expired, or is as fresh as can be: among those who ask at the same time,
// the source is asked once. A token that was there before since counts as fresh only if it lasts, and stale, which may
// be nil, never does.
func (p *Provider) token(ctx context.Context, req TokenRequest, since uint64, stale *token) (*token, error) {
	if p.Source == nil {
		return nil, noSource()
	}
	if _, fixed := p.Source.(fixedSource); fixed {
		req = TokenRequest{}
	}
	key, _ := json.Marshal(req) // strings always succeed
	ts := &p.tokens
	good := func() *token {
		ts.mu.Lock()
		defer ts.mu.Unlock()
		t := ts.latest[string(key)]
		if t == nil || t == stale || t.number <= since && !p.now().Before(t.expires.Add(-tokenReserve)) {
			return nil
		}
		return t
	}
	if t := good(); t != nil {
		return t, nil
	}
	return ts.flights.do(ctx, string(key), func(ctx context.Context) (*token, error) {
		if t := good(); t != nil {
			return t, nil
		}
		t, err := p.freshToken(ctx, req)
		if err != nil {
			return nil, err
		}
		ts.keep(string(key), t, p.now())
		return t, nil
	})
}

// freshToken asks the source, and once more if the token looks expired. Then it may do: the clock may be wrong.
func (p *Provider) freshToken(ctx context.Context, req TokenRequest) (*token, error) {
	t, err := askSource(ctx, p.Source, req)
	if err != nil || p.now().Before(t.expires) {
		return t, err
	}
	return askSource(ctx, p.Source, req)
}

// keep remembers a token, and forgets those that are of no use any more.
func (ts *tokens) keep(key string, t *token, now time.Time) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.latest == nil {
		ts.latest = map[string]*token{}
	}
	ts.latestRoom = prune(ts.latest, ts.latestRoom, func(old *token) bool { return now.After(old.expires.Add(expiredFor)) })
	ts.number++
	t.number = ts.number
	ts.latest[key] = t
}

// A verdict is what AWS has said of a token. As long as it has not said anything, one login at a time tries the token.
type verdict struct {
	turn chan struct{} // taken by the login that tries it

	// Guarded by tokens.mu.
	tried   bool  // it need not be tried one login at a time
	expired error // AWS called it expired
	until   time.Time
	expires time.Time
}

// try sends t by calling send, which returns an error if AWS called t expired and nil otherwise. It returns that error,
// without sending if another login got it not long ago. If ctx is done before it sends, it returns ctx's error.
func (p *Provider) try(ctx context.Context, t *token, send func() (expired error)) error {
	ts := &p.tokens
	v := ts.verdict(t, p.now())
	for {
		tried, err := ts.judge(v, p.now())
		if err != nil {
			return err
		}
		if tried {
			expired := send()
			if expired != nil {
				ts.settle(v, expired, p.now())
			}
			return expired
		}
		if err, done := p.tryFirst(ctx, v, send); done {
			return err
		}
	}
}

// tryFirst waits for its turn and sends, unless another login has meanwhile.
func (p *Provider) tryFirst(ctx context.Context, v *verdict, send func() error) (err error, done bool) {
	ts := &p.tokens
	select {
	case v.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err(), true
	}
	defer func() { <-v.turn }()
	if tried, err := ts.judge(v, p.now()); tried || err != nil {
		return nil, false
	}
	expired := send()
	if ctx.Err() == nil {
		ts.settle(v, expired, p.now())
	}
	return expired, true
}

func (ts *tokens) verdict(t *token, now time.Time) *verdict {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if v := ts.verdicts[t.sum]; v != nil {
		return v
	}
	if ts.verdicts == nil {
		ts.verdicts = map[[sha256.Size]byte]*verdict{}
	}
	ts.verdictRoom = prune(ts.verdicts, ts.verdictRoom, func(old *verdict) bool {
		return now.After(old.expires) && now.After(old.until) && len(old.turn) == 0
	})
	v := &verdict{turn: make(chan struct{}, 1), expires: t.expires}
	ts.verdicts[t.sum] = v
	return v
}

// judge reports whether all may send the token, or returns the error if nobody may.
func (ts *tokens) judge(v *verdict, now time.Time) (tried bool, err error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if v.expired != nil && now.Before(v.until) {
		return false, v.expired
	}
	return v.tried, nil
}

func (ts *tokens) settle(v *verdict, expired error, now time.Time) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	v.tried, v.expired = expired == nil, expired
	if expired != nil {
		v.until = now.Add(expiredFor)
	}
}
