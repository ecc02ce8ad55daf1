// Package awslogin is the provider behind fn::open::aws-login: it hands out credentials for AWS.
//
// It takes credentials that are there already and returns them in the form that the other AWS providers, the AWS SDKs
// and the aws command take:
//
//	values:
//	  aws:
//	    login:
//	      fn::open::aws-login:
//	        static:
//	          accessKeyId: AKIAIOSFODNN7EXAMPLE
//	          secretAccessKey:
//	            fn::secret: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
//	  environmentVariables:
//	    AWS_ACCESS_KEY_ID: ${aws.login.accessKeyId}
//	    AWS_SECRET_ACCESS_KEY: ${aws.login.secretAccessKey}
//
// # Inputs
//
// The object static, which is required and has no other members than these:
//
//   - accessKeyId, a string: the id of an access key. Ids that begin with ASIA are temporary.
//   - secretAccessKey, a string: its secret.
//   - sessionToken, a string: what a temporary access key works only together with; no other key has one. An empty one
//     counts as absent.
//
// None of them holds white space or control characters, and only sessionToken may be empty. The schema says what their
// types are and which may be empty; the rest is checked when the environment is opened, so that a document may hold
// placeholders such as <access key> until then. The sensitive ones need not be secret in the document, but should be.
//
// # Outputs
//
// The same three, as they were given: accessKeyId, secretAccessKey and, unless it is absent, sessionToken. The last two
// are secret whether or not the document says so.
//
// Nothing is called and nothing is looked up: environment variables, profiles and instance metadata of the machine are
// never used, whatever is missing. Whether AWS accepts the credentials shows when they are used.
//
// # Errors
//
// Every error has the code bad-input; see [providers.Coder].
package awslogin

import (
	"context"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// A Provider logs in to AWS. The zero value is ready to use, and its methods may be called concurrently.
type Provider struct{}

var _ providers.Provider = (*Provider)(nil)

// Schema describes the inputs and outputs that the package documentation lists.
func (*Provider) Schema() providers.Schema {
	return providers.Schema{
		Inputs:  object(map[string]*schema.Schema{"static": staticSchema()}, "static"),
		Outputs: outputSchema(),
	}
}

// Open returns the credentials of req. It never waits, so it does not look at the context.
func (*Provider) Open(_ context.Context, req *providers.Request) (any, error) {
	var in struct {
		Static static `json:"static"`
	}
	if err := req.Decode(&in); err != nil {
		return nil, &inputError{err.Error()}
	}
	return in.Static.open()
}

func outputSchema() *schema.Schema {
	return object(map[string]*schema.Schema{
		"accessKeyId":     {Type: []string{"string"}, Description: "The id of the access key."},
		"secretAccessKey": {Type: []string{"string"}, Description: "The secret of the access key.", Secret: true},
		"sessionToken":    {Type: []string{"string"}, Description: "The session token, if there is one.", Secret: true},
	}, "accessKeyId", "secretAccessKey")
}

// object describes an object that has these properties and no others.
func object(properties map[string]*schema.Schema, required ...string) *schema.Schema {
	return &schema.Schema{
		Type:                 []string{"object"},
		Properties:           properties,
		Required:             required,
		AdditionalProperties: &schema.Schema{Never: true},
	}
}

// An inputError says which input cannot be used and why. It never quotes one.
type inputError struct{ text string }

func (e *inputError) Error() string          { return e.text }
func (e *inputError) DiagnosticCode() string { return "bad-input" }
