package awsiam

import (
	"maps"
	"slices"
	"time"

	"github.com/escapement-go/escapement/schema"
)

// A state is what the document remembers. It is never changed in place: a step changes a copy and saves it.
type state struct {
	current, previous *credential
	ledger            ledger
	rest              members
}

// members are those that this program does not know; they are kept.
type members map[string]any

// A credential is an access key with its secret.
type credential struct {
	id      string
	secret  schema.Secret
	created time.Time // zero: not known
	rest    members
}

// A ledger is what the rotation remembers besides the credentials.
type ledger struct {
	userID           string // of the user that the keys belong to
	promoted         time.Time
	adopted          time.Time // when upkeep first saw imported keys
	pending          *pending
	retiring         []entry
	quarantine       *waiting
	cannotDeactivate bool
	rest             members
}

// A pending key is being made. Without an id it is an intent: there may be a key or not.
type pending struct {
	id       string // of the attempt
	started  time.Time
	baseline []string    // ids of the keys that were there before
	key      *credential // nil: an intent
	half     bool        // the secret of the key is lost
	rest     members
}

// An entry is a key that is no longer handed out and is to end.
type entry struct {
	id       string
	action   string // remove or switchOff
	since    time.Time
	created  time.Time
	inactive time.Time // since when we have it switched off; zero: not yet
	rest     members
}

const (
	remove    = "delete"
	switchOff = "deactivate"
)

// A waiting key is an orphan in quarantine.
type waiting struct {
	id    string
	since time.Time
	rest  members
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
	m := s.rest.copy()
	m.put("current", s.current.encode())
	m.put("previous", s.previous.encode())
	m.put("ledger", s.ledger.encode())
	return m
}

func (m members) copy() members {
	copied := members{}
	maps.Copy(copied, m)
	return copied
}

// put adds what is there.
func (m members) put(name string, v any) {
	switch v := v.(type) {
	case time.Time:
		if !v.IsZero() {
			m[name] = v.UTC().Format(time.RFC3339Nano)
		}
	case string:
		if v != "" {
			m[name] = v
		}
	case bool:
		if v {
			m[name] = v
		}
	case members:
		if len(v) > 0 {
			m[name] = map[string]any(v)
		}
	case []any:
		if len(v) > 0 {
			m[name] = v
		}
	default:
		m[name] = v
	}
}

func (c *credential) encode() members {
	if c == nil {
		return nil
	}
	m := c.rest.copy()
	if c == planned {
		for _, name := range []string{"accessKeyId", "secretAccessKey", "createdAt"} {
			m[name] = schema.Unknown{Of: stateText}
		}
		return m
	}
	m.put("accessKeyId", c.id)
	m.put("secretAccessKey", c.secret)
	m.put("createdAt", c.created)
	return m
}

func (l ledger) encode() members {
	m := l.rest.copy()
	m.put("userId", l.userID)
	m.put("promotedAt", l.promoted)
	m.put("adoptedAt", l.adopted)
	m.put("pending", l.pending.encode())
	var entries []any
	for _, e := range l.retiring {
		entries = append(entries, e.encode())
	}
	m.put("retiring", entries)
	m.put("quarantine", l.quarantine.encode())
	m.put("cannotDeactivate", l.cannotDeactivate)
	return m
}

func (p *pending) encode() members {
	if p == nil {
		return nil
	}
	m := p.rest.copy()
	if p.key != nil {
		maps.Copy(m, p.key.encode())
	}
	if p.half {
		delete(m, "secretAccessKey")
	}
	m.put("id", p.id)
	if p.id == planned.id {
		m["id"] = schema.Unknown{Of: stateText}
	}
	m.put("startedAt", p.started)
	baseline := []any{}
	for _, id := range p.baseline {
		baseline = append(baseline, id)
	}
	m["baseline"] = baseline
	return m
}

func (e entry) encode() map[string]any {
	m := e.rest.copy()
	m.put("accessKeyId", e.id)
	m.put("action", e.action)
	m.put("since", e.since)
	m.put("createdAt", e.created)
	m.put("inactiveSince", e.inactive)
	return m
}

func (q *waiting) encode() members {
	if q == nil {
		return nil
	}
	m := q.rest.copy()
	m.put("accessKeyId", q.id)
	m.put("since", q.since)
	return m
}
