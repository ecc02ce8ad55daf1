//go:build unix

package killed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/escapement-go/escapement/eval"
)

// childDamage is what happens to the document of a child from one of its saves on, such as "full 2".
const childDamage = "KILLED_DAMAGE"

// A damage is what goes wrong with the document while a key is rotated.
type damage struct {
	name string
	// once, if not nil, is done to the file before the save; then the save takes its course.
	once func(file string) error
	// fail, if not nil, is what this save and those after it fail with.
	fail error
	// repair is what a human does to the file afterwards.
	repair func(file string) error
}

// garbage makes a text that is no YAML.
const garbage = "\n\t: ]["

var damages = []damage{
	{name: "full", fail: fmt.Errorf("write: %w", syscall.ENOSPC)},
	{name: "broken", fail: fmt.Errorf("write: %w", syscall.EIO)},
	{name: "uncertain", fail: eval.ErrUncertain},
	{name: "read-only", once: chmod(0o400), repair: chmod(0o600)},
	{name: "edited", once: editing("        ledger:\n", "        ledger:\n          note: mine\n")},
	{name: "unreadable", once: appending(garbage), repair: func(file string) error {
		text, err := os.ReadFile(file)
		return errors.Join(err, os.WriteFile(file, []byte(strings.TrimSuffix(string(text), garbage)), 0o600))
	}},
	{name: "crypter"},
}

func chmod(mode os.FileMode) func(string) error {
	return func(file string) error { return os.Chmod(file, mode) }
}

func editing(from, to string) func(string) error {
	return func(file string) error {
		text, err := os.ReadFile(file)
		return errors.Join(err, os.WriteFile(file, []byte(strings.Replace(string(text), from, to, 1)), 0o600))
	}
}

func appending(text string) func(string) error {
	return func(file string) error {
		f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.WriteString(text)
		return errors.Join(err, f.Close())
	}
}

// A damaged saver does its damage from the n-th save on.
type damaged struct {
	eval.Saver
	damage
	nth, saves int
}

func (d *damaged) Save(ctx context.Context, name string, old, new []byte) error {
	if d.saves++; d.saves == d.nth && d.once != nil {
		if err := d.once(filepath.Join(os.Getenv(childDir), name+".yaml")); err != nil {
			return err
		}
	}
	if d.saves >= d.nth && d.fail != nil {
		return d.fail
	}
	return d.Saver.Save(ctx, name, old, new)
}

// A mute crypter decrypts only.
type mute struct{ eval.KeyRing }

func (mute) Encrypt(context.Context, string, []byte) ([]byte, error) {
	return nil, errors.New("the keys are out of reach")
}

// spoil spoils an evaluator as a child is told to. It is false if it is not.
func spoil(e *eval.Evaluator, keys eval.KeyRing) bool {
	name, nth := "", 0
	if n, _ := fmt.Sscanf(os.Getenv(childDamage), "%s %d", &name, &nth); n != 2 {
		return false
	}
	for _, d := range damages {
		if d.name == name {
			e.Loader = &damaged{Saver: eval.Dir(os.Getenv(childDir)), damage: d, nth: nth}
		}
	}
	if name == "crypter" {
		e.Crypter = mute{keys}
	}
	return true
}

// TestDamagedDocument spoils the document before each of the saves of a first, second and third rotation. Then the account
// has no key that nobody can find again: a rotation that has made one says its id, whatever it could save. The password in
// force is in the document, spoilt or not, and the next runs bring everything to order once the document is whole.
func TestDamagedDocument(t *testing.T) {
	for _, c := range []struct {
		form
		rotations, saves, oneIn int
	}{{bare, 3, 3, 1}, {published, 3, 4, 5}, {console, 2, 2, 3}, {several, 2, 12, 23}} {
		t.Run(c.name, func(t *testing.T) {
			tried, cells, made, changed := 0, 0, 0, 0
			for rotations := range c.rotations {
				for _, d := range damages {
					for nth := 1; nth <= c.saves; nth++ {
						if tried++; !sampled(tried, c.oneIn) {
							continue
						}
						s := newStage(t, c.form)
						for range rotations {
							s.settle()
						}
						cells++
						keys, passwords := s.spoil(d, nth, rotations)
						made, changed = made+keys, changed+passwords
						s.check()
						s.settle()
					}
				}
			}
			t.Logf("%s: documents spoilt: %d cells, %d keys made and %d passwords set meanwhile, none lost", c.name, cells, made, changed)
			if made == 0 && len(c.users) > 0 || changed == 0 && c.console {
				t.Error("nothing was made in spite of the damage")
			}
		})
	}
}

// spoil lets a process rotate while its document is spoilt, and repairs that. It counts what the process has made.
func (s *stage) spoil(d damage, nth, rotations int) (made, changed int) {
	s.sim.Advance(15 * time.Minute)
	before, calls := len(s.sim.Keys("app")), len(s.sim.Calls())
	out, _ := s.perform(moment{damage: fmt.Sprint(d.name, " ", nth)})
	if d.repair != nil {
		s.must(d.repair(s.file()))
	}
	for _, c := range s.sim.Calls()[calls:] {
		switch {
		case !c.Executed:
		case c.Action == "UpdateLoginProfile":
			changed++
		case c.Action == "CreateAccessKey":
			made++
			text, err := os.ReadFile(s.file())
			s.must(err)
			if k, _ := s.sim.Key(c.KeyID); !k.Deleted && !strings.Contains(string(text), c.KeyID) && !strings.Contains(out, c.KeyID) {
				s.Errorf("%d rotations, %s before save %d: nobody knows %s:\n%s", rotations, d.name, nth, c.KeyID, out)
			}
		}
	}
	if !strings.Contains(out, "failed\n") && made+changed == 0 && len(s.sim.Keys("app")) == before {
		s.Errorf("%d rotations, %s before save %d: it says nothing, and has done nothing:\n%s", rotations, d.name, nth, out)
	}
	return made, changed
}
