package rotators

import "time"

// An Event is something that a rotator has done or found out, or that the evaluator has about a rotator. It holds no
// secret. What is true by a state that was saved is reported once it is saved, so whoever acts on an event finds in the
// document what it tells.
type Event struct {
	Time    time.Time // by the clock of the service whose credential it is, where that tells the time
	Rotator string    // its name in the document; the evaluator sets it
	Kind    string    // such as "rotated" or "deleted"; stable, in lower case with hyphens; see the rotator
	Code    string    // what exactly, where the kind does not say it: see [EventWarning] and those below; stable likewise
	KeyID   string    // the id of the credential that it is about; "" for none
	Text    string    // for people, without a full stop
}

// The kinds of events that mean the same for every rotator. The last two are reported by the evaluator and by no rotator.
const (
	EventWarning = "warning" // something that does not stop the rotation; Code says which
	EventDue     = "due"     // something will be done now since it is due by age; Code is the kind of the action
	EventFailed  = "failed"  // nothing was rotated, or not to the end; Code is that of the first error
)
