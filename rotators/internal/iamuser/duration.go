package iamuser

import (
	"errors"
	"regexp"
	"strconv"
	"time"
)

// DurationPattern is how durations are written: days, hours, minutes and seconds in this order, each at most once.
const DurationPattern = `^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$`

var (
	durationForm = regexp.MustCompile(DurationPattern)
	errDuration  = errors.New(`write a duration such as "90d", "12h" or "1h30m", not zero`)
)

// ParseDuration reads a duration. A day is 24 hours.
func ParseDuration(text string) (time.Duration, error) {
	parts := durationForm.FindStringSubmatch(text)
	if parts == nil {
		return 0, errDuration
	}
	var total time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		part := parts[i+1]
		if part == "" {
			continue
		}
		n, err := strconv.ParseInt(part[:len(part)-1], 10, 64)
		if err != nil || n > int64((1<<62)/unit) {
			return 0, errDuration
		}
		if total += time.Duration(n) * unit; total < 0 || total > 1<<62 {
			return 0, errDuration
		}
	}
	if total == 0 {
		return 0, errDuration
	}
	return total, nil
}
