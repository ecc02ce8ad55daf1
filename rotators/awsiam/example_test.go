package awsiam_test

import (
	"context"
	"fmt"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/awsiam"
	"github.com/escapement-go/escapement/schema"
)

// What a rotation of the keys of a simulated user would do.
func Example() {
	sim, err := awstest.Simulate(awstest.Options{Clock: awstest.RealTime(1)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sim.Close()
	login := sim.Credentials("admin")
	r := &awsiam.Rotator{IAMEndpoint: sim.URL("iam"), STSEndpoint: sim.URL("sts")}
	req := &rotators.Request{
		Request: providers.Request{Inputs: map[string]any{
			"userArn": sim.UserARN("app"),
			"login": map[string]any{
				"accessKeyId": login.AccessKeyID, "secretAccessKey": schema.NewSecret(login.SecretAccessKey),
			},
		}},
	}
	plan, err := r.Plan(context.Background(), req)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, step := range plan.Steps {
		if step.Call == "" {
			step.Call = "save"
		}
		fmt.Printf("%s: %s\n", step.Call, step.Why)
	}
	// Output:
	// save: a key is about to be made
	// iam:CreateAccessKey: a new key
	// save: the secret of the new key
	// save: the new key becomes current
}
