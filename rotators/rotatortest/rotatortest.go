// Package rotatortest tells whether a rotator keeps the rules that package rotators sets.
//
// A test of a rotator makes worlds: the rotator, with something that stands for the service whose credentials it
// rotates, and with ways to look at it.
//
//	func TestContract(t *testing.T) {
//		rotatortest.Run(t, func() rotatortest.World {
//			db := fakedb.New()
//			return rotatortest.World{
//				Rotator: &dbuser.Rotator{Client: db},
//				Request: rotators.Request{Request: providers.Request{Inputs: map[string]any{"user": "app"}}},
//				Live:    db.Users,
//				Works:   func(data any) error { return db.Login(data) },
//				Changes: db.Writes,
//				Elapse:  func() { db.Clock.Advance(48 * time.Hour) },
//			}
//		})
//	}
//
// [Run] has one subtest for each of the [Rules], and a failure quotes the rule that is broken. Run the test with the
// race detector: what happens between goroutines shows only there. [Check] returns the same as data.
//
// The suite rotates in some hundred worlds, one after the other. It saves as the evaluator does: by comparison with what
// the rotator was given or last saved, durable when there is no error, and with doubts that the next save settles. It
// makes each save conflict, fail, be uncertain, and take its time; it ends runs before and after each save, as if the
// process had died there, and gives contexts up at the same places. What it cannot see is a run that dies between two
// calls of the service.
package rotatortest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/escapement-go/escapement/rotators"
)

// A World is a rotator with what it acts on. Nothing in it is shared with another world. The functions look at the
// service as its owner can, without the rotator; they are called while Rotate waits for a save, too, and never by two
// goroutines at once.
type World struct {
	// Rotator is what is tested. It has not acted on this world yet.
	Rotator rotators.Rotator

	// Request is what it is asked with: inputs as a document gives them, with which a rotation succeeds. Its State is nil,
	// so that the first rotation is tested, or that of a credential which is there already. Force and Report are not used.
	Request rotators.Request

	// Live returns the ids of the credentials that can be used at this moment. If Request has no state, those that are
	// live at first belong to somebody else. Nil: the suite does not see that credentials are lost or heaped up.
	Live func() []string

	// Works returns nil if a credential in data can be used at this moment, and else says why not, without its secret.
	// Data is what Open has returned, or a saved state. Nil: the suite does not see that credentials die.
	Works func(data any) error

	// Changes returns how often anything has been created, changed or deleted. Nil: the suite does not see such calls,
	// except by Live.
	Changes func() int

	// Secrets returns the texts of all secrets that there have been. Nil: the suite searches for those that the rotator
	// and its inputs call so.
	Secrets func() []string

	// Elapse lets so much time pass that an unfinished run may be taken over, and that the next rotation is due. The
	// suite calls it before each run that is to renew the credential. Nil: the rotator does not go by time.
	Elapse func()

	// Now returns the time for Due. Nil stands for time.Now.
	Now func() time.Time
}

// A Finding is one breach of a rule.
type Finding struct {
	Rule   Rule
	Where  string // the run that shows it, such as "rotation 3, conflict at save 2"
	Detail string // what was seen; it holds no text of a secret that the suite knows
}

// String returns the finding with the rule that it is about.
func (f Finding) String() string {
	if f.Where == "" {
		return fmt.Sprintf("%s\nbroken rule: %s", f.Detail, f.Rule.Text)
	}
	return fmt.Sprintf("%s: %s\nbroken rule: %s", f.Where, f.Detail, f.Rule.Text)
}

// Run tests the rotator of the worlds that newWorld makes, in one subtest for each rule, named after it.
func Run(t *testing.T, newWorld func() World) {
	t.Helper()
	findings := Check(t.Context(), newWorld)
	for _, rule := range Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			for _, f := range findings {
				if f.Rule == rule {
					t.Error(f)
				}
			}
		})
	}
}

// Check returns every breach of a rule that shows in the worlds that newWorld makes, in the order in which they were seen.
func Check(ctx context.Context, newWorld func() World) []Finding {
	s := &suite{newWorld: newWorld}
	s.run(ctx)
	return s.findings
}
