package main

import "context"

type openCmd struct {
	Env string `arg:"" help:"Name of the environment, such as myapp/dev."`
	selection
}

func (c *openCmd) Help() string {
	return `Calls the providers that the environment names, decrypts its secrets and prints it all. With a PATH, only what that
value needs is called and decrypted. Where a document has an error, nothing is called and nothing is printed.

The formats dotenv and shell print environmentVariables and take no PATH.

    esc open myapp/dev
    esc open myapp/dev aws.region -f string
    eval "$(esc open myapp/dev -f shell)"`
}

func (c *openCmd) Run(ctx context.Context, g *cli) error {
	if err := c.check(); err != nil {
		return err
	}
	var paths []string
	if c.Path != "" {
		paths = append(paths, c.Path)
	}
	done := progress("opening " + c.Env)
	env, err := g.evaluator().Open(ctx, c.Env, paths...)
	done()
	if err != nil {
		return err
	}
	return c.print(env, true)
}
