package awstest_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awstest"
)

// TestOutcomes makes a CreateAccessKey meet each outcome, with the SDK and directly: both must see the same.
func TestOutcomes(t *testing.T) {
	for _, o := range outcomes {
		var seen [2][]string
		for i, direct := range []bool{false, true} {
			a := account{t, awstest.New(t, awstest.Options{}), direct}
			client := a.admin()
			if _, err := client.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("app")}); err != nil {
				t.Fatal(err) // from now on there is a connection that is used again
			}
			a.Script(awstest.Rule{Action: "CreateAccessKey", Nth: 1, Outcome: o.outcome})
			sent := false
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{WroteHeaders: func() { sent = true }})
			_, err := client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("app")})
			seen[i] = chain(err)
			if sees := strings.Join(seen[i], "\n"); o.sees == "" && err != nil || !strings.Contains(sees, o.sees) {
				t.Errorf("%s: the client sees %v", o.outcome, err)
			}
			if executed := len(a.Keys("app")) == 2; executed != o.executed || sent != o.sent {
				t.Errorf("%s: executed %v, sent %v", o.outcome, executed, sent)
			}
			if c := a.Calls()[1:]; len(c) != 1 || c[0].Executed != o.executed || a.Fired() != 1 {
				t.Errorf("%s: %v", o.outcome, c)
			}
		}
		if diff := cmp.Diff(seen[0], seen[1]); diff != "" {
			t.Errorf("%s: -SDK +direct\n%s", o.outcome, diff)
		}
	}
	t.Logf("%d outcomes", len(outcomes))
}

// TestActions makes calls of all kinds meet each outcome, and compares what the SDK and the direct clients see.
func TestActions(t *testing.T) {
	actions := []string{"GetUser", "TagUser", "UpdateAccessKey", "DeleteAccessKey", "GetAccessKeyLastUsed", "UpdateLoginProfile", "GetCallerIdentity", "AssumeRoleWithWebIdentity"}
	compareWays(t, busyOptions, actions, outcomes, account.do)
	var seen [2][]string
	for i, direct := range []bool{false, true} {
		a := account{t, awstest.New(t, awstest.Options{}), direct}
		a.Script(awstest.Rule{Outcome: awstest.Truncated()})
		_, err := a.admin().GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("nobody")})
		seen[i] = chain(err)
	}
	if diff := cmp.Diff(seen[0], seen[1]); diff != "" {
		t.Errorf("half of an error: -SDK +direct\n%s", diff)
	}
}

// TestErrorTypes compares the errors of the two ways for every code, with the actions that have a type for it or not.
func TestErrorTypes(t *testing.T) {
	for _, action := range []string{"GetUser", "UpdateAccessKey", "UpdateLoginProfile", "AssumeRoleWithWebIdentity", "GetAccessKeyLastUsed", "CreateLoginProfile", "TagUser"} {
		for _, code := range []string{
			"AccessDenied", "NoSuchEntity", "LimitExceeded", "InvalidInput", "ServiceFailure", "ConcurrentModification", "PasswordPolicyViolation",
			"EntityTemporarilyUnmodifiable", "EntityAlreadyExists", "ExpiredTokenException", "IDPCommunicationError", "IDPRejectedClaim",
			"InvalidIdentityToken", "PackedPolicyTooLarge", "MalformedPolicyDocument", "RegionDisabledException", "ValidationError", "OptInRequired",
		} {
			var seen [2][]string
			for i, direct := range []bool{false, true} {
				a := account{t, awstest.New(t, consoleUser()), direct}
				a.Script(awstest.Rule{Outcome: awstest.Fail(code, 0)})
				seen[i] = chain(a.do(action))
			}
			if diff := cmp.Diff(seen[0], seen[1]); diff != "" || seen[0] == nil {
				t.Errorf("%s, %s: -SDK +direct\n%s", action, code, diff)
			}
		}
	}
}

