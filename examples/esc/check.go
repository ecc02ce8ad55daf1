package main

import (
	"context"
	"errors"
	"os"

	"github.com/escapement-go/escapement/eval"
)

type checkCmd struct {
	Envs   []string `arg:"" name:"env" help:"Names of environments, such as myapp/dev."`
	Format string   `short:"f" enum:"text,json" default:"text" help:"One of text, json."`
}

func (c *checkCmd) Help() string {
	return `Evaluates the environments as far as that goes without calling a provider or decrypting a secret. Prints nothing where
nothing is wrong. With -f json the findings are a list on standard output.

    esc check myapp/dev myapp/prod
    esc check $(esc ls)
    esc check -f json myapp/dev`
}

func (c *checkCmd) Run(ctx context.Context, g *cli) error {
	e := g.evaluator()
	found := eval.Diagnostics{}
	var errs []error
	for _, name := range c.Envs {
		env, err := e.Check(ctx, name)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		found = append(found, g.advisedAll(env.Diagnostics)...)
		if err == nil && c.Format != "json" {
			g.printDiagnostics(os.Stderr, env.Diagnostics)
		}
		errs = append(errs, err)
	}
	err := errors.Join(errs...)
	if c.Format != "json" || isFailure(err) {
		return err
	}
	if printErr := printJSON(os.Stdout, found); printErr != nil || err == nil {
		return printErr
	}
	return reported{err}
}
