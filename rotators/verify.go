package rotators

import "context"

// A Verifier is a Rotator that can prove that the saved credential works. Of a rotator that is none, this cannot be told.
type Verifier interface {
	Rotator

	// Verify uses the current credential of the saved state for a call that changes nothing. Inputs that depend on a
	// call, such as the login, are absent from req. An error that matches ErrNotRotated says that there is none yet.
	Verify(ctx context.Context, req *Request) (*Proof, error)
}

// A Proof says as what a credential works.
type Proof struct {
	KeyID    string // of the credential; "" for one without
	Identity string // who the service takes its owner for, such as an ARN
}
