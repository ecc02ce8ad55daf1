package awstest_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awstest"
)

// A call goes over HTTP with the SDK, or to the account directly; a program must see the same in both ways.

// chain is an error as a program can see it: the types of what it wraps, and its text without request id. What the SDK's
// retryers add about attempts, and about a clock that is not the real one, is left out.
func chain(err error) []string {
	if err == nil {
		return nil
	}
	id := regexp.MustCompile(`RequestID: [0-9a-f-]+`)
	added := regexp.MustCompile(`, exceeded maximum number of attempts, 1| Probable clock skew error:`)
	lines := []string{id.ReplaceAllString(added.ReplaceAllString(err.Error(), ""), "RequestID: …")}
	for ; err != nil; err = errors.Unwrap(err) {
		if line := fmt.Sprintf("%T", err); !strings.HasPrefix(line, "*retry.") {
			lines = append(lines, line)
		}
	}
	return lines
}

type outcomeCase struct {
	outcome  awstest.Outcome
	executed bool
	sent     bool
	sees     string // in the error; empty for success
}

var outcomes = []outcomeCase{
	{awstest.Fail("AccessDenied", 0), false, true, "StatusCode: 403, RequestID: …, api error AccessDenied"},
	{awstest.Fail("LimitExceeded", 0), false, true, "StatusCode: 409, RequestID: …, LimitExceeded"},
	{awstest.Fail("NoSuchEntity", 0), false, true, "StatusCode: 404"},
	{awstest.Fail("InvalidClientTokenId", 0), false, true, "StatusCode: 403, RequestID: …, api error InvalidClientTokenId"},
	{awstest.Fail("SignatureDoesNotMatch", 0), false, true, "StatusCode: 403"},
	{awstest.Fail("ExpiredToken", 0), false, true, "StatusCode: 403"},
	{awstest.Fail("RequestExpired", 0), false, true, "StatusCode: 400"},
	{awstest.Fail("Unheard", 418), false, true, "StatusCode: 418, RequestID: …, api error Unheard"},
	{awstest.FailWith("ValidationError", 0, "no such thing"), false, true, "ValidationError: no such thing"},
	{awstest.Throttled(), false, true, "api error Throttling"},
	{awstest.InternalError(), false, true, "StatusCode: 500"},
	{awstest.InternalError().Executed(), true, true, "StatusCode: 500"},
	{awstest.Unavailable(), false, true, "StatusCode: 503"},
	{awstest.Unavailable().Executed(), true, true, "StatusCode: 503"},
	{awstest.Refused(), false, false, "connection refused"},
	{awstest.Refused().Executed(), false, false, "connection refused"},
	{awstest.Dropped(), false, true, "EOF"},
	{awstest.Dropped().Executed(), true, true, "EOF"},
	{awstest.TimedOut(30 * time.Second), false, true, "timeout awaiting response headers"},
	{awstest.TimedOut(30 * time.Second).Executed(), true, true, "timeout awaiting response headers"},
	{awstest.Truncated(), true, true, "deserialization failed"},
	{awstest.HTML(), false, true, "deserialization failed"},
	{awstest.HTML().Executed(), true, true, "deserialization failed"},
	{awstest.Redirect(307, ""), false, true, "StatusCode: 307"},
	{awstest.Redirect(302, "/elsewhere").Executed(), true, true, "StatusCode: 302"},
	{awstest.Delayed(time.Minute), true, true, ""},
	{awstest.Delayed(time.Minute).Executed(), true, true, ""},
	{awstest.Stale(time.Hour), true, true, ""},
	{awstest.WithoutSecret(), true, true, ""},
	{awstest.ForUser("somebody"), true, true, ""},
}

// compareWays makes each action meet each outcome, in an account of its own, with the SDK and directly: both must see the
// same.
func compareWays(t *testing.T, options func() awstest.Options, actions []string, outcomes []outcomeCase, do func(a account, action string) error) {
	t.Helper()
	for _, action := range actions {
		for _, o := range outcomes {
			var seen [2][]string
			var executed [2]bool
			for i, direct := range []bool{false, true} {
				a := account{t, awstest.New(t, options()), direct}
				a.Script(awstest.Rule{Nth: 1, Outcome: o.outcome})
				seen[i] = chain(do(a, action))
				executed[i] = a.Calls()[0].Executed
			}
			if diff := cmp.Diff(seen[0], seen[1]); diff != "" || executed[0] != executed[1] || executed[0] != o.executed {
				t.Errorf("%s, %s: executed %v; -SDK +direct\n%s", action, o.outcome, executed, diff)
			}
		}
	}
	t.Logf("%d actions, each with %d outcomes", len(actions), len(outcomes))
}

// withCodes are the outcomes, and errors with these codes.
func withCodes(codes ...string) []outcomeCase {
	all := slices.Clone(outcomes)
	for _, c := range codes {
		all = append(all, outcomeCase{outcome: awstest.Fail(c, 0)})
	}
	return all
}

// perform performs an action of a client of the SDK's shape and returns its output.
func perform(ctx context.Context, client any, action string, in any) (any, error) {
	results := reflect.ValueOf(client).MethodByName(action).Call([]reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(in)})
	err, _ := results[1].Interface().(error)
	return results[0].Interface(), err
}
