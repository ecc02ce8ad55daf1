package main

import (
	"os"

	"github.com/escapement-go/escapement/eval"
)

// findings are diagnostics that have been told. What is wrong with one environment shows in all that import it.
type findings map[finding]bool

type finding struct {
	at                        eval.Range
	code, path, message, hint string
}

// fresh returns those that have not been told, and takes them for told.
func (f findings) fresh(ds eval.Diagnostics) (fresh eval.Diagnostics) {
	for _, d := range ds {
		known := finding{d.Range, d.Code, d.Path, d.Message, d.Hint}
		if !f[known] {
			f[known] = true
			fresh = append(fresh, d)
		}
	}
	return fresh
}

// news returns what is to be told of how an environment was evaluated. Warnings alone are printed; no error is left then.
func (f findings) news(ds eval.Diagnostics, err error) error {
	fresh := f.fresh(ds)
	switch {
	case isFailure(err):
		return err
	case fresh.Err() != nil:
		return fresh
	}
	printDiagnostics(os.Stderr, fresh)
	return nil
}
