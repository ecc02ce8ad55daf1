// Figures prints what can be counted of this project, each figure with the command that makes it: it runs these commands one
// after another and reads what they print. A command that fails, or prints no such figure, is an error.
//
//	go run ./examples/figures [--full] [--only NAME]
//
// It is run in a checkout, and needs the go command. The table is Markdown; progress and what failed go to standard error.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	full := flag.Bool("full", false, "run the long versions, which takes hours")
	only := flag.String("only", "", "print the figures of this `NAME` and no others")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *full, *only); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// run prints the table of all figures, or of those with a name.
func run(ctx context.Context, w io.Writer, full bool, only string) error {
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	all, err := allFigures(root)
	if err != nil {
		return err
	}
	chosen := slices.DeleteFunc(slices.Clone(all), func(f figure) bool { return only != "" && f.name != only })
	if len(chosen) == 0 {
		return fmt.Errorf("there are no figures %q; there are %s", only, strings.Join(names(all), ", "))
	}
	return printTable(w, chosen, full, func(args []string) (string, error) { return execute(ctx, root, args) })
}

// moduleRoot is the directory of the module that the program is run in.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("asking go for the module: %w", err)
	}
	file := strings.TrimSpace(string(out))
	if filepath.Base(file) != "go.mod" {
		return "", errors.New("there is no go.mod here; run this in a checkout of Escapement")
	}
	return filepath.Dir(file), nil
}

// execute runs a command in a directory and returns all that it prints.
func execute(ctx context.Context, dir string, args []string) (string, error) {
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	return string(out), err
}

func names(figures []figure) (names []string) {
	for _, f := range figures {
		if !slices.Contains(names, f.name) {
			names = append(names, f.name)
		}
	}
	return names
}
