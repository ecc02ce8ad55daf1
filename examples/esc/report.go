package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/escapement-go/escapement/eval"
)

// The exit codes that the help describes.
const (
	exitDone   = 0
	exitFault  = 1
	exitUsage  = 2
	exitDefect = 70
)

// A usageError is one that the command line makes by itself.
type usageError struct{ error }

// report prints what ended a command and returns the exit code.
func report(w io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	printError(w, err)
	if isUsage(err) {
		return exitUsage
	}
	return exitFault
}

func printError(w io.Writer, err error) {
	switch e := err.(type) {
	case eval.Diagnostics:
		printDiagnostics(w, e)
	case *eval.Diagnostic:
		printDiagnostics(w, eval.Diagnostics{e})
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			printError(w, part)
		}
	case usageError:
		fmt.Fprintf(w, "error: %v\nhint: run esc --help, or esc COMMAND --help\n", e)
	default:
		if errors.Is(err, context.Canceled) {
			err = errors.New("interrupted")
		}
		fmt.Fprintf(w, "error: %v\n", err)
	}
}

// printDiagnostics prints diagnostics, in colour if w is a terminal whose user has nothing against it.
func printDiagnostics(w io.Writer, ds eval.Diagnostics) {
	f, ok := w.(*os.File)
	color := ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	ds.Print(w, eval.PrintOptions{Color: color})
}

// isUsage reports whether the command line is at fault, so that no document can make up for it.
func isUsage(err error) bool {
	return slices.ContainsFunc(parts(err), func(part error) bool {
		switch e := part.(type) {
		case usageError:
			return true
		case *eval.Diagnostic:
			return e.Range.IsZero() && slices.Contains(usageCodes, e.Code)
		}
		return false
	})
}

// usageCodes are those of diagnostics that are about the command line if they have no place in a document.
var usageCodes = []string{"bad-path", "invalid-environment-name", "path-not-allowed"}

func hasCode(err error, code string) bool {
	return slices.ContainsFunc(parts(err), func(part error) bool {
		d, ok := part.(*eval.Diagnostic)
		return ok && d.Code == code
	})
}

// parts returns the errors that were joined to one.
func parts(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, parts(e)...)
	}
	return all
}

// reportDefect asks to report a panic and returns the exit code. It shows the type and the place of the panic and not its
// text, which may hold a secret.
func reportDefect(w io.Writer, v any) int {
	fmt.Fprintf(w, "error: esc has a defect: %T %s\n", v, panicPlace())
	fmt.Fprintln(w, "hint: please report it, with this message and a document that shows it but holds no secret, at")
	fmt.Fprintln(w, "      https://github.com/escapement-go/escapement/issues")
	return exitDefect
}

// panicPlace says where the panic occurred that is being recovered from.
func panicPlace() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	for panicking, more := false, true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if panicking && !strings.HasPrefix(f.Function, "runtime.") {
			return fmt.Sprintf("in %s, line %d", f.Function, f.Line)
		}
		panicking = panicking || f.Function == "runtime.gopanic"
	}
	return "in an unknown place"
}
