package iamuser

import (
	"time"

	"github.com/escapement-go/escapement/providers/awsclient"
)

// Limits are times and counts that rotations have in common. They are no inputs: safety hangs on how they relate.
type Limits struct {
	LeaseTTL     time.Duration // how long an unfinished run owns the state
	ChangeBy     time.Duration // latest start of the change after the answers of AWS that it goes by
	CallTimeout  time.Duration // of one attempt of a call
	CallTries    int           // of a write that may be repeated
	ReadTries    int
	ReadBackoff  time.Duration // at most, between the tries of a read
	LoginReserve time.Duration // life that a login must have left
	SaveTries    int
	SaveBudget   time.Duration // for all tries of one save
	SkewWarn     time.Duration
}

// Usual are the limits outside tests.
var Usual = Limits{
	LeaseTTL:     5 * time.Minute,
	ChangeBy:     80 * time.Second,
	CallTimeout:  awsclient.CallTimeout,
	CallTries:    3,
	ReadTries:    3,
	ReadBackoff:  5 * time.Second,
	LoginReserve: 2 * time.Minute,
	SaveTries:    5,
	SaveBudget:   30 * time.Second,
	SkewWarn:     2 * time.Minute,
}
