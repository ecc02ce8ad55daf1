package rotators

import "context"

// A Planner is a Rotator that can tell what Rotate would do. Of a rotator that is none, a plan says only that it would be
// rotated.
type Planner interface {
	Rotator

	// Plan returns what Rotate would do now, in a world without faults, and does nothing but read.
	Plan(ctx context.Context, req *Request) (*Plan, error)
}

// A Plan lists what a rotation would change, in order.
type Plan struct {
	Steps []Step
}

// A Step is one change of a plan: a call of a service, or a state that would be saved.
type Step struct {
	Call  string         // such as "iam:DeleteAccessKey"; "" if a state is saved
	KeyID string         // the credential that the call is about; "" for one that is yet to be made
	State map[string]any // what would be saved; what is not known yet is a schema.Unknown
	Why   string         // for people, without a full stop
}
