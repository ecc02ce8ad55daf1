package awstest

import "fmt"

// An apiError is an answer by which AWS refuses a call. Its text never holds a secret.
type apiError struct {
	code    string
	message string
	status  int
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

// refuse returns the answer with the code, and the status that AWS sends with it.
func refuse(code, format string, args ...any) *apiError {
	return &apiError{code: code, message: fmt.Sprintf(format, args...), status: statusOf(code)}
}

// statuses holds the codes whose status is not 400.
var statuses = map[string]int{
	"AccessDenied":                  403,
	"InvalidClientTokenId":          403,
	"SignatureDoesNotMatch":         403,
	"MissingAuthenticationToken":    403,
	"ExpiredToken":                  403,
	"OptInRequired":                 403,
	"RegionDisabledException":       403,
	"IDPRejectedClaim":              403,
	"NoSuchEntity":                  404,
	"EntityAlreadyExists":           409,
	"EntityTemporarilyUnmodifiable": 409,
	"LimitExceeded":                 409,
	"DeleteConflict":                409,
	"ConcurrentModification":        409,
	"InternalFailure":               500,
	"ServiceFailure":                500,
	"ServiceUnavailable":            503,
}

func statusOf(code string) int {
	if status, ok := statuses[code]; ok {
		return status
	}
	return 400
}

// usualMessages are what AWS says with codes that the simulator is told to answer with.
var usualMessages = map[string]string{
	"AccessDenied":          "User is not authorized to perform this action",
	"InvalidClientTokenId":  invalidToken,
	"SignatureDoesNotMatch": badSignature,
	"ExpiredToken":          "The security token included in the request is expired",
	"RequestExpired":        "Request has expired.",
	"LimitExceeded":         "Cannot exceed quota for AccessKeysPerUser: 2",
	"NoSuchEntity":          "The entity cannot be found.",
	"Throttling":            "Rate exceeded",
	"InternalFailure":       "The request processing has failed because of an unknown error, exception or failure.",
	"ServiceUnavailable":    "Service is temporarily unavailable.",
}

func usualMessage(code string) string {
	if text, ok := usualMessages[code]; ok {
		return text
	}
	return "The simulator was told to answer with this error."
}
