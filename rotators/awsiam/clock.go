package awsiam

import (
	"context"
	"time"
)

// A clock is the local time. That of the machine is used unless a test says otherwise.
type clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error
}

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

// elapsed returns how long ago start was: by the monotonic clock or by the calendar, whichever says more, since the
// former stands still while a machine is suspended.
func elapsed(c clock, start time.Time) time.Duration {
	now := c.Now()
	return max(now.Sub(start), now.Round(0).Sub(start.Round(0)))
}
