package rotators

import "time"

// An Event is something that a rotator has done or found out. It holds no secret.
type Event struct {
	Time  time.Time // by the clock of the service whose credential it is, where that tells the time
	Kind  string    // such as "rotated" or "deleted"; stable, in lower case with hyphens; see the rotator
	Code  string    // of a "warning": which one, stable likewise; otherwise ""
	KeyID string    // the id of the credential that it is about; "" for none
	Text  string    // for people, without a full stop
}
