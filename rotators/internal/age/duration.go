package age

import (
	"errors"
	"regexp"
	"strconv"
	"time"
)

// pattern is how durations are written: days, hours, minutes and seconds in this order, each at most once.
const pattern = `^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$`

var (
	form    = regexp.MustCompile(pattern)
	errForm = errors.New(`write a duration such as "90d", "12h" or "1h30m", not zero`)
)

// Parse reads a duration, which is not zero. A day is 24 hours. The error says how to write one.
func Parse(text string) (time.Duration, error) {
	parts := form.FindStringSubmatch(text)
	if parts == nil {
		return 0, errForm
	}
	var total time.Duration
	for i, unit := range []time.Duration{Day, time.Hour, time.Minute, time.Second} {
		part := parts[i+1]
		if part == "" {
			continue
		}
		n, err := strconv.ParseInt(part[:len(part)-1], 10, 64)
		if err != nil || n > int64((1<<62)/unit) {
			return 0, errForm
		}
		if total += time.Duration(n) * unit; total < 0 || total > 1<<62 {
			return 0, errForm
		}
	}
	if total == 0 {
		return 0, errForm
	}
	return total, nil
}
