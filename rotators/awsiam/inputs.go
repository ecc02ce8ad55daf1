package awsiam

import (
	"cmp"
	"time"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/age"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// The inputs, checked.
type inputs struct {
	iamuser.Target
	times         times
	reportOrphans bool
	failIfInUse   bool
	verify        bool
	publish       *publication // nil: the key is published nowhere
}

// times are the inputs that say when something is due; an age of zero is absent.
type times struct {
	age.Times
	deactivate, remove time.Duration
}

func parseInputs(req *rotators.Request, now time.Time, c constants) (*inputs, error) {
	in := &inputs{verify: true}
	raw := struct {
		Orphans       string `json:"orphans"`
		PreviousInUse string `json:"previousInUse"`
		Verify        *bool  `json:"verify"`
	}{}
	if err := iamuser.Decode(req, &raw); err != nil {
		return nil, err
	}
	var err error
	if in.Target, err = iamuser.ParseTarget(req, now, c.LoginReserve); err != nil {
		return nil, err
	}
	if in.times, err = parseTimes(req); err != nil {
		return nil, err
	}
	if in.publish, err = parsePublication(req, in.Target); err != nil {
		return nil, err
	}
	if in.reportOrphans, err = pick("orphans", raw.Orphans, "quarantine", "report"); err != nil {
		return nil, err
	}
	if in.failIfInUse, err = pick("previousInUse", raw.PreviousInUse, "delete", "fail"); err != nil {
		return nil, err
	}
	if raw.Verify != nil {
		in.verify = *raw.Verify
	}
	return in, nil
}

// pick tells whether the second of two values was chosen; the first one is the default.
func pick(name, value, first, second string) (bool, error) {
	switch value {
	case "", first:
		return false, nil
	case second:
		return true, nil
	}
	return false, iamuser.BadInput(name, "must be %q or %q", first, second)
}

// parseTimes reads the four durations, which are all that Due needs.
func parseTimes(req *rotators.Request) (t times, err error) {
	if t.Times, err = iamuser.ReadTimes(req); err != nil {
		return times{}, err
	}
	var raw struct {
		DeactivateAfter string `json:"deactivateAfter"`
		DeleteAfter     string `json:"deleteAfter"`
	}
	if err := iamuser.Decode(req, &raw); err != nil {
		return times{}, err
	}
	if err := cmp.Or(
		iamuser.ReadAge("deactivateAfter", raw.DeactivateAfter, &t.deactivate),
		iamuser.ReadAge("deleteAfter", raw.DeleteAfter, &t.remove),
	); err != nil {
		return times{}, err
	}
	return t, t.ascend()
}

// ascend checks that the ages follow each other with room for a human to notice.
func (t times) ascend() error {
	last, lastName := time.Duration(0), ""
	for _, input := range []struct {
		name string
		of   time.Duration
	}{{"rotateAfter", t.RotateAfter}, {"deactivateAfter", t.deactivate}, {"deleteAfter", t.remove}} {
		if input.of == 0 {
			continue
		}
		if lastName != "" && input.of < last+time.Hour {
			return iamuser.BadInput(input.name, "must be at least an hour more than %q", lastName)
		}
		last, lastName = input.of, input.name
	}
	return nil
}
