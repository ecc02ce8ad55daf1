package awstest

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// A key is an access key with all its history. Deleted ones are kept: lists may lag, and deleted keys may linger.
type key struct {
	id, secret string
	user       *user
	created    time.Time // as AWS shows it
	changes    []change  // of its status, oldest first; never empty
	deleted    time.Time // zero while it exists
	used       lastUse
	tries      int // calls while it flapped

	run     *Run // that made it; nil for one of the console
	touched bool // somebody used the console on it
}

type change struct {
	at     time.Time
	status types.StatusType
}

type lastUse struct {
	at              time.Time
	service, region string
}

func (k *key) exists() bool             { return k.deleted.IsZero() }
func (k *key) last() change             { return k.changes[len(k.changes)-1] }
func (k *key) status() types.StatusType { return k.last().status }
func (k *key) alive() bool              { return k.exists() && k.status() == types.StatusTypeActive }

// statusAt returns what the key was at an instant; false if it did not exist then.
func (k *key) statusAt(t time.Time) (types.StatusType, bool) {
	if !k.exists() && !k.deleted.After(t) {
		return "", false
	}
	for i := len(k.changes) - 1; i >= 0; i-- {
		if !k.changes[i].at.After(t) {
			return k.changes[i].status, true
		}
	}
	return "", false
}

// settle has a new key be there since an instant in the past.
func (k *key) settle(since time.Time) {
	if since.Before(k.changes[0].at) {
		k.changes[0].at = since
	}
}

func (k *key) setStatus(now time.Time, status types.StatusType) {
	if k.status() != status {
		k.changes = append(k.changes, change{now, status})
		k.tries = 0
	}
}

// works tells whether AWS accepts the key at this moment.
func (k *key) works(now time.Time, c Consistency) bool {
	if !k.exists() {
		return k.status() == types.StatusTypeActive && now.Before(k.deleted.Add(c.Lingering))
	}
	last := k.last()
	if last.status != types.StatusTypeActive {
		was := len(k.changes) > 1 && k.changes[len(k.changes)-2].status == types.StatusTypeActive
		return was && now.Before(last.at.Add(c.Lingering))
	}
	settled := last.at.Add(c.Propagation)
	if now.Before(settled) {
		return false
	}
	if now.Before(settled.Add(c.Flapping)) {
		k.tries++
		return k.tries%max(2, c.FlappingEvery) != 0
	}
	return true
}

// useStep is how precisely AWS records the last use of a key.
const useStep = 15 * time.Minute

// use records a use of the key, once in each step.
func (k *key) use(now time.Time, service, region string) {
	if !k.used.at.IsZero() && !k.used.at.Truncate(useStep).Before(now.Truncate(useStep)) {
		return
	}
	k.used = lastUse{now.Truncate(time.Second), service, region}
}
