package awsiam

import (
	"slices"

	"github.com/escapement-go/escapement/providers/awstest"
)

// The points at which a run can be stopped: before its first call, and after each kind of step.
const (
	atStart       = "before the first call"
	afterLogin    = "GetCallerIdentity (login)"
	afterUser     = "GetUser"
	afterList     = "ListAccessKeys"
	afterPending  = "GetCallerIdentity (pending N)"
	afterHalf     = "delete of a half answer"
	afterLastUse  = "last use of a candidate"
	afterOff      = "DEACTIVATE a candidate"
	saveQ         = "SAVE Q"
	afterOrphan   = "DELETE an orphan"
	afterCurrent  = "GetCallerIdentity (C)"
	afterUpdate   = "upkeep DEACTIVATE"
	afterUpkeep   = "upkeep DELETE"
	saveUpkeep    = "upkeep SAVE"
	afterPrevious = "last use of P"
	saveA         = "SAVE A"
	afterVictim   = "DELETE a victim"
	afterCreate   = "CREATE"
	saveB         = "SAVE B"
	afterProof    = "GetCallerIdentity (N)"
	saveC         = "SAVE C"
	afterPut      = "PUT"
	saveD         = "SAVE D"
	saveFailure   = "SAVE that it is not published"
)

var points = []string{
	atStart, afterLogin, afterUser, afterList, afterPending, afterHalf, afterLastUse, afterOff, saveQ, afterOrphan, afterCurrent,
	afterUpdate, afterUpkeep, saveUpkeep, afterPrevious, saveA, afterVictim, afterCreate, saveB, afterProof, saveC,
}

// publishPoints are those of a rotation whose key is published.
var publishPoints = append(slices.Clip(points), afterPut, saveD, saveFailure)

// savePoint tells which save it is that changes one state into another.
func savePoint(was, is *state) string {
	p, q := was.ledger.pending, is.ledger.pending
	switch {
	case is.current != nil && (was.current == nil || is.current.id != was.current.id):
		return saveC
	case is.ledger.publishFailed != nil && (was.ledger.publishFailed == nil || was.ledger.publishFailed.code != is.ledger.publishFailed.code):
		return saveFailure
	case is.ledger.published != nil && (was.ledger.published == nil || was.ledger.published.id != is.ledger.published.id):
		return saveD
	case q != nil && q.key != nil && !q.half && (p == nil || p.key == nil):
		return saveB
	case q != nil && q.key == nil && (p == nil || p.id != q.id):
		return saveA
	case is.ledger.quarantine != nil && was.ledger.quarantine == nil:
		return saveQ
	}
	return saveUpkeep
}

// point tells which step a call or save of the run is.
func (a *attempt) point(c awstest.Call) string {
	s := a.is
	pending := s.ledger.pending
	switch c.Action {
	case "Save":
		return a.saving
	case "GetUser":
		return afterUser
	case "ListAccessKeys":
		return afterList
	case "CreateAccessKey":
		return afterCreate
	case "PutSecretValue":
		return afterPut
	case "GetCallerIdentity":
		return a.identityPoint(c)
	case "GetAccessKeyLastUsed":
		if s.previous != nil && s.previous.id == c.KeyID {
			return afterPrevious
		}
		return afterLastUse
	case "UpdateAccessKey":
		if s.names()[c.KeyID] == "retiring" {
			return afterUpdate
		}
		return afterOff
	case "DeleteAccessKey":
		switch {
		case pending != nil && pending.key != nil && pending.half && pending.key.id == c.KeyID:
			return afterHalf
		case s.ledger.quarantine != nil && s.ledger.quarantine.id == c.KeyID:
			return afterOrphan
		case a.intends:
			return afterVictim
		}
		return afterUpkeep
	}
	return ""
}

func (a *attempt) identityPoint(c awstest.Call) string {
	switch {
	case c.Signer == a.credentials().AccessKeyID && !a.listed:
		return afterLogin
	case a.is.current != nil && a.is.current.id == c.Signer:
		return afterCurrent
	case a.lost == c.Signer:
		return afterPending
	}
	return afterProof
}

// crashAt has the run die at a point.
func (a *attempt) crashAt(point string) *attempt {
	if point == atStart {
		a.run.CrashAfter(0)
		return a
	}
	a.run.CrashWhen(func(c awstest.Call) bool { return a.point(c) == point })
	return a
}

// after has something happen once when a run has passed a point, before it sees the answer.
func (a *attempt) after(point string, do func()) *attempt {
	if point == atStart {
		a.first = do
	} else {
		a.sim.After(a.once(point, do))
	}
	return a
}

// before has something happen once when a call or save is on its way.
func (a *attempt) before(point string, do func()) *attempt {
	a.sim.Before(a.once(point, do))
	return a
}

func (a *attempt) once(point string, do func()) func(awstest.Call) {
	done := false
	return func(c awstest.Call) {
		if !done && c.Run == a.run.Name() && a.point(c) == point {
			done = true
			do()
		}
	}
}
