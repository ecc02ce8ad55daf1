package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/escapement-go/escapement/eval"
)

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
	if hasCode(err, "no-value-at-path") {
		return errors.Join(err, c.elsewhere(ctx, e))
	}
	if err != nil {
		return err
	}
	if _, _, err := checkChange(ctx, e, doc, next); err != nil {
		return err
	}
	_, err = e.Save(ctx, next)
	return err
}

// elsewhere says which document writes a value that another one imports.
func (c *rmCmd) elsewhere(ctx context.Context, e *eval.Evaluator) error {
	explanation, _ := e.Explain(ctx, c.Env, c.Path)
	for _, layer := range explanation.Layers {
		if at := layer.Range; !at.IsZero() && at.Environment != explanation.Environment {
			return hint(fmt.Sprintf("it is imported, and written at %s:%d:%d", at.Environment, at.Begin.Line, at.Begin.Column))
		}
	}
	return nil
}
