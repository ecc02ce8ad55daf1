package eval

import (
	"context"
	"iter"

	"github.com/escapement-go/escapement/rotators"
)

// A Verification tells whether what an environment has saved works. It prints no secret in any form.
type Verification struct {
	Environment *Environment         // values that it did not need are unknown if they depend on a call
	Results     []VerificationResult // of each selected rotator, in the order of the document
}

// A VerificationResult tells whether the current credential of one rotator works.
type VerificationResult struct {
	Path        string          // of the call below "values", such as aws.keys
	Rotator     string          // its name, such as aws-iam
	Proof       *rotators.Proof // nil of a rotator that is no [rotators.Verifier], and of one that failed
	Diagnostics Diagnostics     // those at or below the call
}

// Verify proves that the current credentials of an environment work, by using each for a call that changes nothing. No
// login is needed, and nothing is written. Paths select rotators as for [RotateOptions].
//
// The error is nil if there is no error diagnostic, so that each credential works whose rotator can tell. The Verification
// is never nil.
func (e *Evaluator) Verify(ctx context.Context, name string, paths ...string) (*Verification, error) {
	return e.verify(ctx, name, RotateOptions{Paths: paths})
}

// VerifyAll is Verify for the environments of the names, as many at a time as [Evaluator.RotateAll] rotates, in the order of
// the names. Nothing is kept, those without rotators are no news, and the end of the context ends the sequence.
func (e *Evaluator) VerifyAll(ctx context.Context, names []string) iter.Seq2[*Verification, error] {
	return inOrder(ctx, names, defaultRotations, func(ctx context.Context, name string) (*Verification, error) {
		return e.verify(ctx, name, RotateOptions{among: true})
	})
}

func (e *Evaluator) verify(ctx context.Context, name string, of RotateOptions) (*Verification, error) {
	o, env, err := e.inquire(ctx, name, of, verifying)
	verification := &Verification{Environment: env}
	var told []*string
	for _, run := range o.selected {
		result := VerificationResult{
			Path: run.result.Path, Rotator: run.result.Rotator, Diagnostics: env.below(exprPath(run.expr)),
		}
		if proof, _ := run.answer.(*rotators.Proof); proof != nil {
			own := *proof
			result.Proof = &own
			told = append(told, &own.KeyID, &own.Identity)
		}
		verification.Results = append(verification.Results, result)
	}
	scrub(told, o.secrets)
	return verification, err
}

// verifying asks for proofs.
var verifying = inquiry{
	verb: "verify", skipped: "verified", code: "verify-failed", early: true,
	ask: func(rotator rotators.Rotator) func(context.Context, *rotators.Request) (any, error) {
		verifier, ok := rotator.(rotators.Verifier)
		if !ok {
			return nil
		}
		return func(ctx context.Context, req *rotators.Request) (any, error) {
			if req.State == nil {
				return nil, rotators.ErrNotRotated
			}
			return verifier.Verify(ctx, req)
		}
	},
	take: keepAnswer,
}
