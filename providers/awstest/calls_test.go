package awstest_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awstest"
)

// busy makes calls of all kinds, with all kinds of results, and returns their errors.
func busy(a account) []error {
	var errs []error
	note := func(err error) { errs = append(errs, err) }
	key := a.create()
	_, err := a.admin().CreateAccessKey(a.Context(), nil)
	note(err)
	_, err = a.admin().CreateAccessKey(a.Context(), nil)
	note(err)
	a.Advance(minute)
	wrong := key
	wrong.SecretAccessKey = strings.Repeat("w", 40)
	for _, creds := range []aws.Credentials{key, wrong, {}, {AccessKeyID: "AKIA0000000000000000", SecretAccessKey: "s"}} {
		_, err = a.sts(creds).GetCallerIdentity(a.Context(), nil)
		note(err)
	}
	token := mint(byEC, good(nil))
	for _, t := range []string{token, token[:len(token)-4], "x." + token, token + "x"} {
		_, err = a.assume(func(in *assumeInput) { in.WebIdentityToken = &t })
		note(err)
	}
	a.Script(awstest.Rule{Action: "UpdateLoginProfile", Nth: 2, Outcome: awstest.Dropped().Executed()})
	for _, password := range []string{"Second-password-2", "Third-password-3", "short"} {
		_, err = a.admin().UpdateLoginProfile(a.Context(), &iam.UpdateLoginProfileInput{UserName: aws.String("app"), Password: &password})
		note(err)
	}
	doc := awstest.NewDocument(nil)
	_, save := doc.Begin()
	note(a.Save(save)(a.Context(), map[string]any{"a": "b"}))
	a.delete(key.AccessKeyID)
	return errs
}

func busyOptions() awstest.Options {
	o := federated()
	o.Users = consoleUser().Users
	return o
}

// TestTrace compares the lines of calls with what they are to be, and shows that they are the same on every run.
func TestTrace(t *testing.T) {
	var traces []string
	for range 2 {
		a := account{t, awstest.New(t, busyOptions()), true}
		busy(a)
		trace := a.Trace()
		for _, name := range []string{"admin", "app"} {
			for i, k := range a.Keys(name) {
				trace = strings.ReplaceAll(trace, k.ID, fmt.Sprint(strings.ToUpper(name), i))
			}
		}
		traces = append(traces, trace)
	}
	if traces[0] != traces[1] {
		t.Error("the same calls leave another trace")
	}
	first := strings.Join(strings.SplitAfter(traces[0], "\n")[1:4], "")
	want := `2026-01-01T00:00:00Z CreateAccessKey caller=admin key=ADMIN1 by=ADMIN0: ok
2026-01-01T00:00:00Z CreateAccessKey caller=admin by=ADMIN1: LimitExceeded
2026-01-01T00:01:00Z GetCallerIdentity`
	if got := first[:len(want)]; got != want {
		t.Errorf("-want +got\n%s", cmp.Diff(want, got))
	}
	for _, line := range []string{
		" GetCallerIdentity: MissingAuthenticationToken\n", "AssumeRoleWithWebIdentity: InvalidIdentityToken\n",
		"UpdateLoginProfile user=app by=ADMIN1 executed: connection dropped\n", "2026-01-01T00:01:00Z Save: ok\n",
	} {
		if !strings.Contains(traces[0], line) {
			t.Errorf("no line %q in\n%s", line, traces[0])
		}
	}
}

// TestDeterminism runs the same calls with the same seed, over HTTP and directly, and compares everything.
func TestDeterminism(t *testing.T) {
	var all [4]string
	for i := range all {
		a := account{t, awstest.New(t, busyOptions()), i >= 2}
		busy(a)
		for _, c := range a.Calls() {
			c.Run = "" // the SDK's clients are made for a run each
			all[i] += fmt.Sprintf("%+v\n", c)
		}
		all[i] += strings.Join(a.Secrets()[:4], "\n")
	}
	for i := range all[1:] {
		if diff := cmp.Diff(all[0], all[i+1]); diff != "" {
			t.Errorf("run %d: %s", i+1, diff)
		}
	}
}

