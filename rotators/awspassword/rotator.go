package awspassword

import (
	"context"
	"io"
	"net/http"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// A Rotator rotates the console passwords of IAM users. The zero value talks to AWS. Its fields must not change while it
// is in use, and it must not be copied; its methods may be called concurrently. When IAM throttles one run, all runs of
// the Rotator ask less often.
type Rotator struct {
	// IAMEndpoint and STSEndpoint are base URLs to use instead of AWS's own, for private endpoints and tests. One with a
	// path ends in a slash. Empty means the endpoint of the region.
	IAMEndpoint, STSEndpoint string

	// FIPS and DualStack choose the variants of AWS's own endpoints.
	FIPS, DualStack bool

	// Transport sends the requests; nil means one with TLS 1.2 or later and without a proxy. Redirects are never followed.
	Transport http.RoundTripper

	pacer   awsclient.Pacer // all runs together are what IAM throttles
	clock   awsclient.Clock
	dialer  dialer
	random  io.Reader // nil: that of the machine
	limits  *iamuser.Limits
	without rule
}

var (
	_ rotators.Maintainer = (*Rotator)(nil)
	_ rotators.Planner    = (*Rotator)(nil)
	_ rotators.Auditor    = (*Rotator)(nil)
)

// An Error says why a rotation ended without one. Its text holds no secret. It has the fields Code, which the package
// documentation lists; Op, what was being done, such as "iam:UpdateLoginProfile"; AWSCode and RequestID, what AWS said;
// RetryAt, when to rotate again; Text, what is wrong; Hint, what to do about it; and Err, the cause. All but Code and Text
// may be empty, and so is always Keys, which is for rotators of keys.
type Error = iamuser.Error

// Open returns the current password, and the candidates of an unfinished rotation. It calls nothing. The error matches
// [rotators.ErrNotRotated] if the first rotation is unfinished, or has the code bad-state.
func (o *Rotator) Open(_ context.Context, req *rotators.Request) (any, error) {
	s, err := parseState(req.State)
	if err != nil {
		return nil, err
	}
	if s.current == nil {
		return nil, iamuser.NotRotated()
	}
	current := iamuser.Members{}
	current.Put("password", s.current.password)
	current.Put("userName", s.current.userName)
	current.Put("setAt", s.current.set)
	out := map[string]any{"current": map[string]any(current)}
	var candidates []any
	for _, c := range s.candidates() {
		candidates = append(candidates, c.password)
	}
	if len(candidates) > 0 {
		out["candidates"] = candidates
	}
	return out, nil
}

// Rotate sets a new password, or finishes what an earlier rotation has left. An error is an [*Error], or one that matches
// that of the context.
func (o *Rotator) Rotate(ctx context.Context, req *rotators.Request, save func(context.Context, any) error) error {
	return o.newRun(ctx, req, save).perform(req)
}

// Maintain does what is due, and calls nothing if nothing is. Its errors are those of Rotate.
func (o *Rotator) Maintain(ctx context.Context, req *rotators.Request, save func(context.Context, any) error) error {
	r := o.newRun(ctx, req, save)
	r.due = true
	return r.perform(req)
}

// Plan returns what Rotate would do now in a world without faults: it goes through the same steps and notes their writes
// instead of performing them. A rotation that would refuse is an error here, too.
func (o *Rotator) Plan(ctx context.Context, req *rotators.Request) (*rotators.Plan, error) {
	r := o.newRun(ctx, req, nil)
	r.Plan = &rotators.Plan{}
	if err := r.perform(req); err != nil {
		return nil, err
	}
	return r.Plan, nil
}

func (o *Rotator) newRun(ctx context.Context, req *rotators.Request, save func(context.Context, any) error) *run {
	limits := iamuser.Usual
	if o.limits != nil {
		limits = *o.limits
	}
	r := &run{
		Run:     iamuser.Run{Limits: limits, Clock: awsclient.ClockOr(o.clock), Ctx: ctx, Store: save, Tell: req.Report, Pacer: &o.pacer},
		rotator: o, dial: o.dialer, force: req.Force,
	}
	if r.dial == nil {
		r.dial = sdkDialer{o, limits}
	}
	return r
}

// perform checks and runs. No error that leaves here holds a secret that the run knows.
func (r *run) perform(req *rotators.Request) error {
	over, err := r.check(req)
	if !over && err == nil {
		err = r.rotate()
	}
	iamuser.Scrub(err, r.secrets())
	return err
}

func (r *run) secrets() []string {
	all := append(r.Login.Secrets(), r.made...)
	if r.state == nil {
		return all
	}
	for _, c := range r.state.passwords() {
		all = append(all, c.Reveal())
	}
	return all
}
