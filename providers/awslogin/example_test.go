package awslogin_test

import (
	"context"
	"fmt"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/providers/awstest"
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

// An issuer of one's own: what to publish is in Documents, what to paste into the role in TrustPolicy.
func ExampleIssuer_TrustPolicy() {
	issuer := awslogin.Issuer{URL: "https://oidc.example.com", Organization: "acme"}
	subject, err := issuer.Subject(awslogin.TokenRequest{Environment: "aws/login"})
	if err != nil {
		fmt.Println(err)
		return
	}
	policy, err := issuer.TrustPolicy("aws", "123456789012", subject)
	fmt.Println(string(policy), err)
	// Output:
	// {
	//   "Version": "2012-10-17",
	//   "Statement": [
	//     {
	//       "Effect": "Allow",
	//       "Principal": {
	//         "Federated": "arn:aws:iam::123456789012:oidc-provider/oidc.example.com"
	//       },
	//       "Action": "sts:AssumeRoleWithWebIdentity",
	//       "Condition": {
	//         "StringEquals": {
	//           "oidc.example.com:aud": "aws:acme",
	//           "oidc.example.com:sub": "pulumi:environments:org:acme:env:aws/login"
	//         }
	//       }
	//     }
	//   ]
	// }
	//  <nil>
}

// A program takes the source of tokens from a flag.
func ExampleParseSource() {
	source, err := awslogin.ParseSource("env:AWS_LOGIN_TOKEN")
	if err != nil {
		fmt.Println(err)
		return
	}
	login := &awslogin.Provider{Source: source, Regions: []string{"eu-central-1"}}
	fmt.Println(login.Source)
	// Output: env:AWS_LOGIN_TOKEN
}

// A program with an issuer of its own logs in to a simulated account. With AWS, the documents of the issuer are served at
// its URL, and the account has an OIDC provider for it.
func ExampleIssuer() {
	key, err := awslogin.NewKey()
	if err != nil {
		fmt.Println(err)
		return
	}
	issuer := awslogin.Issuer{URL: "https://oidc.example.com", Organization: "acme", Key: key}
	documents, err := issuer.Documents()
	if err != nil {
		fmt.Println(err)
		return
	}
	policy, err := issuer.TrustPolicy("aws", "123456789012", "pulumi:environments:org:acme:env:aws/*")
	if err != nil {
		fmt.Println(err)
		return
	}
	sim, err := awstest.Simulate(awstest.Options{
		Clock:   awstest.RealTime(1),
		Issuers: []awstest.Issuer{{URL: issuer.URL, ClientIDs: []string{"aws:acme"}, Documents: documents}},
		Roles:   []awstest.Role{{Name: "deployer", TrustPolicy: string(policy)}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sim.Close()

	login := &awslogin.Provider{Source: issuer, Endpoint: sim.URL("sts")}
	out, err := login.Open(context.Background(), &providers.Request{
		Environment: "aws/login", Root: "myapp/dev",
		Inputs: map[string]any{"oidc": map[string]any{"roleArn": sim.RoleARN("deployer"), "sessionName": "example"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	credentials := out.(map[string]any)
	fmt.Println(credentials["secretAccessKey"], credentials["sessionToken"])
	// Output: [secret] [secret]
}
