package eval

import (
	"context"
	"iter"
	"slices"

	"github.com/escapement-go/escapement/rotators"
)

// AuditOptions say what is to be audited, and what to find fault with.
type AuditOptions struct {
	// Paths select rotators: the one at a path and those below it. Without paths all that the document itself holds are
	// selected; those of its imports never are.
	Paths []string

	rotators.AuditOptions
}

// An Audit tells what credentials there are of those that an environment rotates. It prints no secret in any form.
type Audit struct {
	Environment *Environment  // values that the audit did not need are unknown if they depend on a call
	Results     []AuditResult // of each selected rotator, in the order of the document
}

// An AuditResult is what one rotator has found.
type AuditResult struct {
	Path        string          // of the call below "values", such as aws.keys
	Rotator     string          // its name, such as aws-iam
	Range       Range           // of the call in the document
	Audit       *rotators.Audit // nil of a rotator that is no [rotators.Auditor], and of one that failed
	Diagnostics Diagnostics     // those at or below the call
}

// Audit lists the credentials of what an environment rotates, with a verdict on each, and writes nothing. The document is
// checked as by Rotate, and what the selected rotators need is evaluated; it need not be one that can be saved.
//
// The error is nil if there is no error diagnostic; a bad verdict is none. The Audit is never nil. Audits wait for nobody.
func (e *Evaluator) Audit(ctx context.Context, name string, opts AuditOptions) (*Audit, error) {
	return e.audit(ctx, name, RotateOptions{Paths: opts.Paths}, opts.AuditOptions)
}

// AuditAll is Audit for the environments of the names, as many at a time as [Evaluator.RotateAll] rotates, in the order of
// the names. Nothing is kept, those without rotators are no news, and the end of the context ends the sequence.
func (e *Evaluator) AuditAll(ctx context.Context, names []string, opts AuditOptions) iter.Seq2[*Audit, error] {
	return inOrder(ctx, names, defaultRotations, func(ctx context.Context, name string) (*Audit, error) {
		return e.audit(ctx, name, RotateOptions{Paths: opts.Paths, among: true}, opts.AuditOptions)
	})
}

func (e *Evaluator) audit(ctx context.Context, name string, of RotateOptions, opts rotators.AuditOptions) (*Audit, error) {
	o, env, err := e.inquire(ctx, name, of, auditing(opts))
	audit := &Audit{Environment: env}
	var told []*string
	for _, run := range o.selected {
		result := AuditResult{
			Path: run.result.Path, Rotator: run.result.Rotator, Range: markRange(run.expr.Mark()),
			Diagnostics: env.below(exprPath(run.expr)),
		}
		if found, _ := run.answer.(*rotators.Audit); found != nil {
			result.Audit = ownAudit(found)
			told = append(told, auditTexts(result.Audit)...)
		}
		audit.Results = append(audit.Results, result)
	}
	scrub(told, o.secrets)
	return audit, err
}

// Worst returns the level of the worst verdict; false if there is none.
func (a *Audit) Worst() (worst rotators.Level, found bool) {
	for _, result := range a.Results {
		if result.Audit == nil {
			continue
		}
		for _, row := range result.Audit.Rows {
			for _, verdict := range row.Verdicts {
				worst, found = max(worst, verdict.Level), true
			}
		}
	}
	return worst, found
}

// auditing asks what credentials there are.
func auditing(opts rotators.AuditOptions) inquiry {
	return inquiry{
		verb: "audit", skipped: "audited", code: "audit-failed",
		ask: func(rotator rotators.Rotator) func(context.Context, *rotators.Request) (any, error) {
			auditor, ok := rotator.(rotators.Auditor)
			if !ok {
				return nil
			}
			return func(ctx context.Context, req *rotators.Request) (any, error) {
				req.Audit = opts
				return auditor.Audit(ctx, req)
			}
		},
		take: keepAnswer,
	}
}

// ownAudit returns a copy of an audit, for what it tells may hold secrets and is the rotator's.
func ownAudit(found *rotators.Audit) *rotators.Audit {
	audit := &rotators.Audit{Subject: found.Subject, Needs: slices.Clone(found.Needs)}
	for _, row := range found.Rows {
		row.Verdicts = slices.Clone(row.Verdicts)
		audit.Rows = append(audit.Rows, row)
	}
	return audit
}

// auditTexts are what an audit tells.
func auditTexts(audit *rotators.Audit) []*string {
	texts := []*string{&audit.Subject}
	for i := range audit.Needs {
		texts = append(texts, &audit.Needs[i].Text, &audit.Needs[i].Remedy)
	}
	for _, row := range audit.Rows {
		for i := range row.Verdicts {
			texts = append(texts, &row.Verdicts[i].Text)
		}
	}
	return texts
}
