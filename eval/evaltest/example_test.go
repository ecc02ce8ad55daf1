package evaltest_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/providers/awssecrets"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/schema"
)

// A host has everything that an evaluator needs in memory, and counts what is asked of it.
func ExampleHost() {
	host := &evaltest.Host{Files: map[string]string{
		"app/live": "imports: [app/base]\nvalues: {token: {fn::open::vault: {path: a/b}}}",
		"app/base": "values: {region: eu-west-1}",
	}}
	env, err := host.Evaluator().Open(context.Background(), "app/live")
	fmt.Println(env.Values, err)
	fmt.Println(host.Calls()["vault"], host.Calls()["load app/base"])
	// Output:
	// {"region":"eu-west-1","token":"[secret]"} <nil>
	// 1 1
}

// A test gives a program an evaluator in which something stands in for a provider that would go out.
func ExampleHost_Evaluator() {
	host := &evaltest.Host{Files: map[string]string{"app/live": "values: {token: {fn::open::tokens: {for: app}}}"}}
	e := host.Evaluator()
	e.Providers["tokens"] = providers.New(providers.Schema{}, func(_ context.Context, req *providers.Request) (any, error) {
		return schema.NewSecret("token of " + req.Environment), nil
	})
	env, err := e.Open(context.Background(), "app/live")
	token, _ := env.Values.Lookup("token")
	text, _ := token.Reveal()
	fmt.Println(text, err)
	// Output: token of app/live <nil>
}

// A test of a program that reads secrets from AWS, with the real providers and a simulated account.
func Example_aws() {
	sim, err := awstest.Simulate(awstest.Options{Secrets: []awstest.Secret{{Name: "database", Text: "correct horse"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sim.Close()
	login := sim.Credentials("app")
	e := (&evaltest.Host{Files: map[string]string{"app/live": `
values:
  secrets:
    fn::open::aws-secrets:
      region: us-east-1
      login: {fn::open::aws-login: {static: "${context.key}"}}
      get: {password: {secretId: database}}
`}}).Evaluator()
	e.Context = map[string]any{"key": map[string]any{
		"accessKeyId": login.AccessKeyID, "secretAccessKey": schema.NewSecret(login.SecretAccessKey),
	}}
	e.Providers["aws-login"] = &awslogin.Provider{HTTPClient: sim.HTTPClient(), Clock: sim.Clock()}
	e.Providers["aws-secrets"] = &awssecrets.Provider{
		Options: awsclient.Options{Transport: sim.HTTPClient().Transport}, Clock: sim.Clock(),
	}
	env, err := e.Open(context.Background(), "app/live", "secrets")
	fmt.Println(env.Values, err)
	fmt.Println(sim.Calls()[0].Action, sim.Calls()[0].Outcome)
	// Output:
	// {"secrets":{"password":"[secret]"}} <nil>
	// GetSecretValue ok
}

// A canary is planted as a secret, and must not come out.
func ExampleCanary() {
	canary := evaltest.NewCanary()
	doc, err := eval.Parse("app/live", []byte("values: {}"))
	if err != nil {
		fmt.Println(err)
		return
	}
	if doc, err = doc.Set(context.Background(), "token", canary.Text(), nil); err != nil {
		fmt.Println(err)
		return
	}
	var e eval.Evaluator
	env, err := e.OpenText(context.Background(), doc.Bytes())
	fmt.Println(len(canary.Leaks(env.Values.String())) > 0, err) // nobody said that it is secret
	// Output: true <nil>
}

// A case is a small file: documents, and all that must come out.
func ExampleParseCase() {
	c, err := evaltest.ParseCase("greeting.txtar", strings.TrimSpace(`
1 rules 4.1: a reference within text
-- r.yaml --
values:
  name: world
  greeting: hello, ${name}
  wrong: ${nmae} # want !unknown-property "is not defined"
-- values greeting --
"hello, world"
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Problems(context.Background()))
	// Output: []
}
