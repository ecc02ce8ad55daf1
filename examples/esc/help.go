package main

import (
	"context"
	"slices"
)

type helpCmd struct {
	Command []string `arg:"" optional:"" help:"Words of a command, such as rotate or key new; the commands are listed where they are left out."`
}

func (c *helpCmd) Help() string {
	return `Prints what --help prints behind a command.

    esc help
    esc help rotate
    esc help key new`
}

func (c *helpCmd) Run(ctx context.Context) error {
	parser, err := newParser(ctx, new(cli))
	if err != nil {
		return err
	}
	if _, err := parser.Parse(append(slices.Clone(c.Command), "--help")); err != nil { // which ends esc otherwise
		return badCommandLine(err)
	}
	return nil
}
