package awsclient

import (
	"context"
	"time"
)

// A Clock tells the time and waits. Its methods may be called concurrently. A test gives one of its own, so that nothing
// really waits.
type Clock interface {
	// Now returns the present.
	Now() time.Time
	// Sleep waits for d, or until ctx is done, and then returns ctx's error.
	Sleep(ctx context.Context, d time.Duration) error
}

// MachineClock returns the clock of the machine.
func MachineClock() Clock { return machineClock{} }

type machineClock struct{}

func (machineClock) Now() time.Time { return time.Now() }

func (machineClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ClockOr returns c, or the clock of the machine if c is nil.
func ClockOr(c Clock) Clock {
	if c == nil {
		return machineClock{}
	}
	return c
}

// Elapsed returns how long ago start was: by the monotonic clock or by the calendar, whichever says more, since the
// former stands still while a machine is suspended.
func Elapsed(c Clock, start time.Time) time.Duration {
	now := c.Now()
	return max(now.Sub(start), now.Round(0).Sub(start.Round(0)))
}
