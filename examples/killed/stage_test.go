//go:build unix

package killed

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers/awstest"
)

const environment = "app"

// A stage is the account, the file, and what has happened so far.
type stage struct {
	*testing.T
	form
	sim        *awstest.Simulator
	draw       *rand.Rand
	dir, key   string
	keys       eval.KeyRing
	original   string          // the file before the first rotation, encrypted
	opened     map[string]bool // users who have had a current key in the file
	at         victim
	killed     int                  // processes
	died       map[string]int       // by the call before
	ends       map[string]int       // of rotations in processes that lived
	recoveries int                  // the most runs that it took to rotate again
	meanwhile  func() time.Duration // what happens while a process pauses, and how long that takes
}

// newStage begins with a document of a form.
func newStage(t *testing.T, f form) *stage {
	s := newAccount(t, []awstest.User{{Name: "app", Password: firstPassword}, {Name: "batch"}}, []awstest.Secret{{Name: secretName, Text: "{}"}})
	s.form = f
	s.sim.After(s.watch)
	s.original = s.write(environment, top+f.calls+tail)
	return s
}

// newAccount begins without a document.
func newAccount(t *testing.T, users []awstest.User, secrets []awstest.Secret) *stage {
	sim := awstest.New(t, awstest.Options{
		Seed:        *seed,
		Users:       append(users, awstest.User{Name: "admin", Keys: []awstest.Key{{}}}),
		Consistency: awstest.Consistency{Propagation: time.Second, ListLag: 30 * time.Second},
		Secrets:     secrets,
	})
	sim.Advance(time.Hour)
	s := &stage{
		T: t, sim: sim, draw: rand.New(rand.NewPCG(*seed, 84)), dir: t.TempDir(), key: filepath.Join(t.TempDir(), "key"),
		opened: map[string]bool{}, died: map[string]int{}, ends: map[string]int{},
	}
	sim.After(s.at.called)
	sim.After(func(awstest.Call) { sim.Advance(300 * time.Millisecond) })
	key, err := eval.NewKey("")
	s.must(err)
	s.keys = eval.KeyRing{key}
	s.must(eval.WriteKeyFile(s.key, s.keys))
	return s
}

// write writes an environment with the credentials of the admin in it, and returns it as it is then, encrypted.
func (s *stage) write(name, text string) string {
	login := s.sim.Credentials("admin")
	doc, err := eval.Parse(name, fmt.Appendf(nil, text, login.AccessKeyID, login.SecretAccessKey))
	s.must(err)
	doc, err = doc.Encrypt(s.Context(), s.keys)
	s.must(err)
	s.must(os.WriteFile(filepath.Join(s.dir, name+".yaml"), doc.Bytes(), 0o600))
	return string(doc.Bytes())
}

func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *stage) file() string { return filepath.Join(s.dir, environment+".yaml") }

// made counts the keys that were made.
func (s *stage) made() (n int) {
	for _, c := range s.sim.Calls() {
		if c.Action == "CreateAccessKey" && c.Executed {
			n++
		}
	}
	return n
}
