package awstest

import (
	"fmt"
	"strings"
	"time"
)

// The values of [Call.Service].
const (
	ServiceIAM      = "iam"
	ServiceSTS      = "sts"
	ServiceSecrets  = "secretsmanager"
	ServiceSSM      = "ssm"      // its Parameter Store
	ServiceDocument = "document" // a save of a document
)

// A Call is one request that reached the simulator, or one save of a document. It holds no secret, token or signature.
type Call struct {
	N         int       // counts from 1
	At        time.Time // when it arrived, on the simulator's clock
	Run       string    // the run that made it; empty for a client of nobody's
	Service   string    // iam, sts, secretsmanager, ssm or document
	Action    string    // such as CreateAccessKey; Save for a document
	Principal string    // the ARN of whoever signed it, as far as known; empty for an unsigned call
	Signer    string    // the access key id that signed it; empty for an unsigned call
	User      string    // the user that it concerns: the name as sent, else the caller's
	Implicit  bool      // the call sent no user name, so that AWS acts on the caller
	KeyID     string    // the access key id that was sent, or that a CreateAccessKey made
	Region    string    // in which it acts, if the service keeps things by region
	Resource  string    // what it asks such a service about, as sent; several are separated by commas
	Attempt   int       // which try of one call of the SDK this is; counts from 1
	Executed  bool      // the action was carried out, whatever the client saw
	Outcome   string    // ok, the code of an error, or what the fault script did
}

// String returns the call on one line, for comparison with golden files.
func (c Call) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", c.At.Format("2006-01-02T15:04:05Z07:00"), c.Action)
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, " %s=%s", name, value)
		}
	}
	field("run", c.Run)
	if c.Implicit {
		field("caller", c.User)
	} else {
		field("user", c.User)
	}
	field("key", c.KeyID)
	field("of", c.Resource)
	field("in", c.Region)
	field("by", c.Signer)
	if c.Attempt > 1 {
		fmt.Fprintf(&b, " attempt=%d", c.Attempt)
	}
	if c.Executed && c.Outcome != ok {
		b.WriteString(" executed")
	}
	fmt.Fprintf(&b, ": %s", c.Outcome)
	return b.String()
}

const ok = "ok"

// Calls returns every request and save so far, in the order of their arrival.
func (s *Simulator) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// Trace returns [Simulator.Calls] as text, one line each.
func (s *Simulator) Trace() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trace()
}

func (s *Simulator) trace() string {
	var b strings.Builder
	for i := range s.calls {
		b.WriteString(s.calls[i].String())
		b.WriteByte('\n')
	}
	return b.String()
}
