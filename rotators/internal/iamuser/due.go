package iamuser

import (
	"time"

	"github.com/escapement-go/escapement/rotators"
)

// Due splits what will ever be due, in the order in which it is done, at now.
func Due(actions []rotators.Action, now time.Time) rotators.Due {
	var d rotators.Due
	for _, action := range actions {
		switch {
		case !action.At.After(now):
			d.Actions = append(d.Actions, action)
		case d.Next.IsZero() || action.At.Before(d.Next):
			d.Next = action.At
		}
	}
	return d
}

// After adds to an instant; the unknown one stays long ago.
func After(t time.Time, d time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(d)
}

// Later returns the later one of two instants.
func Later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
