package main

import "context"

type rmCmd struct {
	Env  string `arg:"" help:"Name of the environment, such as myapp/dev."`
	Path string `arg:"" help:"What to remove, such as app.port or hosts[0]."`
}

func (c *rmCmd) Help() string {
	return `Removes one value from the environment's file, with its key and the comment behind it, and no other byte. What would
make an environment wrong that was right is refused.

    esc rm myapp/dev app.port
    esc rm myapp/dev hosts[0]`
}

func (c *rmCmd) Run(ctx context.Context, g *cli) error {
	e := g.evaluator()
	doc, err := e.Document(ctx, c.Env)
	if err != nil {
		return err
	}
	next, err := doc.Delete(c.Path)
	if err != nil {
		return err
	}
	if _, _, err := checkChange(ctx, e, doc, next); err != nil {
		return err
	}
	_, err = e.Save(ctx, next)
	return err
}
