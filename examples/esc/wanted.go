package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

// wanted says which rotators of which environments are meant.
type wanted struct {
	Env   *string  `arg:"" optional:"" help:"Name of the environment, such as myapp/dev; with --all a prefix, such as myapp."`
	Paths []string `arg:"" optional:"" name:"path" help:"Paths of rotators, or of what holds some; all of the environment's own where they are left out; with --all more prefixes."`
	All   bool     `help:"All environments of the directory, or those at or below each prefix."`
}

// Validate refuses a command line that names nothing, and an empty prefix: all is too much to mean by an empty variable.
func (w *wanted) Validate() error {
	switch {
	case !w.All && w.Env == nil:
		return errors.New("name an environment, or write --all")
	case w.All && slices.Contains(w.prefixes(), ""):
		return errors.New("a prefix is empty")
	}
	return nil
}

// names returns the environments that --all and the prefixes stand for.
func (w *wanted) names(ctx context.Context, e *eval.Evaluator) ([]string, error) {
	return namesBelow(ctx, e, w.prefixes())
}

// namesBelow lists the environments at or below each prefix; all where there is none.
func namesBelow(ctx context.Context, e *eval.Evaluator, prefixes []string) ([]string, error) {
	all, err := e.List(ctx)
	if err != nil || len(prefixes) == 0 {
		return all, err
	}
	var errs []error
	for i, prefix := range prefixes {
		prefixes[i] = strings.TrimSuffix(prefix, "/")
		if !slices.ContainsFunc(all, func(name string) bool { return isBelow(name, prefixes[i]) }) {
			errs = append(errs, fmt.Errorf("there is no environment %q, and none below it", prefixes[i]))
		}
	}
	names := slices.DeleteFunc(all, func(name string) bool {
		return !slices.ContainsFunc(prefixes, func(prefix string) bool { return isBelow(name, prefix) })
	})
	return names, errors.Join(errs...)
}

// prefixes returns what stands after --all.
func (w *wanted) prefixes() []string {
	if w.Env == nil {
		return nil
	}
	return append([]string{*w.Env}, w.Paths...)
}

// isBelow reports whether a name is a prefix or begins with its segments.
func isBelow(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	return ok && (rest == "" || rest[0] == '/')
}
