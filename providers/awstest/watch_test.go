package awstest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/schema"
)

// A stage is an account with a document that names keys of the user app.
type stage struct {
	sim   *awstest.Simulator
	doc   *awstest.Document
	watch *awstest.Watch
	broke []string // rules that were violated
}

// newStage has keys for the members of the state, and strangers.
func newStage(t testing.TB, members []string, strangers int) *stage {
	sim := awstest.New(t, awstest.Options{Users: []awstest.User{{Name: "admin", Keys: make([]awstest.Key, 1)}, {Name: "app"}}})
	sim.Advance(1000 * time.Hour)
	state := map[string]any{}
	for i := range len(members) + strangers {
		k, err := sim.AddKey("app", awstest.Key{CreatedAt: awstest.Epoch.Add(time.Duration(i) * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		if i < len(members) {
			state[members[i]] = map[string]any{"accessKeyId": k.ID, "secretAccessKey": schema.NewSecret(k.Secret)}
		}
	}
	s := &stage{sim: sim, doc: awstest.NewDocument(state)}
	s.watch = sim.Watch(s.doc)
	s.watch.Report = func(v awstest.Violation) {
		s.broke = append(s.broke, v.Rule)
		if text := v.String(); !strings.Contains(text, v.Rule+": ") || !strings.Contains(text, "\n  ") {
			t.Errorf("a violation without its rule: %s", text)
		}
	}
	return s
}

// run rotates once.
func (s *stage) run(r *awstest.Run, change func(*rotation)) (*awstest.Crash, error) {
	return awstest.RunToCrash(r, func() error { return s.rotation(r, change).rotate() })
}

func (s *stage) rotation(r *awstest.Run, change func(*rotation)) *rotation {
	state, save := s.doc.Begin()
	o := &rotation{r: r, login: s.sim.Credentials("admin"), state: state, save: r.Save(save)}
	if change != nil {
		change(o)
	}
	return o
}

// TestWatchSound lets sound rotations pass, uninterrupted and crashed at every point.
func TestWatchSound(t *testing.T) {
	for _, members := range [][]string{nil, {"current"}, {"current", "previous"}} {
		for point := -1; point < 10; point++ {
			s := newStage(t, members, 0)
			r := s.sim.NewRun()
			r.CrashAfter(point)
			_, err := s.run(r, nil)
			if err != nil || len(s.broke) > 0 {
				t.Errorf("%v, crash after %d: %v, %v\n%s", members, point, err, s.broke, s.sim.Trace())
			}
			if n := s.watch.Assertions(); point < 0 && (n["I6"] != 1 || n["I7"] != 1 || n["I9"] == 0 || members != nil && n["I1"] < 5 || len(members) == 2 && n["I3"] != 1) {
				t.Errorf("%v: asserted %v", members, n)
			}
		}
	}
}

// TestWatchMistakes plants mistakes; each must break the rule that is about it.
func TestWatchMistakes(t *testing.T) {
	both := []string{"current", "previous"}
	for _, c := range []struct {
		rule      string
		members   []string
		strangers int
		mistake   func(*rotation)
		crash     int
	}{
		{"I1", []string{"current"}, 0, func(o *rotation) { o.offCurrent = true }, -1},
		{"I2", both, 0, func(o *rotation) { o.offCurrent = true }, -1},
		{"I2", []string{"current"}, 1, func(o *rotation) { o.killStranger = true; o.login = loginOf(o) }, -1},
		{"I3", []string{"current"}, 1, func(o *rotation) { o.killStranger = true }, -1},
		{"I4", both, 0, func(o *rotation) { o.noForget = true }, -1},
		{"I5", []string{"current"}, 0, func(o *rotation) { o.noStore = true }, -1},
		{"I6", []string{"current"}, 0, func(o *rotation) { o.noProof = true }, -1},
		{"I7", []string{"current"}, 0, func(o *rotation) { o.secondCreate = true }, -1},
		{"I8", []string{"current"}, 0, func(o *rotation) { o.killEarly = true }, -1},
		{"I9", []string{"current"}, 0, func(o *rotation) { o.noIntent = true }, 2},
		{"I9", []string{"current"}, 0, func(o *rotation) { o.noIntent = true; o.keepNothing = true }, -1},
		{"I10", both, 0, func(o *rotation) { o.killUnlisted = true }, -1},
	} {
		s := newStage(t, c.members, c.strangers)
		r := s.sim.NewRun()
		r.CrashAfter(c.crash)
		_, _ = s.run(r, c.mistake)
		if !slices.Contains(s.broke, c.rule) {
			t.Errorf("%s is not broken, but %v\n%s", c.rule, s.broke, s.sim.Trace())
		}
		if got := s.watch.Violations(); len(got) != len(s.broke) {
			t.Errorf("%d violations, %d reported", len(got), len(s.broke))
		}
	}
}

// loginOf makes the victim sign its own deletion.
func loginOf(o *rotation) aws.Credentials {
	creds := o.r.Simulator().Credentials("app")
	return creds
}

// TestWatchRefusals judges errors: what came before them, what they name, and what they must not tell.
func TestWatchRefusals(t *testing.T) {
	for _, c := range []struct {
		name  string
		write bool
		err   func(s *stage) error
		broke int
	}{
		{"clean", false, func(*stage) error { return coded{"denied", "not allowed"} }, 0},
		{"not clean", true, func(*stage) error { return coded{"denied", "not allowed"} }, 1},
		{"a code that need not be clean", true, func(*stage) error { return coded{"create-refused", "no"} }, 0},
		{"late, after recovery", true, func(s *stage) error { return coded{"try-later", "list and proof of " + s.sim.Keys("app")[0].ID} }, 0},
		{"names a key", false, func(s *stage) error { return coded{"foreign-keys", s.sim.Keys("app")[0].ID} }, 0},
		{"names no key", false, func(*stage) error { return coded{"foreign-keys", "some"} }, 1},
		{"tells a secret", false, func(s *stage) error { return errors.New("key " + s.sim.Keys("app")[0].Secret) }, 1},
		{"without code", true, func(*stage) error { return errors.New("failed") }, 0},
	} {
		s := newStage(t, []string{"current"}, 0)
		r := s.sim.NewRun()
		_, _ = awstest.RunToCrash(r, func() error {
			if c.write {
				_, save := s.doc.Begin()
				_ = r.Save(save)(context.Background(), map[string]any{"current": s.doc.State()["current"]})
			}
			return fmt.Errorf("rotating: %w", c.err(s))
		})
		if len(s.broke) != c.broke || c.broke > 0 && s.broke[0] != "I10" {
			t.Errorf("%s: %v", c.name, s.broke)
		}
	}
}

// TestWatchLateRefusal judges a refusal that comes when a rotation has begun already.
func TestWatchLateRefusal(t *testing.T) {
	s := newStage(t, []string{"current"}, 0)
	r := s.sim.NewRun()
	_, _ = awstest.RunToCrash(r, func() error {
		o := s.rotation(r, nil)
		if err := o.intend("", nil); err != nil {
			return err
		}
		return coded{"try-later", "a list contradicts a proof"}
	})
	if !slices.Equal(s.broke, []string{"I10"}) {
		t.Error(s.broke)
	}
}

// TestWatchProof accepts a key that only an intent proves, and nothing like it.
func TestWatchProof(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(s *stage, orphan string)
		broke bool
	}{
		{"an orphan", func(*stage, string) {}, false},
		{"a key that was used", func(s *stage, id string) { s.sim.UseKey(id) }, true},
		{"a key with a rival", func(s *stage, _ string) { _, _ = s.sim.AddKey("app", awstest.Key{}) }, true},
		{"with a rival that is gone", func(s *stage, _ string) {
			k, _ := s.sim.AddKey("app", awstest.Key{})
			s.sim.RemoveKey(k.ID)
		}, false},
	} {
		s := newStage(t, []string{"current"}, 0)
		r := s.sim.NewRun()
		r.CrashWhen(func(c awstest.Call) bool { return c.Action == "CreateAccessKey" })
		_, _ = s.run(r, nil)
		orphan := s.sim.Keys("app")[1].ID
		c.spoil(s, orphan)
		client := s.sim.NewRun().IAM(s.sim.Credentials("admin"))
		_, err := client.UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{UserName: aws.String("app"), AccessKeyId: &orphan, Status: "Inactive"})
		if broke := slices.Contains(s.broke, "I3"); err != nil || broke != c.broke {
			t.Errorf("%s: %v, %v", c.name, s.broke, err)
		}
	}
}

// TestWatchHumans lets humans do what no run may.
func TestWatchHumans(t *testing.T) {
	s := newStage(t, []string{"current", "previous"}, 0)
	for _, k := range s.sim.Keys("app") {
		s.sim.RemoveKey(k.ID)
	}
	s.doc.Edit(func(map[string]any) map[string]any { return nil })
	if _, err := s.run(s.sim.NewRun(), nil); err != nil || len(s.broke) > 0 {
		t.Error(err, s.broke)
	}
	s.doc.Edit(func(map[string]any) map[string]any { return nil })
	if _, err := awstest.RunToCrash(s.sim.NewRun(), func() error { return nil }); err != nil || len(s.broke) > 0 {
		t.Errorf("a published key that a human removed from the state: %v", s.broke)
	}
}

// TestWatchPasswords notices a password that is set before it is stored.
func TestWatchPasswords(t *testing.T) {
	for _, storesFirst := range []bool{true, false} {
		sim := awstest.New(t, consoleUser())
		doc := awstest.NewDocument(map[string]any{"current": map[string]any{"password": schema.NewSecret(firstPassword)}})
		w := sim.Watch(doc)
		var broke []string
		w.Report = func(v awstest.Violation) { broke = append(broke, v.Rule) }
		r := sim.NewRun()
		_, _ = awstest.RunToCrash(r, func() error {
			state, save := doc.Begin()
			if storesFirst {
				candidate := map[string]any{"password": schema.NewSecret("Second-password-2")}
				state["ledger"] = map[string]any{"pending": map[string]any{"candidates": []any{candidate}}}
				if err := r.Save(save)(t.Context(), state); err != nil {
					return err
				}
			}
			_, err := r.IAM(sim.Credentials("admin")).UpdateLoginProfile(t.Context(), &iam.UpdateLoginProfileInput{UserName: aws.String("app"), Password: aws.String("Second-password-2")})
			return err
		})
		if slices.Contains(broke, "P1") == storesFirst || w.Assertions()["P1"] == 0 {
			t.Errorf("stores first %v: %v", storesFirst, broke)
		}
	}
}
