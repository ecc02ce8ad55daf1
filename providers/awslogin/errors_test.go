package awslogin_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/schema"
)

const (
	principal  = `"arn:aws:iam::123456789012:oidc-provider/issuer.example"`
	conditions = `"issuer.example:aud" equals "aws:acme" and "issuer.example:sub" matches "pulumi:environments:org:acme:env:aws/login"`
	claimsText = `iss "https://issuer.example", aud "aws:acme", sub "pulumi:environments:org:acme:env:aws/login", exp 2026-03-01T13:00:00Z`
)

// An errorRow is an answer of STS and what becomes of it.
type errorRow struct {
	name    string
	answers []reply
	inputs  []any
	tries   int
	code    string   // empty: the login succeeds
	want    []string // what the text holds
}

var unreadableBodies = map[string]reply{
	"HTML with 200":          {status: 200, body: "<html><body>Sign in</body></html>"},
	"truncated XML":          {status: 200, body: success(start, time.Hour).body[:300]},
	"empty 200":              {status: 200},
	"JSON with 200":          {status: 200, body: `{"ok":true}`},
	"endless 200":            {status: 200, body: strings.Repeat(" ", 1<<21)},
	"another answer":         {status: 200, body: "<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>"},
	"HTML with 403":          {status: 403, body: "<html><body>Blocked</body></html>"},
	"text with 407":          {status: 407, body: "authenticate"},
	"empty 404":              {status: 404},
	"session that has ended": success(start, 0),
	"no expiration":          without("Expiration"),
	"no id":                  without("AccessKeyId"),
	"no secret":              without("SecretAccessKey"),
	"no session token":       without("SessionToken"),
	"no credentials":         {status: 200, body: "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"},
}

// without is a success that lacks an element.
func without(element string) reply {
	r := success(start, time.Hour)
	before, rest, _ := strings.Cut(r.body, "<"+element+">")
	_, after, _ := strings.Cut(rest, "</"+element+">")
	r.body = before + after
	return r
}

