package awstest

import (
	"context"
	"crypto/subtle"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// A directClient calls the account without HTTP, with the errors and the metadata of the SDK's own clients.
type directClient struct {
	run     *Run
	service string // such as ServiceIAM
	region  string
	creds   aws.Credentials
	retryer aws.Retryer // nil: there is a single try
}

// direct returns a direct client of the run.
func (r *Run) direct(service string, creds aws.Credentials) directClient {
	return directClient{run: r, service: service, region: r.sim.options.Region, creds: creds}
}

// A client is a direct one with the options O of the SDK's client of a service.
type client[O any] struct {
	direct  directClient
	options O
	obey    func(*directClient, O) // takes over those that are obeyed
}

func newClient[O any](d directClient, options O, obey func(*directClient, O), changes []func(*O)) client[O] {
	for _, change := range changes {
		change(&options)
	}
	return client[O]{d, options, obey}
}

// with returns the direct client for one call, which may have options of its own.
func (c *client[O]) with(changes []func(*O)) *directClient {
	d, options := c.direct, c.options
	for _, change := range changes {
		change(&options)
	}
	c.obey(&d, options)
	return &d
}

// retryWait is what a direct call waits between two tries, on the clock.
const retryWait = time.Second

// invoke performs an operation, again for as long as the retryer wants it.
func invoke[O, I any](ctx context.Context, d *directClient, action string, in *I) (*O, error) {
	if in == nil {
		in = new(I)
	}
	for attempt := 1; ; attempt++ {
		release, err := attemptToken(ctx, d.retryer)
		if err != nil {
			err = fmt.Errorf("failed to get retry Send token, %w", err)
			return nil, &smithy.OperationError{ServiceID: services[d.service].id, OperationName: action, Err: err}
		}
		out, metadata, err := d.try(ctx, operations[action], in, attempt)
		_ = release(err)
		if err == nil {
			answer, _ := out.(*O)
			reflect.ValueOf(answer).Elem().FieldByName("ResultMetadata").Set(reflect.ValueOf(metadata))
			return answer, nil
		}
		err = &smithy.OperationError{ServiceID: services[d.service].id, OperationName: action, Err: err}
		if d.retryer == nil || attempt >= d.retryer.MaxAttempts() || !d.retryer.IsErrorRetryable(err) {
			return nil, err
		}
		if waiting := d.run.Sleep(ctx, retryWait); waiting != nil {
			return nil, err
		}
	}
}

// attemptToken asks a retryer for leave to send one try, as the SDK does.
func attemptToken(ctx context.Context, retryer aws.Retryer) (release func(error) error, err error) {
	if asked, ok := retryer.(aws.RetryerV2); ok {
		return asked.GetAttemptToken(ctx)
	}
	return func(error) error { return nil }, nil
}

// try is one request and its answer.
func (d *directClient) try(ctx context.Context, op *operation, in any, attempt int) (any, middleware.Metadata, error) {
	if err := ctx.Err(); err != nil {
		return nil, middleware.Metadata{}, &aws.RequestCanceledError{Err: err}
	}
	if err := d.run.enter(op.action); err != nil {
		return nil, middleware.Metadata{}, &smithyhttp.RequestSendError{Err: err}
	}
	c := &call{Call: &Call{Attempt: attempt}, ctx: ctx, run: d.run, region: d.region}
	if !op.anonymous {
		c.Signer = d.creds.AccessKeyID
		c.proof = proof{token: d.creds.SessionToken, check: d.knows}
	}
	a := d.run.sim.perform(c, op, in)
	sent(ctx, a)
	d.run.leave(*c.Call)
	return d.see(a, op)
}

// knows checks the secret where a request over HTTP has a signature.
func (d *directClient) knows(creds aws.Credentials) error {
	if subtle.ConstantTimeCompare([]byte(creds.SecretAccessKey), []byte(d.creds.SecretAccessKey)) != 1 {
		return refuse("SignatureDoesNotMatch", badSignature)
	}
	return nil
}

// sent tells a trace in the context, as net/http does, how far the request has come.
func sent(ctx context.Context, a answer) {
	trace := httptrace.ContextClientTrace(ctx)
	if trace == nil {
		return
	}
	if trace.GetConn != nil {
		trace.GetConn("awstest:443")
	}
	if a.damage == refused {
		return
	}
	if trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	if trace.WroteHeaders != nil {
		trace.WroteHeaders()
	}
	if trace.WroteRequest != nil {
		trace.WroteRequest(httptrace.WroteRequestInfo{})
	}
}

// see turns an answer into what a client of the SDK returns for it.
func (d *directClient) see(a answer, op *operation) (any, middleware.Metadata, error) {
	var metadata middleware.Metadata
	if a.err != nil && errors.Is(a.err, context.Canceled) || errors.Is(a.err, context.DeadlineExceeded) {
		return nil, metadata, &aws.RequestCanceledError{Err: a.err}
	}
	if err := d.lost(a); err != nil {
		return nil, metadata, responseError(nil, "", &smithyhttp.RequestSendError{Err: err})
	}
	raw := &smithyhttp.Response{Response: &http.Response{StatusCode: http.StatusOK, Header: http.Header{
		"Date": {d.run.sim.clock.Now().Format(http.TimeFormat)},
	}}}
	if a.damage != html { // a page is not from AWS
		raw.Header.Set("X-Amzn-Requestid", a.requestID)
	}
	d.stamp(&metadata, raw, a)
	out, err := d.decoded(a, op, raw)
	return out, metadata, err
}

// decoded is what the SDK makes of an answer that has arrived.
func (d *directClient) decoded(a answer, op *operation, raw *smithyhttp.Response) (any, error) {
	if decoder, isJSON := decoders[op.service]; isJSON {
		return decoder.decoded(a, op, raw)
	}
	var refusal *apiError
	isRefusal := errors.As(a.err, &refusal)
	switch {
	case a.damage == html && op.void:
		return reflect.New(op.output).Interface(), nil // it does not look at the body
	case a.damage == html:
		return nil, responseError(raw, "", undecodable("element <br> closed by </body>"))
	case a.damage == redirected:
		raw.StatusCode = a.status
		return nil, responseError(raw, a.requestID, &smithy.GenericAPIError{Code: "UnknownError", Message: "UnknownError"})
	case isRefusal:
		raw.StatusCode = refusal.status
		if a.damage == truncated {
			return nil, responseError(raw, a.requestID, fmt.Errorf("error while deserializing xml error response: %w", cutShort))
		}
		return nil, responseError(raw, a.requestID, typed(op, refusal))
	case a.damage == truncated && !op.void:
		return nil, responseError(raw, a.requestID, undecodable(cutShort.Msg))
	}
	return a.out, nil
}

var cutShort = &xml.SyntaxError{Line: 1, Msg: "unexpected EOF"}

// lost returns how the transport fails when no answer arrives.
func (d *directClient) lost(a answer) error {
	var err error
	switch a.damage {
	case refused:
		err = errRefused()
	case dropped:
		err = io.EOF
	case timedOut:
		err = errTimeout{}
	default:
		return nil
	}
	return &url.Error{Op: "Post", URL: "https://" + host(d.service, d.region) + "/", Err: err}
}

func responseError(raw *smithyhttp.Response, requestID string, err error) error {
	if raw == nil {
		raw = &smithyhttp.Response{Response: &http.Response{Header: http.Header{}}}
	}
	return &awshttp.ResponseError{
		RequestID:     requestID,
		ResponseError: &smithyhttp.ResponseError{Response: raw, Err: err},
	}
}

func undecodable(why string) error {
	err := &xml.SyntaxError{Line: 1, Msg: why}
	return &smithy.DeserializationError{Err: fmt.Errorf("failed to decode response body, %w", err)}
}

// stamp puts the server's time and the request id where a client of the SDK has them.
func (d *directClient) stamp(metadata *middleware.Metadata, raw *smithyhttp.Response, a answer) {
	_, timed, _ := awsmiddleware.RecordResponseTiming{}.HandleDeserialize(context.Background(), middleware.DeserializeInput{},
		middleware.DeserializeHandlerFunc(func(context.Context, middleware.DeserializeInput) (middleware.DeserializeOutput, middleware.Metadata, error) {
			return middleware.DeserializeOutput{RawResponse: raw}, middleware.Metadata{}, nil
		}))
	*metadata = timed
	if a.damage != html {
		awsmiddleware.SetRequestIDMetadata(metadata, a.requestID)
	}
}