// do performs an action in some way.
func (a account) do(action string) error {
	var err error
	user, id := aws.String("app"), aws.String(a.Credentials("admin").AccessKeyID)
	switch action {
	case "GetUser":
		_, err = a.admin().GetUser(a.Context(), &iam.GetUserInput{UserName: user})
	case "TagUser":
		_, err = a.admin().TagUser(a.Context(), &iam.TagUserInput{UserName: user, Tags: []types.Tag{{Key: user, Value: user}}})
	case "UpdateAccessKey":
		_, err = a.admin().UpdateAccessKey(a.Context(), &iam.UpdateAccessKeyInput{UserName: aws.String("admin"), AccessKeyId: id, Status: "Active"})
	case "GetAccessKeyLastUsed":
		_, err = a.admin().GetAccessKeyLastUsed(a.Context(), &iam.GetAccessKeyLastUsedInput{AccessKeyId: id})
	case "UpdateLoginProfile":
		_, err = a.admin().UpdateLoginProfile(a.Context(), &iam.UpdateLoginProfileInput{UserName: user})
	case "CreateLoginProfile":
		_, err = a.admin().CreateLoginProfile(a.Context(), &iam.CreateLoginProfileInput{UserName: user, Password: aws.String(firstPassword)})
	case "DeleteAccessKey":
		_, err = a.admin().DeleteAccessKey(a.Context(), &iam.DeleteAccessKeyInput{UserName: aws.String("admin"), AccessKeyId: id})
	case "GetCallerIdentity":
		_, err = a.sts(a.Credentials("admin")).GetCallerIdentity(a.Context(), nil)
	case "AssumeRoleWithWebIdentity":
		_, err = a.assume(nil)
	}
	return err
}

// TestRules chooses calls by action, user, condition and number.
func TestRules(t *testing.T) {
	sim := awstest.New(t, awstest.Options{})
	admin, app := sim.Credentials("admin"), sim.Credentials("app")
	sim.Script(
		awstest.Rule{Action: "GetUser", User: "APP", Nth: 2, Outcome: awstest.Throttled()},
		awstest.Rule{Action: "GetUser", User: "app", Nth: 3, Outcome: awstest.Unavailable()},
		awstest.Rule{Action: "GetUser", When: func(c awstest.Call) bool { return c.Signer == app.AccessKeyID }, Outcome: awstest.InternalError()},
	)
	var got []string
	get := func(creds aws.Credentials, user string) {
		_, err := sim.IAM(creds).GetUser(t.Context(), &iam.GetUserInput{UserName: &user})
		got = append(got, code(err))
	}
	for _, user := range []string{"app", "admin", "app", "app", "app"} {
		get(admin, user)
	}
	get(app, "admin")
	sim.ClearScript()
	get(app, "admin")
	want := []string{"", "", "Throttling", "ServiceUnavailable", "", "InternalFailure", ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestDelays looks at the clock around a delayed call.
func TestDelays(t *testing.T) {
	for _, c := range []struct {
		outcome awstest.Outcome
		created time.Duration
	}{{awstest.Delayed(time.Hour), time.Hour}, {awstest.Delayed(time.Hour).Executed(), 0}} {
		sim := awstest.New(t, awstest.Options{})
		sim.Script(awstest.Rule{Outcome: c.outcome})
		out, err := sim.IAM(sim.Credentials("admin")).CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("app")})
		if err != nil {
			t.Fatal(err)
		}
		if got := out.AccessKey.CreateDate.Sub(awstest.Epoch); got != c.created || sim.Clock().Now().Sub(awstest.Epoch) != time.Hour {
			t.Errorf("created after %v, want %v; now %v", got, c.created, sim.Clock().Now())
		}
	}
}

