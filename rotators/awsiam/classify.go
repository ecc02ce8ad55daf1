package awsiam

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

// A failure is how a call went wrong, by what came over the wire and not by Go types.
type failure struct {
	op        string // such as "iam:CreateAccessKey"
	code      string // of AWS; empty if it did not answer
	message   string
	requestID string
	date      time.Time // of the answer; zero if it has none
	definite  bool      // AWS has not carried the call out, for certain
	err       error
}

// refusals are the codes by which AWS says for certain that it did nothing.
var refusals = []string{
	"LimitExceeded", "NoSuchEntity", "AccessDenied", "InvalidClientTokenId", "SignatureDoesNotMatch", "IncompleteSignature",
	"MissingAuthenticationToken", "ExpiredToken", "RequestExpired", "OptInRequired", "Throttling", "ThrottlingException",
	"RequestLimitExceeded", "ValidationError", "InvalidInput", "InvalidAction", "MalformedQueryString",
}

// classify reads an error of the SDK. What was written of the request comes from the record; a nil one knows nothing.
func classify(op string, err error, rec *writeRecord) *failure {
	f := &failure{op: op, err: err}
	status := 0
	var answered *smithyhttp.ResponseError
	if errors.As(err, &answered) && answered.Response != nil && answered.Response.Response != nil {
		status = answered.Response.StatusCode
		f.date, _ = http.ParseTime(answered.Response.Header.Get("Date"))
	}
	var identified interface{ ServiceRequestID() string }
	if errors.As(err, &identified) {
		f.requestID = identified.ServiceRequestID()
	}
	var api smithy.APIError
	if status >= 300 && errors.As(err, &api) {
		f.code, f.message = api.ErrorCode(), api.ErrorMessage()
	}
	refused := status >= 400 && status < 500 && slices.Contains(refusals, f.code)
	f.definite = refused || status == 0 && rec.unsent(err)
	return f
}

// Error returns what was done and how it went wrong.
func (f *failure) Error() string { return f.op + ": " + f.said() }

// said is what AWS, or else the network, said, on one line.
func (f *failure) said() string {
	text := f.cause().Error()
	if f.code != "" {
		text = f.code + ": " + f.message
	}
	return strings.Join(strings.Fields(text), " ")
}

// cause is the part of the error that others may look at. It leaves out what holds the request or the answer: an answer
// to CreateAccessKey that could not be read may hold a secret.
func (f *failure) cause() error {
	var api smithy.APIError
	var decoding *smithy.DeserializationError
	switch {
	case f.code != "" && errors.As(f.err, &api):
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

// throttled tells whether AWS wants to be asked again later.
func (f *failure) throttled() bool {
	return slices.Contains([]string{"Throttling", "ThrottlingException", "RequestLimitExceeded"}, f.code)
}

// forbidden tells whether a permission is missing.
func (f *failure) forbidden() bool { return f.code == "AccessDenied" }

// absent tells whether AWS says that it knows no such key or user.
func (f *failure) absent() bool { return f.definite && f.code == "NoSuchEntity" }

// rejected tells whether AWS does not accept the credentials that signed the call.
func (f *failure) rejected() bool {
	return slices.Contains([]string{
		"InvalidClientTokenId", "SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationToken", "ExpiredToken", "OptInRequired",
	}, f.code)
}
