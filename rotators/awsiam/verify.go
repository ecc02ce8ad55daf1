package awsiam

import (
	"context"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// Verify asks STS whose the current key is, signed by that key; it must be that of "userArn". An error has one of the codes
// bad-input, bad-state, not-rotated, not-proven, wrong-user and aws-failed, or matches that of the context.
func (o *Rotator) Verify(ctx context.Context, req *rotators.Request) (*rotators.Proof, error) {
	r := o.newRun(ctx, req, nil)
	r.Tell = nil
	proof, err := r.verify(req)
	iamuser.Scrub(err, r.secrets())
	return proof, err
}

func (r *run) verify(req *rotators.Request) (*rotators.Proof, error) {
	var err error
	if r.state, err = parseState(req.State); err != nil {
		return nil, err
	}
	if r.state.current == nil {
		return nil, iamuser.NotRotated()
	}
	if r.User, r.Region, err = iamuser.ParseUser(req); err != nil {
		return nil, err
	}
	c := r.state.current
	who, f := r.tryKey(c, r.PatientSTS)
	switch {
	case f != nil && f.Rejected():
		return nil, iamuser.Refuse("not-proven", "the current key %s does not work", c.id).Because(f).
			Advise("rotate; if AWS lists the key as inactive, find out who switched it off")
	case f != nil:
		if err := r.Canceled(f.Op); err != nil {
			return nil, err
		}
		return nil, iamuser.Refuse("aws-failed", "it could not be found out whether the current key %s works", c.id).Because(f)
	case !who.Is(r.User):
		return nil, iamuser.Refuse("wrong-user", "the current key %s is one of %s and not of %s", c.id, who.ARN, r.User.Text).
			Advise(`correct "state.current" or "userArn"`)
	}
	return &rotators.Proof{KeyID: c.id, Identity: who.ARN}, nil
}
