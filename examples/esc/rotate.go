package main

import (
	"context"
	"errors"
	"os"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/examples/notify"
	"github.com/escapement-go/escapement/rotators"
)

type rotateCmd struct {
	wanted
	DryRun bool   `help:"Say what would be called and written, and do neither."`
	Force  bool   `help:"Rotate what was rotated a moment ago, too."`
	Due    bool   `help:"Do what is due by age, and nothing else."`
	Format string `short:"f" enum:"text,json" default:"text" help:"One of text, json."`

	notifyFlags
}

func (c *rotateCmd) Help() string {
	return `Renews the credentials that fn::rotate of the environment stands for, one after the other. Each new one is encrypted and
saved in the environment's file before it counts, and no other byte of the file changes. An interrupted rotation is brought
to safety first; run again, it goes on where it stopped.

Prints a line for each: its path, what became of it, and when something will be due. With --all that is done to all
environments, or to those at or below each PREFIX, a few at a time, and one that fails does not stop the others:

    esc rotate --due --all
    esc rotate --due --all shop infra/aws

Then those for which nothing is due are only counted. More codes to exit with, after 70, 2 and 1:

     3  a rotator failed or was not reached, or left undone what is due
     4  nothing failed, but somebody else is rotating, or has changed what is saved

Of many environments the first code of 70, 2, 1, 3, 4 counts that one of them gives. So 0 after --due says that all that was
due is done.

` + notifyHelp
}

// Validate refuses a command line for what either part of it says.
func (c *rotateCmd) Validate() error {
	if err := c.wanted.Validate(); err != nil {
		return err
	}
	return c.notifyFlags.Validate()
}

func (c *rotateCmd) Run(ctx context.Context, g *cli) error {
	targets, err := c.targets()
	if err != nil {
		return err
	}
	e := g.evaluator()
	switch {
	case c.All && c.DryRun:
		return c.planAll(ctx, g, e)
	case c.DryRun:
		return c.plan(ctx, g, e)
	}
	holdOut(ctx)
	notifier := notify.New(os.Stderr, targets...)
	notifier.Grace = notifyGrace
	defer notifier.Close()
	if c.All {
		return c.rotateAll(ctx, g, e, notifier)
	}
	return c.rotate(ctx, g, e, notifier)
}

// rotate rotates one environment.
func (c *rotateCmd) rotate(ctx context.Context, g *cli, e *eval.Evaluator, notifier *notify.Notifier) error {
	opts := eval.RotateOptions{Paths: c.Paths, Force: c.Force, Due: c.Due}
	report := c.reporter(newConsole(os.Stderr, 0), notifier)
	opts.Report = func(path string, event rotators.Event) { report(*c.Env, path, event) }
	rotation, err := e.Rotate(ctx, *c.Env, opts)
	if err == nil {
		g.printDiagnostics(os.Stderr, rotation.Environment.Diagnostics)
	}
	lines := c.lines(g, os.Stdout)
	if printErr := errors.Join(lines.rotation(rotation, err), lines.end()); printErr != nil {
		return errors.Join(err, printErr)
	}
	if err != nil {
		err = errors.Join(err, unsavedHint(rotation))
	} else if c.Due {
		err = leftUndone(rotation)
	}
	if err != nil {
		return exitError{err, rotateExit(rotation)}
	}
	return nil
}

// rotateAll rotates many.
func (c *rotateCmd) rotateAll(ctx context.Context, g *cli, e *eval.Evaluator, notifier *notify.Notifier) error {
	names, err := c.names(ctx, g, e)
	if err != nil {
		return err
	}
	screen := newConsole(os.Stderr, len(names))
	lines := c.lines(g, os.Stdout)
	sum := &summary{g: g}
	var printErr error
	opts := eval.RotateAllOptions{Force: c.Force, Due: c.Due, Report: c.reporter(screen, notifier)}
	for rotation, err := range e.RotateAll(ctx, names, opts) {
		screen.step(rotation.Environment.Name, func() {
			code := sum.add(ctx, rotation, err, c.Due)
			if code == exitDone {
				g.printDiagnostics(os.Stderr, rotation.Environment.Diagnostics)
			}
			if !screen.live {
				printWarnings(os.Stderr, rotation)
			}
			printErr = errors.Join(printErr, lines.rotation(rotation, err))
		})
	}
	screen.close()
	return errors.Join(sum.err(ctx, len(names)), printErr, lines.summary(sum, len(names)), lines.end())
}
