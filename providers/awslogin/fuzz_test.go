package awslogin_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/providers/awslogin"
)

// Whatever a source supplies, there is a login or an error with a code, and nobody is shown the token.
func FuzzToken(f *testing.F) {
	for _, seed := range []string{
		"", "a.b.c", jwt(nil), jwt(map[string]any{"exp": 1e300}), jwt(map[string]any{"aud": []string{"a", "b"}}), jwt(map[string]any{"sub": "\n\x00"}),
		"e30.e30.e30", "bnVsbA.bnVsbA.eA", jwtOf(map[string]any{"alg": "none"}, nil), strings.Repeat("A", 20001), "..", "\xff.\xff.\xff",
	} {
		f.Add(seed, "AccessDenied", "the token "+seed+" is odd")
		f.Add(seed, "InvalidIdentityToken", "Incorrect token audience")
	}
	f.Fuzz(func(t *testing.T, text, code, message string) {
		w := &wire{answer: func(int, *http.Request) reply { return failure(400, code, message) }}
		p := w.provider()
		p.Source = always(text)
		out, err := p.Open(t.Context(), oidcRequest())
		var e *awslogin.Error
		if out != nil || !errors.As(err, &e) || e.Code == "" || len(e.Error()) > 20000 {
			t.Fatalf("got %v, %v", out, err)
		}
		if len(w.sent) > 0 && len(text) > 20 && strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), text) {
			t.Errorf("the token is in %v", err)
		}
	})
}

// Whatever an answer holds, there is a login or an error with a code.
func FuzzAnswer(f *testing.F) {
	f.Add(200, success(start, 1e12).body)
	f.Add(400, failure(400, "AccessDenied", "no").body)
	for name := range unreadableBodies {
		f.Add(unreadableBodies[name].status, unreadableBodies[name].body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			return
		}
		w := &wire{answer: func(int, *http.Request) reply { return reply{status: status, body: body} }}
		out, err := w.provider().Open(t.Context(), oidcRequest())
		var e *awslogin.Error
		if (err == nil) == (out == nil) || err != nil && (!errors.As(err, &e) || e.Code == "") {
			t.Errorf("got %v, %v", out, err)
		}
		if out, ok := out.(map[string]any); ok && len(new(awslogin.Provider).Schema().Outputs.Validate(out)) > 0 {
			t.Errorf("got %v", out)
		}
	})
}

// ARNs of roles never panic, and whatever is accepted is sent as it is.
func FuzzRole(f *testing.F) {
	for _, seed := range []string{roleText, "arn:aws:iam::123456789012:role/a:b/c", "arn:::::", "arn:aws:iam::123456789012:user/u", "role", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w := &wire{}
		_, err := w.provider().Open(t.Context(), oidcRequest("roleArn", text))
		var e *awslogin.Error
		if err != nil && (!errors.As(err, &e) || e.Code != "bad-input" || len(w.sent) > 0) {
			t.Errorf("got %v after %d requests", err, len(w.sent))
		}
		if err == nil && (!strings.HasPrefix(text, "arn:aws") || strings.ContainsAny(text, "*? \n") || !strings.Contains(text, ":role/")) {
			t.Errorf("%q was accepted", text)
		}
	})
}
