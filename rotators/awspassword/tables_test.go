package awspassword

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/escapement-go/escapement/providers/awstest"
)

// A fault is one way in which one step goes wrong: each time that it is taken, or the first time.
type fault struct {
	name   string
	strike func(a *attempt, step string, nth int)
}

func outcome(name string, o awstest.Outcome) fault {
	return fault{name, func(a *attempt, step string, nth int) { a.fail(step, nth, o) }}
}

func failing(codes ...string) []fault {
	var all []fault
	for _, code := range codes {
		all = append(all, outcome(code, awstest.Fail(code, 0)))
	}
	return all
}

var crash = fault{"crash", func(a *attempt, step string, _ int) { a.crashAfter(step) }}

// common are the twelve outcomes that every call may have.
func common() []fault {
	return append(failing("AccessDenied", "InvalidClientTokenId", "SignatureDoesNotMatch", "ExpiredToken", "RequestExpired", "Throttling"),
		outcome("500", awstest.InternalError()), outcome("503", awstest.Unavailable()), outcome("refused connection", awstest.Refused()),
		outcome("lost connection", awstest.Dropped()), outcome("time-out", awstest.TimedOut(30*time.Second)),
		outcome("undecodable 200", awstest.Truncated()))
}

var cancelled = []fault{
	{"caller cancelled, not executed", func(a *attempt, step string, _ int) { a.giveUp(step, false) }},
	{"caller cancelled, executed", func(a *attempt, step string, _ int) { a.giveUp(step, true) }},
}

func altered[Output any](name string, f func(*Output)) fault {
	return outcome(name, awstest.Altered(f))
}

// own are the six outcomes that only this step may have.
func own(step string) []fault {
	const stranger = "arn:aws:iam::123456789012:user/stranger"
	user := func(f func(*types.User)) func(*iam.GetUserOutput) {
		return func(o *iam.GetUserOutput) {
			u := *o.User
			f(&u)
			o.User = &u
		}
	}
	switch step {
	case stepAccount:
		return append(append(failing("IncompleteSignature"),
			altered("other account", func(o *sts.GetCallerIdentityOutput) { o.Account = aws.String("999999999999") }),
			altered("no account", func(o *sts.GetCallerIdentityOutput) { o.Account = nil }),
			altered("other ARN", func(o *sts.GetCallerIdentityOutput) { o.Arn = aws.String(stranger) })), cancelled...)
	case stepUser:
		return append(append(failing("NoSuchEntity"),
			altered("other ARN", user(func(u *types.User) { u.Arn = aws.String(stranger) })),
			altered("other UserId", user(func(u *types.User) { u.UserId = aws.String("AIDASTRANGER000000000") })),
			altered("no user", func(o *iam.GetUserOutput) { o.User = nil })), cancelled...)
	case stepProfile:
		return append(append(failing("NoSuchEntity", "EntityTemporarilyUnmodifiable"), outcome("other UserName", awstest.ForUser("stranger")),
			altered("no profile", func(o *iam.GetLoginProfileOutput) { o.LoginProfile = nil })), cancelled...)
	case stepPolicy:
		return append(append(failing("NoSuchEntity"),
			altered("no policy", func(o *iam.GetAccountPasswordPolicyOutput) { o.PasswordPolicy = nil }),
			altered("length 128", func(o *iam.GetAccountPasswordPolicyOutput) { o.PasswordPolicy.MinimumPasswordLength = aws.Int32(128) }),
			altered("expiry after a day", func(o *iam.GetAccountPasswordPolicyOutput) { o.PasswordPolicy.MaxPasswordAge = aws.Int32(1) })), cancelled...)
	}
	return append(failing("PasswordPolicyViolation", "EntityTemporarilyUnmodifiable"),
		outcome("500, executed", awstest.InternalError().Executed()), outcome("503, executed", awstest.Unavailable().Executed()),
		outcome("lost connection, executed", awstest.Dropped().Executed()), outcome("time-out, executed", awstest.TimedOut(30*time.Second).Executed()))
}