func errorRows() []errorRow {
	ok := success(start, time.Hour)
	const denied = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
	tooLong := failure(400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	rows := []errorRow{
		{"denied", []reply{failure(403, "AccessDenied", denied)}, nil, 1, "access-denied", []string{
			`AWS answered "AccessDenied" (403): "` + denied + `" (request id "req-1")`, claimsText, principal, conditions,
			`"sts:AssumeRoleWithWebIdentity"`, "wait a minute if the role is new", "would change with subjectAttributes"}},
		{"denied with attributes", []reply{failure(403, "AccessDenied", denied)}, []any{"subjectAttributes", list("currentEnvironment.name")},
			1, "access-denied", []string{"is made of subjectAttributes and changes with them"}},
		{"too long", []reply{tooLong}, []any{"duration", "4h"}, 1, "duration-too-long",
			[]string{"MaxSessionDuration", "4h0m0s", "raise the role's maximum session duration", `lower "oidc.duration"`}},
		{"too long by default, twice", []reply{tooLong}, nil, 2, "duration-too-long", []string{"1h0m0s"}},
		{"too long by default, then denied", []reply{tooLong, failure(403, "AccessDenied", denied)}, nil, 2, "access-denied", nil},
		{"name of the session", []reply{failure(400, "ValidationError", "Value at 'roleSessionName' failed to satisfy constraint")}, nil,
			1, "invalid-request", []string{`correct "oidc.sessionName"`}},
		{"policies", []reply{failure(400, "ValidationError", "Value at 'policyArns.1.member.arn' failed")}, nil, 1, "invalid-request",
			[]string{`correct "oidc.policyArns"`}},
		{"duration", []reply{failure(400, "ValidationError", "Value at 'durationSeconds' failed")}, nil, 1, "invalid-request",
			[]string{`correct "oidc.duration"`}},
		{"role", []reply{failure(400, "ValidationError", "roleArn is invalid")}, nil, 1, "invalid-request", []string{`correct "oidc.roleArn"`}},
		{"something", []reply{failure(400, "ValidationError", "Request is odd")}, nil, 1, "invalid-request", []string{`members of "oidc"`, "Request is odd"}},
		{"invalid token", []reply{failure(400, "InvalidIdentityToken", "The ID Token provided is not a valid JWT.")}, nil, 3,
			"invalid-identity-token", []string{claimsText, principal, conditions, "iat is in AWS's future", "clocks"}},
		{"invalid token, then good", []reply{failure(400, "InvalidIdentityToken", "Couldn't retrieve verification key"), ok}, nil, 2, "", nil},
		{"invalid token twice, then good", []reply{failure(400, "InvalidIdentityToken", "x"), failure(400, "InvalidIdentityToken", "x"), ok}, nil, 3, "", nil},
		{"audience", []reply{failure(400, "InvalidIdentityToken", "Incorrect token audience")}, nil, 3, "invalid-identity-token",
			[]string{"none of the client ids", `add "aws:acme" to the client ids of ` + principal, conditions}},
		{"no provider", []reply{failure(400, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://issuer.example")},
			nil, 3, "invalid-identity-token", []string{"has no OIDC provider for the issuer", "create " + principal}},
		{"key", []reply{failure(400, "InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider")}, nil, 3,
			"invalid-identity-token", []string{"not among those that the issuer publishes"}},
		{"expired", []reply{failure(400, "ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time")},
			nil, 1, "expired-token", []string{"has expired, at 2026-03-01T13:00:00Z", "the clock of this machine is 0s ahead of AWS's"}},
		{"keys unreachable", []reply{failure(400, "IDPCommunicationError", "timed out")}, nil, 3, "idp-unreachable",
			[]string{`"https://issuer.example/.well-known/openid-configuration"`, "jwks_uri"}},
		{"keys unreachable once", []reply{failure(400, "IDPCommunicationError", "timed out"), ok}, nil, 2, "", nil},
		{"claim rejected", []reply{failure(403, "IDPRejectedClaim", "revoked")}, nil, 1, "idp-rejected-claim", []string{"has revoked it", claimsText}},
		{"policies too large", []reply{failure(400, "PackedPolicyTooLarge", "120%")}, nil, 1, "policies-refused", []string{"fewer or shorter"}},
		{"policy malformed", []reply{failure(400, "MalformedPolicyDocument", "odd")}, nil, 1, "policies-refused", []string{"fewer or shorter"}},
		{"region disabled", []reply{failure(403, "RegionDisabledException", "STS is not activated in this region")}, nil, 1, "region-disabled",
			[]string{"not enabled in us-east-1", "enable STS there"}},
		{"throttled", []reply{failure(400, "Throttling", "Rate exceeded")}, nil, 3, "throttled", []string{"Rate exceeded", "try again later"}},
		{"limit", []reply{failure(503, "RequestLimitExceeded", "slow down")}, nil, 3, "aws-unavailable", []string{"slow down"}},
		{"limit with 400", []reply{failure(400, "RequestLimitExceeded", "slow down")}, nil, 3, "throttled", []string{"slow down"}},
		{"throttled once", []reply{failure(400, "Throttling", "Rate exceeded"), ok}, nil, 2, "", nil},
		{"internal error", []reply{failure(500, "InternalFailure", "oops")}, nil, 3, "aws-unavailable", []string{"oops", "(500)"}},
		{"internal error twice", []reply{{status: 500}, {status: 503, body: "<html>"}, ok}, nil, 3, "", nil},
		{"unavailable", []reply{{status: 503, body: "<html>busy</html>"}}, nil, 3, "aws-unavailable", []string{"(503)"}},
		{"connection lost", []reply{{}}, nil, 3, "aws-unavailable", []string{"gave no answer: EOF"}},
		{"connection lost once", []reply{{}, ok}, nil, 2, "", nil},
		{"unknown code", []reply{failure(400, "SomethingNew", "as of today")}, nil, 1, "aws-refused", []string{`"SomethingNew"`, "as of today"}},
		{"endless message", []reply{failure(400, "SomethingNew", strings.Repeat("m", 1<<20))}, nil, 1, "unreadable-answer", nil},
		{"broken off", []reply{{status: 200, body: success(start, time.Hour).body[:300], header: map[string]string{"Content-Length": "900"}}},
			nil, 3, "aws-unavailable", nil},
		{"other throttling", []reply{failure(429, "TooManyRequestsException", "slow down"), failure(400, "ThrottlingException", "slow down")},
			nil, 3, "throttled", []string{"slow down"}},
		{"throttled and unavailable", []reply{failure(400, "Throttling", "busy"), {}, {status: 502}, ok}, nil, 3, "aws-unavailable", []string{"(502)"}},
		{"everything once", []reply{failure(400, "Throttling", "busy"), failure(400, "InvalidIdentityToken", "x"),
			failure(400, "IDPCommunicationError", "x"), tooLong, {}, ok}, nil, 6, "", nil},
		{"long message", []reply{failure(400, "SomethingNew", strings.Repeat("m", 1<<16))}, nil, 1, "aws-refused", []string{"mmm…"}},
	}
	for _, code := range []string{"InvalidParameterValue", "InvalidAction", "MissingParameter"} {
		rows = append(rows, errorRow{code, []reply{failure(400, code, "odd")}, nil, 1, "not-aws", []string{"the endpoint is not AWS"}})
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		rows = append(rows, errorRow{fmt.Sprint(status), []reply{{status: status, header: map[string]string{"Location": "/elsewhere"}}, ok}, nil,
			1, "redirected", []string{fmt.Sprintf("redirect (%d), which is not followed", status)}})
	}
	for name, body := range unreadableBodies {
		rows = append(rows, errorRow{name, []reply{body}, nil, 1, "unreadable-answer", []string{"a proxy may answer in AWS's place"}})
	}
	return rows
}

// Every answer: how often it is tried, and that the text has cause and remedy and nothing secret.
func TestAnswers(t *testing.T) {
	rows, token := errorRows(), jwt(nil)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			sts := newSTS(t, row.answers...)
			out, err := sts.provider(always(token)).Open(t.Context(), oidcRequest(row.inputs...))
			if sts.count() != row.tries {
				t.Errorf("%d tries, want %d", sts.count(), row.tries)
			}
			silent(t, printed(err, out), token)
			if row.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			checkError(t, err, row.code, row.want...)
			if n := len(sts.clock.slept); row.tries == 3 && n != 2 {
				t.Errorf("%d waits between 3 tries", n)
			}
		})
	}
	t.Logf("answers of STS: %d cells", len(rows))
	if len(rows) < 60 {
		t.Errorf("only %d cells", len(rows))
	}
}

