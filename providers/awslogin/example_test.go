package awslogin_test

import (
	"context"
	"fmt"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/schema"
)

// A program puts the provider under the name that its documents use. The outputs of a login print without secrets.
func Example() {
	known := map[string]providers.Provider{"aws-login": &awslogin.Provider{}}

	out, err := known["aws-login"].Open(context.Background(), &providers.Request{Inputs: map[string]any{
		"static": map[string]any{
			"accessKeyId":     "AKIAIOSFODNN7EXAMPLE",
			"secretAccessKey": schema.NewSecret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
		},
	}})
	fmt.Println(out, err)
	// Output: map[accessKeyId:AKIAIOSFODNN7EXAMPLE secretAccessKey:[secret]] <nil>
}
