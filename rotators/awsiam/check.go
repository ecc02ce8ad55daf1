package awsiam

import (
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// check is step CHECK: it parses inputs and state and calls nothing. It tells whether the run is over, because nothing
// is due.
func (r *run) check(req *rotators.Request) (over bool, err error) {
	if r.state, err = parseState(req.State); err != nil {
		return false, err
	}
	if r.in, err = parseInputs(req, r.Clock.Now(), r.c); err != nil {
		return false, err
	}
	r.Target = r.in.Target
	if r.due && len(iamuser.Due(r.agenda().actions(), r.Clock.Now()).Actions) == 0 {
		r.Report("nothing-due", "", "nothing is due")
		return true, nil
	}
	return false, nil
}