// TestCanaries looks for secrets, tokens and signatures in everything that the simulator tells.
func TestCanaries(t *testing.T) {
	for _, direct := range []bool{false, true} {
		tb := &quietTB{}
		a := account{t, awstest.New(tb, busyOptions()), direct}
		doc := awstest.NewDocument(nil)
		a.Watch(doc)
		told := ""
		for _, err := range busy(a) {
			told += fmt.Sprintf("%v %+v %#v\n", err, err, err)
		}
		for _, c := range a.Calls() {
			told += fmt.Sprintf("%v %+v %#v\n", c, c, c)
		}
		told += fmt.Sprintf("%v %+v %#v %+v", a.Keys("app"), a.Keys("admin")[0], a.Keys("app"), busyOptions().Users)
		told += a.Trace() + strings.Join(tb.failures, "\n")
		secrets := append(a.Secrets(), strings.Repeat("w", 40), "short", mint(byRSA, good(nil)), "Signature=", "AWS4-HMAC")
		if len(secrets) < 12 {
			t.Errorf("only %d secrets", len(secrets))
		}
		for _, secret := range secrets {
			for _, form := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret)), url.QueryEscape(secret)} {
				if strings.Contains(told, form) {
					t.Errorf("direct %v: %q is told", direct, form[:4])
				}
			}
		}
		a.Close()
	}
}

// TestOptions has wrong options refused with words.
func TestOptions(t *testing.T) {
	for name, o := range map[string]awstest.Options{
		"user name":      {Users: []awstest.User{{Name: "a b"}}},
		"exists":         {Users: []awstest.User{{Name: "a"}, {Name: "A"}}},
		"path":           {Users: []awstest.User{{Name: "a", Path: "x"}}},
		"status":         {Users: []awstest.User{{Name: "a", Keys: []awstest.Key{{Status: "On"}}}}},
		"taken":          {Users: []awstest.User{{Name: "a", Keys: []awstest.Key{{ID: "AKIA0000000000000000"}, {ID: "AKIA0000000000000000"}}}}},
		"16 to 128":      {Users: []awstest.User{{Name: "a", Keys: []awstest.Key{{ID: "short"}}}}},
		"role name":      {Roles: []awstest.Role{{Name: "a b"}}},
		"trust":          {Roles: []awstest.Role{{Name: "a"}}},
		"issuer":         {Issuers: []awstest.Issuer{{URL: "x"}}},
		"role \"A\"":     {Roles: []awstest.Role{{Name: "a", TrustPolicy: trust}, {Name: "A", TrustPolicy: trust}}},
		"secret name":    {Secrets: []awstest.Secret{{Name: "a b"}}},
		"parameter name": {Parameters: []awstest.Parameter{{Name: "a/b"}}},
		"parameter type": {Parameters: []awstest.Parameter{{Name: "a", Type: "Number"}}},
		"path \"/x\"":    {Roles: []awstest.Role{{Name: "a", Path: "/x", TrustPolicy: trust}}},
	} {
		if _, err := awstest.Simulate(o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		tb := &quietTB{}
		if awstest.New(tb, o); len(tb.failures) != 1 {
			t.Errorf("%s: %q", name, tb.failures)
		}
	}
}

// TestClock tries both kinds of clock.
func TestClock(t *testing.T) {
	c := awstest.NewClock(awstest.Epoch)
	c.Advance(-time.Hour)
	if err := c.Sleep(t.Context(), time.Hour); err != nil || !c.Now().Equal(awstest.Epoch.Add(time.Hour)) {
		t.Error(err, c.Now())
	}
	real := awstest.RealTime(1e9)
	before := real.Now()
	if err := real.Sleep(t.Context(), time.Second); err != nil || real.Now().Sub(before) < time.Second {
		t.Error(err, real.Now().Sub(before))
	}
	real.Advance(24 * time.Hour * 365)
	if real.Now().Sub(before) < 24*time.Hour*365 {
		t.Error("a running clock is not advanced")
	}
}
