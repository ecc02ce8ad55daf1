package awslogin_test

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/providers/providertest"
	"github.com/escapement-go/escapement/schema"
)

const (
	longTermID  = "AKIAIOSFODNN7EXAMPLE"
	temporaryID = "ASIAIOSFODNN7EXAMPLE"
	secretText  = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	tokenText   = "FwoGZXIvYXdzEXAMPLETOKEN=="
)

var (
	secret = schema.NewSecret(secretText)
	token  = schema.NewSecret(tokenText)
)

// inputs returns the inputs with these members of static.
func inputs(static ...any) map[string]any {
	members := map[string]any{}
	for i := 0; i < len(static); i += 2 {
		members[static[i].(string)] = static[i+1]
	}
	return map[string]any{"static": members}
}

func request(static ...any) providers.Request {
	return providers.Request{Inputs: inputs(static...), Environment: "aws/login", Root: "myapp/dev"}
}

func TestContract(t *testing.T) {
	providertest.Run(t, &awslogin.Provider{}, providertest.Options{
		Opens: []providers.Request{
			request("accessKeyId", longTermID, "secretAccessKey", secret),
			request("accessKeyId", longTermID, "secretAccessKey", secretText),
			request("accessKeyId", temporaryID, "secretAccessKey", secret, "sessionToken", token),
			request("accessKeyId", schema.NewSecret(temporaryID), "secretAccessKey", secretText, "sessionToken", tokenText),
		},
		Refuses: []providers.Request{
			{Inputs: map[string]any{}},
			request("accessKeyId", "", "secretAccessKey", secret),
			request("accessKeyId", longTermID, "secretAccessKey", secret, "region", "eu-west-1"),
			request("accessKeyId", temporaryID, "secretAccessKey", secret),
			request("accessKeyId", "<access key>", "secretAccessKey", secret),
			request("accessKeyId", longTermID, "secretAccessKey", schema.NewSecret(secretText+"\n")),
			request("accessKeyId", temporaryID, "secretAccessKey", secret, "sessionToken", schema.NewSecret(" "+tokenText)),
		},
	})
}

func TestOpen(t *testing.T) {
	tests := []struct {
		name   string
		inputs map[string]any
		want   map[string]any
	}{
		{"long-term key",
			inputs("accessKeyId", longTermID, "secretAccessKey", secret),
			map[string]any{"accessKeyId": longTermID, "secretAccessKey": secret}},
		{"temporary key",
			inputs("accessKeyId", temporaryID, "secretAccessKey", secret, "sessionToken", token),
			map[string]any{"accessKeyId": temporaryID, "secretAccessKey": secret, "sessionToken": token}},
		{"nothing marked secret",
			inputs("accessKeyId", temporaryID, "secretAccessKey", secretText, "sessionToken", tokenText),
			map[string]any{"accessKeyId": temporaryID, "secretAccessKey": secret, "sessionToken": token}},
		{"id marked secret",
			inputs("accessKeyId", schema.NewSecret(longTermID), "secretAccessKey", secret),
			map[string]any{"accessKeyId": schema.NewSecret(longTermID), "secretAccessKey": secret}},
		{"all of it one secret",
			map[string]any{"static": schema.SecretData(map[string]any{
				"accessKeyId": longTermID, "secretAccessKey": secretText,
			})},
			map[string]any{"accessKeyId": schema.NewSecret(longTermID), "secretAccessKey": secret}},
		{"empty token",
			inputs("accessKeyId", longTermID, "secretAccessKey", secret, "sessionToken", ""),
			map[string]any{"accessKeyId": longTermID, "secretAccessKey": secret}},
	}
	// Being secret counts, so secrets are equal to secrets alone.
	same := cmp.Comparer(schema.Secret.Equal)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := &awslogin.Provider{}
			if violations := p.Schema().Inputs.Validate(test.inputs); len(violations) > 0 {
				t.Fatal(violations)
			}
			got, err := p.Open(t.Context(), &providers.Request{Inputs: test.inputs})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, same); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// These pass Check, so that a document may hold placeholders, and fail when they are opened.
func TestOpenRefuses(t *testing.T) {
	const blank = "holds white space or a control character; " +
		"replace it by the real one, with nothing before, within or after it"
	tests := []struct {
		name   string
		inputs map[string]any
		want   string
	}{
		{"placeholder id", inputs("accessKeyId", "<access key>", "secretAccessKey", secret),
			`"static.accessKeyId" ` + blank},
		{"placeholder secret", inputs("accessKeyId", longTermID, "secretAccessKey", "<secret key>"),
			`"static.secretAccessKey" ` + blank},
		{"line end", inputs("accessKeyId", longTermID, "secretAccessKey", schema.NewSecret(secretText+"\n")),
			`"static.secretAccessKey" ` + blank},
		{"no-break space", inputs("accessKeyId", "\u00a0"+longTermID, "secretAccessKey", secret),
			`"static.accessKeyId" ` + blank},
		{"control character", inputs("accessKeyId", longTermID+"\x7f", "secretAccessKey", secret),
			`"static.accessKeyId" ` + blank},
		{"tab in the token", inputs("accessKeyId", temporaryID, "secretAccessKey", secret, "sessionToken", "a\tb"),
			`"static.sessionToken" ` + blank},
		{"temporary key without token", inputs("accessKeyId", temporaryID, "secretAccessKey", secret),
			`"static.sessionToken" is missing; an access key whose id begins with "ASIA" is temporary and works only ` +
				`together with its session token`},
		{"temporary key with empty token",
			inputs("accessKeyId", schema.NewSecret(temporaryID), "secretAccessKey", secret, "sessionToken", ""),
			`"static.sessionToken" is missing; an access key whose id begins with "ASIA" is temporary and works only ` +
				`together with its session token`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := &awslogin.Provider{}
			if violations := p.Schema().Inputs.Validate(test.inputs); len(violations) > 0 {
				t.Fatal(violations)
			}
			out, err := p.Open(t.Context(), &providers.Request{Inputs: test.inputs})
			wantBadInput(t, out, err, test.want)
		})
	}
}

