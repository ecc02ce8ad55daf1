package awsparams_test

import (
	"context"
	"fmt"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awsparams"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/schema"
)

// A program puts the provider under the name that its documents use. Here it asks a simulated account; without Options it
// asks AWS.
func Example() {
	sim, err := awstest.Simulate(awstest.Options{Region: "us-west-2", Parameters: []awstest.Parameter{
		{Name: "/myapp/db/password", Type: "SecureString", Value: "my-password"},
		{Name: "/myapp/hosts", Type: "StringList", Value: "a.example.com,b.example.com"},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sim.Close()
	known := map[string]providers.Provider{"aws-parameter-store": &awsparams.Provider{
		Options: awsclient.Options{Endpoint: sim.URL("ssm")}, Clock: sim.Clock(),
	}}

	key := sim.Credentials("app")
	out, err := known["aws-parameter-store"].Open(context.Background(), &providers.Request{Inputs: map[string]any{
		"region": "us-west-2",
		"login":  map[string]any{"accessKeyId": key.AccessKeyID, "secretAccessKey": schema.NewSecret(key.SecretAccessKey)},
		"get": map[string]any{
			"db-password": map[string]any{"name": "/myapp/db/password"},
			"hosts":       map[string]any{"name": "/myapp/hosts"},
		},
	}})
	fmt.Println(out, err)
	// Output: map[db-password:[secret] hosts:[a.example.com b.example.com]] <nil>
}
