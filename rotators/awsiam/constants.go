package awsiam

import "time"

// constants are the times and counts of the protocol. They are no inputs: safety hangs on how they relate.
type constants struct {
	leaseTTL      time.Duration // how long an unfinished run owns the state
	listLag       time.Duration // the oldest change that a list may miss
	createBy      time.Duration // latest start of CreateAccessKey after the answer of the list
	createTimeout time.Duration
	proofBefore   time.Duration // the window around an intent in which its key must have been made
	proofAfter    time.Duration
	callTimeout   time.Duration // of one attempt of any other call
	callTries     int           // of a delete or an update
	readTries     int
	readBackoff   time.Duration // at most, between the tries of a read
	loginReserve  time.Duration // life that a login must have left
	proveCount    int           // proofs in a row
	proveGap      time.Duration
	proveBudget   time.Duration
	pendingMaxAge time.Duration // how long a key that does not prove is kept
	quarantineFor time.Duration
	idleFor       time.Duration // a previous key unused for so long is not in use
	saveTries     int
	saveBudget    time.Duration // for all tries of one save
	skewWarn      time.Duration
}

var usual = constants{
	leaseTTL:      5 * time.Minute,
	listLag:       time.Minute,
	createBy:      80 * time.Second,
	createTimeout: 30 * time.Second,
	proofBefore:   5 * time.Second,
	proofAfter:    120 * time.Second,
	callTimeout:   30 * time.Second,
	callTries:     3,
	readTries:     3,
	readBackoff:   5 * time.Second,
	loginReserve:  2 * time.Minute,
	proveCount:    3,
	proveGap:      time.Second,
	proveBudget:   time.Minute,
	pendingMaxAge: time.Hour,
	quarantineFor: 24 * time.Hour,
	idleFor:       24 * time.Hour,
	saveTries:     5,
	saveBudget:    30 * time.Second,
	skewWarn:      2 * time.Minute,
}

// The bounds of the inputs.
const (
	leastMinInterval   = 5 * time.Minute
	mostMinInterval    = 168 * time.Hour
	defaultMinInterval = 10 * time.Minute
	leastAge           = time.Hour
	mostAge            = 3650 * 24 * time.Hour
)