// The table: every outcome of every step that calls AWS, whenever it is taken, and once.
func TestOutcomes(t *testing.T) {
	for nth, name := range []string{"H", "H1"} {
		figures := &tally{table: name}
		for _, s := range starts {
			for _, step := range steps {
				for _, f := range append(append([]fault{crash}, common()...), own(step)...) {
					w := newWorld(s, variant{inputs: map[string]any{"rotateAfter": "90d"}})
					a := w.attempt().prepare(step)
					f.strike(a, step, nth)
					a.perform()
					w.lied = f.name == "other UserId"
					figures.finish(w, step+": "+f.name, a.came(step))
				}
			}
		}
		figures.report(t, 456)
	}
}

// came tells whether the run has come to a step.
func (a *attempt) came(step string) bool {
	switch step {
	case stepSet:
		return a.tried > 0
	case stepAgain:
		return a.refused > 0 && (a.tried > a.refused || a.refused > 1)
	}
	return strings.Contains(strings.Join(a.actions(), " "), step)
}

// What may become of a save.
var saveOutcomes = []struct {
	name    string
	outcome awstest.SaveOutcome
}{
	{"conflict", awstest.SaveConflict}, {"uncertain, written", awstest.SaveUncertainWritten}, {"uncertain, not written", awstest.SaveUncertainLost},
	{"other error", awstest.SaveFailed}, {"other error, written", awstest.SaveFailedWritten},
	{"crash before", awstest.SaveCrashBefore}, {"crash after", awstest.SaveCrashAfter},
}

// The table of saves: every outcome of each, whenever it is tried, and once.
func TestSaves(t *testing.T) {
	for nth, name := range []string{"Hs", "Hs1"} {
		figures := &tally{table: name}
		for _, s := range starts {
			for _, point := range saves {
				for _, o := range saveOutcomes {
					w := newWorld(s, variant{})
					a := w.attempt().prepare(point)
					reached := false
					w.doc.Script(awstest.SaveRule{Nth: nth, Outcome: o.outcome, When: func(map[string]any) bool {
						reached = reached || a.saving == point
						return a.saving == point
					}})
					a.perform()
					figures.finish(w, point+": "+o.name, reached)
				}
			}
		}
		figures.report(t, 112)
	}
}

// A tally is the figures of one table.
type tally struct {
	table                                                     string
	cells, reached, calls, remembered, assertions, violations int
	first                                                     []string
}

// finish settles a world and adds it.
func (t *tally) finish(w *world, name string, reached bool) {
	w.settle([]time.Duration{time.Second, 6 * time.Minute, 2 * time.Hour}[t.cells%3])
	t.add(w, name, reached)
}

func (t *tally) add(w *world, name string, reached bool) {
	for _, secret := range w.leaks() {
		w.violations = append(w.violations, "printed: "+secret)
	}
	t.cells++
	if reached {
		t.reached++
	}
	t.calls += len(w.sim.Calls())
	t.remembered += w.remembered
	for _, n := range w.watch.Assertions() {
		t.assertions += n
	}
	t.violations += len(w.violations)
	for _, v := range w.violations {
		if len(t.first) < 40 {
			t.first = append(t.first, fmt.Sprintf("%s, start %d (%s | %s): %s", name, w.number, w.document, w.account, v))
		}
	}
	w.sim.Close()
}

// report prints the figures and fails for violations, and unless the table has so many cells.
func (t *tally) report(test *testing.T, cells int) {
	test.Helper()
	fmt.Printf("%-3s cells %d reached %d calls %d assertions %d violations %d (password in force in the document: asserted %d times)\n",
		t.table, t.cells, t.reached, t.calls, t.assertions+t.remembered, t.violations, t.remembered)
	for _, v := range t.first[:min(4, len(t.first))] {
		test.Error(v)
	}
	if t.cells != cells || t.reached == 0 || t.violations > 0 {
		test.Errorf("%s: %d cells, want %d; %d reached; %d violations", t.table, t.cells, cells, t.reached, t.violations)
	}
}
