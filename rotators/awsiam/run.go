package awsiam

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/escapement-go/escapement/rotators"
)

// A run is one call of Rotate, Maintain or Plan. Its steps are those of the protocol, in files of their names.
type run struct {
	rotator *Rotator
	c       constants
	clock   clock
	dial    dialer
	ctx     context.Context // the caller's
	in      *inputs
	force   bool
	due     bool // does only what is due
	store   func(context.Context, any) error
	tell    func(rotators.Event)
	plan    *rotators.Plan // not nil: writes are noted and not done

	state   *state // in memory
	dropped bool   // the state in memory has less than the document, for it was settled by RECOVER
	iam     iamAPI
	sts     stsAPI
	userID  string            // of the user, if GetUser told
	keys    map[string]listed // K: what AWS lists, and what we have done since
	asked   time.Time         // local time when the list was answered
	server  time.Time         // of the latest answer; zero before there is one
	skewed  bool              // warned
	foreign map[string]bool   // ids that RECOVER found not to be ours
	works   bool              // current is alive and proves
	rolling bool              // finishes what an earlier run began
	effects int               // writes that may have been done
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

// now is the time by AWS: the Date of its latest answer, without one the local time.
func (r *run) now() time.Time {
	if !r.server.IsZero() {
		return r.server
	}
	if !r.skewed {
		r.skewed = true
		r.warn("clock-skew", "", "the answers of AWS have no Date; the local clock is trusted")
	}
	return r.clock.Now().UTC().Truncate(time.Second)
}

// tick takes in the Date of an answer.
func (r *run) tick(date time.Time) {
	if date.IsZero() {
		return
	}
	r.server = date.UTC()
	if skew := r.clock.Now().Sub(date); !r.skewed && skew.Abs() > r.c.skewWarn {
		r.skewed = true
		r.warn("clock-skew", "", "the local clock shows %s and that of AWS %s; the latter counts", stamp(r.clock.Now()), stamp(date))
	}
}

func (r *run) agenda() agenda {
	return agenda{
		state: r.state, times: r.in.times, lease: r.c.leaseTTL, quarantine: r.c.quarantineFor,
		listed: func(id string) time.Time { return r.keys[id].created },
	}
}

// canceled returns the error of a caller who has given up.
func (r *run) canceled(where string) error {
	if err := r.ctx.Err(); err != nil {
		return stopped(where, err)
	}
	return nil
}

func stopped(where string, err error) error {
	return fmt.Errorf("the rotation stopped at %s: %w", where, err)
}

// ended turns a failed call into the error of the run.
func (r *run) ended(f *failure) error {
	if err := r.ctx.Err(); err != nil {
		return stopped(f.op, err)
	}
	e := &Error{Code: "aws-failed", Text: "AWS could not be asked"}
	switch {
	case f.rejected():
		e.Code, e.Text, e.Hint = "denied", "AWS refuses the login", r.remedy(f)
	case f.forbidden():
		e.Code, e.Text, e.Hint = "denied", "a permission is missing", r.remedy(f)
	}
	if r.effects > 0 {
		e.Code = "aws-failed"
	}
	return e.because(f)
}
