package awsiam

// check is step CHECK: it parses inputs and state and calls nothing. It tells whether the run is over, because nothing
// is due.
func (r *run) check(state map[string]any, parse func() (*inputs, error)) (over bool, err error) {
	if r.state, err = parseState(state); err != nil {
		return false, err
	}
	if r.in, err = parse(); err != nil {
		return false, err
	}
	if r.due && len(r.agenda().due(r.clock.Now()).Actions) == 0 {
		r.report("nothing-due", "", "nothing is due")
		return true, nil
	}
	return false, nil
}
