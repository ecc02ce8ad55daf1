package main

import (
	"context"
	"errors"
	"slices"

	"github.com/escapement-go/escapement/eval"
)

// many says which environments are meant.
type many struct {
	Envs []string `arg:"" optional:"" name:"env" help:"Names of environments, such as myapp/dev; with --all prefixes, such as myapp."`
	All  bool     `help:"All environments, or those at or below each prefix."`
}

var errNothingNamed = errors.New("name an environment, or write --all")

// Validate refuses a command line that names nothing.
func (m *many) Validate() error {
	switch {
	case m.All:
		return checkPrefixes(m.Envs)
	case len(m.Envs) == 0:
		return errNothingNamed
	case slices.Contains(m.Envs, ""):
		return errors.New("a name is empty")
	}
	return nil
}

// names returns the environments that are named, or those that --all stands for.
func (m *many) names(ctx context.Context, g *cli, e *eval.Evaluator) ([]string, error) {
	if !m.All {
		return m.Envs, nil
	}
	return g.namesBelow(ctx, e, m.Envs)
}
