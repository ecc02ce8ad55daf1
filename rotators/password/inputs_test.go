package password_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/password"
)

// Inputs as JSON, and what the error names; nothing if they are right.
func TestInputs(t *testing.T) {
	for _, c := range []struct{ inputs, want string }{
		{`{}`, ""},
		{`{"length": 1}`, ""},
		{`{"length": 1024}`, ""},
		{`{"length": 0}`, `"length" must be from 1 to 1024`},
		{`{"length": 1025}`, `"length" must be from 1 to 1024`},
		{`{"length": -1}`, `"length" must be`},
		{`{"length": "long"}`, `length`},
		{`{"minLower": -1}`, `"minLower" must be from 0 to 1024`},
		{`{"minSpecial": 1025}`, `"minSpecial" must be from 0 to 1024`},
		{`{"length": 4, "minLower": 1, "minUpper": 1, "minNumeric": 1, "minSpecial": 1}`, ""},
		{`{"length": 4, "minLower": 2, "minUpper": 1, "minNumeric": 1, "minSpecial": 1}`,
			`"length" is less than "minLower", "minUpper", "minNumeric" and "minSpecial" together`},
		{`{"lower": false, "minLower": 1}`, `"minLower" wants characters that "lower" excludes`},
		{`{"upper": false, "minUpper": 2}`, `"minUpper" wants characters that "upper" excludes`},
		{`{"numeric": false, "minNumeric": 1}`, `"minNumeric" wants characters that "numeric" excludes`},
		{`{"special": false, "minSpecial": 1}`, `"minSpecial" wants characters that "special" excludes`},
		{`{"special": false, "overrideSpecial": "-_"}`, `"overrideSpecial" wants characters that "special" excludes`},
		{`{"special": false, "overrideSpecial": ""}`, ""},
		{`{"lower": false, "upper": false, "numeric": false, "special": false}`,
			`"lower" and "upper", "numeric" and "special" exclude all`},
		{`{"lower": false, "upper": false, "numeric": false, "overrideSpecial": "-_"}`, ""},
		{`{"lower": false, "upper": false, "numeric": false, "overrideSpecial": "-", "length": 3}`, ""},
		{`{"overrideSpecial": "!\"#$%&'()*+,-./:;<=>?@[\\]^_` + "`" + `{|}~"}`, ""},
		{`{"overrideSpecial": "-a"}`, `"overrideSpecial" has 'a', which is no special character`},
		{`{"overrideSpecial": "7"}`, `"overrideSpecial" has '7'`},
		{`{"overrideSpecial": "- "}`, `"overrideSpecial" has ' '`},
		{`{"overrideSpecial": "é"}`, `"overrideSpecial" has 'é'`},
		{`{"overrideSpecial": "-\u0000"}`, `"overrideSpecial" has '\x00'`},
		{`{"overrideSpecial": "-_-"}`, `"overrideSpecial" has '-' more than once`},
		{`{"minInterval": "5m", "rotateAfter": "1h"}`, ""},
		{`{"minInterval": "4m59s"}`, `"minInterval" must be from 5m to 168h`},
		{`{"minInterval": "7d1s"}`, `"minInterval" must be from 5m to 168h`},
		{`{"rotateAfter": "59m"}`, `"rotateAfter" must be from 1h to 3650d`},
		{`{"rotateAfter": "3650d1s"}`, `"rotateAfter" must be from 1h to 3650d`},
		{`{"rotateAfter": "soon"}`, `"rotateAfter" is not a duration; write`},
		{`{"minInterval": "2h", "rotateAfter": "2h"}`, `"rotateAfter" must be more than "minInterval"`},
	} {
		req := request(t, c.inputs, `null`)
		err := password.Rotator{}.Rotate(t.Context(), req, func(context.Context, any) error { return nil })
		checkCode(t, c.inputs, err, "bad-input", c.want)
		if _, planErr := (password.Rotator{}).Plan(t.Context(), req); (planErr == nil) != (err == nil) {
			t.Errorf("%s: Plan says %v, and Rotate %v", c.inputs, planErr, err)
		}
	}
}

// checkCode checks an error; no text stands for none.
func checkCode(t *testing.T, what string, err error, code, text string) {
	t.Helper()
	if text == "" {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		return
	}
	coded, ok := errors.AsType[*password.Error](err)
	if !ok || coded.DiagnosticCode() != code || !strings.Contains(err.Error(), text) {
		t.Errorf("%s: got %v, want %s: %s", what, err, code, text)
	}
}

// request has inputs and a state that are written as JSON.
func request(t *testing.T, inputs, state string) *rotators.Request {
	t.Helper()
	return &rotators.Request{Request: providers.Request{Inputs: object(t, inputs)}, State: object(t, state)}
}

func object(t *testing.T, text string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var data map[string]any
	if err := d.Decode(&data); err != nil {
		t.Fatal(err)
	}
	return data
}

// A policy that allows next to nothing ends with an error and not never.
func TestNothingNewToMake(t *testing.T) {
	const inputs = `{"lower": false, "upper": false, "numeric": false, "overrideSpecial": "-", "length": 3}`
	req := request(t, inputs, `{"current": {"password": "---"}}`)
	err := password.Rotator{}.Rotate(t.Context(), req, func(context.Context, any) error {
		t.Error("it saved")
		return nil
	})
	checkCode(t, inputs, err, "bad-input", `"length" allows no password but the last ones`)
	if strings.Contains(err.Error(), "---") {
		t.Error("the error tells the password")
	}
}
