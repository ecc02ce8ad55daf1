package awslogin_test

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/schema"
)

// An account is a simulated one that trusts an issuer for the environment aws/login.
type account struct {
	*awstest.Simulator
	issuer   awslogin.Issuer
	provider *awslogin.Provider
}

// newAccount sets an account up with nothing but what package awslogin hands out: the documents and a trust policy.
func newAccount(t *testing.T, key crypto.Signer, subjects ...string) *account {
	t.Helper()
	a := &account{Simulator: awstest.New(t, awstest.Options{})}
	a.issuer = issuer(key)
	a.issuer.Clock = a.Clock()
	documents, err := a.issuer.Documents()
	if err != nil {
		t.Fatal(err)
	}
	if len(subjects) == 0 {
		subjects = []string{"pulumi:environments:org:acme:env:aws/login"}
	}
	trust, err := a.issuer.TrustPolicy("aws", "123456789012", subjects...)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		a.AddIssuer(awstest.Issuer{URL: a.issuer.URL, ClientIDs: []string{"aws:acme"}, Documents: documents}),
		a.AddRole(awstest.Role{Name: "deployer", TrustPolicy: string(trust)}),
		a.AddRole(awstest.Role{Name: "long", TrustPolicy: string(trust), MaxSessionDuration: 12 * time.Hour}),
	)
	if err != nil {
		t.Fatal(err)
	}
	a.provider = a.with(a.issuer)
	return a
}

// with returns a provider that logs in to the account with tokens of source, by the clock of the account.
func (a *account) with(source awslogin.TokenSource) *awslogin.Provider {
	return &awslogin.Provider{Source: source, HTTPClient: a.HTTPClient(), Clock: a.Clock()}
}

// request returns one for a role, with these inputs besides.
func (a *account) request(role, environment string, inputs ...any) *providers.Request {
	req := oidcRequest(append([]any{"roleArn", a.RoleARN(role)}, inputs...)...)
	req.Environment = environment
	return req
}

// works checks that credentials do what they are for: sign a call.
func (a *account) works(t *testing.T, out any, role string) {
	t.Helper()
	got := out.(map[string]any)
	config := a.Config("")
	config.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{
			AccessKeyID: got["accessKeyId"].(string), SecretAccessKey: got["secretAccessKey"].(schema.Secret).Reveal(),
			SessionToken: got["sessionToken"].(schema.Secret).Reveal(),
		}, nil
	})
	who, err := sts.NewFromConfig(config).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if want := "arn:aws:sts::123456789012:assumed-role/" + role + "/session"; err != nil || aws.ToString(who.Arn) != want {
		t.Errorf("got %v, %v, want %s", who, err, want)
	}
}

// From a new key to credentials that work, by the files that the commands write.
func TestLoginFromNothing(t *testing.T) {
	for _, key := range []crypto.Signer{rsaKey(), ecKey()} {
		path := filepath.Join(t.TempDir(), "issuer.json")
		if _, err := awslogin.CreateIssuer(path, issuer(key)); err != nil {
			t.Fatal(err)
		}
		a := newAccount(t, key)
		read, err := awslogin.ReadIssuer(path)
		if err != nil {
			t.Fatal(err)
		}
		read.Clock = a.Clock()
		out, err := a.with(read).Open(t.Context(), a.request("deployer", "aws/login", "duration", "1h"))
		if err != nil {
			t.Fatal(err)
		}
		a.works(t, out, "deployer")
		if want := a.Clock().Now().Add(time.Hour).UTC().Format(time.RFC3339); out.(map[string]any)["expiresAt"] != want {
			t.Errorf("expires at %v, want %s", out.(map[string]any)["expiresAt"], want)
		}
		silent(t, printed(out), a.Secrets()...)
	}
}

