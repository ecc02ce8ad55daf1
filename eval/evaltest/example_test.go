package evaltest_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
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
