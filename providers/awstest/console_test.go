package awstest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/escapement-go/escapement/providers/awstest"
)

// TestConsole asks for what is not there, and for what a human may do and a call may not.
func TestConsole(t *testing.T) {
	sim := awstest.New(t, awstest.Options{Account: "210987654321", Partition: "aws-cn", Region: "cn-north-1"})
	if sim.SetPolicy("nobody", nil) || sim.RemoveKey("x") || sim.UseKey("x") || sim.SetKeyStatus("x", "Active") || sim.RemoveUser("nobody") || sim.SignIn("app", "") {
		t.Error("something was done to nothing")
	}
	if _, found := sim.Key("x"); found || sim.UserARN("x") != "" || sim.UserID("x") != "" || sim.RoleARN("x") != "" || sim.Keys("x") != nil {
		t.Error("something was found")
	}
	if _, found := sim.PasswordInForce("app"); found || sim.Credentials("x").AccessKeyID != "" {
		t.Error("a password, or credentials, out of nothing")
	}
	if _, err := sim.AddKey("nobody", awstest.Key{}); err == nil {
		t.Error("a key of nobody")
	}
	if _, err := sim.AddKey("app", awstest.Key{Status: "active"}); err == nil {
		t.Error("a status that does not exist")
	}
	if sim.Account() != "210987654321" || sim.UserARN("app") != "arn:aws-cn:iam::210987654321:user/app" {
		t.Error(sim.UserARN("app"))
	}
	k, err := sim.AddKey("app", awstest.Key{ID: "AKIA0000000000000000", Secret: "canary", Status: "Expired", CreatedAt: awstest.Epoch.Add(-time.Hour), LastUsed: awstest.Epoch})
	if again, found := sim.Key(k.ID); err != nil || !found || again != k || k.Secret != "canary" || !k.LastUsed.Equal(awstest.Epoch) {
		t.Errorf("%v, %v", k, err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, k); got != "key AKIA0000000000000000 Expired of 2025-12-31T23:00:00Z" {
			t.Error(got)
		}
	}
	if !sim.RemoveKey(k.ID) || sim.RemoveKey(k.ID) {
		t.Error("a key is removed once")
	}
	if again, _ := sim.Key(k.ID); !again.Deleted {
		t.Error("a removed key is not deleted")
	}
}

// TestDirectOptions gives options to one direct call.
func TestDirectOptions(t *testing.T) {
	sim := awstest.New(t, awstest.Options{DisabledRegions: []string{"eu-west-1"}})
	client := sim.STS(sim.Credentials("app"))
	_, err := client.GetCallerIdentity(t.Context(), nil, func(o *sts.Options) { o.Region = "eu-west-1" })
	if code(err) != "RegionDisabledException" {
		t.Error(err)
	}
	if _, err = client.GetCallerIdentity(t.Context(), nil); err != nil {
		t.Error(err)
	}
	quick := sim.IAM(sim.Credentials("admin"), once)
	sim.Script(awstest.Rule{Outcome: awstest.Unavailable()})
	if _, err = quick.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("app")}); code(err) != "ServiceUnavailable" || len(sim.Calls()) != 3 {
		t.Error(err, sim.Trace())
	}
}

// TestMalformed sends inputs that the SDK refuses to send, and that AWS would refuse.
func TestMalformed(t *testing.T) {
	sim := awstest.New(t, consoleUser())
	client, ctx, app := sim.IAM(sim.Credentials("admin")), t.Context(), aws.String("app")
	tags := make([]types.Tag, 51)
	for i := range tags {
		tags[i] = types.Tag{Key: aws.String(fmt.Sprint(i)), Value: aws.String("")}
	}
	for _, c := range []struct {
		want string
		call func() error
	}{
		{"ValidationError", func() error {
			_, err := client.TagUser(ctx, &iam.TagUserInput{UserName: app, Tags: make([]types.Tag, 1)})
			return err
		}},
		{"LimitExceeded", func() error {
			_, err := client.TagUser(ctx, &iam.TagUserInput{UserName: app, Tags: tags})
			return err
		}},
		{"ValidationError", func() error {
			_, err := client.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: app})
			return err
		}},
		{"ValidationError", func() error {
			_, err := client.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: aws.String("admin")})
			return err
		}},
		{"NoSuchEntity", func() error {
			_, err := client.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: aws.String("admin")})
			return err
		}},
		{"NoSuchEntity", func() error {
			_, err := client.UpdateLoginProfile(ctx, &iam.UpdateLoginProfileInput{UserName: aws.String("nobody")})
			return err
		}},
	} {
		if got := code(c.call()); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestTokenIssuer issues the same token every time, and changes claims.
func TestTokenIssuer(t *testing.T) {
	issue := func(more map[string]any) string {
		token, err := awstest.NewTokenIssuer(issuerURL, audience).Token(awstest.Epoch, subject, more)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	o := federated()
	o.Issuers = []awstest.Issuer{awstest.NewTokenIssuer(issuerURL, audience).Issuer()}
	a := account{t, awstest.New(t, o), true}
	if first, second := issue(nil), issue(nil); first != second {
		t.Error("two tokens")
	}
	for want, more := range map[string]map[string]any{
		"": nil, "ExpiredTokenException": {"exp": 1}, "InvalidIdentityToken": {"sub": nil}, "AccessDenied": {"sub": "x"},
	} {
		if got := a.present(issue(more)); got != want {
			t.Errorf("%v: %q, want %q", more, got, want)
		}
	}
	if _, err := awstest.NewTokenIssuer(issuerURL, audience).Token(awstest.Epoch, subject, map[string]any{"x": func() {}}); err == nil {
		t.Error("a function is a claim")
	}
}
