package providertest_test

import (
	"context"
	"fmt"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/providertest"
	"github.com/escapement-go/escapement/schema"
)

// A provider hands out a secret input as plain text. In a test it is Run that says so.
func ExampleCheck() {
	secret := &schema.Schema{Type: []string{"object"}, Properties: map[string]*schema.Schema{
		"token": {Type: []string{"string"}, Secret: true},
	}}
	careless := providers.New(providers.Schema{Inputs: secret}, func(_ context.Context, req *providers.Request) (any, error) {
		return "Bearer " + req.Inputs["token"].(schema.Secret).Reveal(), nil
	})
	findings := providertest.Check(context.Background(), careless, providertest.Options{
		Opens: []providers.Request{{Inputs: map[string]any{"token": schema.NewSecret("s3cr3t-t0k3n")}}},
	})
	fmt.Println(findings[0].Rule.Name)
	fmt.Println(findings[0].Rule.Text)
	// Output:
	// input-secrets
	// The text of a secret in the request is returned as schema.Secret or not at all.
}
