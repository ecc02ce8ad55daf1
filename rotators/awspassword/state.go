package awspassword

import (
	"slices"
	"time"

	"github.com/escapement-go/escapement/rotators/internal/iamuser"
	"github.com/escapement-go/escapement/schema"
)

// A state is what the document remembers. It is never changed in place: a step changes a copy and saves it.
type state struct {
	current *current
	ledger  ledger
	rest    iamuser.Members
}

// A current password was in force when it was saved.
type current struct {
	password schema.Secret
	userName string
	set      time.Time // zero: not known
	rest     iamuser.Members
}

// A ledger is what the rotation remembers besides.
type ledger struct {
	userID   string // of the user that the password belongs to
	promoted time.Time
	adopted  time.Time // when upkeep first saw a password that was written by hand
	pending  *pending
	rest     iamuser.Members
}

// A pending rotation is unfinished. What is in force is current or one of the candidates.
type pending struct {
	started    time.Time
	candidates []candidate
	rest       iamuser.Members
}

// A candidate is a password that may be in force.
type candidate struct {
	password schema.Secret
	at       time.Time
	rest     iamuser.Members
}

// mostCandidates bounds what heaps up when one rotation after the other ends in doubt.
const mostCandidates = 8

func (s *state) clone() *state {
	copied := *s
	return &copied
}

// candidates returns those of the unfinished rotation, oldest first.
func (s *state) candidates() []candidate {
	if s.ledger.pending == nil {
		return nil
	}
	return slices.Clip(s.ledger.pending.candidates)
}

// passwords returns every password that the state knows.
func (s *state) passwords() []schema.Secret {
	var all []schema.Secret
	if s.current != nil {
		all = append(all, s.current.password)
	}
	for _, c := range s.candidates() {
		all = append(all, c.password)
	}
	return all
}

// encode returns the state as plain data.
func (s *state) encode() map[string]any {
	m := s.rest.Copy()
	m.Put("current", s.current.encode())
	m.Put("ledger", s.ledger.encode())
	return m
}

// put adds a password, or says that a plan cannot know it.
func put(m iamuser.Members, password schema.Secret) {
	if m["password"] = password; password == planned {
		m["password"] = schema.Unknown{Of: iamuser.SecretText("A new password.")}
	}
}

func (c *current) encode() iamuser.Members {
	if c == nil {
		return nil
	}
	m := c.rest.Copy()
	put(m, c.password)
	m.Put("userName", c.userName)
	m.Put("setAt", c.set)
	return m
}

func (l ledger) encode() iamuser.Members {
	m := l.rest.Copy()
	m.Put("userId", l.userID)
	m.Put("promotedAt", l.promoted)
	m.Put("adoptedAt", l.adopted)
	m.Put("pending", l.pending.encode())
	return m
}

func (p *pending) encode() iamuser.Members {
	if p == nil {
		return nil
	}
	m := p.rest.Copy()
	m.Put("startedAt", p.started)
	var candidates []any
	for _, c := range p.candidates {
		e := c.rest.Copy()
		put(e, c.password)
		e.Put("at", c.at)
		candidates = append(candidates, map[string]any(e))
	}
	m.Put("candidates", candidates)
	return m
}

// parseState reads what was saved, or what somebody wrote by hand.
func parseState(data map[string]any) (*state, error) {
	r := &iamuser.StateReader{}
	o := r.Object(iamuser.Place{Path: "state", Value: data})
	s := &state{current: parseCurrent(r, o.Member("current"))}
	l := r.Object(o.Member("ledger"))
	s.ledger = ledger{userID: l.Text("userId"), promoted: l.Time("promotedAt"), adopted: l.Time("adoptedAt")}
	s.ledger.pending = parsePending(r, l.Member("pending"))
	s.ledger.rest, s.rest = l.Rest, o.Rest
	return s, r.Err()
}

func parseCurrent(r *iamuser.StateReader, p iamuser.Place) *current {
	if p.Value == nil {
		return nil
	}
	o := r.Object(p)
	c := &current{password: schema.NewSecret(o.RequiredText("password")), userName: o.Text("userName"), set: o.Time("setAt")}
	c.rest = o.Rest
	return c
}

func parsePending(r *iamuser.StateReader, p iamuser.Place) *pending {
	if p.Value == nil {
		return nil
	}
	o := r.Object(p)
	out := &pending{started: o.RequiredTime("startedAt")}
	items := o.Member("candidates")
	for _, item := range r.Items(items) {
		e := r.Object(item)
		c := candidate{password: schema.NewSecret(e.RequiredText("password")), at: e.Time("at")}
		c.rest = e.Rest
		out.candidates = append(out.candidates, c)
	}
	if len(out.candidates) > mostCandidates {
		r.Fail(items.Path, "has more than %d passwords; remove those that are not in force", mostCandidates)
	}
	if out.rest = o.Rest; len(out.candidates) == 0 {
		return nil // nothing can be in force because of it
	}
	return out
}
