package awstest_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/escapement-go/escapement/providers/awstest"
)

// A test of code that rotates: what it does when the answer to CreateAccessKey is lost.
func Example() {
	test := func(t awstest.TB) {
		sim := awstest.New(t, awstest.Options{})
		sim.Script(awstest.Rule{Action: "CreateAccessKey", Nth: 1, Outcome: awstest.Dropped().Executed()})
		client := iam.NewFromConfig(sim.Config("admin"), func(o *iam.Options) { o.Retryer = aws.NopRetryer{} })
		_, err := client.CreateAccessKey(context.Background(), &iam.CreateAccessKeyInput{UserName: aws.String("app")})
		fmt.Println(err != nil, len(sim.Keys("app")))
		fmt.Println(sim.Calls()[0].Action, sim.Calls()[0].Outcome)
	}
	test(new(exampleTB))
	// Output:
	// true 2
	// CreateAccessKey connection dropped
}

// A test of code that logs in with a web identity, without HTTP.
func ExampleTokenIssuer() {
	test := func(t awstest.TB) {
		issuer := awstest.NewTokenIssuer("https://tokens.example.com", "aws:contoso")
		sim := awstest.New(t, awstest.Options{
			Issuers: []awstest.Issuer{issuer.Issuer()},
			Roles:   []awstest.Role{{Name: "deploy", TrustPolicy: `{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:*"}}`}},
		})
		token, _ := issuer.Token(sim.Clock().Now(), "env:myapp/dev", nil)
		out, err := sim.STS(aws.Credentials{}).AssumeRoleWithWebIdentity(context.Background(), &sts.AssumeRoleWithWebIdentityInput{
			RoleArn: aws.String(sim.RoleARN("deploy")), RoleSessionName: aws.String("ci"), WebIdentityToken: &token,
		})
		fmt.Println(*out.SubjectFromWebIdentityToken, err)
	}
	test(new(exampleTB))
	// Output: env:myapp/dev <nil>
}

// A rotation that dies after each of its steps in turn.
func ExampleRunToCrash() {
	for point := range 3 {
		sim, err := awstest.Simulate(awstest.Options{})
		if err != nil {
			fmt.Println(err)
			return
		}
		document := awstest.NewDocument(nil)
		run := sim.NewRun()
		run.CrashAfter(point)
		crash, _ := awstest.RunToCrash(run, func() error {
			client := run.IAM(sim.Credentials("admin"))
			out, err := client.CreateAccessKey(context.Background(), &iam.CreateAccessKeyInput{UserName: aws.String("app")})
			if err != nil {
				return err
			}
			_, save := document.Begin()
			return run.Save(save)(context.Background(), map[string]any{"id": *out.AccessKey.AccessKeyId})
		})
		fmt.Println(crash != nil, len(sim.Keys("app")), document.State() != nil)
	}
	// Output:
	// true 1 false
	// true 2 false
	// true 2 true
}

// exampleTB stands for the *testing.T of a test.
type exampleTB struct{}

func (*exampleTB) Helper()                     {}
func (*exampleTB) Cleanup(func())              {}
func (*exampleTB) Errorf(f string, a ...any)   { fmt.Printf(f+"\n", a...) }
func (t *exampleTB) Fatalf(f string, a ...any) { t.Errorf(f, a...) }

// TestHandler serves the account as a program would, on a server of its own and with a running clock.
func TestHandler(t *testing.T) {
	sim, err := awstest.Simulate(awstest.Options{Clock: awstest.RealTime(3600), CheckSkew: true})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	defer server.Close()
	client := iam.New(iam.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL + "/iam/"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return sim.Credentials("admin"), nil }),
	})
	if _, err := client.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("app")}); err != nil {
		t.Error(err)
	}
}

// BenchmarkDirect is what a direct call costs.
func BenchmarkDirect(b *testing.B) {
	sim := awstest.New(b, awstest.Options{})
	client := sim.IAM(sim.Credentials("admin"))
	for b.Loop() {
		if _, err := client.ListAccessKeys(context.Background(), &iam.ListAccessKeysInput{UserName: aws.String("app")}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSDK is what a call of the SDK over HTTP costs.
func BenchmarkSDK(b *testing.B) {
	sim := awstest.New(b, awstest.Options{})
	client := iam.NewFromConfig(sim.Config("admin"))
	for b.Loop() {
		if _, err := client.ListAccessKeys(context.Background(), &iam.ListAccessKeysInput{UserName: aws.String("app")}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCell is what one cell of an exhaustive table costs: an account, a document, a watch, and a rotation of ten
// calls and saves.
func BenchmarkCell(b *testing.B) {
	for b.Loop() {
		s := newStage(b, []string{"current", "previous"}, 0)
		if _, err := s.run(s.sim.NewRun(), nil); err != nil || len(s.broke) > 0 {
			b.Fatal(err, s.broke)
		}
	}
}

// A test of code that stores a secret: what it does when it is not told that it has stored it.
func ExampleSecretsClient() {
	test := func(t awstest.TB) {
		sim := awstest.New(t, awstest.Options{Secrets: []awstest.Secret{{Name: "api-key", Text: "old"}}})
		sim.Script(awstest.Rule{Action: "PutSecretValue", Nth: 1, Outcome: awstest.Dropped().Executed()})
		client := sim.SecretsManager(sim.Credentials("app"))
		in := &secretsmanager.PutSecretValueInput{
			SecretId: aws.String("api-key"), SecretString: aws.String("new"),
			ClientRequestToken: aws.String("6f3a1c52-8f0e-4f4e-9d0a-2b7c51d0a9e4"),
		}
		_, err := client.PutSecretValue(context.Background(), in)
		_, again := client.PutSecretValue(context.Background(), in)
		fmt.Println(err != nil, again)
		for _, version := range sim.SecretVersions("api-key") {
			fmt.Println(version.Stages)
		}
	}
	test(new(exampleTB))
	// Output:
	// true <nil>
	// [AWSPREVIOUS]
	// [AWSCURRENT]
}
