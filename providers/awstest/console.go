package awstest

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// What a human does in the console: the methods here act at once, ask for no permission, know no quota, and are no
// calls. They may be used between calls, and in the hooks [Simulator.Before] and [Simulator.After].

// AddUser makes a user, with a new UserId if there was one of that name before. Its keys are settled, whatever the
// [Consistency]. It returns an error if there is one now, or if the name, or something in one of the keys, is malformed.
func (s *Simulator) AddUser(u User) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !nameForm.MatchString(u.Name) {
		return fmt.Errorf("user name %q: 1 to 64 letters, digits and any of _+=,.@- are allowed", u.Name)
	}
	if s.user(u.Name) != nil {
		return fmt.Errorf("user %q exists already; names are unique without regard to case", u.Name)
	}
	path, err := cleanPath(u.Path)
	if err != nil {
		return err
	}
	lower := strings.ToLower(u.Name)
	made := &user{
		name: u.Name, path: path, id: s.ids.user(), created: s.now(), policy: u.Policy,
		arn: s.arn("iam", "user"+path+u.Name),
	}
	if s.former[lower] {
		made.unmodifiable = s.clock.Now().Add(s.options.Unmodifiable)
	}
	for _, k := range u.Keys {
		if err := s.checkKey(k); err != nil {
			return err
		}
		s.newKey(made, k).settle(time.Time{})
	}
	if u.Password != "" {
		made.profile = &profile{created: s.now()}
		s.setPassword(made, u.Password, false)
	}
	s.users[lower] = made
	return nil
}

func cleanPath(path string) (string, error) {
	if path == "" {
		return "/", nil
	}
	if path[0] != '/' || path[len(path)-1] != '/' || len(path) > 512 {
		return "", fmt.Errorf("path %q: it begins and ends with a slash and has at most 512 characters", path)
	}
	return path, nil
}

func (s *Simulator) checkKey(k Key) error {
	switch types.StatusType(k.Status) {
	case "", types.StatusTypeActive, types.StatusTypeInactive, types.StatusTypeExpired:
	default:
		return fmt.Errorf("status %q of a key: Active, Inactive and Expired are allowed", k.Status)
	}
	if k.ID != "" && !keyIDForm.MatchString(k.ID) {
		return fmt.Errorf("access key id %q: 16 to 128 letters and digits are allowed", k.ID)
	}
	if s.keys[k.ID] != nil {
		return fmt.Errorf("access key id %q is taken", k.ID)
	}
	return nil
}

// RemoveUser deletes a user with all that belongs to it. It tells whether there was one.
func (s *Simulator) RemoveUser(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.user(name)
	if u == nil {
		return false
	}
	for _, k := range u.keys {
		if k.exists() {
			k.deleted, k.touched = s.clock.Now(), true
		}
	}
	s.former[strings.ToLower(name)] = true
	delete(s.users, strings.ToLower(name))
	return true
}

// SetPolicy changes what a user, or the sessions of a role, may do: the argument is a user name or the ARN of a role.
// It tells whether there is one.
func (s *Simulator) SetPolicy(principal string, p Policy) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.user(principal); u != nil {
		u.policy = p
		return true
	}
	if r := s.roles[principal]; r != nil {
		r.Policy = p
		return true
	}
	return false
}

// AddKey gives a user a key, whatever the quota, and returns it with its secret. It propagates from its CreatedAt.
func (s *Simulator) AddKey(user string, k Key) (Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.user(user)
	if u == nil {
		return Key{}, fmt.Errorf("there is no user %q", user)
	}
	if err := s.checkKey(k); err != nil {
		return Key{}, err
	}
	made := s.newKey(u, k)
	if !k.CreatedAt.IsZero() {
		made.settle(k.CreatedAt)
	}
	made.touched = true
	return made.public(), nil
}

// RemoveKey deletes a key. It tells whether there was one.
func (s *Simulator) RemoveKey(id string) bool {
	return s.changeKey(id, func(k *key) { k.deleted = s.clock.Now() })
}

// SetKeyStatus makes a key Active, Inactive or Expired. It tells whether there is such a key and such a status.
func (s *Simulator) SetKeyStatus(id, status string) bool {
	if s.checkKey(Key{Status: status}) != nil || status == "" {
		return false
	}
	return s.changeKey(id, func(k *key) { k.setStatus(s.clock.Now(), types.StatusType(status)) })
}

// UseKey records that somebody used a key now. It tells whether there is one.
func (s *Simulator) UseKey(id string) bool {
	return s.changeKey(id, func(k *key) { k.use(s.clock.Now(), "s3", s.options.Region) })
}

func (s *Simulator) changeKey(id string, act func(*key)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.keys[id]
	if k == nil || !k.exists() {
		return false
	}
	k.touched = true
	act(k)
	return true
}

// Keys returns the keys of a user as they are, whatever lists show, oldest first.
func (s *Simulator) Keys(user string) []Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []Key
	if u := s.user(user); u != nil {
		for _, k := range u.keys {
			if k.exists() {
				keys = append(keys, k.public())
			}
		}
	}
	return keys
}

// Key returns a key, also one that was deleted; false if there never was one.
func (s *Simulator) Key(id string) (Key, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.keys[id]
	if k == nil {
		return Key{}, false
	}
	return k.public(), true
}

func (k *key) public() Key {
	return Key{
		ID: k.id, Secret: k.secret, Status: string(k.status()), CreatedAt: k.created,
		LastUsed: k.used.at, Deleted: !k.exists(),
	}
}

// UserARN returns the ARN of a user, empty if there is none of that name.
func (s *Simulator) UserARN(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.user(name); u != nil {
		return u.arn
	}
	return ""
}

// UserID returns the UserId of a user, empty if there is none of that name.
func (s *Simulator) UserID(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.user(name); u != nil {
		return u.id
	}
	return ""
}

// Credentials returns those of the newest active key of a user; empty ones if it has none.
func (s *Simulator) Credentials(user string) aws.Credentials {
	s.mu.Lock()
	defer s.mu.Unlock()
	var newest aws.Credentials
	if u := s.user(user); u != nil {
		for _, k := range u.keys {
			if k.alive() {
				newest = aws.Credentials{AccessKeyID: k.id, SecretAccessKey: k.secret, Source: "awstest"}
			}
		}
	}
	return newest
}

// SignIn records that a user signed in to the console just now, as GetUser tells. It tells whether the password is
// right.
func (s *Simulator) SignIn(user, password string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.user(user)
	if u == nil || u.profile == nil || u.profile.password() != password {
		return false
	}
	u.passwordUsed = s.now()
	return true
}

// PasswordInForce returns the console password of a user; false if it has none. It is a secret: do not print it.
func (s *Simulator) PasswordInForce(user string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.user(user)
	if u == nil || u.profile == nil {
		return "", false
	}
	return u.profile.password(), true
}

// Advance moves the clock forward.
func (s *Simulator) Advance(d time.Duration) { s.clock.Advance(d) }
