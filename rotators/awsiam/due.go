package awsiam

import (
	"time"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// The kinds of [rotators.Action].
const (
	dueRecover    = "recover"
	dueAdopt      = "adopt"
	dueDelete     = "delete"
	dueDeactivate = "deactivate"
	duePublish    = "publish"
	dueRotate     = "rotate"
)

// An agenda tells what is due when: a pure function of the state and the ages.
type agenda struct {
	*state
	times
	publish           *publication // nil: the key is published nowhere
	lease, quarantine time.Duration
	listed            func(id string) time.Time // what the list says of a key's creation; nil before there is one
}

// Due says what is due at now, by the four durations among the inputs, "publish", and the state; other inputs may be
// absent, and so may members of "publish". Its KeyID is that of the current key. An error has the code bad-input or
// bad-state.
func (o *Rotator) Due(req *rotators.Request, now time.Time) (rotators.Due, error) {
	s, err := parseState(req.State)
	if err != nil {
		return rotators.Due{}, err
	}
	t, err := parseTimes(req)
	if err != nil {
		return rotators.Due{}, err
	}
	p, err := namedPublication(req)
	if err != nil {
		return rotators.Due{}, err
	}
	c := o.constants()
	d := iamuser.Due(agenda{state: s, times: t, publish: p, lease: c.LeaseTTL, quarantine: c.quarantineFor}.actions(), now)
	d.Unfinished, d.Imported = s.undone(), s.imported()
	if s.current != nil {
		d.KeyID, d.Made = s.current.id, s.current.created
	}
	return d, nil
}

// actions lists everything that will ever be due if nothing else happens, in the order in which a run does it. An
// action that is due at once has the zero time.
func (a agenda) actions() []rotators.Action {
	var list []rotators.Action
	add := func(kind, id string, at time.Time, why string) {
		list = append(list, rotators.Action{Kind: kind, AccessKeyID: id, At: at, Why: why})
	}
	if p := a.ledger.pending; p != nil {
		at, id := p.started.Add(a.lease), ""
		if q := a.ledger.quarantine; q != nil {
			at, id = q.since.Add(a.quarantine), q.id
		} else if p.key != nil {
			id = p.key.id
		}
		add(dueRecover, id, at, "a rotation is unfinished")
	}
	if a.unpublished() {
		add(duePublish, a.current.id, time.Time{}, "the secret does not hold the current key, or may not")
	}
	if a.adoptable() {
		add(dueAdopt, a.current.id, time.Time{}, "keys that were written by hand are to be watched from now on")
	}
	for _, e := range a.ledger.retiring {
		if at, will := a.deletion(e); will {
			add(dueDelete, e.id, at, "a deactivated key has reached its age")
		} else if a.unfinished(e) {
			add(dueRecover, e.id, a.settled(), "the end of a key is unfinished")
		}
	}
	if at, will := a.deactivatePrevious(); will {
		add(dueDeactivate, a.previous.id, at, "the previous key has reached its age")
	}
	if at, will := a.deletePrevious(); will {
		add(dueDelete, a.previous.id, at, "the previous key has reached its age")
	}
	if at, will := a.rotation(); will {
		id, why := "", "there is no key yet"
		if a.current != nil {
			id, why = a.current.id, "the current key has reached its age"
		}
		add(dueRotate, id, at, why)
	}
	return list
}

// made returns when a key was made; zero, which is long ago, if nobody knows.
func (a agenda) made(id string) time.Time {
	at := a.created(id)
	if at.IsZero() && a.listed != nil {
		at = a.listed(id)
	}
	return at
}

func (a agenda) adoptable() bool {
	aged := a.RotateAfter > 0 || a.deactivate > 0 || a.remove > 0
	return aged && a.current != nil && a.ledger.promoted.IsZero() && a.ledger.adopted.IsZero()
}

// imported tells whether keys were written by hand, and no run has left a mark since.
func (s *state) imported() bool {
	l := s.ledger
	return s.current != nil && l.userID == "" && l.promoted.IsZero() && l.adopted.IsZero() && l.pending == nil && l.published == nil
}

// unfinished tells whether an entry waits for nothing but a run.
func (a agenda) unfinished(e entry) bool {
	return e.action == remove || e.inactive.IsZero() && !a.ledger.cannotDeactivate
}

// deletion is when an entry that was to be deactivated first is to be deleted.
func (a agenda) deletion(e entry) (time.Time, bool) {
	if a.unfinished(e) || a.remove == 0 {
		return time.Time{}, false
	}
	since := e.inactive
	if since.IsZero() {
		since = e.since
	}
	at := iamuser.Later(iamuser.After(a.made(e.id), a.remove), since.Add(a.remove-a.deactivate))
	return iamuser.Later(at, a.settled()), true
}

// unpublished tells whether the secret that the inputs name may hold another key than the current one.
func (a agenda) unpublished() bool {
	p := a.ledger.published
	if a.publish == nil || a.current == nil {
		return false
	}
	return p == nil || p.id != a.current.id || a.publish.secretID != "" && p.secretID != a.publish.secretID
}

// publishedAt is when the secret got another key than before; zero if nothing is published.
func (a agenda) publishedAt() time.Time {
	if a.publish == nil || a.ledger.published == nil {
		return time.Time{}
	}
	return a.ledger.published.at
}

// changed is when the keys that programs get have changed last, in the document or in the secret.
func (a agenda) changed() time.Time { return iamuser.Later(a.ledger.promoted, a.publishedAt()) }

// settled is when programs have had the time to take a key that was published lately.
func (a agenda) settled() time.Time { return iamuser.After(a.publishedAt(), a.MinInterval) }

// base is since when the previous key is the previous one; false if nobody knows, and then nothing is due for it.
func (a agenda) base() (time.Time, bool) {
	at := a.ledger.promoted
	if at.IsZero() {
		at = a.ledger.adopted
	}
	return iamuser.Later(at, a.publishedAt()), !at.IsZero()
}

func (a agenda) deactivatePrevious() (time.Time, bool) {
	base, known := a.base()
	if a.previous == nil || a.deactivate == 0 || a.ledger.cannotDeactivate || !known {
		return time.Time{}, false
	}
	return iamuser.Later(iamuser.After(a.made(a.previous.id), a.deactivate), base.Add(a.grace(a.deactivate))), true
}

func (a agenda) deletePrevious() (time.Time, bool) {
	base, known := a.base()
	if a.previous == nil || a.remove == 0 || a.deactivate > 0 && !a.ledger.cannotDeactivate || !known {
		return time.Time{}, false
	}
	return iamuser.Later(iamuser.After(a.made(a.previous.id), a.remove), base.Add(a.grace(a.remove))), true
}

// grace is the time between a rotation and what is done to the previous key at an age, so that a late rotation does not
// shorten it.
func (a agenda) grace(age time.Duration) time.Duration {
	if a.RotateAfter == 0 {
		return 24 * time.Hour
	}
	return age - a.RotateAfter
}

func (a agenda) rotation() (time.Time, bool) {
	switch {
	case a.RotateAfter == 0:
		return time.Time{}, false
	case a.current == nil:
		return time.Time{}, true
	}
	return iamuser.Later(iamuser.After(a.made(a.current.id), a.RotateAfter), iamuser.After(a.changed(), a.MinInterval)), true
}
