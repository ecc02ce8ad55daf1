package awsclient

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// A Failure is how a call went wrong, by what came over the wire and not by Go types. Its text holds nothing of the request
// or the answer but the code and the message of AWS.
type Failure struct {
	Op        string // such as "iam:CreateAccessKey"
	Code      string // of AWS; empty if it did not answer, or not as AWS does
	Message   string
	RequestID string
	Date      time.Time // of the answer; zero if it has none
	Definite  bool      // AWS has not carried the call out, for certain

	err error
}

// refusals are the codes by which AWS says for certain that it did nothing.
var refusals = []string{
	"LimitExceeded", "NoSuchEntity", "AccessDenied", "InvalidClientTokenId", "SignatureDoesNotMatch", "IncompleteSignature",
	"MissingAuthenticationToken", "ExpiredToken", "RequestExpired", "OptInRequired", "Throttling", "ThrottlingException",
	"RequestLimitExceeded", "ValidationError", "InvalidInput", "InvalidAction", "MalformedQueryString",
	"PasswordPolicyViolation", "EntityTemporarilyUnmodifiable",
}

// storeRefusals are those of Secrets Manager. IAM has none of them, so that they say nothing of a key that is to be made.
var storeRefusals = []string{
	"ResourceNotFoundException", "ResourceExistsException", "AccessDeniedException", "InvalidRequestException", "InvalidParameterException",
	"EncryptionFailure", "DecryptionFailure", "LimitExceededException", "ValidationException", "UnrecognizedClientException",
	"InvalidSignatureException", "ExpiredTokenException", "MissingAuthenticationTokenException", "IncompleteSignatureException",
}

// Classify reads an error of the SDK. What was written of the request comes from the record of [Recording]; a nil one
// knows nothing, and then a call without an answer is not definite.
func Classify(op string, err error, rec *Record) *Failure {
	f := &Failure{Op: op, err: err}
	status := 0
	var answered *smithyhttp.ResponseError
	if errors.As(err, &answered) && answered.Response != nil && answered.Response.Response != nil {
		status = answered.Response.StatusCode
		f.Date, _ = http.ParseTime(answered.Response.Header.Get("Date"))
	}
	var identified interface{ ServiceRequestID() string }
	if errors.As(err, &identified) {
		f.RequestID = identified.ServiceRequestID()
	}
	var api smithy.APIError
	if status >= 300 && errors.As(err, &api) {
		f.Code, f.Message = api.ErrorCode(), api.ErrorMessage()
	}
	known := slices.Contains(refusals, f.Code) || !strings.HasPrefix(op, "iam:") && slices.Contains(storeRefusals, f.Code)
	refused := status >= 400 && status < 500 && known
	f.Definite = refused || status == 0 && rec.unsent(err)
	return f
}

// Error returns what was done and how it went wrong.
func (f *Failure) Error() string { return f.Op + ": " + f.Said() }

// Said is what AWS, or else the network, said, on one line.
func (f *Failure) Said() string {
	text := f.Unwrap().Error()
	if f.Code != "" {
		text = f.Code + ": " + f.Message
	}
	return strings.Join(strings.Fields(text), " ")
}

// Unwrap returns the part of the SDK's error that others may look at. It leaves out what holds the request or the answer:
// an answer that could not be read may hold a secret.
func (f *Failure) Unwrap() error {
	var api smithy.APIError
	var decoding *smithy.DeserializationError
	switch {
	case f.err == nil:
		return errors.New("no cause is known")
	case f.Code != "" && errors.As(f.err, &api):
		return api
	case errors.As(f.err, &decoding):
		return errors.New(decoding.Error())
	case errors.Is(f.err, context.Canceled):
		return context.Canceled
	case errors.Is(f.err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	}
	innermost := f.err
	for next := errors.Unwrap(innermost); next != nil; next = errors.Unwrap(next) {
		innermost = next
	}
	return innermost
}

// Throttled tells whether AWS wants to be asked again later.
func (f *Failure) Throttled() bool {
	return f.is("Throttling", "ThrottlingException", "RequestLimitExceeded")
}

// Forbidden tells whether a permission is missing.
func (f *Failure) Forbidden() bool { return f.is("AccessDenied", "AccessDeniedException") }

// Absent tells whether IAM says that it knows no such thing.
func (f *Failure) Absent() bool { return f.Definite && f.Code == "NoSuchEntity" }

// Rejected tells whether AWS does not accept the credentials that signed the call.
func (f *Failure) Rejected() bool {
	return f.is("InvalidClientTokenId", "SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationToken", "ExpiredToken",
		"OptInRequired", "UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException")
}

func (f *Failure) is(codes ...string) bool { return slices.Contains(codes, f.Code) }