// Which tokens the account accepts, and what it says of the others.
func TestTrust(t *testing.T) {
	a := newAccount(t, ecKey())
	other := a.issuer
	other.Organization = "other"
	unknown := a.issuer
	unknown.URL = "https://elsewhere.example.com"
	forged := a.issuer
	forged.Key = rsaKey()
	short := a.issuer
	short.Clock = offClock{a.Clock(), -time.Hour}
	ahead := a.issuer
	ahead.Clock = offClock{a.Clock(), time.Hour}
	tests := []struct {
		name   string
		source awslogin.TokenSource
		env    string
		inputs []any
		code   string
		want   []string
	}{
		{"right", a.issuer, "aws/login", nil, "", nil},
		{"another environment", a.issuer, "aws/other", nil, "access-denied", []string{`"oidc.example.com/acme:sub" matches "pulumi:environments:org:acme:env:aws/other"`}},
		{"name that looks like it", a.issuer, "aws/login:x", nil, "access-denied", []string{"aws/login%3Ax"}},
		{"customised subject", a.issuer, "aws/login", []any{"subjectAttributes", list("currentEnvironment.name")}, "access-denied",
			[]string{"pulumi.organization.login:acme:currentEnvironment.name:aws/login", "changes with them"}},
		{"another audience", other, "aws/login", nil, "invalid-identity-token", []string{`"aws:other"`}},
		{"unknown issuer", unknown, "aws/login", nil, "invalid-identity-token",
			[]string{`create "arn:aws:iam::123456789012:oidc-provider/elsewhere.example.com"`}},
		{"another key", forged, "aws/login", nil, "invalid-identity-token", nil},
		{"expired", short, "aws/login", nil, "expired-token", nil},
		{"issued in the future", ahead, "aws/login", nil, "invalid-identity-token", nil},
		{"too long for the role", a.issuer, "aws/login", []any{"duration", "2h"}, "duration-too-long", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out, err := a.with(test.source).Open(t.Context(), a.request("deployer", test.env, test.inputs...))
			silent(t, printed(out, err), a.Secrets()...)
			if test.code == "" {
				if err != nil {
					t.Fatal(err)
				}
				a.works(t, out, "deployer")
				return
			}
			checkError(t, err, test.code, test.want...)
		})
	}
	_, err := a.provider.Open(t.Context(), oidcRequest("roleArn", "arn:aws:iam::123456789012:role/absent"))
	checkError(t, err, "access-denied", `there is no role "arn:aws:iam::123456789012:role/absent"`)
	t.Logf("trust: %d cells", len(tests)+1)
}

// offClock is a clock of the account that is wrong.
type offClock struct {
	*awstest.Clock
	by time.Duration
}

func (c offClock) Now() time.Time { return c.Clock.Now().Add(c.by) }

// A policy for the customised subject lets exactly those requests in.
func TestTrustOfCustomisedSubject(t *testing.T) {
	subject, err := issuer(ecKey()).Subject(awslogin.TokenRequest{Environment: "a/b", SubjectAttributes: []string{"currentEnvironment.name"}})
	if err != nil {
		t.Fatal(err)
	}
	a := newAccount(t, ecKey(), subject, "pulumi:environments:org:acme:env:team-?/*")
	for environment, good := range map[string]bool{"a/b": true, "a/c": false} {
		_, err := a.provider.Open(t.Context(), a.request("deployer", environment, "subjectAttributes", list("currentEnvironment.name")))
		if (err == nil) != good {
			t.Errorf("%s: %v", environment, err)
		}
	}
	for environment, good := range map[string]bool{"team-a/x": true, "team-ab/x": false, "team-a": false, "a/b": false} {
		if _, err := a.provider.Open(t.Context(), a.request("deployer", environment)); (err == nil) != good {
			t.Errorf("%s: %v", environment, err)
		}
	}
}

// The host's clock may be wrong by ten minutes either way: the login works, or says so.
func TestHostClockIsWrong(t *testing.T) {
	for _, by := range []time.Duration{-10 * time.Minute, 10 * time.Minute} {
		a := newAccount(t, ecKey())
		wrong := offClock{a.Clock(), by}
		// Tokens that somebody else signed do not suffer from the clock of this machine.
		token, err := a.issuer.Token(t.Context(), awslogin.TokenRequest{Environment: "aws/login"})
		if err != nil {
			t.Fatal(err)
		}
		p := a.with(always(token.Text.Reveal()))
		p.Clock = wrong
		out, err := p.Open(t.Context(), a.request("deployer", "aws/login", "duration", "15m"))
		if err != nil {
			t.Fatalf("%v: %v", by, err)
		}
		a.works(t, out, "deployer")

		own := a.issuer
		own.Clock = wrong
		p = a.with(own)
		p.Clock = wrong
		_, err = p.Open(t.Context(), a.request("deployer", "aws/login", "duration", "15m"))
		want := map[bool]string{true: "10m0s ahead of AWS's", false: "behind AWS's"}[by > 0]
		if err == nil || !strings.Contains(err.Error(), "the clock of this machine is ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", by, err)
		}
	}
}

