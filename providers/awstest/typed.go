package awstest

import (
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
)

// typed returns an error of AWS as the SDK decodes it: in its own type if the action's model has the code.
func typed(op *operation, e *apiError) error {
	for _, code := range modelled[op.action] {
		if code != e.code {
			continue
		}
		if op.service == ServiceSTS && code == "MalformedPolicyDocument" {
			return &ststypes.MalformedPolicyDocumentException{Message: &e.message}
		}
		return constructors[code](&e.message)
	}
	return &smithy.GenericAPIError{Code: e.code, Message: e.message}
}

// modelled are the codes that the SDK has types for, by action.
var modelled = map[string][]string{
	"GetUser":                     {"NoSuchEntity", "ServiceFailure"},
	"TagUser":                     {"NoSuchEntity", "ServiceFailure", "LimitExceeded", "InvalidInput", "ConcurrentModification"},
	"CreateAccessKey":             {"NoSuchEntity", "ServiceFailure", "LimitExceeded"},
	"DeleteAccessKey":             {"NoSuchEntity", "ServiceFailure", "LimitExceeded"},
	"UpdateAccessKey":             {"NoSuchEntity", "ServiceFailure", "LimitExceeded", "InvalidInput"},
	"ListAccessKeys":              {"NoSuchEntity", "ServiceFailure"},
	"CreateLoginProfile":          {"NoSuchEntity", "ServiceFailure", "LimitExceeded", "EntityAlreadyExists", "PasswordPolicyViolation"},
	"GetLoginProfile":             {"NoSuchEntity", "ServiceFailure"},
	"UpdateLoginProfile":          {"NoSuchEntity", "ServiceFailure", "LimitExceeded", "EntityTemporarilyUnmodifiable", "PasswordPolicyViolation"},
	"DeleteLoginProfile":          {"NoSuchEntity", "ServiceFailure", "LimitExceeded", "EntityTemporarilyUnmodifiable"},
	"GetAccountPasswordPolicy":    {"NoSuchEntity", "ServiceFailure"},
	"UpdateAccountPasswordPolicy": {"NoSuchEntity", "ServiceFailure", "LimitExceeded", "MalformedPolicyDocument"},
	"AssumeRoleWithWebIdentity": {
		"ExpiredTokenException", "IDPCommunicationError", "IDPRejectedClaim", "InvalidIdentityToken",
		"MalformedPolicyDocument", "PackedPolicyTooLarge", "RegionDisabledException",
	},
}

var constructors = map[string]func(message *string) error{
	"NoSuchEntity":                  func(m *string) error { return &iamtypes.NoSuchEntityException{Message: m} },
	"ServiceFailure":                func(m *string) error { return &iamtypes.ServiceFailureException{Message: m} },
	"LimitExceeded":                 func(m *string) error { return &iamtypes.LimitExceededException{Message: m} },
	"InvalidInput":                  func(m *string) error { return &iamtypes.InvalidInputException{Message: m} },
	"ConcurrentModification":        func(m *string) error { return &iamtypes.ConcurrentModificationException{Message: m} },
	"EntityAlreadyExists":           func(m *string) error { return &iamtypes.EntityAlreadyExistsException{Message: m} },
	"PasswordPolicyViolation":       func(m *string) error { return &iamtypes.PasswordPolicyViolationException{Message: m} },
	"EntityTemporarilyUnmodifiable": func(m *string) error { return &iamtypes.EntityTemporarilyUnmodifiableException{Message: m} },
	"MalformedPolicyDocument":       func(m *string) error { return &iamtypes.MalformedPolicyDocumentException{Message: m} },
	"ExpiredTokenException":         func(m *string) error { return &ststypes.ExpiredTokenException{Message: m} },
	"IDPCommunicationError":         func(m *string) error { return &ststypes.IDPCommunicationErrorException{Message: m} },
	"IDPRejectedClaim":              func(m *string) error { return &ststypes.IDPRejectedClaimException{Message: m} },
	"InvalidIdentityToken":          func(m *string) error { return &ststypes.InvalidIdentityTokenException{Message: m} },
	"PackedPolicyTooLarge":          func(m *string) error { return &ststypes.PackedPolicyTooLargeException{Message: m} },
	"RegionDisabledException":       func(m *string) error { return &ststypes.RegionDisabledException{Message: m} },
}