// A Go program can open without validating first; it must not get credentials that an SDK takes for none.
func TestOpenWithoutValidation(t *testing.T) {
	tests := []struct {
		inputs map[string]any
		want   string
	}{
		{nil, `there is neither "static" nor "oidc"; write one of them`},
		{map[string]any{"static": nil, "oidc": nil}, `there is neither "static" nor "oidc"; write one of them`},
		{inputs(), `"static.accessKeyId" is empty; write the id of an access key`},
		{inputs("accessKeyId", 5), `"static.accessKeyId" is empty; write the id of an access key`},
		{inputs("accessKeyId", longTermID), `"static.secretAccessKey" is empty; write the secret of the access key`},
		{map[string]any{"static": "a"}, `at "static": must be an object, is a string`},
	}
	for _, test := range tests {
		out, err := new(awslogin.Provider).Open(t.Context(), &providers.Request{Inputs: test.inputs})
		wantBadInput(t, out, err, test.want)
	}
}

func wantBadInput(t *testing.T, out any, err error, want string) {
	t.Helper()
	if out != nil {
		t.Errorf("got outputs %v", out)
	}
	if fmt.Sprint(err) != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	var coded providers.Coder
	if !errors.As(err, &coded) || coded.DiagnosticCode() != "bad-input" {
		t.Errorf("%v has not the code bad-input", err)
	}
}

// What the schema says is found without opening anything.
func TestInputSchema(t *testing.T) {
	tests := []struct {
		name   string
		inputs map[string]any
		want   []string // codes
	}{
		{"placeholders", inputs("accessKeyId", "<access key>", "secretAccessKey", schema.NewSecret("<secret key>")), nil},
		{"unknown secret", inputs("accessKeyId", longTermID, "secretAccessKey", schema.Unknown{}), nil},
		{"nothing", map[string]any{}, nil}, // that is found by Open
		{"empty oidc", map[string]any{"oidc": map[string]any{}}, []string{"missing-property", "missing-property"}},
		{"something else", map[string]any{"saml": map[string]any{}}, []string{"unexpected-property"}},
		{"static is a string", map[string]any{"static": "a"}, []string{"wrong-type"}},
		{"empty static", inputs(), []string{"missing-property", "missing-property"}},
		{"empty texts", inputs("accessKeyId", "", "secretAccessKey", schema.NewSecret("")),
			[]string{"wrong-length", "wrong-length"}},
		{"null token", inputs("accessKeyId", longTermID, "secretAccessKey", secret, "sessionToken", nil),
			[]string{"wrong-type"}},
		{"misspelt", inputs("accessKeyID", longTermID, "secretAccessKey", secret),
			[]string{"missing-property", "unexpected-property"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, v := range new(awslogin.Provider).Schema().Inputs.Validate(test.inputs) {
				got = append(got, v.Code)
			}
			slices.Sort(got)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// What the outputs of an environment that is only checked can be asked for.
func TestOutputSchema(t *testing.T) {
	outputs := new(awslogin.Provider).Schema().Outputs
	want := []string{"accessKeyId", "expiresAt", "secretAccessKey", "sessionToken"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(outputs.Properties))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for name, secret := range map[string]bool{"accessKeyId": false, "expiresAt": false, "secretAccessKey": true, "sessionToken": true} {
		if outputs.Properties[name].Secret != secret {
			t.Errorf("secret of %q is %v", name, !secret)
		}
	}
}

// No credential is printed, neither as an output nor in an error, whatever is wrong with it.
func TestNothingIsPrinted(t *testing.T) {
	const canary = "canary"
	text := rapid.Map(rapid.StringMatching(`[\t \n]?(AKIA|ASIA)?[ \x00-\x7f]?`), func(s string) string { return s + canary })
	credential := rapid.OneOf(
		rapid.Map(text, func(s string) any { return s }),
		rapid.Map(text, func(s string) any { return schema.NewSecret(s) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		// The id alone is no secret unless the document says so.
		static := map[string]any{
			"accessKeyId":     rapid.Map(text, func(s string) any { return schema.NewSecret(s) }).Draw(t, "id"),
			"secretAccessKey": credential.Draw(t, "secret"),
		}
		if rapid.Bool().Draw(t, "with token") {
			static["sessionToken"] = credential.Draw(t, "token")
		}
		req := &providers.Request{Inputs: map[string]any{"static": static}}
		out, err := new(awslogin.Provider).Open(t.Context(), req)
		var log strings.Builder
		slog.New(slog.NewJSONHandler(&log, nil)).Info("opened", "out", out, "err", err)
		slog.New(slog.NewTextHandler(&log, nil)).Info("opened", "out", out, "err", err)
		printed := fmt.Sprintf("%v %+v %#v %s %q %v %+v %#v", out, out, out, out, out, err, err, err) + log.String()
		if strings.Contains(printed, canary) {
			t.Errorf("secret in %s", printed)
		}
	})
}
