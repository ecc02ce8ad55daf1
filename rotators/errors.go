package rotators

import "errors"

// The errors that save may return are told apart by [errors.Is]. A rotator that gets one that matches neither of them
// treats it as one that matches ErrUncertain.
var (
	// ErrConflict is matched when this call has written nothing, because the saved state is no longer the one that the
	// rotator was given or last saved: somebody else has changed it.
	ErrConflict = errors.New("somebody else has changed the saved state")

	// ErrUncertain is matched when the state may or may not have been written. Saving the same state again settles the
	// doubt: it succeeds whether or not the first attempt was written, unless somebody else has changed the state since.
	ErrUncertain = errors.New("the state may or may not have been saved")
)
