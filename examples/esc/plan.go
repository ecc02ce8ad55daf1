package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/escapement-go/escapement/eval"
)

// plan prints what a rotation would do.
func (c *rotateCmd) plan(ctx context.Context, g *cli, e *eval.Evaluator) error {
	plan, err := e.Plan(ctx, *c.Env, eval.RotateOptions{Paths: c.Paths, Force: c.Force, Due: c.Due})
	if err != nil {
		return err
	}
	g.printDiagnostics(os.Stderr, plan.Environment.Diagnostics)
	if c.Format == "json" {
		list := &jsonList{w: os.Stdout}
		return errors.Join(printPlanJSON(list, plan), list.end())
	}
	return printPlan(os.Stdout, "", plan)
}

// planAll prints what a rotation of many environments would do. What is no news is left out of the text.
func (c *rotateCmd) planAll(ctx context.Context, g *cli, e *eval.Evaluator) error {
	names, err := c.names(ctx, g, e)
	if err != nil {
		return err
	}
	list := &jsonList{w: os.Stdout}
	var errs []error
	for plan, err := range e.PlanAll(ctx, names, eval.RotateAllOptions{Force: c.Force, Due: c.Due}) {
		if err == nil {
			g.printDiagnostics(os.Stderr, plan.Environment.Diagnostics)
		}
		if c.Format == "json" {
			errs = append(errs, err, printPlanJSON(list, plan))
			continue
		}
		plan.Results = slices.DeleteFunc(plan.Results, func(r eval.PlanResult) bool { return r.Status == eval.NothingDue })
		errs = append(errs, err, printPlan(os.Stdout, plan.Environment.Name, plan))
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if c.Format == "json" {
		errs = append(errs, list.end())
	}
	return errors.Join(errs...)
}

// printPlan prints a plan, with the name of its environment if that is given.
func printPlan(w io.Writer, name string, plan *eval.Plan) error {
	var errs []error
	say := func(format string, args ...any) {
		_, err := fmt.Fprintf(w, format, args...)
		errs = append(errs, err)
	}
	for _, r := range plan.Results {
		say("%s%s\n", joined(name, r.Path, string(r.Status)), nextDue(instant(r.Next)))
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

// joined joins the parts that are not empty by blanks, and makes them visible.
func joined(parts ...string) string {
	return visibleAll("  ", slices.DeleteFunc(parts, func(part string) bool { return part == "" })...)
}

// A plannedLine is what is printed of one plan as JSON.
type plannedLine struct {
	Environment string              `json:"environment"`
	Path        string              `json:"path"`
	Rotator     string              `json:"rotator"`
	Status      eval.RotationStatus `json:"status"`
	Steps       []plannedStep       `json:"steps,omitempty"`
}

type plannedStep struct {
	Call  string `json:"call"` // "save" for a save
	KeyID string `json:"keyId,omitempty"`
	Why   string `json:"why,omitempty"`
}

func printPlanJSON(list *jsonList, plan *eval.Plan) error {
	var errs []error
	for _, r := range plan.Results {
		line := plannedLine{Environment: plan.Environment.Name, Path: r.Path, Rotator: r.Rotator, Status: r.Status}
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
		errs = append(errs, list.add(line))
	}
	return errors.Join(errs...)
}
