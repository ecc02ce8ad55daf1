package main

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"
)

type lsCmd struct {
	Prefixes []string `arg:"" optional:"" name:"prefix" help:"What the names begin with, in whole parts, such as myapp for myapp/dev; all are listed where it is left out."`
	Format   string   `short:"f" enum:"text,json" default:"text" help:"One of text, json."`
}

func (c *lsCmd) Help() string {
	return `Prints the names of the environments, one a line, or of those at or below each PREFIX: myapp stands for myapp and
myapp/dev, and not for myapp2. That there is none of these is an error. Versions, such as myapp/dev@3, are left out.

    esc ls
    esc ls myapp
    esc ls -f json`
}

// Validate refuses an empty prefix.
func (c *lsCmd) Validate() error { return checkPrefixes(c.Prefixes) }

func (c *lsCmd) Run(ctx context.Context, g *cli) error {
	names, err := g.namesBelow(ctx, g.evaluator(), c.Prefixes)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return printJSON(os.Stdout, append([]string{}, names...))
	}
	_, err = io.WriteString(os.Stdout, strings.Join(slices.Concat(names, []string{""}), "\n"))
	return err
}
