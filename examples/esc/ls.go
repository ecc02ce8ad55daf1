package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

type lsCmd struct {
	Prefix string `arg:"" optional:"" help:"What the names begin with, such as myapp/; all are listed where it is left out."`
	Format string `short:"f" enum:"text,json" default:"text" help:"One of text, json."`
}

func (c *lsCmd) Help() string {
	return `Prints the names of the environments in the directory, one a line. Versions, such as myapp/dev@3, are left out.

    esc ls
    esc ls myapp/
    esc ls -f json`
}

func (c *lsCmd) Run(ctx context.Context, g *cli) error {
	names, err := g.evaluator().List(ctx)
	if err != nil {
		return fmt.Errorf("cannot list environments: %w", err)
	}
	if len(names) == 0 {
		fmt.Fprintf(os.Stderr, "hint: there are no environments in %q%s\n", g.place(), g.remedy())
	}
	found := []string{}
	for _, name := range names {
		if strings.HasPrefix(name, c.Prefix) {
			found = append(found, name)
		}
	}
	if c.Format == "json" {
		return printJSON(os.Stdout, found)
	}
	_, err = io.WriteString(os.Stdout, strings.Join(slices.Concat(found, []string{""}), "\n"))
	return err
}
