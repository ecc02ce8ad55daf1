package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

type diffCmd struct {
	From    string `arg:"" name:"env" help:"Name of one environment, such as myapp/dev."`
	To      string `arg:"" name:"other-env" help:"Name of the other one."`
	Offline bool   `help:"Call no provider; what depends on one is not compared."`
	Format  string `short:"f" enum:"text,json" default:"text" help:"One of text, json."`
}

func (c *diffCmd) Help() string {
	return `Compares the values of two environments, path by path, and prints those that differ: "-" stands before what one of them
has, "+" before what the other has. Secrets are compared by their text and printed as [secret], so that a line tells that
one has changed and not into what.

    esc diff myapp/dev myapp/prod
    esc diff myapp/dev myapp/prod --offline
    esc diff myapp/dev myapp/dev@3 -f json

With --offline "?" stands before what is not known, and secrets are decrypted if there is a key. One more code to exit with:

     5  the environments differ`
}

// exitDiffer tells environments that differ from errors, for which diff(1) has the code 2 and esc has 1.
const exitDiffer = 5

func (c *diffCmd) Run(ctx context.Context, g *cli) error {
	from, err := c.values(ctx, g, c.From)
	if err != nil {
		return err
	}
	to, err := c.values(ctx, g, c.To)
	if err != nil {
		return err
	}
	d := comparison{Differences: []difference{}}
	d.compare("", &from, &to)
	if err := c.print(d); err != nil {
		return err
	}
	if d.differ {
		return exitError{code: exitDiffer}
	}
	return nil
}

// values evaluates one of the environments.
func (c *diffCmd) values(ctx context.Context, g *cli, name string) (eval.Value, error) {
	defer progress("opening " + name)()
	e := g.evaluator()
	evaluate := func() (*eval.Environment, error) { return e.Open(ctx, name) }
	if c.Offline {
		e.CheckSecrets = e.Crypter != nil
		evaluate = func() (*eval.Environment, error) { return e.Check(ctx, name) }
	}
	env, err := evaluate()
	if err == nil {
		g.printDiagnostics(os.Stderr, env.Diagnostics)
	}
	return env.Values, err
}

// A comparison lists the differences between two values.
type comparison struct {
	Differences []difference
	differ      bool
}

// A difference is what two environments have at one path. Both are redacted.
type difference struct {
	Path   string      `json:"path"`
	Change string      `json:"change"` // added, removed, changed, or unknown if that cannot be told
	From   *eval.Value `json:"from,omitempty"`
	To     *eval.Value `json:"to,omitempty"`
}

func (c *comparison) compare(path string, from, to *eval.Value) {
	switch {
	case from == nil:
		c.add(path, "added", nil, to)
	case to == nil:
		c.add(path, "removed", from, nil)
	case isContainer(*from) && from.Kind() == to.Kind() && isContainer(*to):
		for key, part := range from.All() {
			c.compare(partPath(path, key), &part, existingPart(*to, key))
		}
		for key, part := range to.All() {
			if existingPart(*from, key) == nil {
				c.compare(partPath(path, key), nil, &part)
			}
		}
	default:
		c.compareWhole(path, from, to)
	}
}

// compareWhole compares what has no parts that are worth a line of their own.
func (c *comparison) compareWhole(path string, from, to *eval.Value) {
	a, errA := from.Reveal()
	b, errB := to.Reveal()
	switch {
	case errA != nil || errB != nil:
		c.add(path, "unknown", from, to)
	case from.Secret() != to.Secret() || !reflect.DeepEqual(a, b):
		c.add(path, "changed", from, to)
	}
}

func (c *comparison) add(path, change string, from, to *eval.Value) {
	c.Differences = append(c.Differences, difference{path, change, from, to})
	c.differ = c.differ || change != "unknown"
}

// isContainer reports whether a value has parts that can be looked at one by one.
func isContainer(v eval.Value) bool {
	return (v.Kind() == eval.Object || v.Kind() == eval.Array) && v.Known() && !v.Secret()
}

// existingPart returns a part of a value, nil if there is none.
func existingPart(v eval.Value, key any) *eval.Value {
	switch key := key.(type) {
	case int:
		if key < v.Len() {
			part := v.Index(key)
			return &part
		}
	case string:
		if part, ok := v.Member(key); ok {
			return &part
		}
	}
	return nil
}

func (c *diffCmd) print(d comparison) error {
	if c.Format == "json" {
		return printJSON(os.Stdout, d.Differences)
	}
	var b strings.Builder
	if len(d.Differences) > 0 {
		fmt.Fprintf(&b, "--- %s\n+++ %s\n", c.From, c.To)
	}
	for _, difference := range d.Differences {
		before, after := "-", "+"
		if difference.Change == "unknown" {
			before, after = "?", "?"
		}
		if difference.From != nil {
			fmt.Fprintf(&b, "%s%s: %s\n", before, visible(difference.Path), visible(difference.From.String()))
		}
		if difference.To != nil {
			fmt.Fprintf(&b, "%s%s: %s\n", after, visible(difference.Path), visible(difference.To.String()))
		}
	}
	_, err := io.WriteString(os.Stdout, b.String())
	return err
}
