package awsiam

import (
	"time"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// verdicts judges one key. Its role is the one that the document gives it.
func (a *auditor) verdicts(row rotators.AuditRow) []rotators.Verdict {
	id := row.KeyID
	current, exists, alive := row.Role == "current", a.exists(id), a.alive(id)
	ours := current || row.Role == "previous"
	var all iamuser.Verdicts
	all.Add(ours && !exists, "missing", levelIf(current, rotators.Serious, rotators.Warning),
		"the document has it as its %s key, and AWS does not list it", row.Role)
	all.Add(ours && exists && !alive, "inactive", levelIf(current, rotators.Serious, rotators.Note),
		"the %s key does not work", row.Role)
	if limit, aged := a.ageLimit(row.Role); aged && alive && !row.Created.IsZero() {
		all.TooOld(a.Now().Sub(row.Created), limit)
	}
	all.Add(exists && row.Created.IsZero(), "age-unknown", rotators.Warning, "neither AWS nor the document says when it was made")
	if alive {
		all.Unused(row, a.Now(), a.unusedFor)
	}
	if row.Role == "foreign" {
		blocks := len(a.keys)-len(a.pool()) > 1
		text := "the document does not know it"
		if blocks {
			text += ", and it leaves no room for the next rotation"
		}
		all.Add(true, "foreign", levelIf(blocks, rotators.Serious, rotators.Warning), "%s", text)
	}
	e, retires := a.entryOf(id)
	claimed := retires && a.claimed(e)
	if row.Role == "pending" || row.Role == "quarantined" || retires && !claimed && a.agenda().unfinished(e) {
		all = append(all, iamuser.Unfinished)
	}
	all.Add(claimed, "claimed", rotators.Warning, "it was deactivated as a previous key, and somebody has switched it on again")
	all.Add(exists && len(a.keys) > 2, "over-quota", rotators.Warning, "the user has %d keys", len(a.keys))
	all.Add(a.recreated && ours, "recreated", rotators.Serious, "it is a key of another user: this one was deleted and made again, or userArn was changed")
	all.Add(alive && !current && a.working() > 1, "two-active", rotators.Note, "%d keys of the user work", a.working())
	if failed := a.state.ledger.publishFailed; current && failed != nil && a.agenda().unpublished() {
		all.Add(true, "unpublished", rotators.Warning, "the secret %q does not take it, since %s: %s", a.in.publish.secretID, iamuser.Stamp(failed.since), failed.code)
	}
	all.Due(a.due, id)
	return all.Sorted()
}

func levelIf(holds bool, yes, no rotators.Level) rotators.Level {
	if holds {
		return yes
	}
	return no
}

// ageLimit is the age up to which a key of a role may work.
func (a *auditor) ageLimit(role string) (time.Duration, bool) {
	switch role {
	case "current", "foreign":
		return a.maxAge, true
	case "previous":
		return a.in.times.remove, a.in.times.remove > 0
	}
	return 0, false
}

// working counts the keys that work.
func (a *auditor) working() (n int) {
	for id := range a.keys {
		if a.alive(id) {
			n++
		}
	}
	return n
}

func (a *auditor) entryOf(id string) (entry, bool) {
	for _, e := range a.state.ledger.retiring {
		if e.id == id {
			return e, true
		}
	}
	return entry{}, false
}
