package awsclient_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/escapement-go/escapement/providers/awsclient"
)

// answer is an error of the SDK after an answer of that status.
func answer(status int, err error) error {
	header := http.Header{"Date": {"Wed, 01 Jan 2025 12:00:00 GMT"}}
	return &smithy.OperationError{ServiceID: "IAM", OperationName: "X", Err: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status, Header: header}}, Err: err,
	}}
}

func TestClassify(t *testing.T) {
	api := func(code string) error { return &smithy.GenericAPIError{Code: code, Message: "in\nwords"} }
	const said = "the answer with a secret"
	decoding := &smithy.DeserializationError{Err: errors.New("not XML"), Snapshot: []byte(said)}
	for _, test := range []struct {
		err      error
		definite bool
		text     string
		is       string
	}{
		{answer(403, api("AccessDenied")), true, "iam:X: AccessDenied: in words", "forbidden"},
		{answer(400, api("AccessDeniedException")), false, "iam:X: AccessDeniedException: in words", "forbidden"},
		{answer(404, api("NoSuchEntity")), true, "iam:X: NoSuchEntity: in words", "absent"},
		{answer(403, api("InvalidClientTokenId")), true, "iam:X: InvalidClientTokenId: in words", "rejected"},
		{answer(400, api("UnrecognizedClientException")), false, "iam:X: UnrecognizedClientException: in words", "rejected"},
		{answer(400, api("Throttling")), true, "iam:X: Throttling: in words", "throttled"},
		{answer(400, api("PasswordPolicyViolation")), true, "iam:X: PasswordPolicyViolation: in words", ""},
		{answer(500, api("AccessDenied")), false, "iam:X: AccessDenied: in words", "forbidden"},
		{answer(409, api("SomethingNew")), false, "iam:X: SomethingNew: in words", ""},
		{answer(200, decoding), false, "iam:X: deserialization failed, not XML", ""},
		{answer(200, context.Canceled), false, "iam:X: context canceled", ""},
		{fmt.Errorf("sending: %w", context.DeadlineExceeded), false, "iam:X: context deadline exceeded", ""},
		{fmt.Errorf("sending: %w", errors.New("broken pipe")), false, "iam:X: broken pipe", ""},
	} {
		f := awsclient.Classify("iam:X", test.err, nil)
		if f.Definite != test.definite || f.Error() != test.text {
			t.Errorf("%v: definite is %t, want %q", f, f.Definite, test.text)
		}
		for name, is := range map[string]bool{"forbidden": f.Forbidden(), "absent": f.Absent(), "rejected": f.Rejected(), "throttled": f.Throttled()} {
			if is != (name == test.is) {
				t.Errorf("%v: %s is %t", f, name, is)
			}
		}
		if f.Date.IsZero() != !strings.Contains(test.err.Error(), "StatusCode") {
			t.Errorf("%v: date %v", f, f.Date)
		}
		if text := fmt.Sprintf("%v %+v %v", f, f.Unwrap(), errors.Unwrap(f)); strings.Contains(text, said) {
			t.Error("the answer is printed")
		}
		var raw *smithy.DeserializationError
		if errors.As(f, &raw) {
			t.Error("the cause holds the answer")
		}
	}
	for op, definite := range map[string]bool{"secretsmanager:X": true, "iam:X": false} {
		if f := awsclient.Classify(op, answer(400, api("ResourceNotFoundException")), nil); f.Definite != definite {
			t.Errorf("%v: definite is %t", f, f.Definite)
		}
	}
	if text := (&awsclient.Failure{Op: "iam:X"}).Error(); text != "iam:X: no cause is known" {
		t.Error(text)
	}
}
