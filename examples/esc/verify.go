package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

type verifyCmd struct {
	Env    string   `arg:"" help:"Name of the environment, such as myapp/dev."`
	Paths  []string `arg:"" optional:"" name:"path" help:"Paths of rotators, or of what holds some; all of the environment's own where they are left out."`
	Format string   `short:"f" enum:"text,json" default:"text" help:"One of text, json."`
}

func (c *verifyCmd) Help() string {
	return `Proves that the current credentials of an environment work, by using each for a call that changes nothing: for an access key
of AWS, sts:GetCallerIdentity. No login is needed. Prints a line for each: its path, and as what it works. What no call
proves, such as a console password, is "not verifiable".

The exit code is 3 if a credential does not work, or if that could not be found out.

    esc verify myapp/dev`
}

func (c *verifyCmd) Run(ctx context.Context, g *cli) error {
	verification, err := g.evaluator().Verify(ctx, c.Env, c.Paths...)
	if err == nil {
		g.printDiagnostics(os.Stderr, verification.Environment.Diagnostics)
	}
	lines, failed := []verifiedLine{}, false
	for _, r := range verification.Results {
		line := verifiedLine{Path: r.Path, Rotator: r.Rotator, Result: "not verifiable", Diagnostics: g.advisedAll(r.Diagnostics)}
		switch {
		case r.Proof != nil:
			line.Result, line.KeyID, line.Identity = "works", r.Proof.KeyID, r.Proof.Identity
		case r.Diagnostics.Err() != nil:
			line.Result, failed = "failed", true
		}
		lines = append(lines, line)
	}
	if printErr := c.print(os.Stdout, lines); printErr != nil || !failed {
		return cmp.Or(err, printErr)
	}
	return exitError{err, exitRotateFailed}
}

// A verifiedLine is what is printed of one rotator as JSON.
type verifiedLine struct {
	Path        string           `json:"path"`
	Rotator     string           `json:"rotator"`
	Result      string           `json:"result"` // works, failed or not verifiable
	KeyID       string           `json:"keyId,omitempty"`
	Identity    string           `json:"identity,omitempty"`
	Diagnostics eval.Diagnostics `json:"diagnostics,omitempty"`
}

func (c *verifyCmd) print(w io.Writer, lines []verifiedLine) error {
	if c.Format == "json" {
		return printJSON(w, lines)
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, strings.TrimSpace(joined(line.Path, line.Result, line.KeyID, line.Identity))); err != nil {
			return err
		}
	}
	return nil
}
