package awstest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awstest"
)

// compareJSON performs a call and compares the body of the answer with the output that the SDK has decoded from it.
func compareJSON(t *testing.T, rec *recorder, action string, call func() (any, error)) {
	t.Helper()
	out, err := call()
	if err != nil {
		t.Fatal(action, err)
	}
	var want any
	if err := json.Unmarshal([]byte(rec.body), &want); err != nil {
		t.Fatal(action, err)
	}
	if diff := cmp.Diff(want, members(reflect.ValueOf(out))); diff != "" {
		t.Errorf("%s: -JSON +SDK\n%s", action, diff)
	}
	if got := rec.response.Header.Get("Content-Type"); got != "application/x-amz-json-1.1" || rec.response.StatusCode != 200 {
		t.Error(action, got, rec.response.Status)
	}
}

// members returns an output of the SDK as what JSON decodes to.
func members(v reflect.Value) any {
	switch value := v.Interface().(type) {
	case time.Time:
		return float64(value.UnixMilli()) / 1000
	case []byte:
		var text any
		raw, _ := json.Marshal(value)
		_ = json.Unmarshal(raw, &text)
		return text
	}
	switch v.Kind() {
	case reflect.Pointer:
		return members(v.Elem())
	case reflect.Int64:
		return float64(v.Int())
	case reflect.String:
		return v.String()
	case reflect.Slice:
		list := []any{}
		for i := range v.Len() {
			list = append(list, members(v.Index(i)))
		}
		return list
	case reflect.Map:
		object := map[string]any{}
		for name, value := range v.Seq2() {
			object[name.String()] = members(value)
		}
		return object
	case reflect.Struct:
		object := map[string]any{}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			isNil := (f.Type.Kind() == reflect.Pointer || f.Type.Kind() == reflect.Slice || f.Type.Kind() == reflect.Map) && v.Field(i).IsNil()
			if f.IsExported() && f.Name != "ResultMetadata" && !isNil {
				object[f.Name] = members(v.Field(i))
			}
		}
		return object
	}
	return v.Interface()
}

// TestJSONRequests sends what no SDK sends.
func TestJSONRequests(t *testing.T) {
	sim := awstest.New(t, awstest.Options{})
	for _, c := range []struct{ name, path, target, body, want string }{
		{"no target", "/secretsmanager/", "", "{}", "UnknownOperationException"},
		{"no such action", "/secretsmanager/", "secretsmanager.Nothing", "{}", "UnknownOperationException"},
		{"action of another service", "/secretsmanager/", "secretsmanager.GetUser", "{}", "UnknownOperationException"},
		{"another target", "/secretsmanager/", "AmazonSSM.GetSecretValue", "{}", "UnknownOperationException"},
		{"no JSON", "/secretsmanager/", "secretsmanager.GetSecretValue", "<a>", "SerializationException"},
		{"wrong kind", "/secretsmanager/eu-west-1/", "secretsmanager.GetSecretValue", `{"SecretId": 1}`, "SerializationException"},
		{"parameters", "/ssm/", "AmazonSSM.GetParameters", `{"Names": "a"}`, "SerializationException"},
		{"parameters of another service", "/ssm/", "AmazonSSM.GetSecretValue", "{}", "UnknownOperationException"},
		{"unsigned", "/secretsmanager/", "secretsmanager.GetSecretValue", "{}", "MissingAuthenticationTokenException"},
	} {
		req := httptest.NewRequest(http.MethodPost, c.path, strings.NewReader(c.body))
		req.Header.Set("X-Amz-Target", c.target)
		w := httptest.NewRecorder()
		sim.ServeHTTP(w, req)
		var answer struct {
			Type string `json:"__type"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != 400 || answer.Type != c.want {
			t.Errorf("%s: %d %q, want %q", c.name, w.Code, answer.Type, c.want)
		}
	}
}
