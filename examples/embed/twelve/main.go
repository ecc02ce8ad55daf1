// Command twelve opens an environment and prints a value of it, in twelve lines:
//
//	go run ./examples/embed/twelve
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awslogin"
)

func main() {
	e := eval.Evaluator{
		Loader:    eval.Dir("examples/environments"),
		Providers: map[string]providers.Provider{"aws-login": &awslogin.Provider{}},
	}
	env, err := e.Open(context.Background(), "myapp/dev")
	if err != nil {
		log.Fatal(err)
	}
	login, _ := env.Values.Lookup("aws.login")
	fmt.Println(login) // secrets are redacted unless they are asked for
}