// checkError checks the code of an error, what its text holds, and its form.
func checkError(t *testing.T, err error, code string, want ...string) {
	t.Helper()
	var coded providers.Coder
	if !errors.As(err, &coded) || coded.DiagnosticCode() != code {
		t.Fatalf("got %v, want code %s", err, code)
	}
	text := err.Error()
	for _, part := range want {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in\n%s", part, text)
		}
	}
	if strings.HasSuffix(text, ".") || strings.Contains(text, "%!") || strings.Contains(text, "\n") || len(text) > 5000 {
		t.Errorf("text %s", text)
	}
}

// AWS may quote what it was sent; nobody is shown that.
func TestAnswersThatQuoteTheToken(t *testing.T) {
	token := jwt(nil)
	for _, quoted := range append(strings.Split(token, "."), token, "x"+token+"x") {
		for _, code := range []string{"AccessDenied", "InvalidIdentityToken", "ValidationError", "SomethingNew", quoted} {
			sts := newSTS(t, failure(400, code, "the token "+quoted+" is odd"))
			_, err := sts.provider(always(token)).Open(t.Context(), oidcRequest())
			if err == nil {
				t.Fatal("no error")
			}
			silent(t, printed(err), append(strings.Split(token, "."), token)...)
		}
	}
}

// Inputs that the document keeps secret stay so, whatever AWS answers.
func TestSecretInputs(t *testing.T) {
	req := oidcRequest("roleArn", schema.NewSecret(roleText), "sessionName", schema.NewSecret("secret-session"))
	sts := newSTS(t, failure(403, "AccessDenied", "User secret-session may not assume "+roleText))
	_, err := sts.provider(always(jwt(nil))).Open(t.Context(), req)
	checkError(t, err, "access-denied")
	silent(t, printed(err), roleText, "123456789012", "secret-session")
	// The same login of a document that keeps nothing secret is told everything.
	_, err = sts.provider(always(jwt(nil))).Open(t.Context(), oidcRequest("sessionName", "secret-session"))
	checkError(t, err, "access-denied", roleText, "secret-session")
}