// TestAnswers looks at answers that are not what AWS would say.
func TestAnswers(t *testing.T) {
	for _, direct := range []bool{false, true} {
		a := account{t, awstest.New(t, awstest.Options{}), direct}
		list := func(o awstest.Outcome, marker *string) *iam.ListAccessKeysOutput {
			a.ClearScript()
			a.Script(awstest.Rule{Outcome: o})
			out, err := a.admin().ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: aws.String("app"), Marker: marker})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		endless := list(awstest.EndlessPages(), nil)
		again := list(awstest.EndlessPages(), endless.Marker)
		if !again.IsTruncated || *again.Marker != *endless.Marker || len(again.AccessKeyMetadata) != 1 {
			t.Error("the pages end")
		}
		if k := list(awstest.WithoutDates(), nil).AccessKeyMetadata[0]; k.CreateDate != nil {
			t.Error("there is a date")
		}
		if k := list(awstest.ForUser("x"), nil).AccessKeyMetadata[0]; *k.UserName != "x" {
			t.Error("for the right user")
		}
		a.Advance(time.Hour)
		id := a.create().AccessKeyID
		n := len(list(awstest.Stale(minute), nil).AccessKeyMetadata)
		a.ClearScript()
		if n != 1 || len(a.listed()) != 2 {
			t.Errorf("%d keys without %s", n, id)
		}
		a.Script(awstest.Rule{Outcome: awstest.Altered(func(out *sts.GetCallerIdentityOutput) { out.Account = aws.String("210987654321") })})
		out, err := a.sts(a.Credentials("app")).GetCallerIdentity(t.Context(), nil)
		if err != nil || *out.Account != "210987654321" || a.Calls()[len(a.Calls())-1].Outcome != "altered answer" {
			t.Error(out, err)
		}
		a.ClearScript()
		a.Script(awstest.Rule{Nth: 1, Outcome: awstest.ForUser("admin")})
		for _, want := range []string{"admin", "nobody"} {
			other, err := a.admin().CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("app")})
			a.code(err, map[string]string{"admin": "", "nobody": "LimitExceeded"}[want])
			if err == nil && (*other.AccessKey.UserName != want || len(a.Keys(want)) != 2) {
				t.Errorf("made for %s", *other.AccessKey.UserName)
			}
		}
		a.RemoveKey(a.Keys("admin")[1].ID)
		a.ClearScript()
		a.Script(awstest.Rule{Outcome: awstest.WithoutSecret()})
		made, err := a.admin().CreateAccessKey(t.Context(), nil)
		if err != nil || made.AccessKey.SecretAccessKey != nil || made.AccessKey.AccessKeyId == nil {
			t.Error("there is a secret", err)
		}
	}
}

// TestRetries counts how often the SDK and the direct client try, without and with a retryer for one call.
func TestRetries(t *testing.T) {
	for _, direct := range []bool{false, true} {
		a := account{t, awstest.New(t, awstest.Options{}), direct}
		a.Script(awstest.Rule{Action: "GetUser", Outcome: awstest.Unavailable()})
		quick := func(o *iam.Options) {
			o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		}
		for want, options := range map[int][]func(*iam.Options){1: nil, 3: {quick}} {
			before := len(a.Calls())
			_, err := a.admin().GetUser(a.Context(), &iam.GetUserInput{UserName: aws.String("app")}, options...)
			calls := a.Calls()[before:]
			if code(err) != "ServiceUnavailable" || len(calls) != want || calls[want-1].Attempt != want {
				t.Errorf("direct %v: %v, want %d tries", direct, calls, want)
			}
		}
	}
}

