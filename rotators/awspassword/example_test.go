package awspassword_test

import (
	"context"
	"fmt"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/awspassword"
	"github.com/escapement-go/escapement/schema"
)

// The password of a simulated user is changed; what was saved opens it.
func Example() {
	sim, err := awstest.Simulate(awstest.Options{
		Clock: awstest.RealTime(1),
		Users: []awstest.User{{Name: "admin", Keys: make([]awstest.Key, 1)}, {Name: "app", Password: "Temporary-1"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sim.Close()
	login := sim.Credentials("admin")
	r := &awspassword.Rotator{IAMEndpoint: sim.URL("iam"), STSEndpoint: sim.URL("sts")}
	req := &rotators.Request{
		Request: providers.Request{Inputs: map[string]any{
			"userArn": sim.UserARN("app"),
			"login": map[string]any{
				"accessKeyId": login.AccessKeyID, "secretAccessKey": schema.NewSecret(login.SecretAccessKey),
			},
		}},
		Report: func(e rotators.Event) { fmt.Println(e.Kind + ": " + e.Text) },
	}
	err = r.Rotate(context.Background(), req, func(_ context.Context, state any) error {
		req.State = state.(map[string]any)
		fmt.Println("saved")
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	opened, err := r.Open(context.Background(), req)
	if err != nil {
		fmt.Println(err)
		return
	}
	password := opened.(map[string]any)["current"].(map[string]any)["password"].(schema.Secret)
	fmt.Println(password, "signs in:", sim.SignIn("app", password.Reveal()))
	// Output:
	// saved
	// saved
	// rotated: a new password is current
	// [secret] signs in: true
}
