package awsclient_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/schema"
)

// How a provider reads the login that it is given, calls AWS with it, and says what went wrong. The account is simulated.
func Example() {
	sim, err := awstest.Simulate(awstest.Options{Clock: awstest.RealTime(1)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sim.Close()
	admin := sim.Credentials("admin")
	req := &providers.Request{Inputs: map[string]any{"login": map[string]any{
		"accessKeyId": admin.AccessKeyID, "secretAccessKey": schema.NewSecret(admin.SecretAccessKey),
	}}}

	login, err := awsclient.ParseLogin(req, awsclient.MachineClock().Now(), 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	client := iam.NewFromConfig(awsclient.Options{Endpoint: sim.URL("iam")}.Config(login, "us-east-1"))
	_, err = client.GetUser(context.Background(), &iam.GetUserInput{UserName: aws.String("nobody")})
	failure := awsclient.Classify("iam:GetUser", err, nil)
	fmt.Println(failure.Code, failure.Absent())
	// Output: NoSuchEntity true
}
