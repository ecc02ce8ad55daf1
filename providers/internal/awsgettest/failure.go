package awsgettest

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awstest"
)

// A Failure is an Open that fails.
type Failure struct {
	Name    string
	Prepare func(Account) // nil: nothing
	Entries []any         // see Account.Request
	Change  func(Account, *providers.Request)
	Code    string
	Text    string // of the error, with ID for the ids of requests, KEY for that of the access key, and ARN for that of the account
}

// Secrets for inputs. No error may hold them, nor the secrets of the account.
const (
	HiddenName  = "hidden-name"
	WrongSecret = "wrong-secret-of-the-key"
)

var requestID = regexp.MustCompile(`request [0-9a-f-]{36}`)

// Check opens in an account, and asserts that the error is this one and tells no secret.
func (f Failure) Check(t *testing.T, a Account) {
	t.Helper()
	if f.Prepare != nil {
		f.Prepare(a)
	}
	req := a.Request(f.Entries...)
	if f.Change != nil {
		f.Change(a, req)
	}
	_, err := a.Provider.Open(t.Context(), req)
	var coded providers.Coder
	if !errors.As(err, &coded) || coded.DiagnosticCode() != f.Code {
		t.Fatalf("got %v, want the code %s", err, f.Code)
	}
	text := requestID.ReplaceAllString(err.Error(), "request ID")
	text = strings.ReplaceAll(text, a.Credentials("app").AccessKeyID, "KEY")
	if a.ARN != "" {
		text = strings.ReplaceAll(text, a.ARN, "ARN")
	}
	if text != f.Text {
		t.Errorf("got  %s\nwant %s", text, f.Text)
	}
	told := fmt.Sprintf("%v %+v %#v", err, err, err)
	for _, secret := range append(a.Secrets(), HiddenName, WrongSecret) {
		if strings.Contains(told, secret) || strings.Contains(told, base64.StdEncoding.EncodeToString([]byte(secret))) {
			t.Errorf("a secret is told: %s", told)
		}
	}
}

// Fault has every call meet an outcome.
func Fault(outcome awstest.Outcome) func(Account) {
	return func(a Account) { a.Script(awstest.Rule{Outcome: outcome}) }
}

// Policy allows the user these actions and no others.
func Policy(actions ...string) func(Account) {
	return func(a Account) { a.SetPolicy("app", append(awstest.Policy{}, actions...)) }
}

// Login changes a member of the input "login".
func Login(member string, value any) func(Account, *providers.Request) {
	return func(_ Account, req *providers.Request) { req.Inputs["login"].(Object)[member] = value }
}
