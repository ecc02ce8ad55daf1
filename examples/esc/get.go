package main

import "context"

type getCmd struct {
	Env string `arg:"" help:"Name of the environment, such as myapp/dev."`
	selection
	ShowSecrets bool `help:"Decrypt and show the secrets that the documents hold."`
}

func (c *getCmd) Help() string {
	return `Prints what is known without calling a provider. Secrets are printed as [secret], and what depends on the answer of a
provider as [unknown]. Where a document has an error, nothing is printed.

The formats dotenv, fish, powershell and shell print environmentVariables and take no PATH.

    esc get myapp/dev
    esc get myapp/dev app.hosts[0] -f yaml
    esc get myapp/dev app.password -f string --show-secrets`
}

func (c *getCmd) Run(ctx context.Context, g *cli) error {
	if err := c.check(); err != nil {
		return err
	}
	e := g.evaluator()
	e.CheckSecrets = c.ShowSecrets
	env, err := e.Check(ctx, c.Env)
	if err != nil {
		return err
	}
	return c.print(g, env, c.ShowSecrets)
}
