package age

import (
	"cmp"
	"errors"
	"time"

	"github.com/escapement-go/escapement/schema"
)

// Times are the inputs of every rotator that say when a rotation may come and when one is due.
type Times struct {
	MinInterval time.Duration // the least time between two rotations
	RotateAfter time.Duration // the age at which rotation is due; zero: at none
}

// IntervalSchema describes the input "minInterval".
func IntervalSchema() *schema.Schema {
	s := Schema("The least time between two rotations, 5m to 168h.")
	s.Default = inWords(defaultInterval)
	return s
}

// ReadTimes reads the inputs "minInterval" and "rotateAfter" with the method Decode of a request.
func ReadTimes(decode func(any) error) (Times, error) {
	var raw struct {
		MinInterval string `json:"minInterval"`
		RotateAfter string `json:"rotateAfter"`
	}
	if err := decode(&raw); err != nil {
		return Times{}, err
	}
	t := Times{MinInterval: defaultInterval}
	if err := cmp.Or(
		read("minInterval", raw.MinInterval, &t.MinInterval, LeastInterval, mostInterval),
		Read("rotateAfter", raw.RotateAfter, &t.RotateAfter),
	); err != nil {
		return Times{}, err
	}
	if t.RotateAfter > 0 && t.RotateAfter <= t.MinInterval {
		return Times{}, errors.New(`"rotateAfter" must be more than "minInterval"`)
	}
	return t, nil
}
