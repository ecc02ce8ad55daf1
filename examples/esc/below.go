package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

// checkPrefixes refuses an empty prefix: all is too much to mean by an empty variable.
func checkPrefixes(prefixes []string) error {
	if slices.ContainsFunc(prefixes, func(prefix string) bool { return segments(prefix) == "" }) {
		return errors.New("a prefix is empty")
	}
	return nil
}

// segments is a prefix without the slashes that may end it.
func segments(prefix string) string { return strings.TrimRight(prefix, "/") }

// isBelow reports whether a name is a prefix or begins with its segments.
func isBelow(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, segments(prefix))
	return ok && (rest == "" || rest[0] == '/')
}

// A listError says that the environments could not be listed.
type listError struct{ error }

func (e listError) Unwrap() error { return e.error }

// namesBelow lists the environments at or below each prefix; all where there is none. A prefix that stands for nothing is an
// error, since it is mistyped. That there are no environments at all is none if nobody has named any.
func (g *cli) namesBelow(ctx context.Context, e *eval.Evaluator, prefixes []string) ([]string, error) {
	all, err := e.List(ctx)
	if err != nil {
		return nil, listError{fmt.Errorf("cannot list environments: %w", err)}
	}
	if len(prefixes) == 0 {
		if len(all) == 0 {
			g.printError(os.Stderr, g.noneHint())
		}
		return all, nil
	}
	var errs []error
	for _, prefix := range prefixes {
		if !slices.ContainsFunc(all, func(name string) bool { return isBelow(name, prefix) }) {
			errs = append(errs, fmt.Errorf("there is no environment %q, and none below it", segments(prefix)))
		}
	}
	if len(errs) > 0 {
		why := hint("a prefix is one or more whole parts of names, as myapp is of myapp/dev; esc ls lists the environments")
		if len(all) == 0 {
			why = g.noneHint()
		}
		return nil, errors.Join(append(errs, why)...)
	}
	return slices.DeleteFunc(all, func(name string) bool {
		return !slices.ContainsFunc(prefixes, func(prefix string) bool { return isBelow(name, prefix) })
	}), nil
}
