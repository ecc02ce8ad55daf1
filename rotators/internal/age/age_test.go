package age_test

import (
	"testing"
	"time"

	"github.com/escapement-go/escapement/rotators/internal/age"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90d": 90 * age.Day, "12h": 12 * time.Hour, "1h30m": 90 * time.Minute, "1d1h1m1s": 25*time.Hour + 61*time.Second,
		"3600s": time.Hour, "24h": age.Day, "0d5m": 5 * time.Minute, "0d1s": time.Second, "00090d": 90 * age.Day,
		"53375d": 53375 * age.Day,
	} {
		if got, err := age.Parse(text); got != want || err != nil {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "0", "0d", "0s", "0d0h", "1", "90", "d", "1w", "1.5h", "-1h", "1h1d", "1m1h", "1h 1m", " 1h", "1h ", "1h1h", "1H", "１h",
		"99999999999999999999d", "200000d200000d", "9223372036s9223372036s", "106751d24h", "53376d", "53375d9999999999h",
	} {
		if got, err := age.Parse(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

// The bounds of both inputs, and how errors name them.
func TestRead(t *testing.T) {
	readAge := func(text string, to *time.Duration) error { return age.ReadAge("rotateAfter", text, to) }
	for _, c := range []struct {
		read func(string, *time.Duration) error
		text string
		want time.Duration
		err  string
	}{
		{age.ReadInterval, "", time.Second, ""},
		{age.ReadInterval, "5m", 5 * time.Minute, ""},
		{age.ReadInterval, "7d", 7 * age.Day, ""},
		{age.ReadInterval, "4m59s", time.Second, `"minInterval" must be from 5m to 168h`},
		{age.ReadInterval, "168h1s", time.Second, `"minInterval" must be from 5m to 168h`},
		{readAge, "", time.Second, ""},
		{readAge, "1h", time.Hour, ""},
		{readAge, "3650d", 3650 * age.Day, ""},
		{readAge, "59m", time.Second, `"rotateAfter" must be from 1h to 3650d`},
		{readAge, "3650d1s", time.Second, `"rotateAfter" must be from 1h to 3650d`},
		{readAge, "soon", time.Second, `"rotateAfter" is not a duration; write a duration such as "90d", "12h" or "1h30m", not zero`},
	} {
		got, text := time.Second, ""
		if err := c.read(c.text, &got); err != nil {
			text = err.Error()
		}
		if got != c.want || text != c.err {
			t.Errorf("%q is %v, %q; want %v, %q", c.text, got, text, c.want, c.err)
		}
	}
}
