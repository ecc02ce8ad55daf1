package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
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

// A usageError says what is wrong with the command line.
type usageError struct{ error }

// A reported error has been printed already.
type reported struct{ error }

func (e reported) Unwrap() []error { return []error{e.error} }

// An exitError ends esc with a code of its own.
type exitError struct {
	err  error // nil: there is nothing to say
	code int
}

func (e exitError) Error() string { return fmt.Sprint("exit code ", e.code) }

func (e exitError) Unwrap() []error {
	if e.err == nil {
		return nil
	}
	return []error{e.err}
}

// A hint is joined to an error and says what to do about it.
type hint string

func (h hint) Error() string { return string(h) }

// dashed is what kong says of a negative number.
var dashed = regexp.MustCompile(`^unknown flag -[0-9. ]`)

// valueless is what kong says of a flag behind which nothing stands.
var valueless = regexp.MustCompile(`^(--[a-z-]+): expected \S+ value but got "EOL" `)

// badCommandLine adds to an error of kong how the command is used.
func badCommandLine(err error) error {
	if strings.HasPrefix(err.Error(), "expected one of ") { // and then some of the commands
		err = errors.New("no command is named")
	}
	parsing, _ := errors.AsType[*kong.ParseError](err)
	if flag := valueless.FindStringSubmatch(err.Error()); flag != nil {
		err = errors.New(flag[1] + " needs a value")
	}
	var how error = hint("run esc --help")
	if parsing != nil && parsing.Context.Selected() != nil {
		command := parsing.Context.Selected()
		how = hint(fmt.Sprintf("write esc %s, or run %s --help", command.Summary(), command.FullPath()))
		if dashed.MatchString(err.Error()) {
			how = hint(`write -- before an argument that begins with "-"`)
		}
		if command.Name == "run" {
			how = errors.Join(how, notStarted)
		}
	}
	return errors.Join(usageError{err}, how)
}

// explain adds to an error what the flags have to do with it.
func (c *cli) explain(err error) error {
	if isUsage(err) || !hasCode(err, "load-failed") && !hasCode(err, "save-failed") && !isListError(err) {
		return err
	}
	if missing := c.checkDirectory(); missing != nil {
		return errors.Join(missing, hintsOf(err))
	}
	return errors.Join(err, c.absentHint(err))
}

// absentHint says what to do about an environment that is not there, unless there are names that are like it.
func (c *cli) absentHint(err error) error {
	switch {
	case !hasCode(err, "load-failed"), !errors.Is(err, fs.ErrNotExist), slices.ContainsFunc(parts(err), isAnswered):
		return nil
	case c.hasNone():
		return c.noneHint()
	}
	how := hint("esc ls lists the environments, and esc new NAME makes one")
	if c.Dir == "" && c.Store == "" {
		return errors.Join(how, hint("environments are looked for in the working directory; name another one with --dir or in ESC_DIR"))
	}
	return how
}

// isAnswered reports whether an error says by itself which environment may be meant.
func isAnswered(err error) bool {
	d, ok := err.(*eval.Diagnostic)
	return ok && d.Code == "load-failed" && d.Hint != ""
}

func isListError(err error) bool {
	_, ok := errors.AsType[listError](err)
	return ok
}

// hintsOf returns the hints that were joined to an error.
func hintsOf(err error) error {
	var hints []error
	for _, part := range parts(err) {
		if h, ok := part.(hint); ok {
			hints = append(hints, h)
		}
	}
	return errors.Join(hints...)
}

// hasNone reports whether there are no environments at all, as far as that shows within a second: a directory can hold a
// whole disk.
func (c *cli) hasNone() bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	names, err := c.evaluator().List(ctx)
	return err == nil && len(names) == 0
}

// report prints what ended a command and returns the exit code.
func (c *cli) report(w io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	if _, printed := errors.AsType[reported](err); !printed {
		c.printError(w, err)
	}
	exit, hasCode := errors.AsType[exitError](err)
	switch {
	case errors.Is(err, eval.ErrInternal):
		return exitDefect
	case isUsage(err):
		return exitUsage
	case hasCode:
		return exit.code
	}
	return exitFault
}

func (c *cli) printError(w io.Writer, err error) {
	switch e := err.(type) {
	case eval.Diagnostics:
		c.printDiagnostics(w, e)
	case *eval.Diagnostic:
		c.printDiagnostics(w, eval.Diagnostics{e})
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			c.printError(w, part)
		}
	case hint:
		fmt.Fprintf(w, "hint: %s\n", visibleLines(e.Error()))
	default:
		if errors.Is(err, context.Canceled) {
			err = errors.New("interrupted")
		}
		fmt.Fprintf(w, "error: %s\n", visibleLines(err.Error()))
	}
}

// visibleLines makes lines visible. But for the first they are indented, so that none looks like another error.
func visibleLines(text string) string {
	return visibleAll("\n  ", strings.Split(text, "\n")...)
}

// printDiagnostics prints diagnostics that have not been printed yet, in colour if w is a terminal and its user has not
// asked for none.
func (c *cli) printDiagnostics(w io.Writer, ds eval.Diagnostics) {
	f, ok := w.(*os.File)
	color := ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	var text strings.Builder
	c.news(w, ds).Print(&text, eval.PrintOptions{Color: color})
	io.WriteString(w, harmless(text.String()))
}

// isUsage reports whether the command line is at fault, so that no document can make up for it.
func isUsage(err error) bool {
	// These are about the command line if they have no place in a document.
	codes := []string{"bad-path", "invalid-environment-name", "path-not-allowed"}
	return slices.ContainsFunc(parts(err), func(part error) bool {
		switch e := part.(type) {
		case usageError:
			return true
		case *eval.Diagnostic:
			return e.Range.IsZero() && slices.Contains(codes, e.Code)
		}
		return false
	})
}

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
