package eval_test

import (
	"context"
	"fmt"
	"os"
	"testing/fstest"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// Two environments, one of which imports the other. In a program they are files: see Dir.
func ExampleEvaluator_Open() {
	e := &eval.Evaluator{Loader: eval.FS(fstest.MapFS{
		"myapp/base.yaml": {Data: []byte("values: {host: localhost, port: 8080}")},
		"myapp/dev.yaml": {Data: []byte(`
imports: [myapp/base]
values:
  port: 8081
  password: {fn::secret: hunter2}
  url: http://app:${password}@${host}:${port}/
`)},
	})}
	env, err := e.Open(context.Background(), "myapp/dev")
	if err != nil {
		fmt.Println(err)
		return
	}
	url, _ := env.Values.Lookup("url")
	text, _ := url.Reveal() // the one way to the text of a secret
	fmt.Println(env.Values)
	fmt.Println(text)
	// Output:
	// {"host":"localhost","password":"[secret]","port":8081,"url":"[secret]"}
	// http://app:hunter2@localhost:8081/
}

// With paths only what they need is evaluated, and called.
func ExampleEvaluator_Open_paths() {
	e := &eval.Evaluator{Loader: eval.FS(fstest.MapFS{
		"myapp/dev.yaml": {Data: []byte("values: {login: {fn::open::aws-login: {}}, aws: {region: eu-west-1}}")},
	})}
	env, err := e.Open(context.Background(), "myapp/dev", "aws.region")
	fmt.Println(env.Values, err)
	// Output: {"aws":{"region":"eu-west-1"}} <nil>
}

// A text that no loader has to find, with a provider.
func ExampleEvaluator_OpenText() {
	greeter := providers.New(providers.Schema{}, func(_ context.Context, req *providers.Request) (any, error) {
		return fmt.Sprintf("hello, %s", req.Inputs["name"]), nil
	})
	e := &eval.Evaluator{Providers: map[string]providers.Provider{"greeter": greeter}}
	env, err := e.OpenText(context.Background(), []byte("values: {greeting: {fn::open::greeter: {name: world}}}"))
	fmt.Println(env.Values, err)
	// Output: {"greeting":"hello, world"} <nil>
}

// Nothing is called: what depends on a call is unknown.
func ExampleEvaluator_CheckText() {
	greeter := providers.New(providers.Schema{Outputs: &schema.Schema{Type: []string{"string"}}}, nil)
	e := &eval.Evaluator{Providers: map[string]providers.Provider{"greeter": greeter}}
	env, err := e.CheckText(context.Background(), []byte("values: {greeting: {fn::open::greeter: {}}, n: 1}"))
	greeting, _ := env.Values.Lookup("greeting")
	fmt.Println(env.Values, err)
	fmt.Println(greeting.Known(), greeting.Kind())
	// Output:
	// {"greeting":"[unknown]","n":1} <nil>
	// false string
}

// The environment holds whatever is right along with all that is wrong.
func ExampleEvaluator_Check() {
	e := &eval.Evaluator{Loader: eval.FS(fstest.MapFS{
		"myapp/dev.yaml": {Data: []byte("values:\n  host: localhost\n  url: https://${hots}/\n")},
	})}
	env, err := e.Check(context.Background(), "myapp/dev")
	fmt.Println(env.Values)
	fmt.Println(err)
	// Output:
	// {"host":"localhost","url":"[unknown]"}
	// myapp/dev:3:18: error: property "hots" is not defined; did you mean "host"? [unknown-property]
}

// Diagnostics for people have an excerpt of the document.
func ExampleDiagnostics_Print() {
	e := &eval.Evaluator{}
	env, _ := e.CheckText(context.Background(), []byte("values:\n  host: localhost\n  url: https://${hots}/\n"))
	if err := env.Diagnostics.Print(os.Stdout, eval.PrintOptions{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <yaml>:3:18: error: property "hots" is not defined [unknown-property]
	//     url: https://${hots}/
	//                    ^~~~
	// hint: did you mean "host"?
}

// Any fs.FS holds environments, such as an embed.FS.
func ExampleFS() {
	e := &eval.Evaluator{Loader: eval.FS(fstest.MapFS{
		"shared/names.yaml": {Data: []byte("values: {team: clockmakers}")},
		"web/live.yaml":     {Data: []byte("values: {team: '${environments.shared.names.team}'}")},
	})}
	names, err := e.List(context.Background())
	fmt.Println(names, err)
	env, err := e.Open(context.Background(), "web/live")
	fmt.Println(env.Values, err)
	// Output:
	// [shared/names web/live] <nil>
	// {"team":"clockmakers"} <nil>
}

// A directory of files, which can be changed as well. Its names cannot lead out of it.
func ExampleDir() {
	e := &eval.Evaluator{Loader: eval.Dir("../examples/environments")}
	env, err := e.Open(context.Background(), "shared/network", "region")
	fmt.Println(env.Values, err)
	_, err = e.Open(context.Background(), "../README")
	fmt.Println(err)
	// Output:
	// {"region":"us-west-2"} <nil>
	// error: invalid environment name "../README"; allowed are segments of letters, digits, "_", ".", "-" joined by "/", and "@version" [invalid-environment-name]
}

// An Environment is written whole or in part, redacted or not.
func ExampleEnvironment_Write() {
	e := &eval.Evaluator{}
	env, err := e.OpenText(context.Background(), []byte(`
values:
  password: {fn::secret: correct horse}
  environmentVariables:
    PASSWORD: ${password}
    PORT: 8080
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, opts := range []eval.FormatOptions{
		{Format: "yaml"},
		{Format: "shell", Reveal: true},
		{Format: "string", Path: "environmentVariables.PORT"},
	} {
		if err := env.Write(os.Stdout, opts); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// environmentVariables:
	//   PASSWORD: "[secret]"
	//   PORT: 8080
	// password: "[secret]"
	// export PASSWORD='correct horse'
	// export PORT='8080'
	// 8080
}

// What a program is to find in its environment.
func ExampleEnvironment_Variables() {
	e := &eval.Evaluator{}
	env, err := e.OpenText(context.Background(), []byte("values: {environmentVariables: {PORT: 8080, TOKEN: {fn::secret: t0k3n}}}"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for name, value := range env.Variables() {
		fmt.Println(name, value.Kind(), value)
	}
	// Output:
	// PORT string "8080"
	// TOKEN string "[secret]"
}

// Values are looked up by path, and stepped through.
func ExampleValue() {
	e := &eval.Evaluator{}
	env, err := e.OpenText(context.Background(), []byte(`values: {app: {hosts: [a, b], "log.level": info}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	level, _ := env.Values.Lookup(`app["log.level"]`)
	hosts, _ := env.Values.Lookup("app.hosts")
	_, found := env.Values.Lookup("app.port")
	fmt.Println(level, hosts.Len(), found)
	for i, host := range hosts.All() {
		fmt.Println(i, host)
	}
	// Output:
	// "info" 2 false
	// 0 "a"
	// 1 "b"
}
