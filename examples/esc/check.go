package main

import (
	"context"
	"errors"
	"os"

	"github.com/escapement-go/escapement/eval"
)

type checkCmd struct {
	many
	Format string `short:"f" enum:"text,json" default:"text" help:"One of text, json."`
}

func (c *checkCmd) Help() string {
	return `Evaluates the environments as far as that goes without calling a provider or decrypting a secret. Prints nothing where
nothing is wrong. With --all that is done for all environments, or for those at or below each PREFIX. What is wrong with one
that others import is said once. With -f json the findings are a list on standard output.

    esc check myapp/dev myapp/prod
    esc check --all
    esc check --all myapp shared
    esc check -f json myapp/dev`
}

func (c *checkCmd) Run(ctx context.Context, g *cli) error {
	e := g.evaluator()
	names, err := c.names(ctx, g, e)
	if err != nil {
		return err
	}
	found := eval.Diagnostics{}
	var errs []error
	for env, err := range e.CheckAll(ctx, names) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		switch {
		case c.Format == "json":
			found = append(found, g.advisedAll(g.fresh(os.Stdout, env.Diagnostics))...)
		case err == nil:
			g.printDiagnostics(os.Stderr, env.Diagnostics)
		}
		errs = append(errs, err)
	}
	err = errors.Join(errs...)
	if c.Format != "json" || isFailure(err) {
		return err
	}
	if printErr := printJSON(os.Stdout, found); printErr != nil || err == nil {
		return printErr
	}
	return reported{err}
}
