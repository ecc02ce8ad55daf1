package rotators

import (
	"context"
	"time"
)

// A Maintainer is a Rotator whose credential has an age: what is to be done with it comes due. A rotator that is none is
// never due.
type Maintainer interface {
	Rotator

	// Due says what is due at now. It is a pure function of the state and of inputs that depend on no call: others,
	// such as the login, may be absent from req.
	Due(req *Request, now time.Time) (Due, error)

	// Maintain does what is due, and nothing if nothing is. What [Rotator.Rotate] says of save holds for it.
	Maintain(ctx context.Context, req *Request, save func(ctx context.Context, state any) error) error
}

// Due is what a credential needs, and which one it is as far as the state tells.
type Due struct {
	Actions []Action  // what is due, in the order in which it will be done
	Next    time.Time // when that changes; zero: never

	KeyID      string    // of the credential in use; "" if there is none, or it has no id
	Made       time.Time // when that was made; zero if there is none, or nobody knows
	Imported   bool      // it was written into the document by hand, and no run is known of
	Unfinished string    // what the last run has left undone, for people, without a full stop; "" if it ended well
}

// An Action is one thing that is due.
type Action struct {
	Kind        string    // such as "rotate" or "delete"; see the rotator
	AccessKeyID string    // the credential that it is about; "" for none
	Why         string    // for people, without a full stop
	At          time.Time // since when it is due
}
