package awslogin

import (
	"errors"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"
)

// A kind is what an answer of STS, or the lack of one, comes to.
type kind int

const (
	accepted kind = iota
	accessDenied
	durationTooLong
	invalidRequest
	invalidToken
	expiredToken
	providerUnreachable
	providerRejects
	policiesRefused
	regionDisabled
	notAWS
	throttled
	unavailable
	unreadable
	redirected
	refused
)

// A reaction is what follows from a kind.
type reaction struct {
	code      string
	tries     int  // how often the answer is taken before it counts
	perRegion bool // then the next region is asked, if there is one
}

var reactions = map[kind]reaction{
	accessDenied:        {"access-denied", 1, false},
	durationTooLong:     {"duration-too-long", 1, false}, // but see attempts.shorten
	invalidRequest:      {"invalid-request", 1, false},
	invalidToken:        {"invalid-identity-token", 3, false},
	expiredToken:        {"expired-token", 2, false}, // the second with a fresh token, see attempts.refresh
	providerUnreachable: {"idp-unreachable", 3, false},
	providerRejects:     {"idp-rejected-claim", 1, false},
	policiesRefused:     {"policies-refused", 1, false},
	regionDisabled:      {"region-disabled", 1, true},
	notAWS:              {"not-aws", 1, false},
	throttled:           {"throttled", 3, true},
	unavailable:         {"aws-unavailable", 3, true},
	unreadable:          {"unreadable-answer", 1, false},
	redirected:          {"redirected", 1, false},
	refused:             {"aws-refused", 1, false},
}

// kindsByCode are the codes that AWS writes on the wire. Those decide, not the types that an SDK has for some of them.
var kindsByCode = map[string]kind{
	"AccessDenied":             accessDenied,
	"InvalidIdentityToken":     invalidToken,
	"ExpiredTokenException":    expiredToken,
	"IDPCommunicationError":    providerUnreachable,
	"IDPRejectedClaim":         providerRejects,
	"PackedPolicyTooLarge":     policiesRefused,
	"MalformedPolicyDocument":  policiesRefused,
	"RegionDisabledException":  regionDisabled,
	"InvalidParameterValue":    notAWS,
	"InvalidAction":            notAWS,
	"MissingParameter":         notAWS,
	"Throttling":               throttled,
	"ThrottlingException":      throttled,
	"RequestLimitExceeded":     throttled,
	"TooManyRequestsException": throttled,
}

// classify returns the kind of what came back, from which the SDK made err.
func classify(x *exchange, err error) kind {
	var api smithy.APIError
	var decoding *smithy.DeserializationError
	switch {
	case err == nil:
		return accepted
	case x.status == 0 || x.broken || x.status >= http.StatusInternalServerError:
		return unavailable
	case x.status >= 300 && x.status < 400:
		return redirected
	case errors.As(err, &decoding) || !errors.As(err, &api):
		return unreadable
	}
	code, message := api.ErrorCode(), api.ErrorMessage()
	if code == "ValidationError" {
		if strings.Contains(message, "MaxSessionDuration") {
			return durationTooLong
		}
		return invalidRequest
	}
	if k, ok := kindsByCode[code]; ok {
		return k
	}
	if code == "" || code == "UnknownError" {
		return unreadable
	}
	return refused
}
