package awsiam

import (
	"maps"
	"slices"
)

// choose is step CHOOSE: it returns the keys that must go so that a new one fits. They are chosen by what the document
// says of them, never by age or order.
func (r *run) choose() ([]string, error) {
	victims, blocked := r.victims()
	if blocked != nil {
		for i := range blocked.Keys {
			if blocked.Code == "foreign-keys" {
				blocked.Keys[i].LastUsed = r.describeUse(blocked.Keys[i].ID)
			}
		}
		return nil, blocked
	}
	if p := r.state.previous; p != nil && slices.Contains(victims, p.id) {
		if err := r.weighPrevious(p.id); err != nil {
			return nil, err
		}
	}
	return victims, nil
}

// victims returns the keys that make room by their end, or says why there is none.
func (r *run) victims() ([]string, *Error) {
	all := r.pool()
	pool := slices.DeleteFunc(slices.Clone(all), r.signs)
	need := max(0, len(r.keys)-1)
	victims := pool[:min(need, len(pool))]
	if short := len(victims) < need; short && (r.keeps(ruleEnough) || len(victims) == 0) {
		return nil, r.blocked(len(all) >= need)
	}
	return victims, nil
}

// describeUse says when a key was last used, as far as AWS tells.
func (r *run) describeUse(id string) string {
	used, f := r.lastUse(id)
	if f != nil {
		used = usage{}
	}
	return used.String()
}

// pool returns the keys that may be deleted, the first one first. Keys of others are never among them.
func (r *run) pool() []string {
	if !r.works {
		return nil
	}
	if !r.keeps(ruleIdentity) {
		return r.byAge()
	}
	var pool []string
	for _, e := range r.state.ledger.retiring {
		if r.exists(e.id) && !r.claimed(e) && !r.foreign[e.id] {
			pool = append(pool, e.id)
		}
	}
	if p := r.state.previous; p != nil && r.exists(p.id) {
		pool = append(pool, p.id)
	}
	if !r.keeps(ruleOwn) {
		for _, id := range r.ids() {
			if id != r.state.current.id && !slices.Contains(pool, id) && !r.foreign[id] {
				pool = append(pool, id)
			}
		}
	}
	return pool
}

// byAge is how keys must not be chosen.
func (r *run) byAge() []string {
	pool := r.ids()
	slices.SortStableFunc(pool, func(a, b string) int { return r.keys[a].created.Compare(r.keys[b].created) })
	return pool
}

// seeOthers is for keys that the document does not know, perhaps because it is an old one.
const seeOthers = "see whether a newer revision or a copy of this document holds the others, and use that one"

// blocked says why there is no room.
func (r *run) blocked(bySigner bool) *Error {
	c := r.state.current
	switch {
	case bySigner:
		return r.refuse("signing-key", []string{r.Login.AccessKeyID}, "the key whose place is needed signs the requests").
			Advise(`give the current key, %s, as "login"`, c.id)
	case c != nil && !r.works:
		others, advice := r.others(), "re-activate the current key, or delete it by hand, and rotate again"
		if len(others) > 0 {
			advice = seeOthers + "; else " + advice
		}
		return r.refuse("current-dead", append([]string{c.id}, others...), "the current key does not work, and there is no room for another one").
			Advise("%s", advice)
	}
	e := r.refuse("foreign-keys", r.others(), "keys that this document does not know leave no room for another one")
	return e.Advise("rotate again, in case another rotation has just made one; " + seeOthers + "; delete or move keys that nobody needs; " +
		`or write one of them into "state.previous", so that it may be deleted; or use another user for this rotation`)
}

// others returns the keys that the document does not name.
func (r *run) others() []string {
	named := r.state.names()
	return slices.DeleteFunc(r.ids(), func(id string) bool { return named[id] != "" && !r.isClaimed(id) })
}

// isClaimed tells whether somebody has switched on again a key that is to end.
func (r *run) isClaimed(id string) bool {
	return slices.ContainsFunc(r.state.ledger.retiring, func(e entry) bool { return e.id == id && r.claimed(e) })
}

// weighPrevious asks whether somebody still uses the key that is about to go.
func (r *run) weighPrevious(id string) error {
	used, f := r.lastUse(id)
	if err := r.Canceled("the last use of the previous key"); err != nil {
		return err
	}
	idle := used.known && used.at.Before(r.Now().Add(-r.c.idleFor))
	if r.in.failIfInUse && !idle {
		e := r.refuse("previous-in-use", []string{id}, "the place of the previous key is needed, and it is in use or may be")
		e.Keys[0].LastUsed = used.String()
		if f != nil {
			e = e.Because(f)
		}
		if used.known {
			e.RetryAt = used.at.Add(r.c.idleFor)
		}
		return e.Advise(`have its users take the current key, or write "previousInUse: delete"`)
	}
	switch {
	case !used.known:
		r.Warn("last-use-unknown", id, "it is deleted, and iam:GetAccessKeyLastUsed did not tell whether somebody uses it")
	case !idle:
		r.Warn("previous-recently-used", id, "it is deleted, and was last used %s", used)
	}
	return nil
}

// nextBlocked warns of keys that will leave no room for the next rotation.
func (r *run) nextBlocked() {
	if others := r.others(); len(others) > 0 {
		r.Warn("next-rotation-blocked", others[0], "a key that this document does not know will leave no room for the next rotation")
	}
}

// named returns the keys that the document names, in order.
func (r *run) named() []string {
	return slices.Sorted(maps.Keys(r.state.names()))
}