// A change of key, as the documentation of Documents tells it, never locks anybody out.
func TestKeyIsChanged(t *testing.T) {
	a := newAccount(t, ecKey())
	renewed := a.issuer
	renewed.Key = rsaKey()
	publish := func(i awslogin.Issuer, previous ...crypto.PublicKey) {
		documents, err := i.Documents(previous...)
		if err == nil {
			err = a.AddIssuer(awstest.Issuer{URL: i.URL, ClientIDs: []string{"aws:acme"}, Documents: documents})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	opens := func(i awslogin.Issuer, good bool) {
		t.Helper()
		if _, err := a.with(i).Open(t.Context(), a.request("deployer", "aws/login")); (err == nil) != good {
			t.Error(err)
		}
	}
	opens(a.issuer, true)
	opens(renewed, false)
	publish(a.issuer, rsaKey().Public())
	opens(a.issuer, true)
	opens(renewed, true)
	publish(renewed)
	opens(a.issuer, false)
	opens(renewed, true)
}

// The default of two hours fits a role of twelve; with one of an hour there is a second try.
func TestDefaultDurationAtTheAccount(t *testing.T) {
	a := newAccount(t, ecKey())
	for role, want := range map[string]string{"long": "2h0m0s, 1 calls, 0 warnings", "deployer": "1h0m0s, 2 calls, 1 warnings"} {
		before, warned := len(a.Calls()), 0
		req := a.request(role, "aws/login")
		req.Warn = func(string) { warned++ }
		out, err := a.provider.Open(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		expires, err := time.Parse(time.RFC3339, out.(map[string]any)["expiresAt"].(string))
		got := fmt.Sprintf("%v, %d calls, %d warnings", expires.Sub(a.Clock().Now()), len(a.Calls())-before, warned)
		if err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", role, got, err, want)
		}
	}
}

// A region in which STS is disabled is passed over.
func TestDisabledRegion(t *testing.T) {
	a := newAccount(t, ecKey())
	sim := awstest.New(t, awstest.Options{DisabledRegions: []string{"eu-west-1"}})
	documents, err := a.issuer.Documents()
	if err != nil {
		t.Fatal(err)
	}
	trust, err := a.issuer.TrustPolicy("aws", "123456789012", "*")
	if err != nil {
		t.Fatal(err)
	}
	own := a.issuer
	own.Clock = sim.Clock()
	if err := errors.Join(
		sim.AddIssuer(awstest.Issuer{URL: own.URL, ClientIDs: []string{"aws:acme"}, Documents: documents}),
		sim.AddRole(awstest.Role{Name: "deployer", TrustPolicy: string(trust)}),
	); err != nil {
		t.Fatal(err)
	}
	p := &awslogin.Provider{Source: own, Regions: []string{"eu-west-1", "eu-central-1"}, HTTPClient: sim.HTTPClient(), Clock: sim.Clock()}
	if _, err := p.Open(t.Context(), oidcRequest("roleArn", sim.RoleARN("deployer"), "duration", "1h")); err != nil {
		t.Error(err)
	}
	p.Regions = p.Regions[:1]
	_, err = p.Open(t.Context(), oidcRequest("roleArn", sim.RoleARN("deployer"), "sessionName", "another"))
	checkError(t, err, "region-disabled", "eu-west-1")
}

// Every way in which a call can fail at the simulated account ends in a login or in an error with a code.
func TestFaults(t *testing.T) {
	a := newAccount(t, ecKey())
	outcomes := map[string]awstest.Outcome{
		"dropped": awstest.Dropped(), "500": awstest.Fail("InternalFailure", 500), "throttled": awstest.Fail("Throttling", 400),
		"idp": awstest.Fail("IDPCommunicationError", 400), "token": awstest.Fail("InvalidIdentityToken", 400),
	}
	for name, outcome := range outcomes {
		for once, nth := range []int{0, 1} {
			a := newAccount(t, ecKey())
			a.Script(awstest.Rule{Action: "AssumeRoleWithWebIdentity", Nth: nth, Outcome: outcome})
			_, err := a.provider.Open(t.Context(), a.request("deployer", "aws/login", "duration", "1h"))
			if calls := len(a.Calls()); (err == nil) != (once == 1) || calls != map[int]int{0: 3, 1: 2}[once] {
				t.Errorf("%s, only once: %v: %v after %d calls", name, once == 1, err, calls)
			}
		}
	}
	silent(t, fmt.Sprint(a.Calls()), a.Secrets()...)
	t.Logf("faults: %d cells", 2*len(outcomes))
}
