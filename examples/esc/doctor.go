package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/escapement-go/escapement/eval"
)

type doctorCmd struct {
	Env    string   `arg:"" help:"Name of the environment, such as myapp/dev."`
	Paths  []string `arg:"" optional:"" name:"path" help:"Paths of rotators, or of what holds some; all of the environment's own where they are left out."`
	Format string   `short:"f" enum:"text,json" default:"text" help:"One of text, json."`
}

func (c *doctorCmd) Help() string {
	return `Goes through everything that opening and rotating an environment needs, and says what is found and what to do about it: the
key file, the document, its directory, the clock, the login, what other providers answer, the account, permissions, the room for another key, what is
wrong with the present ones, how the last rotation ended, and what is due. Each check is ok, a warning, an error, or
skipped. It only reads: nothing is written, no key is tried, and no secret is shown. What only a rotation can tell, such as
whether a key may be made, is skipped.

The exit code is 1 if a check found an error.

    esc doctor myapp/dev
    esc doctor myapp/dev aws.keys -f json`
}

// The states of a check.
const (
	checkOK      = "ok"
	checkWarning = "warning"
	checkError   = "error"
	checkSkipped = "skipped"
)

// checkNames are the checks, in the order in which they are printed.
var checkNames = []string{
	"key", "document", "directory", "clock", "login", "provider", "account", "permission", "quota", "credential", "run", "due",
}

// A check is what is printed of one as JSON.
type check struct {
	Check  string `json:"check"`
	State  string `json:"state"`
	Path   string `json:"path,omitempty"` // of the rotator that it is about
	Text   string `json:"text"`
	Remedy string `json:"remedy,omitempty"`
}

// keepsFromAsking tells whether AWS could not be asked because of what a check has found.
func (c check) keepsFromAsking() bool {
	return c.State == checkError && slices.Contains([]string{"login", "account", "permission"}, c.Check)
}

// A doctor looks at one environment.
type doctor struct {
	g      *cli
	e      *eval.Evaluator
	login  *watchedLogin
	name   string
	paths  []string
	now    time.Time
	checks []check
}

func (c *doctorCmd) Run(ctx context.Context, g *cli) error {
	d := &doctor{g: g, e: g.evaluator(), name: c.Env, paths: c.Paths, now: time.Now()}
	d.e.CheckSecrets = true
	d.login = &watchedLogin{Provider: d.e.Providers["aws-login"]}
	d.e.Providers["aws-login"] = d.login
	why, err := d.examine(ctx)
	if err := errors.Join(ctx.Err(), err); err != nil {
		return err
	}
	for _, name := range checkNames {
		if !slices.ContainsFunc(d.checks, func(c check) bool { return c.Check == name }) {
			d.add(check{Check: name, State: checkSkipped, Text: why})
		}
	}
	slices.SortStableFunc(d.checks, func(x, y check) int {
		return slices.Index(checkNames, x.Check) - slices.Index(checkNames, y.Check)
	})
	return errors.Join(c.print(os.Stdout, d.checks), d.judge())
}

// examine makes all checks that can be made, and says why the others are not. The error is about the arguments.
func (d *doctor) examine(ctx context.Context) (skipped string, err error) {
	env, err := d.e.Check(ctx, d.name)
	if isUsage(err) {
		return "", err
	}
	d.directory(env.Name)
	sound := d.document(env.Diagnostics)
	status, err := d.e.Status(ctx, d.name, eval.StatusOptions{Paths: d.paths, Now: d.now})
	if isUsage(err) || hasCode(err, "no-rotator-at-path") {
		return "", err
	}
	if !d.keys(env.Diagnostics, len(status.Results) > 0) {
		return "not checked, since secrets cannot be decrypted", nil
	}
	if !sound {
		return "not checked, since the document is wrong", nil
	}
	d.lastRuns(status)
	if len(status.Results) == 0 {
		d.open(ctx)
	} else {
		d.audit(ctx)
	}
	if d.login.asked || slices.ContainsFunc(status.Results, rotatesInAWS) {
		d.clock(ctx)
	}
	if slices.ContainsFunc(d.checks, check.keepsFromAsking) {
		return "not checked, since AWS could not be asked", nil
	}
	return "nothing in the environment needs it", nil
}

func rotatesInAWS(r eval.StatusResult) bool { return strings.HasPrefix(r.Rotator, "aws-") }

func (d *doctor) add(c check) { d.checks = append(d.checks, c) }

// found adds a check that has found a diagnostic.
func (d *doctor) found(name, path string, found *eval.Diagnostic) {
	found = d.g.advised(found)
	c := check{Check: name, State: checkError, Path: path, Text: found.Message, Remedy: found.Hint}
	if found.Warning {
		c.State = checkWarning
	}
	if c.Remedy == "" { // what comes from outside says last what to do
		c.Text, c.Remedy = cutLast(c.Text)
	}
	if !found.Range.IsZero() && path == "" {
		c.Text = fmt.Sprintf("%s:%d:%d: %s", found.Range.Environment, found.Range.Begin.Line, found.Range.Begin.Column, c.Text)
	}
	d.add(c)
}

// judge is the error of an environment that something is wrong with.
func (d *doctor) judge() error {
	n := 0
	for _, c := range d.checks {
		if c.State == checkError {
			n++
		}
	}
	switch n {
	case 0:
		return nil
	case 1:
		return errors.New("one check found an error")
	}
	return fmt.Errorf("%d checks found errors", n)
}

func (c *doctorCmd) print(w io.Writer, checks []check) error {
	if c.Format == "json" {
		return printJSON(w, checks)
	}
	for _, c := range checks {
		text := visible(c.Text)
		if c.Path != "" {
			text = visible(c.Path) + ": " + text
		}
		if c.Remedy != "" {
			text += fmt.Sprintf("\n%21s%s", "remedy: ", visible(c.Remedy))
		}
		if _, err := fmt.Fprintf(w, "%-8s %-11s %s\n", c.State, c.Check, text); err != nil {
			return err
		}
	}
	return nil
}
