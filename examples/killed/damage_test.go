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
// has no key that nobody can find again: a rotation that has made one says its id, whatever it could save, and the next runs
// bring everything to order once the document is whole.
func TestDamagedDocument(t *testing.T) {
	cells, made := 0, 0
	for _, rotations := range []int{0, 1, 2} {
		for _, d := range damages {
			for nth := 1; nth <= 3; nth++ {
				s := newStage(t)
				for range rotations {
					s.settle()
				}
				s.sim.Advance(15 * time.Minute)
				before := len(s.sim.Keys("app"))
				calls := len(s.sim.Calls())
				out, _ := s.perform(moment{damage: fmt.Sprint(d.name, " ", nth)})
				if d.repair != nil {
					s.must(d.repair(s.file()))
				}
				cells++
				for _, c := range s.sim.Calls()[calls:] {
					if c.Action != "CreateAccessKey" || !c.Executed {
						continue
					}
					made++
					text, err := os.ReadFile(s.file())
					s.must(err)
					if k, _ := s.sim.Key(c.KeyID); !k.Deleted && !strings.Contains(string(text), c.KeyID) && !strings.Contains(out, c.KeyID) {
						t.Errorf("%d rotations, %s before save %d: nobody knows %s:\n%s", rotations, d.name, nth, c.KeyID, out)
					}
				}
				if !strings.Contains(out, "failed\n") && len(s.sim.Keys("app")) == before && rotations < 2 {
					t.Errorf("%d rotations, %s before save %d: it says nothing, and has made no key:\n%s", rotations, d.name, nth, out)
				}
				s.check()
				s.settle()
			}
		}
	}
	t.Logf("documents spoilt: %d cells, %d keys made meanwhile, none lost", cells, made)
}
