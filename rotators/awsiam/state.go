package awsiam

import (
	"maps"
	"slices"
	"time"

	"github.com/escapement-go/escapement/rotators/internal/iamuser"
	"github.com/escapement-go/escapement/schema"
)

// A state is what the document remembers. It is never changed in place: a step changes a copy and saves it.
type state struct {
	current, previous *credential
	ledger            ledger
	rest              iamuser.Members
}

// A credential is an access key with its secret.
type credential struct {
	id      string
	secret  schema.Secret
	created time.Time // zero: not known
	rest    iamuser.Members
}

// A ledger is what the rotation remembers besides the credentials.
type ledger struct {
	userID           string // of the user that the keys belong to
	promoted         time.Time
	adopted          time.Time // when upkeep first saw imported keys
	pending          *pending
	retiring         []entry
	quarantine       *waiting
	published        *published
	publishFailed    *publishFailure
	cannotDeactivate bool
	rest             iamuser.Members
}

// A pending key is being made. Without an id it is an intent: there may be a key or not.
type pending struct {
	id       string // of the attempt
	started  time.Time
	baseline []string    // ids of the keys that were there before
	key      *credential // nil: an intent
	half     bool        // the secret of the key is lost
	rest     iamuser.Members
}

// An entry is a key that is no longer handed out and is to end.
type entry struct {
	id       string
	action   string // remove or switchOff
	since    time.Time
	created  time.Time
	inactive time.Time // since when we have it switched off; zero: not yet
	rest     iamuser.Members
}

const (
	remove    = "delete"
	switchOff = "deactivate"
)

// A waiting key is an orphan in quarantine.
type waiting struct {
	id    string
	since time.Time
	rest  iamuser.Members
}

// A published key is one that a secret has got.
type published struct {
	id       string
	secretID string // as the inputs named it
	at       time.Time
	rest     iamuser.Members
}

// A publishFailure is why the current key is not published.
type publishFailure struct {
	code  string
	since time.Time
	rest  iamuser.Members
}

// clone returns a copy whose ledger may be changed. What pointers lead to is replaced, never changed.
func (s *state) clone() *state {
	copied := *s
	copied.ledger.retiring = slices.Clone(s.ledger.retiring)
	return &copied
}

// names returns every id that the document accounts for, with its role.
func (s *state) names() map[string]string {
	ids := map[string]string{}
	for _, e := range s.ledger.retiring {
		ids[e.id] = "retiring"
	}
	if q := s.ledger.quarantine; q != nil {
		ids[q.id] = "quarantined"
	}
	if p := s.ledger.pending; p != nil && p.key != nil {
		ids[p.key.id] = "pending"
	}
	for role, c := range map[string]*credential{"current": s.current, "previous": s.previous} {
		if c != nil {
			ids[c.id] = role
		}
	}
	return ids
}

// created returns when a key was made as far as the state says; zero if it does not.
func (s *state) created(id string) time.Time {
	for _, c := range []*credential{s.current, s.previous} {
		if c != nil && c.id == id {
			return c.created
		}
	}
	for _, e := range s.ledger.retiring {
		if e.id == id {
			return e.created
		}
	}
	return time.Time{}
}

// retire puts a key among those that are to end; an entry that is there already keeps what it knows.
func (s *state) retire(e entry) {
	for i, old := range s.ledger.retiring {
		if old.id == e.id {
			s.ledger.retiring[i].action = e.action
			return
		}
	}
	s.ledger.retiring = append(s.ledger.retiring, e)
}

// encode returns the state as plain data.
func (s *state) encode() map[string]any {
	m := s.rest.Copy()
	m.Put("current", s.current.encode())
	m.Put("previous", s.previous.encode())
	m.Put("ledger", s.ledger.encode())
	return m
}

func (c *credential) encode() iamuser.Members {
	if c == nil {
		return nil
	}
	m := c.rest.Copy()
	if c == planned {
		for _, name := range []string{"accessKeyId", "secretAccessKey", "createdAt"} {
			m[name] = schema.Unknown{Of: stateText}
		}
		return m
	}
	m.Put("accessKeyId", c.id)
	m.Put("secretAccessKey", c.secret)
	m.Put("createdAt", c.created)
	return m
}

func (l ledger) encode() iamuser.Members {
	m := l.rest.Copy()
	m.Put("userId", l.userID)
	m.Put("promotedAt", l.promoted)
	m.Put("adoptedAt", l.adopted)
	m.Put("pending", l.pending.encode())
	var entries []any
	for _, e := range l.retiring {
		entries = append(entries, e.encode())
	}
	m.Put("retiring", entries)
	m.Put("quarantine", l.quarantine.encode())
	m.Put("published", l.published.encode())
	m.Put("publishFailed", l.publishFailed.encode())
	m.Put("cannotDeactivate", l.cannotDeactivate)
	return m
}

func (p *pending) encode() iamuser.Members {
	if p == nil {
		return nil
	}
	m := p.rest.Copy()
	if p.key != nil {
		maps.Copy(m, p.key.encode())
	}
	if p.half {
		delete(m, "secretAccessKey")
	}
	m.Put("id", p.id)
	if p.id == planned.id {
		m["id"] = schema.Unknown{Of: stateText}
	}
	m.Put("startedAt", p.started)
	baseline := []any{}
	for _, id := range p.baseline {
		baseline = append(baseline, id)
	}
	m["baseline"] = baseline
	return m
}

func (e entry) encode() map[string]any {
	m := e.rest.Copy()
	m.Put("accessKeyId", e.id)
	m.Put("action", e.action)
	m.Put("since", e.since)
	m.Put("createdAt", e.created)
	m.Put("inactiveSince", e.inactive)
	return m
}

func (q *waiting) encode() iamuser.Members {
	if q == nil {
		return nil
	}
	m := q.rest.Copy()
	m.Put("accessKeyId", q.id)
	m.Put("since", q.since)
	return m
}

func (p *published) encode() iamuser.Members {
	if p == nil {
		return nil
	}
	m := p.rest.Copy()
	m.Put("accessKeyId", p.id)
	if p.id == planned.id {
		m["accessKeyId"] = schema.Unknown{Of: stateText}
	}
	m.Put("secretId", p.secretID)
	m.Put("at", p.at)
	return m
}

func (p *publishFailure) encode() iamuser.Members {
	if p == nil {
		return nil
	}
	m := p.rest.Copy()
	m.Put("code", p.code)
	m.Put("since", p.since)
	return m
}
