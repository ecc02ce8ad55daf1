package awsiam

import (
	"slices"
	"time"

	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// A run is one call of Rotate, Maintain or Plan; those of Audit and Verify take some of its steps. These are those of the
// protocol, in files of their names.
type run struct {
	iamuser.Run
	rotator *Rotator
	c       constants
	dial    dialer
	in      *inputs
	force   bool
	due     bool // does only what is due

	state   *state // in memory
	dropped bool   // the state in memory has less than the document, for it was settled by RECOVER
	iam     iamAPI
	sts     iamuser.STS
	userID  string            // of the user, if GetUser told
	keys    map[string]listed // K: what AWS lists, and what we have done since
	asked   time.Time         // local time when the list was answered
	foreign map[string]bool   // ids that RECOVER found not to be ours
	works   bool              // current is alive and proves
	rolling bool              // finishes what an earlier run began
}

// A listed key is one that AWS knows.
type listed struct {
	status  string
	created time.Time
}

const active = "Active"

func (l listed) alive() bool { return l.status == active }

// alive tells whether AWS lists the key as Active.
func (r *run) alive(id string) bool { return r.keys[id].alive() }

func (r *run) exists(id string) bool {
	_, found := r.keys[id]
	return found
}

// ids returns K in order.
func (r *run) ids() []string {
	var ids []string
	for id := range r.keys {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// rotate goes through the steps after CHECK.
func (r *run) rotate() error {
	if err := r.look(); err != nil {
		return err
	}
	if err := r.recover(); err != nil {
		return err
	}
	if !r.rolling {
		if err := r.retire(); err != nil {
			return err
		}
		if over, err := r.guard(); over || err != nil {
			return err
		}
		victims, err := r.choose()
		if err != nil {
			return err
		}
		if err := r.make(victims); err != nil {
			return err
		}
	}
	if err := r.prove(); err != nil {
		return err
	}
	return r.promote()
}

func (r *run) agenda() agenda {
	return agenda{
		state: r.state, times: r.in.times, publish: r.in.publish, lease: r.c.LeaseTTL, quarantine: r.c.quarantineFor,
		listed: func(id string) time.Time { return r.keys[id].created },
	}
}
