package awstest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	secretschemas "github.com/aws/aws-sdk-go-v2/service/secretsmanager/schemas"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmschemas "github.com/aws/aws-sdk-go-v2/service/ssm/schemas"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
)

// The JSON protocol names its members as the SDK does, too.

// targets are how requests of the JSON protocol name the service that they are for.
var targets = map[string]string{ServiceSecrets: "secretsmanager", ServiceSSM: "AmazonSSM"}

type jsonProtocol struct{}

func (jsonProtocol) contentType() string { return "application/x-amz-json-1.1" }

func (jsonProtocol) action(r *http.Request, _ []byte) string {
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return action
}

func (jsonProtocol) read(service string, r *http.Request, body []byte) (*operation, any, error) {
	target, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	op := operations[action]
	if op == nil || op.service != service || target != targets[service] {
		return nil, nil, refuse("UnknownOperationException", "")
	}
	in := reflect.New(op.input)
	if err := json.Unmarshal(body, in.Interface()); err != nil {
		return nil, nil, refuse("SerializationException", "")
	}
	return op, in.Interface(), nil
}

func (jsonProtocol) answer(_ *operation, out any, _ string) []byte {
	text, err := json.Marshal(plain(reflect.ValueOf(out).Elem()))
	if err != nil { // plain returns nothing that has no JSON
		return []byte("{}")
	}
	return text
}

func (jsonProtocol) refusal(_ string, e *apiError, _ string) []byte {
	members := map[string]string{"__type": e.code}
	if e.message != "" {
		members["message"] = e.message
	}
	text, _ := json.Marshal(members)
	return text
}

// spellings are the codes that IAM and STS spell otherwise.
var spellings = map[string]string{
	"AccessDenied":               "AccessDeniedException",
	"ExpiredToken":               "ExpiredTokenException",
	"IncompleteSignature":        "IncompleteSignatureException",
	"InvalidClientTokenId":       "UnrecognizedClientException",
	"MissingAuthenticationToken": "MissingAuthenticationTokenException",
	"SignatureDoesNotMatch":      "InvalidSignatureException",
	"Throttling":                 "ThrottlingException",
}

func (jsonProtocol) spell(e *apiError) *apiError {
	if code, otherwise := spellings[e.code]; otherwise {
		return &apiError{code: code, message: e.message, status: http.StatusBadRequest}
	}
	return e
}

// plain returns a value of the SDK as data for encoding/json; absent members are left out.
func plain(v reflect.Value) any {
	if v.Kind() == reflect.Pointer {
		return plain(v.Elem())
	}
	switch value := v.Interface().(type) {
	case time.Time:
		return json.Number(strconv.FormatFloat(float64(value.UnixMilli())/1000, 'f', -1, 64))
	case []byte:
		return value
	}
	switch v.Kind() {
	case reflect.Struct:
		members := map[string]any{}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != resultMetadata && !absent(v.Field(i)) {
				members[f.Name] = plain(v.Field(i))
			}
		}
		return members
	case reflect.Slice:
		elements := make([]any, v.Len())
		for i := range elements {
			elements[i] = plain(v.Index(i))
		}
		return elements
	case reflect.Map:
		members := map[string]any{}
		for name, value := range v.Seq2() {
			members[name.String()] = plain(value)
		}
		return members
	}
	return v.Interface()
}

func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return v.IsNil()
	case reflect.String: // of an enum
		return v.Len() == 0
	}
	return false
}

// A decoder is how the SDK reads the answers of a service of the JSON protocol.
type decoder struct {
	protocol *awsjson.Protocol
	types    *smithy.TypeRegistry
	schema   *smithy.OperationSchema // of any operation: the protocol looks only for event streams, and none has any
}

var decoders = map[string]decoder{
	ServiceSecrets: {
		awsjson.New11(secretschemas.Secretsmanager), secretsmanager.TypeRegistry, smithy.NewOperationSchema(
			secretschemas.GetSecretValue, secretschemas.GetSecretValueRequest, secretschemas.GetSecretValueResponse),
	},
	ServiceSSM: {
		awsjson.New11(ssmschemas.AmazonSSM), ssm.TypeRegistry, smithy.NewOperationSchema(
			ssmschemas.GetParameter, ssmschemas.GetParameterRequest, ssmschemas.GetParameterResult),
	},
}

// decoded lets the SDK's own protocol read an answer, so that a direct client returns what the SDK's client would.
func (d decoder) decoded(a answer, op *operation, raw *smithyhttp.Response) (any, error) {
	var body []byte
	requestID := a.requestID
	switch a.damage {
	case redirected:
		raw.StatusCode = a.status
	case html:
		body, requestID = []byte(page), ""
	default:
		raw.StatusCode, body = a.text(op)
	}
	raw.Body = io.NopCloser(bytes.NewReader(body))
	out := reflect.New(op.output).Interface()
	if err := d.protocol.DeserializeResponse(context.Background(), d.schema, d.types, raw, out.(smithy.Deserializable)); err != nil {
		return nil, responseError(raw, requestID, err)
	}
	return out, nil
}
