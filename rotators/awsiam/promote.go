package awsiam

import "time"

// promote is step PROMOTE, SAVE C: the new key becomes current, and the current one previous.
func (r *run) promote() error {
	next := r.state.clone()
	n, c, p := next.ledger.pending.key, next.current, next.previous
	next.current, next.previous = n, nil
	next.ledger.retiring = r.remaining(next.ledger.retiring)
	switch {
	case c != nil && r.alive(c.id):
		next.previous = r.dated(c)
	case p != nil && r.alive(p.id):
		next.previous = r.dated(p)
	}
	if c != nil && r.exists(c.id) && !r.alive(c.id) {
		e := r.retiring(c, switchOff) // a human has switched it off
		e.inactive = r.Now()
		next.retire(e)
	}
	if p != nil && r.exists(p.id) && (next.previous == nil || next.previous.id != p.id) {
		next.retire(r.retiring(p, remove))
	}
	l := &next.ledger
	l.pending, l.quarantine, l.cannotDeactivate = nil, nil, false
	l.promoted, l.adopted = r.Now(), time.Time{}
	if r.in.publish == nil {
		l.published, l.publishFailed = nil, nil
	}
	if err := r.save(next, "the new key becomes current"); err != nil {
		return err
	}
	r.keys[n.id] = listed{status: active, created: n.created}
	if err := r.publishPromoted(); err != nil {
		return err
	}
	kind, text := "rotated", "a new key is current"
	if r.rolling {
		kind, text = "rolled-forward", "the key of an unfinished rotation is current"
	}
	r.nextBlocked()
	r.Report(kind, n.id, "%s", text)
	return nil
}
