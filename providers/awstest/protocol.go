package awstest

import (
	"net/http"
	"strings"
)

// A protocol is how the requests and answers of a service are written.
type protocol interface {
	// action names the action that a request is for, without looking whether there is one.
	action(r *http.Request, body []byte) string

	// read returns the operation that a request is for, with its input.
	read(service string, r *http.Request, body []byte) (*operation, any, error)

	// answer and refusal write what becomes of a call.
	answer(op *operation, out any, requestID string) []byte
	refusal(service string, e *apiError, requestID string) []byte
	contentType() string

	// spell returns an error with the code and the status that services of the protocol send for it.
	spell(e *apiError) *apiError
}

// A service is one of those that the simulator knows.
type service struct {
	protocol
	id       string // as the SDK names it in errors
	regional bool   // what it keeps belongs to a region
}

var services = map[string]service{
	ServiceIAM:     {protocol: queryProtocol{}, id: "IAM"},
	ServiceSTS:     {protocol: queryProtocol{}, id: "STS"},
	ServiceSecrets: {protocol: jsonProtocol{}, id: "Secrets Manager", regional: true},
	ServiceSSM:     {protocol: jsonProtocol{}, id: "SSM", regional: true},
}

// host is where the SDK looks for a service.
func host(name, region string) string {
	if name == ServiceIAM {
		return "iam.amazonaws.com"
	}
	return strings.Join([]string{name, region, "amazonaws.com"}, ".")
}
