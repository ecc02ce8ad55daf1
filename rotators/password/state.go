package password

import (
	"maps"
	"time"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// A state is what the document remembers. Members that are not read here are kept as they are.
type state struct {
	current, previous *credential
	members           map[string]any // of the document
}

// A credential is a password.
type credential struct {
	password         schema.Secret
	created, adopted time.Time // zero: not known
}

// A written credential is one as it stands in the document.
type written struct {
	Password  schema.Secret `json:"password"`
	CreatedAt string        `json:"createdAt"`
	AdoptedAt string        `json:"adoptedAt"`
}

// parseState reads what was saved, or what somebody wrote by hand.
func parseState(members map[string]any) (*state, error) {
	var raw struct {
		Current  *written `json:"current"`
		Previous *written `json:"previous"`
	}
	if err := (&providers.Request{Inputs: members}).Decode(&raw); err != nil {
		return nil, &Error{Code: "bad-state", Text: err.Error()}
	}
	s := &state{members: members}
	var err error
	if s.current, err = raw.Current.parse("state.current"); err != nil {
		return nil, err
	}
	if s.previous, err = raw.Previous.parse("state.previous"); err != nil {
		return nil, err
	}
	if s.previous != nil && s.current == nil {
		return nil, badState("state.previous", `is there without "current"; write the password that is in use as "current"`)
	}
	return s, nil
}

func (w *written) parse(path string) (*credential, error) {
	if w == nil {
		return nil, nil
	}
	c := &credential{password: w.Password}
	if w.Password.Reveal() == "" {
		return nil, badState(path+".password", "is missing")
	}
	for _, t := range []struct {
		name, text string
		to         *time.Time
	}{{"createdAt", w.CreatedAt, &c.created}, {"adoptedAt", w.AdoptedAt, &c.adopted}} {
		if t.text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, t.text)
		if err != nil || at.IsZero() {
			return nil, badState(path+"."+t.name, `is not a time such as "2025-01-01T12:00:00Z"`)
		}
		*t.to = at.UTC()
	}
	return c, nil
}

// since is when the age of a password begins; zero if nobody knows.
func (c *credential) since() time.Time {
	if c.created.IsZero() {
		return c.adopted
	}
	return c.created
}

// output is what opening an environment yields for a password.
func (c *credential) output() map[string]any {
	out := map[string]any{"password": c.password}
	if !c.created.IsZero() {
		out["createdAt"] = stamp(c.created)
	}
	return out
}

// renewed returns the data of a state whose current password is another.
func (s *state) renewed(current map[string]any) map[string]any {
	next := map[string]any{}
	maps.Copy(next, s.members)
	if s.current != nil {
		next["previous"] = s.kept()
	}
	next["current"] = current
	return next
}

// adopted returns the data of a state whose current password has an age from now on.
func (s *state) adopted(now time.Time) map[string]any {
	next, current := maps.Clone(s.members), s.kept()
	current["adoptedAt"] = stamp(now)
	next["current"] = current
	return next
}

// kept returns a copy of the members of the current password, with those that this program does not know. Those of an
// object that is secret as a whole are secret one by one.
func (s *state) kept() map[string]any {
	copied := map[string]any{}
	switch current := s.members["current"].(type) {
	case map[string]any:
		maps.Copy(copied, current)
	case schema.Secret:
		members, _ := current.Data().(map[string]any)
		for name, v := range members {
			copied[name] = schema.SecretData(v)
		}
	}
	copied["password"] = s.current.password
	return copied
}
