package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

type verifyCmd struct {
	wanted
	Format string `short:"f" enum:"text,json" default:"text" help:"One of text, json."`
}

func (c *verifyCmd) Help() string {
	return `Proves that the current credentials of an environment work, by using each for a call that changes nothing: for an access key
of AWS, sts:GetCallerIdentity. No login is needed. Prints a line for each: its path, and as what it works. What no call
proves, such as a console password, is "not verifiable". With --all that is done for all environments, or for those at or
below each PREFIX, and each line begins with the name.

The exit code is 3 if a credential does not work, or if that could not be found out; a fault that the help of esc gives the
code 1 comes before that.

    esc verify myapp/dev
    esc verify --all shop infra/aws`
}

func (c *verifyCmd) Run(ctx context.Context, g *cli) error {
	verifications, err := c.verifications(ctx, g)
	if err != nil {
		return err
	}
	lines, code := []verifiedLine{}, exitDone
	var errs []error
	for verification, err := range verifications {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			g.printDiagnostics(os.Stderr, verification.Environment.Diagnostics)
		}
		errs = append(errs, err)
		verified, failed := verifiedLines(g, verification)
		lines = append(lines, verified...)
		switch {
		case failed:
			code = graver(code, exitRotateFailed)
		case err != nil:
			code = graver(code, exitFault)
		}
	}
	if err := c.print(os.Stdout, lines); err != nil || code == exitDone {
		return err
	}
	return exitError{errors.Join(errs...), code}
}

// verifications asks one environment or many.
func (c *verifyCmd) verifications(ctx context.Context, g *cli) (iter.Seq2[*eval.Verification, error], error) {
	e := g.evaluator()
	if c.All {
		names, err := c.names(ctx, g, e)
		return e.VerifyAll(ctx, names), err
	}
	verification, err := e.Verify(ctx, *c.Env, c.Paths...)
	return func(yield func(*eval.Verification, error) bool) { yield(verification, err) }, nil
}

// verifiedLines returns a line for each rotator of an environment, and whether one failed.
func verifiedLines(g *cli, v *eval.Verification) (lines []verifiedLine, failed bool) {
	for _, r := range v.Results {
		line := verifiedLine{
			Environment: v.Environment.Name, Path: r.Path, Rotator: r.Rotator, Result: "not verifiable", Diagnostics: g.advisedAll(r.Diagnostics),
		}
		switch {
		case r.Proof != nil:
			line.Result, line.KeyID, line.Identity = "works", r.Proof.KeyID, r.Proof.Identity
		case r.Diagnostics.Err() != nil:
			line.Result, failed = "failed", true
		}
		lines = append(lines, line)
	}
	return lines, failed
}

// A verifiedLine is what is printed of one rotator as JSON.
type verifiedLine struct {
	Environment string           `json:"environment"`
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
		name := ""
		if c.All {
			name = line.Environment
		}
		if _, err := fmt.Fprintln(w, strings.TrimSpace(joined(name, line.Path, line.Result, line.KeyID, line.Identity))); err != nil {
			return err
		}
	}
	return nil
}
