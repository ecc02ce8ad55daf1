package awsiam

import (
	"fmt"
	"strings"

	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// undone says, for people, what the last run has left undone; "" if it ended well.
func (s *state) undone() string {
	var parts []string
	say := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	switch p := s.ledger.pending; {
	case p == nil:
	case p.key == nil:
		say("the rotation of %s did not end", iamuser.Stamp(p.started))
	default:
		say("the rotation of %s did not end; it has made %s", iamuser.Stamp(p.started), p.key.id)
	}
	if q := s.ledger.quarantine; q != nil {
		say("%s, whose secret is lost, is deactivated since %s", q.id, iamuser.Stamp(q.since))
	}
	for _, e := range s.ledger.retiring {
		switch {
		case e.action == remove:
			say("%s is to be deleted", e.id)
		case e.inactive.IsZero() && !s.ledger.cannotDeactivate:
			say("%s is to be deactivated", e.id)
		}
	}
	if f := s.ledger.publishFailed; f != nil && s.current != nil {
		say("%s could not be published, since %s: %s", s.current.id, iamuser.Stamp(f.since), f.code)
	}
	return strings.Join(parts, "; ")
}
