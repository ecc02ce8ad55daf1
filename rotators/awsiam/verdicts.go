package awsiam

import (
	"fmt"
	"time"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

var unfinished = rotators.Verdict{
	Code: "unfinished", Level: rotators.Warning, Text: "a rotation is unfinished; the next one goes on with it",
}

// verdicts judges one key. Its role is the one that the document gives it.
func (a *auditor) verdicts(row rotators.AuditRow) []rotators.Verdict {
	id := row.KeyID
	current, exists, alive := row.Role == "current", a.exists(id), a.alive(id)
	ours := current || row.Role == "previous"
	var all []rotators.Verdict
	add := func(holds bool, code string, level rotators.Level, format string, args ...any) {
		if holds {
			all = append(all, rotators.Verdict{Code: code, Level: level, Text: fmt.Sprintf(format, args...)})
		}
	}
	add(ours && !exists, "missing", levelIf(current, rotators.Serious, rotators.Warning),
		"the document has it as its %s key, and AWS does not list it", row.Role)
	add(ours && exists && !alive, "inactive", levelIf(current, rotators.Serious, rotators.Note),
		"the %s key does not work", row.Role)
	if limit, aged := a.ageLimit(row.Role); aged && alive && !row.Created.IsZero() {
		age := a.Now().Sub(row.Created)
		add(age > limit, "too-old", rotators.Serious, "it is %s old, and is to be at most %s", days(age), days(limit))
	}
	add(exists && row.Created.IsZero(), "age-unknown", rotators.Warning, "neither AWS nor the document says when it was made")
	if idle, known := a.idle(row); alive && known {
		add(idle > a.unusedFor, "unused", rotators.Warning, "nobody has used it for %s", days(idle))
	}
	if row.Role == "foreign" {
		blocks := len(a.keys)-len(a.deletable()) > 1
		text := "the document does not know it"
		if blocks {
			text += ", and it leaves no room for the next rotation"
		}
		add(true, "foreign", levelIf(blocks, rotators.Serious, rotators.Warning), "%s", text)
	}
	e, retires := a.entryOf(id)
	claimed := retires && a.claimed(e)
	if row.Role == "pending" || row.Role == "quarantined" || retires && !claimed && a.agenda().unfinished(e) {
		all = append(all, unfinished)
	}
	add(claimed, "claimed", rotators.Warning, "it was deactivated as a previous key, and somebody has switched it on again")
	add(exists && len(a.keys) > 2, "over-quota", rotators.Warning, "the user has %d keys", len(a.keys))
	add(a.recreated && ours, "recreated", rotators.Serious, "the user was deleted and made again, and it is a key of the former one")
	add(alive && !current && a.working() > 1, "two-active", rotators.Note, "%d keys of the user work", a.working())
	if failed := a.state.ledger.publishFailed; current && failed != nil && a.agenda().unpublished() {
		add(true, "unpublished", rotators.Warning, "the secret %q does not take it, since %s: %s", a.in.publish.secretID, iamuser.Stamp(failed.since), failed.code)
	}
	return append(all, a.dueFor(id)...)
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

// idle is how long nobody has used a key; one that was never used counts from when it was made.
func (a *auditor) idle(row rotators.AuditRow) (time.Duration, bool) {
	since := row.LastUsed.Time
	if since.IsZero() {
		since = row.Created
	}
	return a.Now().Sub(since), row.LastUsed.Known && !since.IsZero()
}

// deletable are the keys that a rotation may delete to make room, if the current key works as AWS says.
func (a *auditor) deletable() []string {
	a.works = a.state.current != nil && a.alive(a.state.current.id)
	return a.pool()
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

// dueFor tells what is due for a key.
func (a *auditor) dueFor(id string) (all []rotators.Verdict) {
	for _, action := range a.due {
		if action.AccessKeyID != id {
			continue
		}
		text := action.Kind + " is due: " + action.Why
		if !action.At.IsZero() {
			text = fmt.Sprintf("%s is due since %s: %s", action.Kind, iamuser.Stamp(action.At), action.Why)
		}
		all = append(all, rotators.Verdict{Code: "due", Level: rotators.Note, Text: text})
	}
	return all
}

// days writes an age for people.
func days(d time.Duration) string {
	if d < 48*time.Hour {
		return d.Truncate(time.Minute).String()
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}
