package main

import (
	"context"

	"github.com/escapement-go/escapement/eval"
)

// wanted says which rotators of which environments are meant.
type wanted struct {
	Env   *string  `arg:"" optional:"" help:"Name of the environment, such as myapp/dev; with --all a prefix, such as myapp."`
	Paths []string `arg:"" optional:"" name:"path" help:"Paths of rotators, or of what holds some; all of the environment's own where they are left out; with --all more prefixes."`
	All   bool     `help:"All environments, or those at or below each prefix."`
}

// Validate refuses a command line that names nothing.
func (w *wanted) Validate() error {
	switch {
	case !w.All && w.Env == nil:
		return errNothingNamed
	case w.All:
		return checkPrefixes(w.prefixes())
	}
	return nil
}

// names returns the environments that --all and the prefixes stand for.
func (w *wanted) names(ctx context.Context, g *cli, e *eval.Evaluator) ([]string, error) {
	return g.namesBelow(ctx, e, w.prefixes())
}

// prefixes returns what stands after --all.
func (w *wanted) prefixes() []string {
	if w.Env == nil {
		return nil
	}
	return append([]string{*w.Env}, w.Paths...)
}
