// Command child runs a program with the variables of an environment:
//
//	go run ./examples/embed/child myapp/dev printenv AWS_REGION
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awslogin"
)

func main() {
	if len(os.Args) < 3 {
		log.Fatal("usage: child ENV PROGRAM [ARGUMENT]...")
	}
	e := &eval.Evaluator{
		Loader:    eval.Dir("examples/environments"),
		Providers: map[string]providers.Provider{"aws-login": &awslogin.Provider{}},
	}
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := run(context.Background(), e, os.Args[1], cmd)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		os.Exit(exit.ExitCode())
	} else if err != nil {
		log.Fatal(err)
	}
}

// run opens an environment and runs a command with its variables, which win over those of this process.
func run(ctx context.Context, e *eval.Evaluator, name string, cmd *exec.Cmd) error {
	env, err := e.Open(ctx, name)
	if err != nil {
		return err
	}
	cmd.Env = os.Environ()
	for name, value := range env.Variables() {
		text, err := value.Reveal()
		if err != nil {
			return err
		}
		cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%s", name, text))
	}
	return cmd.Run()
}
