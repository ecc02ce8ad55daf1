package awsiam

import "github.com/escapement-go/escapement/rotators/internal/iamuser"

// check is step CHECK: it parses inputs and state and calls nothing. It tells whether the run is over, because nothing
// is due.
func (r *run) check(state map[string]any, parse func() (*inputs, error)) (over bool, err error) {
	if r.state, err = parseState(state); err != nil {
		return false, err
	}
	if r.in, err = parse(); err != nil {
		return false, err
	}
	r.Target = r.in.Target
	if r.due && len(iamuser.Due(r.agenda().actions(), r.Clock.Now()).Actions) == 0 {
		r.Report("nothing-due", "", "nothing is due")
		return true, nil
	}
	return false, nil
}
