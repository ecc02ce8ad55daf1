//go:build unix

package killed

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/schema"
)

// settle lets processes live until all has been rotated, and checks that every key is known.
func (s *stage) settle() {
	s.Helper()
	s.sim.Advance(15 * time.Minute)
	done := map[string]bool{}
	for run := 1; ; run++ {
		ends := s.live()
		s.check()
		for path, end := range ends {
			if end == "rotated" || end == "rolled-forward" {
				done[path] = true
			}
		}
		if s.recoveries = max(s.recoveries, run); len(done) == s.rotators() {
			break
		}
		if run == 4 {
			s.Fatalf("not all is rotated in %d runs; the last one ended with %v\n%s", run, ends, s.sim.Trace())
		}
		s.sim.Advance(25 * time.Hour)
	}
	if left, err := os.ReadDir(s.dir); err != nil || len(left) != 1 {
		s.Errorf("there are %v besides the file (%v)", left, err)
	}
	for _, user := range s.users {
		current, previous := s.open(user)
		for _, k := range s.sim.Keys(user) {
			if k.Status == "Active" && k.ID != current.AccessKeyID && k.ID != previous.AccessKeyID {
				s.Errorf("%s is alive, and the file has %s and %s\n%s", k.ID, current.AccessKeyID, previous.AccessKeyID, s.sim.Trace())
			}
		}
		if user == "app" && s.published && s.holds().AccessKeyID != current.AccessKeyID {
			s.Errorf("the secret holds %s, and %s is current\n%s", s.holds().AccessKeyID, current.AccessKeyID, s.sim.Trace())
		}
	}
}

// check looks at the file, and tries the current keys and that of the secret.
func (s *stage) check() {
	s.Helper()
	text, err := os.ReadFile(s.file())
	s.must(err)
	if withoutStates(string(text)) != s.original {
		s.Fatalf("the file is changed outside of the states:\n%s", text)
	}
	if slices.ContainsFunc(s.sim.Secrets(), func(secret string) bool { return len(secret) > 2 && strings.Contains(string(text), secret) }) {
		s.Fatal("the file holds a secret in plain text")
	}
	if _, err := evaluator(s.dir, "", s.keys).Check(s.Context(), environment); err != nil {
		s.Fatalf("%v\n%s", err, text)
	}
	for _, user := range s.users {
		if current, _ := s.open(user); current.AccessKeyID != "" {
			s.try("the current key of "+user, current)
		}
	}
	if held := s.holds(); held.AccessKeyID != "" {
		s.try("the key in the secret", held)
	}
	s.watch(awstest.Call{Executed: true})
}

func (s *stage) try(what string, key aws.Credentials) {
	s.Helper()
	if _, err := s.sim.STS(key).GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{}); err != nil {
		s.Errorf("%s does not work: %v\n%s", what, err, s.sim.Trace())
	}
}

// watch asserts, after each call, what must hold at every moment: the document holds the password in force, and consumers
// of the secret find a key there that has not been ended.
func (s *stage) watch(c awstest.Call) {
	if !c.Executed {
		return
	}
	if s.console {
		if inForce, _ := s.sim.PasswordInForce("app"); inForce != firstPassword && !strings.Contains(s.plain(), inForce) {
			s.Errorf("after %s the document does not hold the password in force\n%s", c.Action, s.sim.Trace())
		}
	}
	if !s.published {
		return
	}
	id := s.holds().AccessKeyID
	if k, _ := s.sim.Key(id); id != "" && (k.Deleted || k.Status != "Active") {
		s.Errorf("after %s the secret holds %s, which is not alive\n%s", c.Action, id, s.sim.Trace())
	}
}

// plain returns the file as it stands on the disk, decrypted.
func (s *stage) plain() string { return s.decrypted(environment) }

func (s *stage) decrypted(name string) string {
	text, err := os.ReadFile(filepath.Join(s.dir, name+".yaml"))
	if err == nil {
		text = []byte(strings.TrimSuffix(string(text), garbage))
		var doc *eval.Document
		if doc, err = eval.Parse(name, text); err == nil {
			if doc, err = doc.Decrypt(context.Background(), s.keys); err == nil {
				return string(doc.Bytes())
			}
		}
	}
	s.Errorf("the file of %s cannot be read: %v", name, err)
	return ""
}

// holds returns the key that consumers of the secret get, an empty one before there is any.
func (s *stage) holds() aws.Credentials { return s.heldBy(secretName) }

func (s *stage) heldBy(secret string) aws.Credentials {
	for _, v := range s.sim.SecretVersions(secret) {
		if slices.Contains(v.Stages, "AWSCURRENT") {
			var key aws.Credentials
			if err := json.Unmarshal([]byte(v.Text), &key); err != nil {
				s.Errorf("the secret holds what is no key: %v", err)
			}
			return key
		}
	}
	return aws.Credentials{}
}

// open returns the keys of a user that the file has, empty ones before there are any.
func (s *stage) open(user string) (current, previous aws.Credentials) {
	env, err := evaluator(s.dir, "", s.keys).Open(s.Context(), environment, user)
	if err != nil {
		if s.opened[user] {
			s.Errorf("the file cannot be opened: %v", err)
		}
		return current, previous
	}
	s.opened[user] = true
	read := func(role string) (c aws.Credentials) {
		id, _ := env.Values.Lookup(user + "." + role + ".accessKeyId")
		secret, _ := env.Values.Lookup(user + "." + role + ".secretAccessKey")
		c.AccessKeyID, _ = id.Plain().(string)
		if secret, ok := secret.Plain().(schema.Secret); ok {
			c.SecretAccessKey = secret.Reveal()
		}
		return c
	}
	return read("current"), read("previous")
}