// TestHooks cancels a context before and after execution, and lets a human act in between.
func TestHooks(t *testing.T) {
	for _, when := range []string{"before", "after"} {
		sim := awstest.New(t, awstest.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		hook := func(c awstest.Call) {
			if c.Action != "CreateAccessKey" || !c.At.Equal(awstest.Epoch) || c.Principal != sim.UserARN("admin") {
				t.Errorf("the hook sees %+v", c)
			}
			cancel()
		}
		map[string]func(func(awstest.Call)){"before": sim.Before, "after": sim.After}[when](hook)
		_, err := sim.IAM(sim.Credentials("admin")).CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("app")})
		executed := len(sim.Keys("app")) == 2
		if !errors.Is(err, context.Canceled) || executed != (when == "after") || sim.Calls()[0].Executed != executed {
			t.Errorf("%s: %v, executed %v, %v", when, err, executed, sim.Trace())
		}
	}
	sim := awstest.New(t, awstest.Options{})
	id := sim.Credentials("app").AccessKeyID
	sim.Before(func(awstest.Call) { sim.RemoveKey(id) })
	_, err := sim.IAM(sim.Credentials("admin")).DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: aws.String("app"), AccessKeyId: &id})
	if code(err) != "NoSuchEntity" {
		t.Error(err)
	}
}

// TestMetadata looks for server time and request id where clients of the SDK have them.
func TestMetadata(t *testing.T) {
	for _, direct := range []bool{false, true} {
		a := account{t, awstest.New(t, awstest.Options{}), direct}
		a.Advance(time.Hour)
		out, err := a.admin().GetUser(a.Context(), &iam.GetUserInput{UserName: aws.String("app")})
		if err != nil {
			t.Fatal(err)
		}
		at, timed := awsmiddleware.GetServerTime(out.ResultMetadata)
		id, identified := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
		if !timed || !at.Equal(awstest.Epoch.Add(time.Hour)) || !identified || len(id) != 36 {
			t.Errorf("direct %v: %v %v %v", direct, at, timed, id)
		}
		_, err = a.admin().GetUser(a.Context(), &iam.GetUserInput{UserName: aws.String("nobody")})
		var response *awshttp.ResponseError
		if !errors.As(err, &response) || response.Response.Header.Get("Date") != at.Format(http.TimeFormat) || len(response.RequestID) != 36 {
			t.Errorf("direct %v: %v", direct, err)
		}
	}
}

// TestOtherClients lets clients of another make meet what only a client of the simulator's sees in full.
func TestOtherClients(t *testing.T) {
	sim := awstest.New(t, awstest.Options{})
	client := iam.New(iam.Options{
		Region: "us-east-1", Retryer: aws.NopRetryer{}, BaseEndpoint: aws.String(sim.URL("iam")), HTTPClient: &http.Client{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return sim.Credentials("admin"), nil }),
	})
	sim.Script(
		awstest.Rule{Nth: 1, Outcome: awstest.Refused()}, awstest.Rule{Nth: 2, Outcome: awstest.TimedOut(time.Minute)},
		awstest.Rule{Nth: 3, Outcome: awstest.Redirect(307, "")},
	)
	_, err := client.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("app")})
	if err == nil || code(err) == "" {
		t.Error("a refused connection")
	}
	ctx, cancel := context.WithCancel(t.Context())
	sim.After(func(awstest.Call) { cancel() })
	if _, err = client.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("app")}); !errors.Is(err, context.Canceled) {
		t.Errorf("a time-out: %v", err)
	}
	_, err = client.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("app")})
	if code(err) != "UnknownError" || len(sim.Calls()) != 3 {
		t.Errorf("a redirect of a request that cannot be sent again: %v, %s", err, sim.Trace())
	}
	sim.Script(awstest.Rule{Nth: 1, Outcome: awstest.Redirect(307, "")})
	resp, err := http.PostForm(sim.URL("iam"), url.Values{"Action": {"GetUser"}, "Version": {"2010-05-08"}})
	if err != nil || resp.StatusCode != 403 || len(sim.Calls()) != 5 {
		t.Errorf("a redirect that is followed: %v, %s", err, sim.Trace())
	}
	_ = resp.Body.Close()
	var timeout net.Error
	sim.Script(awstest.Rule{Outcome: awstest.TimedOut(time.Minute)})
	_, err = sim.IAM(sim.Credentials("admin")).GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("app")})
	if !errors.As(err, &timeout) || !timeout.Timeout() || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a direct time-out: %v", err)
	}
}
