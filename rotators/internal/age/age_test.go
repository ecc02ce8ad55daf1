package age_test

import (
	"testing"
	"time"

	"github.com/escapement-go/escapement/providers"
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

// The bounds of the inputs, what they are where they are left out, and how errors name them.
func TestReadTimes(t *testing.T) {
	for _, c := range []struct {
		interval, after string
		want            age.Times
		err             string
	}{
		{"", "", age.Times{MinInterval: 10 * time.Minute}, ""},
		{"5m", "", age.Times{MinInterval: 5 * time.Minute}, ""},
		{"7d", "3650d", age.Times{MinInterval: 7 * age.Day, RotateAfter: 3650 * age.Day}, ""},
		{"5m", "1h", age.Times{MinInterval: 5 * time.Minute, RotateAfter: time.Hour}, ""},
		{"4m59s", "", age.Times{}, `"minInterval" must be from 5m to 168h`},
		{"168h1s", "", age.Times{}, `"minInterval" must be from 5m to 168h`},
		{"", "59m", age.Times{}, `"rotateAfter" must be from 1h to 3650d`},
		{"", "3650d1s", age.Times{}, `"rotateAfter" must be from 1h to 3650d`},
		{"", "soon", age.Times{}, `"rotateAfter" is not a duration; write a duration such as "90d", "12h" or "1h30m", not zero`},
		{"1h1s", "1h1s", age.Times{}, `"rotateAfter" must be more than "minInterval"`},
		{"1h", "1h1s", age.Times{MinInterval: time.Hour, RotateAfter: time.Hour + time.Second}, ""},
	} {
		req := &providers.Request{Inputs: map[string]any{"minInterval": c.interval, "rotateAfter": c.after}}
		got, err := age.ReadTimes(req.Decode)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if got != c.want || text != c.err {
			t.Errorf("%q and %q are %v, %q; want %v, %q", c.interval, c.after, got, text, c.want, c.err)
		}
	}
	wrong := &providers.Request{Inputs: map[string]any{"minInterval": true}}
	if _, err := age.ReadTimes(wrong.Decode); err == nil {
		t.Error("a boolean is a duration")
	}
}

// An age that is left out keeps what is there.
func TestRead(t *testing.T) {
	at := time.Second
	if err := age.Read("deleteAfter", "", &at); at != time.Second || err != nil {
		t.Error(at, err)
	}
	if err := age.Read("deleteAfter", "110d", &at); at != 110*age.Day || err != nil {
		t.Error(at, err)
	}
	if err := age.Read("deleteAfter", "1s", &at); at != 110*age.Day || err == nil {
		t.Error(at, err)
	}
}
