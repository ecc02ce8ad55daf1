package awspassword

import (
	"time"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/age"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// The inputs, checked.
type inputs struct {
	iamuser.Target
	age.Times
	recipe
	requireReset bool
}

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
	if err := iamuser.Decode(req, &raw); err != nil {
		return nil, err
	}
	in := &inputs{requireReset: raw.RequireReset}
	in.recipe = recipe{length: raw.Length, wants: [...]bool{lower: raw.Lower, upper: raw.Upper, numeric: raw.Numeric, special: raw.Special}}
	var err error
	if in.Target, err = iamuser.ParseTarget(req, now, reserve); err != nil {
		return nil, err
	}
	if in.Times, err = iamuser.ReadTimes(req); err != nil {
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
