// Package storetest tells whether a store of environments keeps the rules that package eval sets for a [eval.Saver].
//
// A test of a store makes worlds: the store, and a way to put environments into it without its help.
//
//	func TestContract(t *testing.T) {
//		storetest.Run(t, func() storetest.World {
//			db := fakedb.New()
//			return storetest.World{
//				Saver:   &dbstore.Store{Client: db},
//				Put:     db.Insert,
//				Another: func() eval.Saver { return &dbstore.Store{Client: db.Connect()} },
//				Faults:  []string{"lost answer", "refused"},
//				Plant:   db.Fail,
//			}
//		})
//	}
//
// [Run] has one subtest for each of the [Rules], and a failure quotes the rule that is broken. Run the test with the
// race detector: what happens between goroutines shows only there. [Check] returns the same as data.
//
// A Saver that is an [eval.Creator] or an [eval.Lister] is held to the rules of that, too.
//
// The suite cannot see whether what was saved survives a loss of power.
package storetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/escapement-go/escapement/eval"
)

// A World is a store with what is in it. Nothing in it is shared with another world.
type World struct {
	// Saver is what is tested. Its store is empty.
	Saver eval.Saver

	// Put makes an environment or replaces its text, as somebody else would, without the Saver. It may panic. Nil: the
	// Saver is an [eval.Creator], and that is used.
	Put func(name string, text []byte)

	// Another returns another Saver of the same store, such as another process would use; it is an [eval.Creator] if the
	// Saver is. Nil: the Saver itself is used.
	Another func() eval.Saver

	// Faults names the faults that can be planted, and Plant plants one, which the next Save or Create of the Saver meets;
	// "" takes it away. None: the suite does not see what uncertain outcomes lead to.
	Faults []string
	Plant  func(fault string)

	// Slow says that a call takes long, as over a network, so that the suite is to make fewer.
	Slow bool
}

// A Finding is one breach of a rule.
type Finding struct {
	Rule   Rule
	Where  string // the case that shows it, such as "an old text that is a part of it"
	Detail string // what was seen; it holds no text of an environment
}

// String returns the finding with the rule that it is about.
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s\nbroken rule: %s", f.Where, f.Detail, f.Rule.Text)
}

// Run tests the Savers of the worlds that newWorld makes, in one subtest for each rule, named after it.
func Run(t *testing.T, newWorld func() World) {
	t.Helper()
	findings := Check(t.Context(), newWorld)
	broken := map[Rule][]Finding{}
	for _, f := range findings {
		broken[f.Rule] = append(broken[f.Rule], f)
	}
	for _, rule := range Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			for _, f := range broken[rule] {
				t.Error(f)
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
