package main

import (
	"bytes"
	"io"
	"os"

	"github.com/escapement-go/escapement/eval"
)

// selection says which part of an environment is printed, and how.
type selection struct {
	Path   string `arg:"" optional:"" help:"Path of one value, such as aws.login or hosts[0]; all values where it is left out."`
	Format string `short:"f" enum:"${formats}" default:"json" help:"One of ${formats}."`
}

func (s selection) options(reveal bool) eval.FormatOptions {
	return eval.FormatOptions{Format: s.Format, Path: s.Path, Reveal: reveal, Warn: func(d *eval.Diagnostic) {
		printDiagnostics(os.Stderr, eval.Diagnostics{d})
	}}
}

// check refuses what no environment can satisfy, so that nothing is loaded or called for it.
func (s selection) check() error {
	err := new(eval.Environment).Write(io.Discard, s.options(false))
	if isUsage(err) {
		return err
	}
	return nil
}

// print writes an environment without errors to standard output, and its warnings to standard error.
func (s selection) print(env *eval.Environment, reveal bool) error {
	printDiagnostics(os.Stderr, env.Diagnostics)
	if s.Format != "json" && s.Format != "detailed" {
		return env.Write(os.Stdout, s.options(reveal))
	}
	var text bytes.Buffer
	if err := env.Write(&text, s.options(reveal)); err != nil {
		return err
	}
	_, err := os.Stdout.Write(visibleJSON(text.Bytes()))
	return err
}
