package iamuser

import (
	"fmt"
	"slices"
	"time"

	"github.com/escapement-go/escapement/rotators"
)

// What an audit finds fault with unless it is told otherwise; credentials without "rotateAfter" have an age, too.
const (
	DefaultMaxAge    = 90 * 24 * time.Hour
	DefaultUnusedFor = 45 * 24 * time.Hour
)

// Verdicts are those on one credential.
type Verdicts []rotators.Verdict

// Unfinished is the verdict on what a rotation has left undone.
var Unfinished = rotators.Verdict{
	Code: "unfinished", Level: rotators.Warning, Text: "a rotation is unfinished; the next one goes on with it",
}

// Add adds a verdict if it holds.
func (v *Verdicts) Add(holds bool, code string, level rotators.Level, format string, args ...any) {
	if holds {
		*v = append(*v, rotators.Verdict{Code: code, Level: level, Text: fmt.Sprintf(format, args...)})
	}
}

// TooOld adds the verdict on a credential that works for longer than it may.
func (v *Verdicts) TooOld(age, limit time.Duration) {
	v.Add(age > limit, "too-old", rotators.Serious, "it is %s old, and is to be at most %s", days(age), days(limit))
}

// Unused adds the verdict on a credential that nobody uses. One that was never used counts from when it was made.
func (v *Verdicts) Unused(row rotators.AuditRow, now time.Time, limit time.Duration) {
	since := row.LastUsed.Time
	if since.IsZero() {
		since = row.Created
	}
	if row.LastUsed.Known && !since.IsZero() {
		idle := now.Sub(since)
		v.Add(idle > limit, "unused", rotators.Warning, "nobody has used it for %s", days(idle))
	}
}

// Due adds what is due for the credential with that id.
func (v *Verdicts) Due(actions []rotators.Action, id string) {
	for _, action := range actions {
		since := ""
		if !action.At.IsZero() {
			since = " since " + Stamp(action.At)
		}
		v.Add(action.AccessKeyID == id, "due", rotators.Note, "%s is due%s: %s", action.Kind, since, action.Why)
	}
}

// Sorted returns the verdicts, the worst first.
func (v Verdicts) Sorted() []rotators.Verdict {
	slices.SortStableFunc(v, func(x, y rotators.Verdict) int { return int(y.Level) - int(x.Level) })
	return v
}

// days writes an age for people.
func days(d time.Duration) string {
	if d < 48*time.Hour {
		return d.Truncate(time.Minute).String()
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}
