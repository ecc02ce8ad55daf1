package awsiam

import (
	"fmt"
	"regexp"
	"time"

	"github.com/escapement-go/escapement/schema"
)

var idForm = regexp.MustCompile(`^[A-Za-z0-9_]{1,128}$`)

// parseState reads what was saved, or what somebody wrote by hand.
func parseState(data map[string]any) (*state, error) {
	r := &stateReader{}
	o := r.object("state", data)
	s := &state{current: r.credential(o.member("current")), previous: r.credential(o.member("previous"))}
	s.ledger = r.ledger(o.member("ledger"))
	s.rest = o.rest
	if s.previous != nil && s.current == nil {
		r.fail("state.previous", `is there without "current"; write the key that is in use as "current"`)
	}
	r.distinct(s)
	if r.err != nil {
		return nil, r.err
	}
	return s, nil
}

// A stateReader remembers the first thing that is wrong.
type stateReader struct{ err *Error }

func (r *stateReader) fail(path, format string, args ...any) {
	if r.err == nil {
		r.err = &Error{Code: "bad-state", Text: fmt.Sprintf("%q "+format, append([]any{path}, args...)...)}
	}
}

// A place is a value of the state with its path.
type place struct {
	path   string
	value  any // nil: absent
	secret bool
}

// An object takes its members out of rest as they are read.
type object struct {
	r    *stateReader
	at   place
	rest members
}

func (r *stateReader) object(path string, v any) *object {
	return r.objectAt(place{path: path, value: v})
}

func (r *stateReader) objectAt(p place) *object {
	o := &object{r: r, at: p, rest: members{}}
	m, isObject := p.value.(map[string]any)
	if !isObject {
		if p.value != nil {
			r.fail(p.path, "must be an object")
		}
		return o
	}
	for name, v := range m {
		if p.secret {
			v = schema.SecretData(v)
		}
		o.rest[name] = v
	}
	return o
}

// member takes a member out, revealed if it is secret.
func (o *object) member(name string) place {
	p := place{path: o.at.path + "." + name, value: o.rest[name]}
	delete(o.rest, name)
	if s, isSecret := p.value.(schema.Secret); isSecret {
		p.value, p.secret = s.Data(), true
	}
	return p
}

func (o *object) text(name string, required bool) string {
	p := o.member(name)
	text, isText := p.value.(string)
	switch {
	case p.value != nil && !isText:
		o.r.fail(p.path, "must be a string")
	case required && text == "":
		o.r.fail(p.path, "is missing")
	}
	return text
}

func (o *object) id(name string, required bool) string {
	id := o.text(name, required)
	if id != "" && !idForm.MatchString(id) {
		o.r.fail(o.at.path+"."+name, "is not the id of an access key, which has letters and digits only; write the real one")
	}
	return id
}

func (o *object) time(name string, required bool) time.Time {
	text := o.text(name, required)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.IsZero() {
		o.r.fail(o.at.path+"."+name, `is not a time such as "2025-01-01T12:00:00Z"`)
	}
	return t.UTC()
}

func (r *stateReader) credential(p place) *credential {
	if p.value == nil {
		return nil
	}
	o := r.objectAt(p)
	c := &credential{id: o.id("accessKeyId", true), secret: schema.NewSecret(o.text("secretAccessKey", true))}
	c.created = o.time("createdAt", false)
	if former := o.time("createDate", false); c.created.IsZero() {
		c.created = former
	}
	c.rest = o.rest
	return c
}

func (r *stateReader) ledger(p place) ledger {
	o := r.objectAt(p)
	l := ledger{
		userID:     o.text("userId", false),
		promoted:   o.time("promotedAt", false),
		adopted:    o.time("adoptedAt", false),
		pending:    r.pending(o.member("pending")),
		quarantine: r.quarantine(o.member("quarantine")),
	}
	for _, item := range r.items(o.member("retiring")) {
		l.retiring = append(l.retiring, r.entry(item))
	}
	flag := o.member("cannotDeactivate")
	value, isFlag := flag.value.(bool)
	if flag.value != nil && !isFlag {
		r.fail(flag.path, "must be true or false")
	}
	l.cannotDeactivate, l.rest = value, o.rest
	return l
}

func (r *stateReader) items(p place) []place {
	list, isList := p.value.([]any)
	if p.value != nil && !isList {
		r.fail(p.path, "must be an array")
	}
	var items []place
	for i, v := range list {
		item := place{path: fmt.Sprintf("%s[%d]", p.path, i), value: v, secret: p.secret}
		if s, isSecret := v.(schema.Secret); isSecret {
			item.value, item.secret = s.Data(), true
		}
		items = append(items, item)
	}
	return items
}

func (r *stateReader) pending(p place) *pending {
	if p.value == nil {
		return nil
	}
	o := r.objectAt(p)
	out := &pending{id: o.text("id", false), started: o.time("startedAt", true)}
	for _, item := range r.items(o.member("baseline")) {
		id, isText := item.value.(string)
		if !isText {
			r.fail(item.path, "must be a string")
		}
		out.baseline = append(out.baseline, id)
	}
	key := &credential{id: o.id("accessKeyId", false), created: o.time("createdAt", false)}
	secret := o.text("secretAccessKey", false)
	key.secret, out.rest = schema.NewSecret(secret), o.rest
	switch {
	case key.id == "" && secret != "":
		r.fail(p.path+".accessKeyId", "is missing")
	case key.id != "":
		out.key, out.half = key, secret == ""
	}
	return out
}

func (r *stateReader) entry(p place) entry {
	o := r.objectAt(p)
	e := entry{
		id: o.id("accessKeyId", true), action: o.text("action", true), since: o.time("since", true),
		created: o.time("createdAt", false), inactive: o.time("inactiveSince", false), rest: o.rest,
	}
	if e.action != "" && e.action != remove && e.action != switchOff {
		r.fail(p.path+".action", "must be %q or %q", remove, switchOff)
	}
	return e
}

func (r *stateReader) quarantine(p place) *waiting {
	if p.value == nil {
		return nil
	}
	o := r.objectAt(p)
	return &waiting{id: o.id("accessKeyId", true), since: o.time("since", true), rest: o.rest}
}

// distinct refuses a key that has two roles: what is due for the one would hit the other.
func (r *stateReader) distinct(s *state) {
	seen := map[string]string{}
	see := func(id, path string) {
		if other, twice := seen[id]; twice && id != "" {
			r.fail(path, "has the id of %q, too; leave one of them", other)
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
