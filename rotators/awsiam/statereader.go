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

// id takes the id of an access key out; empty if there is none.
func (r *stateReader) id(o *iamuser.Object) string { return r.checkID(o, o.Text("accessKeyId")) }

// requiredID takes the id of an access key out that must be there.
func (r *stateReader) requiredID(o *iamuser.Object) string {
	return r.checkID(o, o.RequiredText("accessKeyId"))
}

func (r *stateReader) checkID(o *iamuser.Object, id string) string {
	if id != "" && !awsclient.KeyIDForm.MatchString(id) {
		r.Fail(o.Path+".accessKeyId", "is not the id of an access key, which has letters and digits only; write the real one")
	}
	return id
}

func (r *stateReader) credential(p iamuser.Place) *credential {
	if p.Value == nil {
		return nil
	}
	o := r.Object(p)
	c := &credential{id: r.requiredID(o), secret: schema.NewSecret(o.RequiredText("secretAccessKey"))}
	c.created = o.Time("createdAt")
	if former := o.Time("createDate"); c.created.IsZero() {
		c.created = former
	}
	c.rest = o.Rest
	return c
}

func (r *stateReader) ledger(p iamuser.Place) ledger {
	o := r.Object(p)
	l := ledger{
		userID:     o.Text("userId"),
		promoted:   o.Time("promotedAt"),
		adopted:    o.Time("adoptedAt"),
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
	out := &pending{id: o.Text("id"), started: o.RequiredTime("startedAt")}
	for _, item := range r.Items(o.Member("baseline")) {
		id, isText := item.Value.(string)
		if !isText {
			r.Fail(item.Path, "must be a string")
		}
		out.baseline = append(out.baseline, id)
	}
	key := &credential{id: r.id(o), created: o.Time("createdAt")}
	secret := o.Text("secretAccessKey")
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
		id: r.requiredID(o), action: o.RequiredText("action"), since: o.RequiredTime("since"),
		created: o.Time("createdAt"), inactive: o.Time("inactiveSince"), rest: o.Rest,
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
	return &waiting{id: r.requiredID(o), since: o.RequiredTime("since"), rest: o.Rest}
}

func (r *stateReader) published(p iamuser.Place) *published {
	if p.Value == nil {
		return nil
	}
	o := r.Object(p)
	return &published{id: r.requiredID(o), secretID: o.RequiredText("secretId"), at: o.Time("at"), rest: o.Rest}
}

func (r *stateReader) publishFailure(p iamuser.Place) *publishFailure {
	if p.Value == nil {
		return nil
	}
	o := r.Object(p)
	return &publishFailure{code: o.RequiredText("code"), since: o.Time("since"), rest: o.Rest}
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
