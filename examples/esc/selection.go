package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/escapement-go/escapement/eval"
)

// selection says which part of an environment is printed, and how.
type selection struct {
	Path   string `arg:"" optional:"" help:"Path of one value, such as aws.login or hosts[0]; all values where it is left out."`
	Format string `short:"f" enum:"${formats}" default:"json" help:"One of ${formats}."`
}

func (s selection) options(g *cli, reveal bool) eval.FormatOptions {
	return eval.FormatOptions{Format: s.Format, Path: s.Path, Reveal: reveal, Warn: func(d *eval.Diagnostic) {
		g.printDiagnostics(os.Stderr, eval.Diagnostics{d})
	}}
}

// check refuses what no environment can satisfy, so that nothing is loaded or called for it.
func (s selection) check() error {
	err := new(eval.Environment).Write(io.Discard, s.options(nil, false))
	if isUsage(err) {
		return err
	}
	return nil
}

// variableFormats print variables only.
var variableFormats = []string{"dotenv", "fish", "powershell", "shell"}

// print writes an environment without errors to standard output, and its warnings to standard error.
func (s selection) print(g *cli, env *eval.Environment, reveal bool) error {
	g.printDiagnostics(os.Stderr, env.Diagnostics)
	if slices.Contains(variableFormats, s.Format) {
		warnOfNone(env)
	}
	if s.Format != "json" && s.Format != "detailed" {
		return env.Write(os.Stdout, s.options(g, reveal))
	}
	var text bytes.Buffer
	if err := env.Write(&text, s.options(g, reveal)); err != nil {
		return err
	}
	_, err := os.Stdout.Write(visibleJSON(text.Bytes()))
	return err
}

// warnOfNone says that there are no variables to print, since a program may then miss those that it needs.
func warnOfNone(env *eval.Environment) {
	for range env.Variables() {
		return
	}
	fmt.Fprintf(os.Stderr, "warning: %s has no variables; write them below \"environmentVariables\", itself below \"values\"\n", env.Name)
}
