package awsget

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/escapement-go/escapement/providers/awsclient"
)

// A Failure is a call that has failed.
type Failure struct {
	*awsclient.Failure
	Status int // of the answer; 0 if there is none

	unreadable bool
}

// Failed reads the error of a call of the SDK.
func Failed(op string, err error) Failure {
	f := Failure{Failure: awsclient.Classify(op, err, nil)}
	var answered *smithyhttp.ResponseError
	if errors.As(err, &answered) && answered.Response != nil && answered.Response.Response != nil {
		f.Status = answered.Response.StatusCode
	}
	var decoding *smithy.DeserializationError
	f.unreadable = errors.As(err, &decoding)
	return f
}

// checkEndpoint is what to do about answers that are none of AWS.
const checkEndpoint = "check the endpoint that the program is set up with, and proxies"

// Unanswered returns the problem of an entry that AWS passes over.
func Unanswered() *Problem {
	return &Problem{Code: "unreadable-answer", Text: "is answered without a value", Hint: checkEndpoint}
}

// Words are what AWS, or else the network, said.
func (f Failure) Words() string { return strings.TrimSuffix(f.Said(), ".") }

// Hopeless tells whether nothing but another login or time helps: the same call for another name would fail, too.
func (f Failure) Hopeless() bool {
	return f.Rejected() || f.Throttled() || f.Code == "" || f.Status < 400 || f.Status >= 500 || f.foreign()
}

// foreign tells whether something answers that does not know the operation.
func (f Failure) foreign() bool {
	return f.Code == "UnknownOperationException" || f.Code == "InvalidAction"
}

// Problem returns what is wrong whatever was asked for. For what is about a name only, the text is what AWS says.
func (f Failure) Problem(t Target) *Problem {
	p := &Problem{Op: f.Op, AWSCode: f.Code, RequestID: f.RequestID}
	set := func(code, text, hint string, args ...any) {
		p.Code, p.Text, p.Hint = code, text, fmt.Sprintf(hint, args...)
	}
	switch {
	case f.Rejected():
		set("login-refused", "AWS does not accept \"login\": "+f.Words(), "check the access key %s, or open a fresh login", t.Login.AccessKeyID)
	case f.Throttled():
		set("throttled", "AWS answers no more requests just now: "+f.Words(), "try again later")
	case f.Status >= 300 && f.Status < 400:
		set("redirected", fmt.Sprintf("a redirect (%d) came in the place of an answer, and is not followed", f.Status), checkEndpoint)
	case f.unreadable:
		set("unreadable-answer", "the answer is not one of AWS", checkEndpoint)
	case f.Status >= 500:
		set("aws-unavailable", fmt.Sprintf("AWS is out of order in %q: %s", t.Region, f.Words()), "try again later")
	case f.Status == 0:
		set("aws-unreachable", fmt.Sprintf("AWS gives no answer in %q: %s", t.Region, f.Words()), `check the network, and that "region" exists`)
	case f.foreign():
		set("not-aws", "the endpoint is not AWS: "+f.Words(), "check the endpoint that the program is set up with")
	default:
		set("aws-refused", "is refused: "+f.Words(), "see AWS's documentation of %s", f.Op)
	}
	return p
}

// Denied returns the problem of a missing permission for the operation on a resource, an ARN without its account.
func (f Failure) Denied(t Target, resource string) *Problem {
	p := f.Problem(t)
	p.Code, p.Text = "access-denied", "may not be read: "+f.Words()
	p.Hint = fmt.Sprintf("allow %s on %s to whoever owns the access key %s", f.Op, f.withAccount(resource), t.Login.AccessKeyID)
	if strings.Contains(f.Message, "explicit deny") {
		p.Hint = fmt.Sprintf("change the policy that denies %s on %s, and that AWS names", f.Op, f.withAccount(resource))
	}
	return p
}

var principal = regexp.MustCompile(`arn:[a-z-]+:(?:iam|sts)::([0-9]{12}):`)

// withAccount puts the account of whoever called, as AWS's message names it, into an ARN that has a * there.
func (f Failure) withAccount(resource string) string {
	if m := principal.FindStringSubmatch(f.Message); m != nil {
		return strings.Replace(resource, ":*:", ":"+m[1]+":", 1)
	}
	return resource
}
