package awsiam

import (
	"fmt"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
	"github.com/escapement-go/escapement/schema"
)

// parseState reads what was saved, or what somebody wrote by hand.
func parseState(data map[string]any) (*state, error) {
	r := &stateReader{}
	o := r.Object(iamuser.Place{Path: "state", Value: data})
	s := &state{current: r.credential(o.Member("current")), previous: r.credential(o.Member("previous"))}
	s.ledger = r.ledger(o.Member("ledger"))
	s.rest = o.Rest
	if s.previous != nil && s.current == nil {
		r.Fail("state.previous", `is there without "current"; write the key that is in use as "current"`)
	}
	r.distinct(s)
	if err := r.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// A stateReader reads what only a state of keys has.
type stateReader struct{ iamuser.StateReader }

// id takes the id of an access key out.
func (r *stateReader) id(o *iamuser.Object, name string, required bool) string {
	id := o.Text(name, required)
	if id != "" && !awsclient.KeyIDForm.MatchString(id) {
		r.Fail(o.Path+"."+name, "is not the id of an access key, which has letters and digits only; write the real one")
	}
	return id
}

func (r *stateReader) credential(p iamuser.Place) *credential {
	if p.Value == nil {
		return nil
	}
	o := r.Object(p)
	c := &credential{id: r.id(o, "accessKeyId", true), secret: schema.NewSecret(o.Text("secretAccessKey", true))}
	c.created = o.Time("createdAt", false)
	if former := o.Time("createDate", false); c.created.IsZero() {
		c.created = former
	}
	c.rest = o.Rest
	return c
}

func (r *stateReader) ledger(p iamuser.Place) ledger {
	o := r.Object(p)
	l := ledger{
		userID:     o.Text("userId", false),
		promoted:   o.Time("promotedAt", false),
		adopted:    o.Time("adoptedAt", false),
		pending:    r.pending(o.Member("pending")),
		quarantine: r.quarantine(o.Member("quarantine")),

		published:     r.published(o.Member("published")),
		publishFailed: r.publishFailure(o.Member("publishFailed")),
	}
	for _, item := range r.Items(o.Member("retiring")) {
		l.retiring = append(l.retiring, r.entry(item))
	}
	flag := o.Member("cannotDeactivate")
	value, isFlag := flag.Value.(bool)
	if flag.Value != nil && !isFlag {
		r.Fail(flag.Path, "must be true or false")
	}
	l.cannotDeactivate, l.rest = value, o.Rest
	return l
}

func (r *stateReader) pending(p iamuser.Place) *pending {
	if p.Value == nil {
		return nil
	}
	o := r.Object(p)
	out := &pending{id: o.Text("id", false), started: o.Time("startedAt", true)}
	for _, item := range r.Items(o.Member("baseline")) {
		id, isText := item.Value.(string)
		if !isText {
			r.Fail(item.Path, "must be a string")
		}
		out.baseline = append(out.baseline, id)
	}
	key := &credential{id: r.id(o, "accessKeyId", false), created: o.Time("createdAt", false)}
	secret := o.Text("secretAccessKey", false)
	key.secret, out.rest = schema.NewSecret(secret), o.Rest
	switch {
	case key.id == "" && secret != "":
		r.Fail(p.Path+".accessKeyId", "is missing")
	case key.id != "":
		out.key, out.half = key, secret == ""
	}
	return out
}

func (r *stateReader) entry(p iamuser.Place) entry {
	o := r.Object(p)
	e := entry{
		id: r.id(o, "accessKeyId", true), action: o.Text("action", true), since: o.Time("since", true),
		created: o.Time("createdAt", false), inactive: o.Time("inactiveSince", false), rest: o.Rest,
	}
	if e.action != "" && e.action != remove && e.action != switchOff {
		r.Fail(p.Path+".action", "must be %q or %q", remove, switchOff)
	}
	return e
}

func (r *stateReader) quarantine(p iamuser.Place) *waiting {
	if p.Value == nil {
		return nil
	}
	o := r.Object(p)
	return &waiting{id: r.id(o, "accessKeyId", true), since: o.Time("since", true), rest: o.Rest}
}

func (r *stateReader) published(p iamuser.Place) *published {
	if p.Value == nil {
		return nil
	}
	o := r.Object(p)
	return &published{id: r.id(o, "accessKeyId", true), secretID: o.Text("secretId", true), at: o.Time("at", false), rest: o.Rest}
}

func (r *stateReader) publishFailure(p iamuser.Place) *publishFailure {
	if p.Value == nil {
		return nil
	}
	o := r.Object(p)
	return &publishFailure{code: o.Text("code", true), since: o.Time("since", false), rest: o.Rest}
}

// distinct refuses a key that has two roles: what is due for the one would hit the other.
func (r *stateReader) distinct(s *state) {
	seen := map[string]string{}
	see := func(id, path string) {
		if other, twice := seen[id]; twice && id != "" {
			r.Fail(path, "has the id of %q, too; leave one of them", other)
		}
		seen[id] = path
	}
	if s.current != nil {
		see(s.current.id, "state.current")
	}
	if s.previous != nil {
		see(s.previous.id, "state.previous")
	}
	if p := s.ledger.pending; p != nil && p.key != nil {
		see(p.key.id, "state.ledger.pending")
	}
	for i, e := range s.ledger.retiring {
		see(e.id, fmt.Sprintf("state.ledger.retiring[%d]", i))
	}
	if q := s.ledger.quarantine; q != nil {
		see(q.id, "state.ledger.quarantine")
	}
}
