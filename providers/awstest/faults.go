package awstest

import (
	"fmt"
	"strings"
	"time"
)

// A Rule makes calls fail. Several rules may match one call: the first of them that has its turn decides.
type Rule struct {
	Action  string          // such as CreateAccessKey; empty means any
	User    string          // the user that the call concerns, without regard to case; empty means any
	When    func(Call) bool // a further condition, such as on the key that signs, that depends on the call alone; nil means none
	Nth     int             // only the Nth call that the above match, from 1; zero means each of them
	Outcome Outcome
}

type activeRule struct {
	Rule
	matched, fired int
}

// Script adds rules. The calls before do not count.
func (s *Simulator) Script(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range rules {
		s.rules = append(s.rules, &activeRule{Rule: r})
	}
}

// ClearScript takes every rule away: the faults stop.
func (s *Simulator) ClearScript() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
}

// Fired returns how many calls the present rules have decided.
func (s *Simulator) Fired() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, r := range s.rules {
		n += r.fired
	}
	return n
}

// deciding returns the rule that decides a call, nil if none does.
func (s *Simulator) deciding(c Call) *activeRule {
	for _, r := range s.rules {
		if r.matches(c) && (r.Nth == 0 || r.Nth == r.matched+1) {
			return r
		}
	}
	return nil
}

// outcome says what happens to a call, and lets each rule count it.
func (s *Simulator) outcome(c Call) Outcome {
	chosen := s.deciding(c)
	for _, r := range s.rules {
		if r.matches(c) {
			r.matched++
		}
	}
	if chosen == nil {
		return Outcome{}
	}
	chosen.fired++
	return chosen.Outcome
}

func (r *activeRule) matches(c Call) bool {
	return (r.Action == "" || r.Action == c.Action) && (r.User == "" || strings.EqualFold(r.User, c.User)) &&
		(r.When == nil || r.When(c))
}

// An Outcome is what happens to a call instead of, or besides, what AWS would do. The zero Outcome is nothing unusual.
// Most outcomes come before execution: the call is not carried out. [Outcome.Executed] gives the form in which it is.
type Outcome struct {
	name     string
	late     bool // the call is carried out first
	always   bool // it is carried out in any case
	fail     *apiError
	damage   damage
	delay    time.Duration
	stale    time.Duration
	alter    func(any)
	user     string // for whom a key is made instead
	location string
	status   int
}

// damage is what keeps a client from an answer of AWS.
type damage int

const (
	intact     damage = iota
	refused           // the connection was never made
	dropped           // the connection ended without an answer
	timedOut          // no answer came
	truncated         // the body ends in the middle
	html              // a page of some proxy
	redirected        // an invitation to ask elsewhere
)

// Fail answers with an error of AWS. A status of zero means the one that AWS sends with the code.
func Fail(code string, status int) Outcome {
	if status == 0 {
		status = statusOf(code)
	}
	return Outcome{name: code, fail: &apiError{code: code, message: usualMessage(code), status: status}}
}

// FailWith is Fail with a message.
func FailWith(code string, status int, message string) Outcome {
	o := Fail(code, status)
	fail := *o.fail
	fail.message = message
	o.fail = &fail
	return o
}

// InternalError answers 500.
func InternalError() Outcome { return Fail("InternalFailure", 500) }

// Unavailable answers 503.
func Unavailable() Outcome { return Fail("ServiceUnavailable", 503) }

// Throttled answers that there are too many calls.
func Throttled() Outcome { return Fail("Throttling", 400) }

// Refused lets no connection come about, so that nothing is sent. Only a direct call and a client made by the simulator
// see it so; for any other client the connection is dropped.
func Refused() Outcome { return Outcome{name: "connection refused", damage: refused} }

// Dropped ends the connection without an answer.
func Dropped() Outcome { return Outcome{name: "connection dropped", damage: dropped} }

// TimedOut gives no answer for as long as the client is willing to wait. A direct call and a client made by the simulator
// see their time-out at once, with the clock advanced by after.
func TimedOut(after time.Duration) Outcome {
	return Outcome{name: "time-out", damage: timedOut, delay: after}
}

// Truncated carries the call out and cuts its answer in the middle, which the SDK notices if the action has a result.
func Truncated() Outcome { return Outcome{name: "truncated answer", damage: truncated, always: true} }

// HTML answers 200 with a page. For actions that have no result, such as DeleteAccessKey, the SDK does not look at the
// body: it reports success.
func HTML() Outcome { return Outcome{name: "page instead of answer", damage: html} }

// Redirect answers with a redirect, such as 307, to a location; an empty one is the same place.
func Redirect(status int, location string) Outcome {
	return Outcome{name: fmt.Sprintf("redirect %d", status), damage: redirected, status: status, location: location}
}

// Delayed carries the call out after the clock has been advanced; its Executed form advances the clock between execution
// and answer.
func Delayed(by time.Duration) Outcome { return Outcome{name: "", delay: by, always: true} }

// Stale carries the call out and has a list show how things were some time ago.
func Stale(age time.Duration) Outcome { return Outcome{name: "stale answer", stale: age, always: true} }

// Altered carries the call out and lets f change the answer, an output of the SDK such as *iam.CreateAccessKeyOutput.
// Calls with other outputs, and those that fail, are left alone.
func Altered[Output any](f func(*Output)) Outcome {
	return Outcome{name: "altered answer", always: true, alter: func(out any) {
		if o, matches := out.(*Output); matches && o != nil {
			f(o)
		}
	}}
}

// Executed returns the outcome as it comes after the call was carried out.
func (o Outcome) Executed() Outcome {
	o.late = true
	return o
}

// prevents tells whether the call is not carried out.
func (o Outcome) prevents() bool {
	return o.damage == refused || !o.late && !o.always && (o.fail != nil || o.damage != intact)
}

// spoil makes an answer what the client is to see.
func (o Outcome) spoil(a *answer) {
	if o.fail != nil {
		a.out, a.err = nil, o.fail
	}
	if o.alter != nil && a.err == nil {
		o.alter(a.out)
	}
	a.damage, a.location, a.status = o.damage, o.location, o.status
}

// String returns what [Call.Outcome] says of it.
func (o Outcome) String() string {
	if o.name == "" {
		return ok
	}
	return o.name
}