// Every error tells how wrong the clock is, if it is.
func TestSkew(t *testing.T) {
	rows, cells := errorRows(), 0
	for by, want := range map[time.Duration]string{
		10 * time.Minute:            "the clock of this machine is 10m0s ahead of AWS's",
		-10 * time.Minute:           "the clock of this machine is 10m0s behind AWS's",
		2*time.Minute + time.Second: "the clock of this machine is 2m1s ahead of AWS's",
		2 * time.Minute:             "",
		-2 * time.Minute:            "",
	} {
		for _, row := range rows {
			if row.code == "" || len(row.answers) > 1 || row.answers[0].status == 0 || len(row.answers[0].body) > 1<<16 {
				continue
			}
			cells++
			sts := newSTS(t, row.answers...)
			p := sts.provider(always(jwt(nil)))
			p.Clock = skewed{sts.clock, by}
			_, err := p.Open(t.Context(), oidcRequest(row.inputs...))
			checkError(t, err, row.code, want)
			if want == "" && row.code != "expired-token" && strings.Contains(err.Error(), "clock of this machine") {
				t.Errorf("%v: %v", by, err)
			}
		}
	}
	t.Logf("clock: %d cells", cells)
}

// With a clock that is wrong by ten minutes, a login works, and the session is kept as long as with a right one.
func TestLoginWithWrongClock(t *testing.T) {
	for _, by := range []time.Duration{-10 * time.Minute, 10 * time.Minute, 5 * time.Hour, -5 * time.Hour} {
		sts := newSTS(t)
		p := sts.provider(always(jwt(map[string]any{"exp": start.Add(5 * time.Minute).Unix()})))
		p.Clock = skewed{sts.clock, by}
		for _, step := range []struct {
			advance time.Duration
			asked   int
		}{{0, 1}, {11*time.Minute + 14*time.Second, 1}, {2 * time.Second, 2}} {
			sts.clock.advance(step.advance)
			out, err := p.Open(t.Context(), oidcRequest("duration", "15m"))
			if err != nil || sts.count() != step.asked {
				t.Errorf("%v: %v, %v after %d requests, want %d", by, out, err, sts.count(), step.asked)
			}
		}
	}
}

