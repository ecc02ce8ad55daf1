package awstest

import (
	"context"
	"sync"
	"time"
)

// Epoch is when the virtual clock of a [Simulator] starts unless its options say otherwise.
var Epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// A Clock is the time of a simulator. A virtual clock stands still until it is advanced, so that nothing ever waits; a
// clock made by [RealTime] runs. It is safe for concurrent use.
type Clock struct {
	mu     sync.Mutex
	offset time.Duration // what Advance and Sleep have added
	start  time.Time
	origin time.Time // real time at the start
	speed  float64   // zero: virtual
}

// NewClock returns a virtual clock that shows start.
func NewClock(start time.Time) *Clock { return &Clock{start: start.UTC().Round(0)} }

// RealTime returns a clock that shows the real time now and runs at the given multiple of its speed: 1 for real time,
// 3600 for an hour each second. A speed that is not positive counts as 1.
func RealTime(speed float64) *Clock {
	if !(speed > 0) {
		speed = 1
	}
	now := time.Now()
	return &Clock{start: now.UTC().Round(0), origin: now, speed: speed}
}

// Now returns the time, in UTC and without a monotonic reading.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.start.Add(c.offset)
	if c.speed > 0 {
		now = now.Add(time.Duration(float64(time.Since(c.origin)) * c.speed))
	}
	return now
}

// Advance moves the clock forward. It never goes back: a negative duration does nothing.
func (c *Clock) Advance(d time.Duration) {
	if d <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

// Sleep is for code under test to wait with. With a virtual clock it advances the clock by d and returns at once; with a
// running clock it waits. It returns the error of a context that is done, in which case a virtual clock stands still.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.speed == 0 {
		c.Advance(d)
		return nil
	}
	timer := time.NewTimer(time.Duration(float64(d) / c.speed))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
