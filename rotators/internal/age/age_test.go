package age_test

import (
	"testing"
	"time"

	"github.com/escapement-go/escapement/rotators/internal/age"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90d": 90 * age.Day, "12h": 12 * time.Hour, "1h30m": 90 * time.Minute, "1d1h1m1s": 25*time.Hour + 61*time.Second,
		"0d1s": time.Second, "00090d": 90 * age.Day, "53375d": 53375 * age.Day,
		"": 0, "0s": 0, "0d0h": 0, "1m1h": 0, "1h1h": 0, "1.5h": 0, "-1h": 0, " 1h": 0, "1h ": 0, "1H": 0, "90": 0, "d": 0, "1w": 0,
		"99999999999999999999d": 0, "53376d": 0, "53375d9999999999h": 0,
	} {
		got, err := age.Parse(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
}

// What Format writes is read as it was, and in the unit that people count in.
func TestFormat(t *testing.T) {
	for d, want := range map[time.Duration]string{
		5 * time.Minute: "5m", 90 * time.Minute: "90m", time.Hour: "1h", 168 * time.Hour: "168h", 3650 * age.Day: "3650d", 25 * time.Hour: "25h",
	} {
		if got := age.Format(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
		if back, err := age.Parse(want); back != d || err != nil {
			t.Errorf("%s: %v, %v", want, back, err)
		}
	}
}
