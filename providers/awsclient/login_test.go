package awsclient_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/schema"
)

var now = time.Date(2025, 1, 1, 12, 0, 0, 0, time.UTC)

// loginWith returns a request with a login whose members are changed; nil removes one.
func loginWith(changes ...any) *providers.Request {
	login := map[string]any{"accessKeyId": "AKIAIOSFODNN7EXAMPLE", "secretAccessKey": schema.NewSecret("secret-of-the-key")}
	for i := 0; i < len(changes); i += 2 {
		login[changes[i].(string)] = changes[i+1]
	}
	maps.DeleteFunc(login, func(_ string, v any) bool { return v == nil })
	return &providers.Request{Inputs: map[string]any{"login": login}}
}

func TestParseLogin(t *testing.T) {
	for _, test := range []struct {
		req  *providers.Request
		want string // part of the error; empty for none
	}{
		{loginWith(), ""},
		{loginWith("accessKeyId", schema.NewSecret("AKIAIOSFODNN7EXAMPLE")), ""},
		{loginWith("accessKeyId", "ASIAIOSFODNN7EXAMPLE", "sessionToken", "token"), ""},
		{loginWith("accessKeyId", "ASIAIOSFODNN7EXAMPLE"), `"login.sessionToken" is missing`},
		{loginWith("accessKeyId", nil), `"login.accessKeyId" is not the id`},
		{loginWith("accessKeyId", "<id>"), `"login.accessKeyId" is not the id`},
		{loginWith("accessKeyId", noString()), "login.accessKeyId"},
		{loginWith("secretAccessKey", nil), `"login.secretAccessKey" is empty`},
		{loginWith("secretAccessKey", "secret-of-the-key "), `"login.secretAccessKey"`},
		{loginWith("sessionToken", "secret-of\nthe-key"), `"login.sessionToken" holds white space`},
		{loginWith("expiresAt", "soon"), `"login.expiresAt" is not a time`},
		{loginWith("expiresAt", "2025-01-01T12:02:00Z"), ""},
		{loginWith("expiresAt", "2025-01-01T12:01:59Z"), "one that lives for 2m0s more is needed; open a fresh login"},
		{&providers.Request{}, `"login" is missing`},
	} {
		login, err := awsclient.ParseLogin(test.req, now, 2*time.Minute)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%v, want %q", err, test.want)
		}
		var bad *awsclient.InputError
		if err != nil && (!errors.As(err, &bad) || bad.DiagnosticCode() == "") {
			t.Errorf("%v has no code", err)
		}
		for _, v := range []any{login, err} {
			if text := fmt.Sprintf("%v %+v %#v", v, v, v); strings.Contains(text, "secret-of") {
				t.Errorf("a secret is printed for %q", test.want)
			}
		}
	}
}

// What a rotation of keys returns can be a login, too.
func TestLoginSchemaTakesRotatedKeys(t *testing.T) {
	req := loginWith("createdAt", "2025-01-01T12:00:00Z")
	if violations := awsclient.LoginSchema().Validate(req.Inputs["login"]); len(violations) > 0 {
		t.Error(violations)
	}
	if _, err := awsclient.ParseLogin(req, now, 0); err != nil {
		t.Error(err)
	}
}

// noString is data that is no string.
func noString() any { return map[string]any{} }

// What a login is, its schema accepts; what open::aws-login returns is one.
func TestLogin(t *testing.T) {
	req := loginWith("sessionToken", schema.NewSecret("token"), "expiresAt", "2025-01-02T00:00:00Z")
	if violations := awsclient.LoginSchema().Validate(req.Inputs["login"]); len(violations) > 0 {
		t.Error(violations)
	}
	if violations := awsclient.LoginSchema().Validate(map[string]any{"accessKeyId": "a", "region": "b"}); len(violations) != 2 {
		t.Error(violations)
	}
	login, err := awsclient.ParseLogin(req, now, 0)
	if creds := login.Credentials(); err != nil || creds.SecretAccessKey != "secret-of-the-key" || creds.SessionToken != "token" || creds.AccessKeyID != login.AccessKeyID {
		t.Error(err)
	}
	if !login.Expires.Equal(time.Date(2025, 1, 2, 0, 0, 0, 0, time.UTC)) {
		t.Error(login.Expires)
	}
}
