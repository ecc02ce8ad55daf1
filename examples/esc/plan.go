package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/escapement-go/escapement/eval"
)

// plan prints what a rotation would do.
func (c *rotateCmd) plan(ctx context.Context, g *cli, opts eval.RotateOptions) error {
	plan, err := g.evaluator().Plan(ctx, c.Env, opts)
	if err != nil {
		return err
	}
	printDiagnostics(os.Stderr, plan.Environment.Diagnostics)
	if c.Format == "json" {
		return printPlanJSON(os.Stdout, plan)
	}
	return printPlan(os.Stdout, plan)
}

func printPlan(w io.Writer, plan *eval.Plan) error {
	var errs []error
	say := func(format string, args ...any) {
		_, err := fmt.Fprintf(w, format, args...)
		errs = append(errs, err)
	}
	for _, r := range plan.Results {
		say("%s  %s%s\n", r.Path, r.Status, nextDue(instant(r.Next)))
		for _, action := range r.Due {
			say("  %s\n", joined(action.Kind, action.AccessKeyID, action.Why))
		}
		for _, step := range r.Steps {
			call := step.Call
			if call == "" {
				call = "save"
			}
			say("  %s\n", joined(call, step.KeyID, step.Why))
		}
	}
	if string(plan.Before) != string(plan.After) {
		printDiff(w, plan.Environment.Name+".yaml", string(plan.Before), string(plan.After))
	}
	return errors.Join(errs...)
}

// joined joins the parts that are not empty by blanks.
func joined(parts ...string) (text string) {
	for _, part := range parts {
		if part != "" && text != "" {
			text += "  "
		}
		text += part
	}
	return text
}

// A plannedLine is what is printed of one plan as JSON.
type plannedLine struct {
	Path    string              `json:"path"`
	Rotator string              `json:"rotator"`
	Status  eval.RotationStatus `json:"status"`
	Steps   []plannedStep       `json:"steps,omitempty"`
}

type plannedStep struct {
	Call  string `json:"call"` // "save" for a save
	KeyID string `json:"keyId,omitempty"`
	Why   string `json:"why,omitempty"`
}

func printPlanJSON(w io.Writer, plan *eval.Plan) error {
	lines := []plannedLine{}
	for _, r := range plan.Results {
		line := plannedLine{Path: r.Path, Rotator: r.Rotator, Status: r.Status}
		for _, action := range r.Due {
			line.Steps = append(line.Steps, plannedStep{action.Kind, action.AccessKeyID, action.Why})
		}
		for _, step := range r.Steps {
			s := plannedStep{step.Call, step.KeyID, step.Why}
			if s.Call == "" {
				s.Call = "save"
			}
			line.Steps = append(line.Steps, s)
		}
		lines = append(lines, line)
	}
	return printJSON(w, lines)
}
