package s3

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/escapement-go/escapement/providers/awsclient"
)

// A callError is how a request went wrong. It holds neither the text nor the credentials.
type callError struct {
	status int // of the answer; 0 if there is none that counts
	cause  *awsclient.Failure
}

func (e *callError) Error() string {
	text := e.cause.Error()
	switch {
	case e.is("NoSuchBucket"):
		text += "; make the bucket, or correct its name"
	case e.status == http.StatusMovedPermanently, e.is("AuthorizationHeaderMalformed"):
		text += "; is it the region of the bucket?"
	case e.is("AccessDenied"):
		text += "; allow s3:GetObject, s3:PutObject and s3:ListBucket"
	}
	return text
}

func (e *callError) Unwrap() error { return e.cause }

// Is reports whether there is no such object.
func (e *callError) Is(target error) bool { return target == fs.ErrNotExist && e.is("NoSuchKey") }

func (e *callError) is(codes ...string) bool {
	return e.status >= 300 && e.status < 500 && slices.Contains(codes, e.cause.Code)
}

// refusals are the codes by which S3 says for certain that it wrote nothing, beside those of all services.
var refusals = []string{
	"NoSuchBucket", "NoSuchKey", "InvalidAccessKeyId", "AllAccessDisabled", "AccountProblem", "AuthorizationHeaderMalformed",
	"InvalidArgument", "InvalidBucketName", "InvalidRequest", "InvalidSecurity", "InvalidToken", "KeyTooLongError", "MethodNotAllowed",
	"PermanentRedirect", "QuotaExceeded", "RequestTimeTooSkewed", "EntityTooLarge",
}

// refused tells whether nothing was written for certain, for another reason than the condition.
func (e *callError) refused() bool { return e.cause.Definite || e.is(refusals...) }

// beaten tells whether the condition of a write was not met, or another write was under way.
func (e *callError) beaten() bool { return e.is("PreconditionFailed", "ConditionalRequestConflict") }

// classify reads an error of the SDK.
func classify(op string, err error, rec *awsclient.Record) *callError {
	e := &callError{cause: awsclient.Classify(op, err, rec)}
	if answered, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		e.status = answered.HTTPStatusCode()
	}
	return e
}

// isTransient tells whether a read may be tried again.
func isTransient(err error) bool {
	e, ok := errors.AsType[*callError](err)
	return ok && (e.status < 300 || e.status >= 500 || e.is("SlowDown", "RequestTimeout", "Throttling", "TooManyRequests"))
}

// about says which object an error is about.
func (s *Store) about(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%q: %w", "s3://"+s.Bucket+"/"+s.key(name), err)
}
