package awsiam

import (
	"context"
	"errors"

	"github.com/escapement-go/escapement/rotators"
)

// Plan returns what Rotate would do now in a world without faults: it goes through the same steps and notes their writes
// instead of performing them. A rotation that would refuse without having written anything is an error here, too.
func (o *Rotator) Plan(ctx context.Context, req *rotators.Request) (*rotators.Plan, error) {
	r := o.newRun(ctx, req, nil)
	r.Plan = &rotators.Plan{}
	err := r.perform(req)
	var refused *Error
	if err != nil && (len(r.Plan.Steps) == 0 || !errors.As(err, &refused)) {
		return nil, err
	}
	return r.Plan, nil
}
