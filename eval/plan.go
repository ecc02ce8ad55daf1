package eval

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
	"github.com/escapement-go/escapement/rotators"
)

// A Plan is what [Evaluator.Rotate] would do. It prints without its texts, and shows no secret in any form.
type Plan struct {
	Environment *Environment // as it is; values that the plan did not need are unknown if they depend on a call
	Results     []PlanResult // of each selected rotator, in the order of the document

	// Before is the text of the document, and After what it would become, with the last state of each plan. Secrets that
	// exist keep their ciphertext. What only the rotation will make reads "[known after the rotation]". Both are nil if
	// the document was not found, and equal if nothing would be saved or the plans do not tell what. Secrets that stand in
	// the document in clear stand in the texts too.
	Before, After []byte `json:"-"`
}

// Format prints the environment and the results, whatever the verb.
func (p Plan) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%v %+v", p.Environment, p.Results) }

// A PlanResult is what one rotator would do.
type PlanResult struct {
	Path        string // of the call below "values", such as aws.keys
	Rotator     string // its name, such as aws-iam
	Status      RotationStatus
	Steps       []rotators.Step   // in order; nil of a rotator that is no [rotators.Planner], and with RotateOptions.Due
	Due         []rotators.Action // with RotateOptions.Due: what is due
	Next        time.Time         // if nothing is due: when something will be; zero: never
	Diagnostics Diagnostics       // those at or below the call
}

// Plan says what [Evaluator.Rotate] would do with the same options, and writes nothing. It goes as far as Rotate does
// before a rotator is called, with the same diagnostics, and then asks each selected rotator that is a [rotators.Planner].
// Of others, and of what is due, it says only that they would do it: their status is Planned. A rotator that needs what
// another one is going to make gets what that one has now.
//
// Errors are those of Rotate. The Plan is never nil. Plans wait for nobody.
func (e *Evaluator) Plan(ctx context.Context, name string, opts RotateOptions) (*Plan, error) {
	o, env, err := e.inquire(ctx, name, opts, planning(opts))
	plan := &Plan{Environment: env}
	var told []*string
	for _, run := range o.selected {
		result := PlanResult{
			Path: run.result.Path, Rotator: run.result.Rotator, Status: run.result.Status, Next: run.result.Next,
			Diagnostics: env.below(exprPath(run.expr)),
		}
		if run.due != nil {
			result.Due = slices.Clone(run.due.Actions)
		}
		result.Steps, _ = run.answer.([]rotators.Step)
		told = append(append(told, actionTexts(result.Due)...), stepTexts(result.Steps)...)
		plan.Results = append(plan.Results, result)
	}
	scrub(told, o.secrets)
	if o.root != nil && o.root.doc != nil {
		plan.Before = o.root.doc.Source.Bytes()
		plan.After = cmp.Or(o.planned, o.root.doc.Source).Bytes()
	}
	return plan, err
}

// planning asks what would be done.
func planning(opts RotateOptions) inquiry {
	return inquiry{
		verb: "plan", skipped: "rotated", code: "rotate-failed", foresees: true,
		ask: func(rotator rotators.Rotator) func(context.Context, *rotators.Request) (any, error) {
			planner, ok := rotator.(rotators.Planner)
			if !ok || opts.Due {
				return nil
			}
			return func(ctx context.Context, req *rotators.Request) (any, error) {
				req.Force = opts.Force
				return planner.Plan(ctx, req)
			}
		},
		take: func(o *operation, run *rotationRun, c *contract, answer any) error {
			run.result.Status = Planned
			if answer == nil {
				return nil
			}
			steps := []rotators.Step{}
			if told, _ := answer.(*rotators.Plan); told != nil {
				steps = slices.Clone(told.Steps)
			}
			if err := o.writePlanned(run, c, steps); err != nil {
				return err
			}
			run.answer = steps
			return nil
		},
	}
}

// writePlanned writes the last state of a plan into the text, and marks in all of them what their schema calls secret.
func (o *operation) writePlanned(run *rotationRun, c *contract, steps []rotators.Step) error {
	var last map[string]any
	for i := range steps {
		if steps[i].State == nil {
			continue
		}
		in := importer{limits: o.limits, unknowns: true}
		normal, err := in.normal(steps[i].State, 0)
		if err == nil {
			last, err = stateObject(normal, c.state)
		}
		if err != nil {
			return err
		}
		steps[i].State = last
		o.secrets = appendSecrets(o.secrets, last)
	}
	if last == nil {
		return nil
	}
	w := dataWriter{writing: yamltext.Quoted, envelopes: o.envelopesIn(run.expr.Call.State), planning: true}
	value, err := w.value(last)
	if err != nil {
		return err
	}
	next, err := o.planned.Edit(yamltext.Edit{Path: append(callPath(run.expr), "state"), Value: value})
	if err == nil {
		o.planned = next
	}
	return err
}

// stepTexts are what is told of steps.
func stepTexts(steps []rotators.Step) []*string {
	texts := make([]*string, len(steps))
	for i := range steps {
		texts[i] = &steps[i].Why
	}
	return texts
}
