package iamuser_test

import (
	"testing"
	"time"

	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

const (
	hour = time.Hour
	day  = 24 * hour
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90d": 90 * day, "12h": 12 * hour, "1h30m": 90 * time.Minute, "1d1h1m1s": 25*hour + time.Minute + time.Second, "3600s": hour,
		"0d5m": 5 * time.Minute, "24h": day,
	} {
		if got, err := iamuser.ParseDuration(text); got != want || err != nil {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0", "0d", "0s", "1", "d", "1w", "1.5h", "-1h", "1h1d", "1h 1m", " 1h", "1h1h", "1H", "99999999999999999999d", "200000d200000d",
		"9223372036s9223372036s", "106751d24h", "１h"} {
		if got, err := iamuser.ParseDuration(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}