// What can be said without asking AWS.
func TestErrorsBeforeTheCall(t *testing.T) {
	failing := sourceFunc(func(context.Context, awslogin.TokenRequest) (awslogin.Token, error) {
		return awslogin.Token{}, errors.New("the vault is sealed")
	})
	panicking := sourceFunc(func(context.Context, awslogin.TokenRequest) (awslogin.Token, error) { panic(signatureText) })
	header := map[string]any{"alg": "RS256"}
	tests := []struct {
		name   string
		source awslogin.TokenSource
		code   string
		want   string
	}{
		{"no source", nil, "no-token-source", `"file:PATH", "env:NAME", "github", "exec:COMMAND" or "issuer:FILE"`},
		{"failing source", failing, "token-source-failed", "the source of tokens awslogin_test.sourceFunc failed: the vault is sealed"},
		{"panicking source", panicking, "token-source-failed", "it panicked (string)"},
		{"no text", always(""), "bad-token", "has 0 bytes where 4 to 20000 are allowed"},
		{"too short", always("a.b"), "bad-token", "has 3 bytes"},
		{"too long", always(strings.Repeat("a", 20001)), "bad-token", "has 20001 bytes"},
		{"longest", always(strings.Repeat("a", 20000)), "bad-token", "has 1 parts"},
		{"one part", always(signatureText), "bad-token", "has 1 parts where a JSON Web Token has 3"},
		{"four parts", always(jwt(nil) + ".x"), "bad-token", "has 4 parts"},
		{"header is no base64url", always("e30=.e30." + signatureText), "bad-token", "has a header that is not JSON in base64url"},
		{"header is no object", always("W10.e30." + signatureText), "bad-token", "has a header that is not JSON in base64url"},
		{"claims are no JSON", always("e30.e30x." + signatureText), "bad-token", "has claims that are not JSON in base64url"},
		{"claims are null", always(jwtOf(header, nil)), "bad-token", "has claims that are not JSON"},
		{"issuer is a number", always(jwt(map[string]any{"iss": 5})), "bad-token", "not of the right types"},
		{"no signature", always(strings.TrimSuffix(jwt(nil), signatureText)), "bad-token", "has a signature that is not base64url"},
		{"unsigned", always(jwtOf(map[string]any{"alg": "none"}, map[string]any{"exp": 1})), "bad-token", "another algorithm"},
		{"shared secret", always(jwtOf(map[string]any{"alg": "HS256"}, map[string]any{"exp": 1})), "bad-token", `"ES256", "ES384", "ES512", "RS256", "RS384", "RS512"`},
		{"no exp", always(jwt(map[string]any{"exp": nil})), "bad-token", `has no time in its claim "exp"`},
		{"exp is a text", always(jwt(map[string]any{"exp": "soon"})), "bad-token", "not of the right types"},
		{"exp is huge", always(jwt(map[string]any{"exp": 1e300})), "bad-token", `has no time in its claim "exp"`},
		{"exp is negative", always(jwt(map[string]any{"exp": -1})), "bad-token", `has no time in its claim "exp"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sts := newSTS(t)
			_, err := sts.provider(test.source).Open(t.Context(), oidcRequest())
			checkError(t, err, test.code, test.want)
			silent(t, printed(err), jwt(nil))
			if sts.count() > 0 {
				t.Error("STS was asked")
			}
		})
	}
	t.Logf("before the call: %d cells", len(tests))
}

// Algorithms and forms of claims that AWS takes.
func TestGoodTokens(t *testing.T) {
	tokens := []string{
		jwt(map[string]any{"aud": []string{"aws:acme"}}), jwt(map[string]any{"aud": []string{"a", "b"}}), jwt(map[string]any{"exp": 1.7925e9}),
		jwt(map[string]any{"sub": nil}), jwt(map[string]any{"iss": nil, "aud": nil}), jwt(map[string]any{"more": map[string]any{"a": 1}}),
	}
	for _, alg := range []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"} {
		tokens = append(tokens, jwtOf(map[string]any{"alg": alg}, map[string]any{"exp": start.Unix() + 60}))
	}
	for _, token := range tokens {
		sts := newSTS(t)
		if _, err := sts.provider(always(token)).Open(t.Context(), oidcRequest()); err != nil || sts.forms[0].Get("WebIdentityToken") != token {
			t.Error(err)
		}
	}
}

// What users of Pulumi ESC run into has a message of its own each.
func TestTroubleshooting(t *testing.T) {
	cases := map[string]reply{
		"trust policy": failure(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
		"audience":     failure(400, "InvalidIdentityToken", "Incorrect token audience"),
		"duration":     failure(400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."),
	}
	want := map[string][]string{
		"trust policy": {principal, "sts:AssumeRoleWithWebIdentity"},
		"audience":     {"client ids", `"aws:acme"`},
		"duration":     {"maximum session duration", "up to 12 hours"},
		"subject":      {`"issuer.example:sub" matches`, "is made of subjectAttributes and changes with them"},
	}
	seen := map[string]string{}
	for name, parts := range want {
		inputs := []any{"duration", "2h"}
		answer, ok := cases[name]
		if !ok {
			inputs, answer = append(inputs, "subjectAttributes", list("pulumi.user.login")), cases["trust policy"]
		}
		_, err := newSTS(t, answer).provider(always(jwt(nil))).Open(t.Context(), oidcRequest(inputs...))
		for _, part := range parts {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q is not in %v", name, part, err)
			}
		}
		if other, ok := seen[fmt.Sprint(err)]; ok {
			t.Errorf("%s and %s have the same message", name, other)
		}
		seen[fmt.Sprint(err)] = name
	}
}
