package awsiam

import (
	"time"

	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// constants are the times and counts of the protocol. They are no inputs: safety hangs on how they relate.
type constants struct {
	iamuser.Limits
	listLag       time.Duration // the oldest change that a list may miss
	createTimeout time.Duration
	proofBefore   time.Duration // the window around an intent in which its key must have been made
	proofAfter    time.Duration
	proveCount    int // proofs in a row
	proveGap      time.Duration
	proveBudget   time.Duration
	pendingMaxAge time.Duration // how long a key that does not prove is kept
	quarantineFor time.Duration
	idleFor       time.Duration // a previous key unused for so long is not in use
}

var usual = constants{
	Limits:        iamuser.Usual,
	listLag:       time.Minute,
	createTimeout: 30 * time.Second,
	proofBefore:   5 * time.Second,
	proofAfter:    120 * time.Second,
	proveCount:    3,
	proveGap:      time.Second,
	proveBudget:   time.Minute,
	pendingMaxAge: time.Hour,
	quarantineFor: 24 * time.Hour,
	idleFor:       24 * time.Hour,
}
