package awspassword

import (
	"time"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// The inputs, checked.
type inputs struct {
	iamuser.Target
	times
	recipe
	requireReset bool
}

// times are the inputs that say when something is due; an age of zero is absent.
type times struct{ minInterval, rotate time.Duration }

const (
	defaultLength = 32
	leastLength   = 8
	mostLength    = 128
)

func parseInputs(req *rotators.Request, now time.Time, reserve time.Duration) (*inputs, error) {
	raw := struct {
		Length       int  `json:"length"`
		Lower        bool `json:"lower"`
		Upper        bool `json:"upper"`
		Numeric      bool `json:"numeric"`
		Special      bool `json:"special"`
		RequireReset bool `json:"requireReset"`
	}{Length: defaultLength, Lower: true, Upper: true, Numeric: true, Special: true}
	if err := req.Decode(&raw); err != nil {
		return nil, &Error{Code: "bad-input", Text: err.Error()}
	}
	in := &inputs{requireReset: raw.RequireReset}
	in.recipe = recipe{length: raw.Length, wants: [...]bool{lower: raw.Lower, upper: raw.Upper, numeric: raw.Numeric, special: raw.Special}}
	var err error
	if in.Target, err = iamuser.ParseTarget(req, now, reserve); err != nil {
		return nil, err
	}
	if in.times, err = parseTimes(req); err != nil {
		return nil, err
	}
	if in.length < leastLength || in.length > mostLength {
		return nil, iamuser.BadInput("length", "must be from %d to %d", leastLength, mostLength)
	}
	if in.classes() == 0 {
		return nil, iamuser.BadInput("lower", `is false, and so are "upper", "numeric" and "special"; one of them must be true`)
	}
	return in, nil
}

// parseTimes reads the two durations, which are all that Due needs.
func parseTimes(req *rotators.Request) (times, error) {
	var raw struct {
		MinInterval string `json:"minInterval"`
		RotateAfter string `json:"rotateAfter"`
	}
	if err := req.Decode(&raw); err != nil {
		return times{}, &Error{Code: "bad-input", Text: err.Error()}
	}
	t := times{minInterval: iamuser.DefaultInterval}
	if err := iamuser.ReadInterval(raw.MinInterval, &t.minInterval); err != nil {
		return times{}, err
	}
	if err := iamuser.ReadAge("rotateAfter", raw.RotateAfter, &t.rotate); err != nil {
		return times{}, err
	}
	if t.rotate > 0 && t.rotate <= t.minInterval {
		return times{}, iamuser.BadInput("rotateAfter", `must be more than "minInterval"`)
	}
	return t, nil
}
