package awssecrets_test

import (
	"context"
	"fmt"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awssecrets"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/schema"
)

// A program puts the provider under the name that its documents use. Here it asks a simulated account; without Options it
// asks AWS.
func Example() {
	sim, err := awstest.Simulate(awstest.Options{
		Region: "us-west-2", Secrets: []awstest.Secret{{Name: "api-key", Text: "my-api-key"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sim.Close()
	known := map[string]providers.Provider{"aws-secrets": &awssecrets.Provider{
		Options: awsclient.Options{Endpoint: sim.URL("secretsmanager")}, Clock: sim.Clock(),
	}}

	key := sim.Credentials("app")
	inputs := map[string]any{
		"region": "us-west-2",
		"login":  map[string]any{"accessKeyId": key.AccessKeyID, "secretAccessKey": schema.NewSecret(key.SecretAccessKey)},
		"get":    map[string]any{"api-key": map[string]any{"secretId": "api-key"}},
	}
	out, err := known["aws-secrets"].Open(context.Background(), &providers.Request{Inputs: inputs})
	fmt.Println(out, err)

	inputs["get"] = map[string]any{"api-key": map[string]any{"secretId": "api-kye"}}
	_, err = known["aws-secrets"].Open(context.Background(), &providers.Request{Inputs: inputs})
	fmt.Println(err.(*awssecrets.Error).Problems[0].Text)
	// Output:
	// map[api-key:[secret]] <nil>
	// is no secret in us-west-2: ResourceNotFoundException: Secrets Manager can't find the specified secret
}
