package main

import (
	"context"
	"errors"
	"os"
)

type checkCmd struct {
	Envs []string `arg:"" name:"env" help:"Names of environments, such as myapp/dev."`
}

func (c *checkCmd) Help() string {
	return `Evaluates the environments as far as that goes without calling a provider or decrypting a secret. Prints nothing where
nothing is wrong.`
}

func (c *checkCmd) Run(ctx context.Context, g *cli) error {
	e := g.evaluator()
	var errs []error
	for _, name := range c.Envs {
		env, err := e.Check(ctx, name)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			printDiagnostics(os.Stderr, env.Diagnostics)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
