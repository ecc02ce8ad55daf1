package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"text/tabwriter"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/rotators"
)

type statusCmd struct {
	wanted
	Check  bool   `help:"Exit with 3 if something is overdue or unfinished."`
	Format string `short:"f" enum:"text,json" default:"text" help:"One of text, json."`
}

func (c *statusCmd) Help() string {
	return `Prints a line for each rotator of the environment, or of all environments: which key is in use, its age, what is due now,
when something will be, and how the last rotation ended. That is what the documents tell; nothing is called, and nothing
changes.

With --check the exit code is 3 if a rotation is unfinished, or if something is overdue: it has been due for more than a
day, so that daily runs do not come, or do not get it done. Any other fault comes before that.

With -f json, created is when the key or password in use was made, from which its age counts, whatever its state calls that
in the document.

    esc status myapp/dev
    esc status --check`
}

func (c *statusCmd) Run(ctx context.Context, g *cli) error {
	e := g.evaluator()
	statuses, err := c.statuses(ctx, g, e)
	if err != nil {
		return err
	}
	lines, bad := []statusLine{}, 0
	var errs []error
	now := time.Now()
	for status, err := range statuses {
		if errs = append(errs, err); err == nil {
			g.printDiagnostics(os.Stderr, status.Environment.Diagnostics)
		}
		for _, r := range status.Results {
			r.Diagnostics = g.advisedAll(r.Diagnostics)
			line := newStatusLine(status.Environment.Name, r)
			if lines = append(lines, line); line.Unfinished != "" || overdue(r.Due.Actions, now) {
				bad++
			}
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := errors.Join(errs...); err != nil {
		return errors.Join(err, c.print(lines, now))
	}
	if err := c.print(lines, now); err != nil || !c.Check || bad == 0 {
		return err
	}
	return exitError{fmt.Errorf("%d of %d credentials are overdue or unfinished", bad, len(lines)), exitRotateFailed}
}

// statuses asks one environment or many.
func (c *statusCmd) statuses(ctx context.Context, g *cli, e *eval.Evaluator) (iter.Seq2[*eval.Status, error], error) {
	if c.All {
		names, err := c.names(ctx, g, e)
		return e.StatusAll(ctx, names, eval.StatusOptions{}), err
	}
	status, err := e.Status(ctx, *c.Env, eval.StatusOptions{Paths: c.Paths})
	return func(yield func(*eval.Status, error) bool) { yield(status, err) }, nil
}

// overdue reports whether something has been due for longer than it takes those to notice who look once a day. What is due
// since nobody knows when is overdue.
func overdue(due []rotators.Action, now time.Time) bool {
	for _, action := range due {
		if now.Sub(action.At) > 24*time.Hour {
			return true
		}
	}
	return false
}

// A statusLine is what is printed of one rotator as JSON.
type statusLine struct {
	Environment string           `json:"environment"`
	Path        string           `json:"path"`
	Rotator     string           `json:"rotator"`
	Rotated     bool             `json:"rotated"`
	KeyID       string           `json:"keyId,omitempty"`
	Created     *time.Time       `json:"created,omitempty"` // the key, or whatever else is in use
	Due         []actionJSON     `json:"due,omitempty"`
	Next        *time.Time       `json:"next,omitempty"` // when something more will be due
	Imported    bool             `json:"imported,omitempty"`
	Unfinished  string           `json:"unfinished,omitempty"`
	Diagnostics eval.Diagnostics `json:"diagnostics,omitempty"`

	known bool
}

// An actionJSON is something that is due.
type actionJSON struct {
	Kind  string     `json:"kind"`
	KeyID string     `json:"keyId,omitempty"`
	Why   string     `json:"why,omitempty"`
	Since *time.Time `json:"since,omitempty"`
}

func actions(due []rotators.Action) (list []actionJSON) {
	for _, action := range due {
		list = append(list, actionJSON{action.Kind, action.AccessKeyID, action.Why, instant(action.At)})
	}
	return list
}

func newStatusLine(environment string, r eval.StatusResult) statusLine {
	return statusLine{
		Environment: environment, Path: r.Path, Rotator: r.Rotator, Rotated: r.Rotated, KeyID: r.Due.KeyID, Created: instant(r.Due.Made),
		Due: actions(r.Due.Actions), Next: instant(r.Due.Next), Imported: r.Due.Imported, Unfinished: r.Due.Unfinished,
		Diagnostics: r.Diagnostics, known: r.Known,
	}
}

func (c *statusCmd) print(lines []statusLine, now time.Time) error {
	if c.Format == "json" {
		return printJSON(os.Stdout, lines)
	}
	if len(lines) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ENVIRONMENT\tPATH\tROTATOR\tKEY\tAGE\tDUE NOW\tNEXT\tLAST RUN")
	for _, l := range lines {
		fmt.Fprintln(table, visibleAll("\t", l.Environment, l.Path, l.Rotator, dash(l.KeyID), age(l.Created, now), l.due(), l.next(), l.last()))
	}
	return table.Flush()
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// age writes how long ago something was.
func age(since *time.Time, now time.Time) string {
	if since == nil {
		return "-"
	}
	age := now.Sub(*since)
	if age < 48*time.Hour {
		return fmt.Sprintf("%dh", int(age.Hours()))
	}
	return fmt.Sprintf("%dd", int(age.Hours()/24))
}

func (l statusLine) due() (text string) {
	for _, action := range l.Due {
		if text != "" {
			text += ", "
		}
		text += action.Kind
	}
	return dash(text)
}

func (l statusLine) next() string {
	if l.Next == nil {
		return "-"
	}
	return l.Next.UTC().Format(time.RFC3339)
}

// last says how the last run ended, as far as the document tells.
func (l statusLine) last() string {
	switch {
	case !l.known:
		return "unknown"
	case l.Unfinished != "":
		return l.Unfinished
	case !l.Rotated:
		return "never rotated"
	case l.Imported:
		return "none yet"
	}
	return "ok"
}
