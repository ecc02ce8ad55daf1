package awslogin

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"sync"
	"time"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/schema"
)

// A session is what AWS answered.
type session struct {
	accessKeyID     string
	secretAccessKey schema.Secret
	sessionToken    schema.Secret
	expires         time.Time
	until           time.Time // by the clock here: how long the session is handed out again
	warnings        []string
}

// outputs returns an object of the caller's own.
func (s *session) outputs() map[string]any {
	return map[string]any{
		"accessKeyId":     s.accessKeyID,
		"secretAccessKey": s.secretAccessKey,
		"sessionToken":    s.sessionToken,
		"expiresAt":       s.expires.UTC().Format(time.RFC3339),
	}
}

// sessions are those of a provider that may be handed out again. The zero value is ready.
type sessions struct {
	flights flights[*session]
	mu      sync.Mutex
	kept    map[string]*session
	room    int // how large kept may grow before it is pruned
}

// session returns the session of an equal login, or begins one.
func (p *Provider) session(ctx context.Context, l *login, req TokenRequest) (*session, error) {
	key := sessionKey(l, req)
	if s := p.sessions.find(key, p.now()); s != nil {
		return s, ctx.Err()
	}
	return p.sessions.flights.do(ctx, key, func(ctx context.Context) (*session, error) {
		if s := p.sessions.find(key, p.now()); s != nil {
			return s, nil
		}
		s, err := p.assume(ctx, l, req)
		if err == nil {
			p.sessions.keep(key, s, p.now())
		}
		return s, err
	})
}

// sessionKey is equal for equal logins. It is a hash, since an input may be secret.
func sessionKey(l *login, req TokenRequest) string {
	text, _ := json.Marshal([]any{l.role.Text, l.session, l.duration, append([]string{}, l.policies...), req}) // always succeeds
	sum := sha256.Sum256(text)
	return string(sum[:])
}

func (ss *sessions) find(key string, now time.Time) *session {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if s := ss.kept[key]; s != nil && now.Before(s.until) {
		return s
	}
	return nil
}

func (ss *sessions) keep(key string, s *session, now time.Time) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if ss.kept == nil {
		ss.kept = map[string]*session{}
	}
	ss.room = prune(ss.kept, ss.room, func(old *session) bool { return !now.Before(old.until) })
	ss.kept[key] = s
}

// prune removes what is of no use any more from a map that has grown as large as room, and returns how large it may
// grow before it is worth while again: what grows by one each time is then looked through in linear time.
func prune[K comparable, V any](m map[K]V, room int, useless func(V) bool) int {
	if len(m) < room {
		return room
	}
	maps.DeleteFunc(m, func(_ K, v V) bool { return useless(v) })
	return 2*len(m) + 16
}

// reserve is the end of a session's lifetime in which it is not handed out again.
func reserve(lifetime time.Duration) time.Duration { return min(5*time.Minute, lifetime/4) }

func (p *Provider) now() time.Time { return awsclient.ClockOr(p.Clock).Now() }
