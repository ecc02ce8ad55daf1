package iamuser_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

func TestError(t *testing.T) {
	at := time.Date(2025, 1, 1, 12, 0, 0, 0, time.UTC)
	failure := awsclient.Classify("iam:X", &smithy.GenericAPIError{Code: "Y", Message: "why"}, nil)
	for want, e := range map[string]*iamuser.Error{
		"it is so": iamuser.Refuse("a-code", "it is %s", "so"),
		"it is so; not before 2025-01-01T12:00:00Z; do this": iamuser.Refuse("a-code", "it is so").Until(at).Advise("do %s", "this"),
		"it is so: api error Y: why (iam:X)":                 iamuser.Refuse("a-code", "it is so").Because(failure),
		`"name" is wrong`:                                    iamuser.BadInput("name", "is %s", "wrong"),
		"which: AKIA1 (current, active, last used never)":    {Text: "which", Keys: []iamuser.Key{{ID: "AKIA1", Role: "current", Status: "Active", LastUsed: "never"}}},
		"keys: A (foreign), B (made 2025-01-01T12:00:00Z)":   {Text: "keys", Keys: []iamuser.Key{{ID: "A", Role: "foreign"}, {ID: "B", Created: at}}},
		"failed (iam:X: AccessDenied, request 1)":            {Text: "failed", Op: "iam:X", AWSCode: "AccessDenied", RequestID: "1"},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A secret that somebody else has repeated is taken out, and so is a cause that holds it.
func TestScrub(t *testing.T) {
	const secret = "a secret of some length"
	e := &iamuser.Error{
		Text: "said " + secret, Hint: secret, AWSCode: secret, RequestID: secret, Err: errors.New("because of " + secret),
	}
	e.Scrub([]string{"", "short", secret})
	if strings.Contains(e.Error(), secret) || e.Err != nil || !strings.Contains(e.Error(), "said [secret]") {
		t.Error("the secret is there, or nothing is")
	}
	kept := &iamuser.Error{Text: "short", Err: errors.New("short")}
	if kept.Scrub([]string{"short", secret}); kept.Text != "short" || kept.Err == nil {
		t.Error(kept)
	}
}
