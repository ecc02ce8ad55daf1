package awsiam

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// A Rotator rotates the access keys of IAM users. The zero value talks to AWS. Its fields must not change while it is in
// use, and it must not be copied; its methods may be called concurrently. When IAM throttles one run, all runs of the
// Rotator ask less often.
type Rotator struct {
	// IAMEndpoint, STSEndpoint and SecretsManagerEndpoint are base URLs to use instead of AWS's own, for private endpoints
	// and tests. One with a path ends in a slash. Empty means the endpoint of the region.
	IAMEndpoint, STSEndpoint, SecretsManagerEndpoint string

	// FIPS and DualStack choose the variants of AWS's own endpoints.
	FIPS, DualStack bool

	// Transport sends the requests; nil means one with TLS 1.2 or later and without a proxy. Redirects are never followed.
	Transport http.RoundTripper

	pacer   awsclient.Pacer  // all runs together are what IAM throttles
	shared  *awsclient.Pacer // in its place; nil: none
	clock   awsclient.Clock
	dialer  dialer
	limits  *constants
	without rule
}

var (
	_ rotators.Maintainer = (*Rotator)(nil)
	_ rotators.Planner    = (*Rotator)(nil)
	_ rotators.Auditor    = (*Rotator)(nil)
	_ rotators.Verifier   = (*Rotator)(nil)
)

// Open returns the current key and the previous one, if there is one. It calls nothing. The error matches
// [rotators.ErrNotRotated] if the first rotation is unfinished, or has the code bad-state.
func (o *Rotator) Open(_ context.Context, req *rotators.Request) (any, error) {
	s, err := parseState(req.State)
	if err != nil {
		return nil, err
	}
	if s.current == nil {
		return nil, iamuser.NotRotated()
	}
	out := map[string]any{"current": s.current.output()}
	if s.previous != nil {
		out["previous"] = s.previous.output()
	}
	return out, nil
}

func (c *credential) output() map[string]any {
	known := &credential{id: c.id, secret: c.secret, created: c.created}
	return known.encode()
}

// Rotate makes a new key and retires the one whose place it needs. An error is an [*Error], or one that matches that of
// the context.
func (o *Rotator) Rotate(ctx context.Context, req *rotators.Request, save func(context.Context, any) error) error {
	return o.newRun(ctx, req, save).perform(req)
}

// Maintain does what is due, and calls nothing if nothing is. Its errors are those of Rotate.
func (o *Rotator) Maintain(ctx context.Context, req *rotators.Request, save func(context.Context, any) error) error {
	r := o.newRun(ctx, req, save)
	r.due = true
	return r.perform(req)
}

func (o *Rotator) newRun(ctx context.Context, req *rotators.Request, save func(context.Context, any) error) *run {
	c := o.constants()
	r := &run{
		Run:     iamuser.Run{Limits: c.Limits, Clock: awsclient.ClockOr(o.clock), Ctx: ctx, Store: save, Tell: req.Report, Pacer: cmp.Or(o.shared, &o.pacer)},
		rotator: o, c: c, dial: o.dialer, force: req.Force, foreign: map[string]bool{},
	}
	if r.dial == nil {
		r.dial = sdkDialer{o}
	}
	return r
}

func (o *Rotator) constants() constants {
	if o.limits != nil {
		return *o.limits
	}
	return usual
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
	all := r.Login.Secrets()
	if r.state == nil {
		return all
	}
	keys := []*credential{r.state.current, r.state.previous}
	if p := r.state.ledger.pending; p != nil {
		keys = append(keys, p.key)
	}
	for _, c := range keys {
		if c != nil {
			all = append(all, c.secret.Reveal(), strings.Trim(encoded(c.secret.Reveal()), `"`)) // as it is published
		}
	}
	return all
}
