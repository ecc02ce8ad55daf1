package awspassword

import (
	"github.com/escapement-go/escapement/providers/awstest"
)

// The steps of the protocol that call AWS, and the saves.
const (
	stepAccount = "GetCallerIdentity"
	stepUser    = "GetUser"
	stepProfile = "GetLoginProfile"
	stepPolicy  = "GetAccountPasswordPolicy"
	stepSet     = "SET"
	stepAgain   = "SET once more"
	saveAhead   = "SAVE A"
	saveOther   = "SAVE another"
	saveBack    = "SAVE without"
	saveDone    = "SAVE B"
)

var (
	steps = []string{stepAccount, stepUser, stepProfile, stepPolicy, stepSet, stepAgain}
	saves = []string{saveAhead, saveOther, saveBack, saveDone}
)

// point tells which step a call or save of the run is, by what had happened when it was on its way.
func (a *attempt) point(c awstest.Call) string {
	if c.N == 0 {
		return a.pointNow(c) // it is not on its way yet
	}
	if a.points[c.N] == "" {
		a.points[c.N] = a.pointNow(c)
	}
	return a.points[c.N]
}

func (a *attempt) pointNow(c awstest.Call) string {
	switch {
	case c.Action == "Save":
		return a.saving
	case c.Action != "UpdateLoginProfile":
		return c.Action
	case a.refused > 0:
		return stepAgain
	}
	return stepSet
}

// savePoint tells which save it is by what it is to change.
func (a *attempt) savePoint(next *state) string {
	is := readState(a.doc.State())
	switch {
	case next.current != nil && (is.current == nil || next.current.password.Reveal() != is.current.password.Reveal()):
		return saveDone
	case a.tried == 0:
		return saveAhead
	case a.refused == 1 && a.tried == 1 && len(next.candidates()) > 0:
		return saveOther
	}
	return saveBack
}

// prepare sees to it that the run comes to a step: a second password is set, or none, if AWS refuses the first.
func (a *attempt) prepare(step string) *attempt {
	switch {
	case (step == stepAgain || step == saveOther) && a.number != 4: // there AWS refuses w1 by itself
		a.sim.Script(awstest.Rule{Action: "UpdateLoginProfile", Nth: 1, Outcome: awstest.Fail("PasswordPolicyViolation", 0),
			When: func(c awstest.Call) bool { return c.Run == a.run.Name() }})
	case step == saveBack:
		a.sim.Script(awstest.Rule{Action: "UpdateLoginProfile", Outcome: awstest.Fail("AccessDenied", 0),
			When: func(c awstest.Call) bool { return c.Run == a.run.Name() }})
	}
	return a
}

// crashAfter has the run die after a step.
func (a *attempt) crashAfter(step string) *attempt {
	a.run.CrashWhen(func(c awstest.Call) bool { return a.point(c) == step })
	return a
}

// fail has the nth call of a step, or each if it is zero, end in an outcome.
func (a *attempt) fail(step string, nth int, o awstest.Outcome) *attempt {
	a.sim.Script(awstest.Rule{Nth: nth, Outcome: o, When: func(c awstest.Call) bool { return c.Run == a.run.Name() && a.point(c) == step }})
	return a
}

// giveUp has the caller give up when a call of a step is on its way, or when it has been answered.
func (a *attempt) giveUp(step string, executed bool) *attempt {
	hook := func(c awstest.Call) {
		if c.Run == a.run.Name() && a.point(c) == step {
			a.cancel()
		}
	}
	if executed {
		a.sim.After(hook)
	} else {
		a.sim.Before(hook)
	}
	return a
}
