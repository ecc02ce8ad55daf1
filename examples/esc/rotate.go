package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"golang.org/x/term"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/examples/notify"
	"github.com/escapement-go/escapement/rotators"
)

type rotateCmd struct {
	Env    string   `arg:"" help:"Name of the environment, such as myapp/dev."`
	Paths  []string `arg:"" optional:"" name:"path" help:"Paths of rotators, or of what holds some; all of the environment's own where they are left out."`
	DryRun bool     `help:"Say what would be called and written, and do neither."`
	Force  bool     `help:"Rotate what was rotated a moment ago, too."`
	Due    bool     `help:"Do what is due by age, and nothing else."`
	Format string   `short:"f" enum:"text,json" default:"text" help:"One of text, json."`

	notifyFlags
}

func (c *rotateCmd) Help() string {
	return `Renews the credentials that fn::rotate of the environment stands for, one after the other. Each new one is encrypted and
saved in the environment's file before it counts, and no other byte of the file changes. An interrupted rotation is brought
to safety first; run again, it goes on where it stopped.

Prints a line for each: its path, what became of it, and when something will be due. More codes to exit with, after 70, 2 and 1:

     4  nothing failed, but somebody else is rotating, or has changed what is saved
     3  a rotator failed or was not reached

` + notifyHelp
}

func (c *rotateCmd) Run(ctx context.Context, g *cli) error {
	opts := eval.RotateOptions{Paths: c.Paths, Force: c.Force, Due: c.Due}
	targets, err := c.targets()
	if err != nil {
		return err
	}
	if c.DryRun {
		return c.plan(ctx, g, opts)
	}
	notifier := notify.New(os.Stderr, targets...)
	notifier.Grace = notifyGrace
	defer notifier.Close()
	terminal, tell := term.IsTerminal(int(os.Stderr.Fd())), notifier.Report(c.Env)
	opts.Report = func(path string, event rotators.Event) {
		tell(path, event)
		if terminal && event.Kind != rotators.EventFailed || event.Kind == rotators.EventWarning {
			fmt.Fprintf(os.Stderr, "%s: %s\n", path, joined(event.Kind, event.Code, event.KeyID, event.Text))
		}
	}
	rotation, err := g.evaluator().Rotate(ctx, c.Env, opts)
	if err == nil {
		printDiagnostics(os.Stderr, rotation.Environment.Diagnostics)
	}
	if printErr := c.print(os.Stdout, rotation); printErr != nil {
		return errors.Join(err, printErr)
	}
	if err != nil {
		return rotateError{errors.Join(err, unsavedHint(rotation)), rotateExit(rotation)}
	}
	return nil
}

// A rotatedLine is what is printed of one rotator as JSON.
type rotatedLine struct {
	Path        string              `json:"path"`
	Rotator     string              `json:"rotator"`
	Status      eval.RotationStatus `json:"status"`
	Saved       bool                `json:"saved"`
	Next        *time.Time          `json:"next,omitempty"` // when something will be due
	Events      []eventJSON         `json:"events,omitempty"`
	Diagnostics eval.Diagnostics    `json:"diagnostics,omitempty"`
}

type eventJSON struct {
	Time  time.Time `json:"time"`
	Kind  string    `json:"kind"`
	Code  string    `json:"code,omitempty"`
	KeyID string    `json:"keyId,omitempty"`
	Text  string    `json:"text,omitempty"`
}

// print writes what became of each rotator.
func (c *rotateCmd) print(w io.Writer, rotation *eval.Rotation) error {
	lines := []rotatedLine{}
	for _, r := range rotation.Results {
		line := rotatedLine{
			Path: r.Path, Rotator: r.Rotator, Status: r.Status, Saved: r.Saved, Next: instant(r.Next), Diagnostics: r.Diagnostics,
		}
		for _, e := range r.Events {
			line.Events = append(line.Events, eventJSON{e.Time, e.Kind, e.Code, e.KeyID, e.Text})
		}
		lines = append(lines, line)
	}
	if c.Format == "json" {
		return printJSON(w, lines)
	}
	for _, line := range lines {
		if _, err := fmt.Fprintf(w, "%s%s\n", joined(line.Path, string(line.Status), line.last()), nextDue(line.Next)); err != nil {
			return err
		}
	}
	return nil
}

// last says what the rotator did last.
func (l rotatedLine) last() string {
	for _, e := range slices.Backward(l.Events) {
		switch e.Kind {
		case rotators.EventWarning, rotators.EventDue, rotators.EventFailed:
		default:
			return joined(e.Kind, e.KeyID)
		}
	}
	return ""
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func nextDue(next *time.Time) string {
	if next == nil {
		return ""
	}
	return "  next due " + next.UTC().Format(time.RFC3339)
}

func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// unsavedHint says what to do about states that could not be saved.
func unsavedHint(rotation *eval.Rotation) error {
	for _, r := range rotation.Results {
		if r.Unsaved != nil {
			return hint("what could not be saved is lost when esc ends; the credential saved before still counts, and the next rotation puts things in order")
		}
	}
	return nil
}

// A rotateError ends the program with a code of its own.
type rotateError struct {
	error
	code int
}

func (e rotateError) Unwrap() []error { return []error{e.error} }

// The codes that only a rotation exits with.
const (
	exitRotateFailed = 3
	exitElsewhere    = 4
)

// rotateExit tells faults from which nothing was touched from those of rotators, and these from somebody else's being
// faster.
func rotateExit(rotation *eval.Rotation) int {
	touched, elsewhere := false, true
	for _, r := range rotation.Results {
		touched = touched || r.Status != eval.NotEvaluated
		elsewhere = elsewhere && (r.Status != eval.Failed && r.Status != eval.NotEvaluated || isElsewhere(r.Diagnostics))
	}
	switch {
	case !touched:
		return exitFault
	case elsewhere:
		return exitElsewhere
	}
	return exitRotateFailed
}

// isElsewhere reports whether all errors say that somebody else is rotating or has changed the state.
func isElsewhere(ds eval.Diagnostics) bool {
	for _, d := range ds {
		switch d.Code {
		case "save-conflict", "rotate-failed/save-conflict", "rotate-failed/in-progress":
		default:
			if !d.Warning {
				return false
			}
		}
	}
	return true
}
