package awstest

import "time"

// A Throttle is how often IAM lets the account ask, whoever asks and whatever for. The zero value is as often as one likes.
// AWS publishes no figures.
type Throttle struct {
	Rate  float64 // calls a second, on the clock of the account
	Burst int     // calls that may come at once after a while without any; below one means one
}

// A bucket holds the calls that may come at once.
type bucket struct {
	calls float64
	at    time.Time // as of when; zero before the first call
}

// admit refuses a call that comes too soon after others.
func (s *Simulator) admit(op *operation) error {
	t, b, now := s.options.Throttle, &s.bucket, s.clock.Now()
	if t.Rate <= 0 || op.service != ServiceIAM {
		return nil
	}
	room := float64(max(t.Burst, 1))
	if b.at.IsZero() {
		b.calls = room
	} else {
		b.calls = min(room, b.calls+t.Rate*now.Sub(b.at).Seconds())
	}
	b.at = now
	if b.calls < 1 {
		return refuse("Throttling", "%s", usualMessage("Throttling"))
	}
	b.calls--
	return nil
}
